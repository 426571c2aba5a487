//! Linear regression through measured points.

/// The slope of the regression line, and its standard error.
pub fn slope(points: &[(f64, f64)]) -> (f64, f64) {
    let count = f64::from(u32::try_from(points.len()).unwrap());
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let common: f64 = points.iter().map(|at| (at.0 - x) * (at.1 - y)).sum();
    let slope = common / spread;
    let off = |at: &(f64, f64)| (at.1 - y - slope * (at.0 - x)).powi(2);
    let error = points.iter().map(off).sum::<f64>() / (count - 2.0) / spread;
    (slope, error.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_told_from_noise() {
        // Twenty minutes with a measurement every half minute, each off by up to half a MiB.
        let leaking = |by: f64| -> Vec<(f64, f64)> {
            let look = |number: u32| {
                let at = f64::from(number) / 120.0;
                (at, 40.0 + by * at + f64::from(number * 7 % 11) / 10.0 - 0.5)
            };
            (0..40).map(look).collect()
        };
        let (flat, error) = slope(&leaking(0.0));
        assert!(flat - 2.0 * error <= 1.0 && error < 1.0, "{flat} ± {error}");
        let (steep, error) = slope(&leaking(10.0));
        assert!(steep - 2.0 * error > 1.0, "{steep} ± {error}");
    }
}
