//! The 6-digit code of an authenticator, as a user types it.

use std::str::FromStr;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::people::typed::{ascii, is_separator};

/// Six ASCII digits. The type has no `Debug` and no `Serialize`.
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<String>);

/// The text is not six digits, so it is not evaluated and costs no attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("enter the 6 digits that your authenticator application shows")]
pub struct OneTimeCodeError;

impl OneTimeCode {
    /// Digits in a code (RFC 4226 §5.3).
    pub const DIGITS: usize = 6;

    /// The six digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for OneTimeCode {
    type Err = OneTimeCodeError;

    fn from_str(typed: &str) -> Result<Self, OneTimeCodeError> {
        let digits: Option<String> = typed
            .chars()
            .filter(|&c| !is_separator(c))
            .map(|c| ascii(c).filter(char::is_ascii_digit))
            .collect();
        digits
            .map(Zeroizing::new)
            .filter(|digits| digits.len() == Self::DIGITS)
            .map(Self)
            .ok_or(OneTimeCodeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    fn p15_whatever_stands_between_or_shows_nothing_is_dropped(
        #[values(
            "123456",
            " 123 456 ",
            "123-456",
            "1 2 3 4 5 6",
            "123\u{a0}456",
            "123\u{2013}456\n",
            "123.456",
            "123\u{b7}456",
            "\u{200e}123456",
            "\u{202a}123456\u{202c}",
            "12\u{ad}34\u{2060}56",
            "\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}",
            "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
            "\u{6f1}\u{6f2}\u{6f3} \u{6f4}\u{6f5}\u{6f6}",
            "\u{967}\u{968}\u{969}456"
        )]
        typed: &str,
    ) {
        assert_eq!(
            typed.parse::<OneTimeCode>().ok().unwrap().expose(),
            "123456"
        );
    }

    #[rstest]
    fn anything_else_is_refused(
        #[values(
            "",
            "12345",
            "1234567",
            "12345a",
            "+12345",
            "123,456",
            "\u{1d7d9}23456",
            "\u{200e}12345",
            "12345\u{ff0b}"
        )]
        typed: &str,
    ) {
        assert!(typed.parse::<OneTimeCode>().is_err());
    }
}
