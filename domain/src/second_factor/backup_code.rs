//! A backup code as users see and type it: 16 characters of Crockford's base32 in groups of four.

use std::{fmt, str::FromStr};

use thiserror::Error;
use zeroize::Zeroizing;

use crate::people::typed::{ascii, is_separator};

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// One backup code: 80 random bits (NIST 800-63B-4 §4.2.1.1 asks for 64). No `Debug` and no
/// `Serialize`; `Display` writes the groups.
#[derive(Clone)]
pub struct BackupCode(Zeroizing<String>);

/// The text is not exactly one backup code, so it is not evaluated and costs no attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BackupCodeError {
    /// The text contains no code.
    #[error("a backup code has 16 letters and digits, such as XXXX-XXXX-XXXX-XXXX")]
    NoCode,
    /// The text contains more than one code, so it is not clear which one is meant.
    #[error("this holds more than one backup code")]
    Several,
}

impl BackupCode {
    /// Characters in a code, without dashes.
    pub const CHARS: usize = 16;
    /// With this many codes left, or fewer, the user is warned and offered new ones.
    pub const FEW: u32 = 3;
    /// Codes in a set.
    pub const PER_SET: usize = 10;

    /// Encodes 80 bits drawn by the caller as a code.
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

    /// The 16 characters without dashes, which are hashed and indexed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The canonical form of a typed character; `None` if it can't be part of a code.
fn canonical(typed: char) -> Option<char> {
    match ascii(typed)?.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c if c.is_ascii() && ALPHABET.contains(&(c as u8)) => Some(c),
        _ => None,
    }
}

impl FromStr for BackupCode {
    type Err = BackupCodeError;

    /// Parses a code alone, with any spacing, or the only code in a line of a list, such as
    /// `3. XXXX-XXXX-XXXX-XXXX`.
    fn from_str(typed: &str) -> Result<Self, BackupCodeError> {
        if let Some(code) = alone(typed) {
            return Ok(Self(code));
        }
        let mut among = words_like_codes(typed);
        if let Some(code) = among.pop() {
            let is_the_only_one = among.iter().all(|other| *other == code);
            return match code.len() {
                Self::CHARS if is_the_only_one => Ok(Self(code)),
                length if is_the_only_one && length < 2 * Self::CHARS => {
                    Err(BackupCodeError::NoCode)
                }
                _ => Err(BackupCodeError::Several),
            };
        }
        if let Some(code) = without_number(typed).and_then(alone) {
            return Ok(Self(code));
        }
        // Several codes in groups, separated by whitespace.
        let is_several = characters(typed).is_some_and(|all| all.len() >= 2 * Self::CHARS);
        Err(if is_several {
            BackupCodeError::Several
        } else {
            BackupCodeError::NoCode
        })
    }
}

/// The code, if the text contains nothing else.
fn alone(typed: &str) -> Option<Zeroizing<String>> {
    characters(typed).filter(|code| code.len() == BackupCode::CHARS)
}

/// The code characters of a text; `None` if the text contains any other character except
/// separators.
fn characters(typed: &str) -> Option<Zeroizing<String>> {
    let code: Option<String> = typed
        .chars()
        .filter(|&c| !is_separator(c))
        .map(canonical)
        .collect();
    code.map(Zeroizing::new)
}

/// The words of a text that look like codes, including longer ones: two joined codes, or a code
/// with a character too many.
fn words_like_codes(typed: &str) -> Vec<Zeroizing<String>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"' | ':');
    let words = typed.split(ends).filter_map(characters);
    words
        .filter(|word| word.len() >= BackupCode::CHARS)
        .collect()
}

/// The text after a list number: `3. `, `3) `, `#3 `.
fn without_number(typed: &str) -> Option<&str> {
    let typed = typed.trim_start_matches(|c: char| is_separator(c) || c == '#');
    let rest = typed.trim_start_matches(|c: char| ascii(c).is_some_and(|c| c.is_ascii_digit()));
    let digits = typed.chars().count() - rest.chars().count();
    let rest = rest.trim_start_matches([')', ']', ':', '.']);
    let is_number = (1..=2).contains(&digits) && rest.starts_with(char::is_whitespace);
    is_number.then_some(rest)
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
            "0l23\u{2013}4567-89AB-CDEF",
            "3. 0123-4567-89AB-CDEF",
            "10) 0123 4567 89AB CDEF",
            "#7 0123456789ABCDEF",
            "Backup code: 0123-4567-89AB-CDEF.",
            "(0123-4567-89AB-CDEF), used",
            "0123-4567-89AB-CDEF\n0123-4567-89AB-CDEF",
            "\u{200e}0123-4567-89AB-CDEF\u{200e}",
            "0123.4567.89AB.CDEF",
            "\u{ff10}123-4567-89\u{ff21}\u{ff42}-CDEF"
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
        let refused = typed.parse::<BackupCode>().err();
        assert_eq!(refused, Some(BackupCodeError::NoCode));
    }

    /// P14: no part of a pasted text is dropped silently.
    #[rstest]
    fn p14_several_codes_are_no_code(
        #[values(
            "0123-4567-89AB-CDEF 1123-4567-89AB-CDEF",
            "1. 0123-4567-89AB-CDEF\n2. 1123-4567-89AB-CDEF",
            "0123-4567-89AB-CDEF1123-4567-89AB-CDEF",
            "0123456789ABCDEF,1123456789ABCDEF",
            "1. 0123-4567-89AB-CDEF2. 1123-4567-89AB-CDEF",
            "0123 4567 89AB CDEF 1123 4567 89AB CDEF"
        )]
        typed: &str,
    ) {
        let refused = typed.parse::<BackupCode>().err();
        assert_eq!(refused, Some(BackupCodeError::Several));
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
