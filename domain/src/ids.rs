//! Identifiers: 128 random bits, written as 32 lower-case hexadecimal digits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an identifier is 32 hexadecimal digits")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Makes an identifier of 128 bits drawn by the caller.
            #[must_use]
            pub fn from_random(bits: [u8; 16]) -> Self {
                Self(bits.iter().map(|byte| format!("{byte:02x}")).collect())
            }

            /// The text used in the database and in requests.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if text.len() == 32 && text.bytes().all(hexadecimal) { Ok(Self(text.to_owned())) } else { Err(IdError) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A person who signs in.
    UserId
    /// A customer account, whose rule decides whether MFA is mandatory.
    AccountId
    /// A session in one browser. Its identifier does not change when its token is replaced.
    SessionId
    /// An MFA method of a user: today the authenticator application.
    MethodId
    /// One backup code of a set.
    BackupCodeId
    /// A set of ten backup codes.
    CodeSetId
    /// An application behind Twinlock.
    ApplicationId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bits_become_text_that_parses_back() {
        let id = UserId::from_random([0xa5; 16]);
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "a5",
            "A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5",
            "zz5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5",
        ] {
            assert_eq!(text.parse::<UserId>(), Err(IdError));
        }
    }
}
