//! Names that people give: of themselves and of accounts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text can't be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("enter a name")]
    Empty,
    /// Over [`MAX_CHARS`] characters.
    #[error("use at most 100 characters")]
    TooLong,
    /// A control character, which could break a log line or a table.
    #[error("use letters, digits and punctuation only")]
    Control,
}

/// Longest name, in characters.
pub const MAX_CHARS: usize = 100;

/// Direction overrides and the like: invisible, and able to make one name look like another.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn checked(text: &str) -> Result<String, NameError> {
    let name = text.trim();
    match name.chars().count() {
        0 => Err(NameError::Empty),
        count if count > MAX_CHARS => Err(NameError::TooLong),
        _ if name.contains(is_invisible) => Err(NameError::Control),
        _ => Ok(name.to_owned()),
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as it was given, trimmed.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                checked(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )+};
}

names! {
    /// A person's full name, as the header shows it.
    PersonName
    /// An account's name; unique when case-folded.
    AccountName
    /// An MFA method's name, as My profile shows it.
    MethodName
}

impl PersonName {
    /// The form in which names are searched and sorted.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl AccountName {
    /// The form in which two account names are compared.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(
            " Ada Owner ".parse::<PersonName>().unwrap().as_str(),
            "Ada Owner"
        );
        assert_eq!("  ".parse::<PersonName>(), Err(NameError::Empty));
        assert_eq!(
            "é".repeat(101).parse::<AccountName>(),
            Err(NameError::TooLong)
        );
        assert!("é".repeat(100).parse::<AccountName>().is_ok());
        assert_eq!("a\nb".parse::<AccountName>(), Err(NameError::Control));
        assert_eq!("a\u{202e}b".parse::<AccountName>(), Err(NameError::Control));
    }
}
