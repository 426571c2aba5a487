//! The password rule (NIST 800-63B-4 §3.1.1.2): 15 to 256 characters of any kind, compared in NFC,
//! and not easy to guess.

#[cfg(feature = "secrets")]
mod guessable;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Shortest password, in characters.
pub const MIN_CHARS: usize = 15;
/// Longest password, in characters. Passwords are never truncated.
pub const MAX_CHARS: usize = 256;

/// Why a text can't become a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// The password is shorter than [`MIN_CHARS`] characters.
    #[error("use at least 15 characters")]
    TooShort,
    /// The password is longer than [`MAX_CHARS`] characters.
    #[error("use at most 256 characters")]
    TooLong,
    /// The password is easy to guess.
    #[error(transparent)]
    Weak(#[from] Weakness),
}

/// Why a password that is long enough is easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum Weakness {
    /// The password is on the list of common passwords.
    #[error("it is on lists of common passwords")]
    Common,
    /// The password is mostly repetition or a sequence.
    #[error("it repeats itself or follows a sequence")]
    Pattern,
    /// The password consists mostly of data about its owner.
    #[error("it is made of your email, your name or the name of this product")]
    Personal,
}

/// Checks a new password's length. The text must be in NFC: the page asks the browser to normalise
/// it, the server normalises it itself.
pub fn check_length(nfc: &str) -> Result<(), PasswordError> {
    match nfc.chars().count() {
        count if count < MIN_CHARS => Err(PasswordError::TooShort),
        count if count > MAX_CHARS => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

/// What is known of the person who chooses a password. Every place that sets a password passes all
/// of it, so that the check is the same.
#[cfg(feature = "secrets")]
#[derive(Clone, Copy, Default)]
pub struct PasswordOwner<'a> {
    /// The product's name.
    pub brand: &'a str,
    /// The person's email address.
    pub email: &'a str,
    /// The person's full name.
    pub name: &'a str,
}

/// A password in NFC, wiped from memory when dropped. The type has no `Debug` and no `Serialize`.
#[cfg(feature = "secrets")]
#[derive(Clone)]
pub struct Password(zeroize::Zeroizing<String>);

#[cfg(feature = "secrets")]
impl Password {
    /// Creates a password that `owner` chooses now: the whole rule applies.
    pub fn choose(text: &str, owner: PasswordOwner<'_>) -> Result<Self, PasswordError> {
        let password = Self::given(text);
        check_length(&password.0)?;
        match guessable::weakness(&password.0, &[owner.brand, owner.email, owner.name]) {
            Some(weakness) => Err(weakness.into()),
            None => Ok(password),
        }
    }

    /// Wraps a password that a user gives to sign in. The text is normalised but not checked
    /// against the rule.
    #[must_use]
    pub fn given(text: &str) -> Self {
        use unicode_normalization::UnicodeNormalization;
        Self(zeroize::Zeroizing::new(text.nfc().collect()))
    }

    /// The bytes to hash.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(check_length(&"é".repeat(14)), Err(PasswordError::TooShort));
        assert_eq!(check_length(&"é".repeat(15)), Ok(()));
        assert_eq!(check_length(&"😀".repeat(256)), Ok(()));
        assert_eq!(check_length(&"a".repeat(257)), Err(PasswordError::TooLong));
    }

    #[cfg(feature = "secrets")]
    #[test]
    fn nothing_is_cut_off() {
        let long = |last: char| {
            let mut text: String = ('!'..'~').cycle().step_by(7).take(99).collect();
            text.push(last);
            Password::choose(&text, PasswordOwner::default())
                .ok()
                .unwrap()
        };
        assert_eq!(long('a').expose().len(), 100);
        assert_ne!(long('a').expose(), long('b').expose());
    }

    #[cfg(feature = "secrets")]
    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let composed = Password::choose("caf\u{e9} with fifteen", PasswordOwner::default())
            .ok()
            .unwrap();
        let decomposed = Password::choose("cafe\u{301} with fifteen", PasswordOwner::default())
            .ok()
            .unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
    }
}
