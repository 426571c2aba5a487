//! The logic of the account pages that needs no browser.

use domain::members::PAGE;

/// The number of the last page, from 0.
#[must_use]
pub const fn last_page(matching: u32) -> u32 {
    matching.saturating_sub(1) / PAGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 0)]
    #[case(50, 0)]
    #[case(51, 1)]
    #[case(10_000, 199)]
    fn the_last_page_is_never_empty(#[case] matching: u32, #[case] expected: u32) {
        assert_eq!(last_page(matching), expected);
    }
}
