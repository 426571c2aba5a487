//! The limits of what a browser has to download.

/// All parts together, compressed with brotli: the size that was reached (ADR 33,
/// docs/BENCHMARKS.md), 10 KB above the goal of 220 KB.
pub const BROTLI_TOTAL: u64 = 229_700;

/// The uncompressed WASM file, as it is compiled and held in memory.
pub const RAW_WASM: u64 = 767_000;

/// Returns one sentence for each exceeded budget.
pub fn broken(brotli_total: u64, raw_wasm: u64) -> Vec<String> {
    [
        ("all parts in brotli", brotli_total, BROTLI_TOTAL),
        ("the WASM file", raw_wasm, RAW_WASM),
    ]
    .into_iter()
    .filter(|(_, size, budget)| size > budget)
    .map(|(what, size, budget)| {
        format!(
            "{what}: {} are {} over the budget of {}",
            super::kilobytes(size),
            super::kilobytes(size - budget),
            super::kilobytes(budget)
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_itself_is_allowed_and_one_byte_more_is_not() {
        assert!(broken(BROTLI_TOTAL, RAW_WASM).is_empty());
        assert_eq!(broken(BROTLI_TOTAL + 1, RAW_WASM).len(), 1);
        assert_eq!(broken(BROTLI_TOTAL + 1, RAW_WASM + 1).len(), 2);
    }

    #[test]
    fn the_sentence_says_by_how_much() {
        assert_eq!(
            broken(BROTLI_TOTAL, RAW_WASM + 500_000),
            ["the WASM file: 1,267.0 KB are 500.0 KB over the budget of 767.0 KB"]
        );
    }
}
