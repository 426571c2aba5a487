//! A backup code as people see and type it: 16 characters of Crockford's base32 in groups of four.

use std::{fmt, str::FromStr};

use thiserror::Error;
use zeroize::Zeroizing;

use crate::one_time_code::is_separator;

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// One backup code: 80 random bits (NIST 800-63B-4 §4.2.1.1 asks for 64). It has no `Debug` and no `Serialize`; `Display` writes the groups.
#[derive(Clone)]
pub struct BackupCode(Zeroizing<String>);

/// The text is no backup code, so it is not evaluated and costs no attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a backup code has 16 letters and digits, such as XXXX-XXXX-XXXX-XXXX")]
pub struct BackupCodeError;

impl BackupCode {
    /// Characters in a code, without dashes.
    pub const CHARS: usize = 16;
    /// At this many codes left, and below, the person is warned and offered new ones.
    pub const FEW: u32 = 3;
    /// Codes in a set.
    pub const PER_SET: usize = 10;

    /// Writes 80 bits drawn by the caller as a code.
    #[must_use]
    pub fn from_random(bits: [u8; 10]) -> Self {
        let mut buffer = Zeroizing::new([0_u8; 16]);
        buffer[6..].copy_from_slice(&bits);
        let number = u128::from_be_bytes(*buffer);
        let character = |index: u32| {
            let five_bits = (number >> (75 - 5 * index)) & 31;
            char::from(ALPHABET[usize::try_from(five_bits).unwrap_or(0)])
        };
        Self(Zeroizing::new((0..16).map(character).collect()))
    }

    /// The 16 characters without dashes: what is hashed and indexed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What a typed character means; `None` when it can't stand in a code.
fn canonical(typed: char) -> Option<char> {
    match typed.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c if c.is_ascii() && ALPHABET.contains(&(c as u8)) => Some(c),
        _ => None,
    }
}

impl FromStr for BackupCode {
    type Err = BackupCodeError;

    fn from_str(typed: &str) -> Result<Self, BackupCodeError> {
        let code: Option<String> = typed
            .chars()
            .filter(|&c| !is_separator(c))
            .map(canonical)
            .collect();
        code.filter(|code| code.len() == Self::CHARS)
            .map(|code| Self(Zeroizing::new(code)))
            .ok_or(BackupCodeError)
    }
}

impl fmt::Display for BackupCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}-{}-{}-{}",
            &self.0[..4],
            &self.0[4..8],
            &self.0[8..12],
            &self.0[12..]
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    fn every_way_of_typing_it_is_the_same_code(
        #[values(
            "0123-4567-89AB-CDEF",
            "0123456789abcdef",
            "o123 4567 89ab cdef",
            "OI23-4567-89AB-CDEF",
            "0l23\u{2013}4567-89AB-CDEF"
        )]
        typed: &str,
    ) {
        assert_eq!(
            typed.parse::<BackupCode>().ok().unwrap().expose(),
            "0123456789ABCDEF"
        );
    }

    #[rstest]
    fn anything_else_is_refused(
        #[values(
            "",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEFG",
            "U123-4567-89AB-CDEF",
            "0123-4567-89AB-CDÉF",
            "123456"
        )]
        typed: &str,
    ) {
        assert!(typed.parse::<BackupCode>().is_err());
    }

    proptest! {
        #[test]
        fn all_80_bits_stand_in_the_code(a: [u8; 10], b: [u8; 10]) {
            let (first, second) = (BackupCode::from_random(a), BackupCode::from_random(b));
            prop_assert_eq!(a == b, first.expose() == second.expose());
            prop_assert!(first.to_string().parse::<BackupCode>().ok().unwrap().expose() == first.expose());
        }
    }
}
