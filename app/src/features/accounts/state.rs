//! The logic of the account pages that needs no browser.

use domain::members::PAGE;

use crate::words::grouped;

/// The number of the last page, from 0.
#[must_use]
pub const fn last_page(matching: u32) -> u32 {
    matching.saturating_sub(1) / PAGE
}

/// The range of members that a page shows, `51–100 of 10,000`.
#[must_use]
pub fn page_range(page: u32, matching: u32) -> String {
    let before = page.saturating_mul(PAGE).min(matching);
    let first = grouped((before + 1).min(matching));
    let last = grouped(before.saturating_add(PAGE).min(matching));
    let all = grouped(matching);
    if first == last {
        format!("{last} of {all}")
    } else {
        format!("{first}–{last} of {all}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 10_000, "1–50 of 10,000")]
    #[case(1, 10_000, "51–100 of 10,000")]
    #[case(1, 51, "51 of 51")]
    #[case(0, 1, "1 of 1")]
    #[case(0, 0, "0 of 0")]
    #[case(20, 1_049, "1,001–1,049 of 1,049")]
    fn a_page_says_what_it_shows(#[case] page: u32, #[case] matching: u32, #[case] expected: &str) {
        assert_eq!(page_range(page, matching), expected);
    }

    #[rstest]
    #[case(0, 0)]
    #[case(50, 0)]
    #[case(51, 1)]
    #[case(10_000, 199)]
    fn the_last_page_is_never_empty(#[case] matching: u32, #[case] expected: u32) {
        assert_eq!(last_page(matching), expected);
    }
}
