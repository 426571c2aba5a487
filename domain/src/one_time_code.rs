//! The 6-digit code of an authenticator, as somebody types it.

use std::str::FromStr;

use thiserror::Error;
use zeroize::Zeroizing;

/// Six ASCII digits. It has no `Debug` and no `Serialize`.
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

/// Blanks and dashes that people, keyboards and clipboards put between the digits.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{2060}' | '\u{feff}'
        )
}

impl FromStr for OneTimeCode {
    type Err = OneTimeCodeError;

    fn from_str(typed: &str) -> Result<Self, OneTimeCodeError> {
        let digits: Zeroizing<String> =
            Zeroizing::new(typed.chars().filter(|&c| !is_separator(c)).collect());
        let valid =
            digits.len() == Self::DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if valid {
            Ok(Self(digits))
        } else {
            Err(OneTimeCodeError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    fn blanks_and_dashes_are_dropped(
        #[values(
            "123456",
            " 123 456 ",
            "123-456",
            "1 2 3 4 5 6",
            "123\u{a0}456",
            "123\u{2013}456\n"
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
            "\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}",
            "+12345",
            "123.456"
        )]
        typed: &str,
    ) {
        assert!(typed.parse::<OneTimeCode>().is_err());
    }
}
