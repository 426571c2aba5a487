/// Measures how evenly bytes are distributed: χ² over the 256 values (255 degrees of freedom; one
/// of a thousand fair draws exceeds 330). The limit is 400, which one of a hundred million fair
/// draws exceeds, because a flaky test would be ignored.
pub fn spread(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let expected = f64::from(u32::try_from(bytes.len()).unwrap()) / 256.0;
    let squares = counts
        .iter()
        .map(|count| (f64::from(*count) - expected).powi(2) / expected);
    let sum: f64 = squares.sum();
    assert!(sum < 400.0, "χ² {sum}");
    sum
}
