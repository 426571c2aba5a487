//! Names of people, accounts and methods.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::people::typed::{shows_nothing, sign};
#[cfg(feature = "secrets")]
use crate::people::{search_key, stored_text::StoredText};

/// Why a text is not a valid name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// The name has no visible character.
    #[error("enter a name")]
    Empty,
    /// The name is longer than [`MAX_CHARS`] characters.
    #[error("use at most 100 characters")]
    TooLong,
    /// The name contains an invisible character, which could break a log line, reverse a text, or
    /// make one name look like another.
    #[error("leave out {}, which shows nothing", sign(*.0))]
    Sign(char),
}

/// Longest name, in characters.
pub const MAX_CHARS: usize = 100;

/// Whether `c` may stand between `before` and `after`. An invisible character is allowed only where
/// scripts and emoji need it: a joiner between two visible characters (Persian, Indic scripts,
/// emoji) or after a virama, a variation selector after a visible character (Japanese names,
/// emoji), and tags after the flag that they modify.
fn is_in_place(before: Option<char>, c: char, after: Option<char>) -> bool {
    let shows = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !shows_nothing(c));
    match c {
        '\u{200c}' | '\u{200d}' => {
            let joins = shows(before) || before.is_some_and(is_variation_selector);
            joins && (shows(after) || before.is_some_and(is_virama))
        }
        _ if is_variation_selector(c) => shows(before),
        '\u{e0020}'..='\u{e007f}' => {
            matches!(before, Some('\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'))
        }
        '\u{2028}' | '\u{2029}' => false,
        _ => !c.is_control() && !shows_nothing(c),
    }
}

const fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Viramas, which remove a letter's inherent vowel. In older spellings a joiner after a virama ends
/// a word.
const fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

/// Combining marks, which need a base character.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The composed form (NFC, Unicode annex 15). The pages only check names and don't include its
/// tables.
fn composed(text: &str) -> String {
    #[cfg(feature = "secrets")]
    {
        use unicode_normalization::UnicodeNormalization;
        text.nfc().collect()
    }
    #[cfg(not(feature = "secrets"))]
    text.to_owned()
}

fn checked(text: &str) -> Result<String, NameError> {
    let name = composed(text.trim());
    let (mut before, mut characters) = (None, name.chars().peekable());
    while let Some(c) = characters.next() {
        if !is_in_place(before, c, characters.peek().copied()) {
            return Err(NameError::Sign(c));
        }
        before = Some(c);
    }
    if name.chars().all(is_mark) {
        return Err(NameError::Empty);
    }
    if name.chars().count() > MAX_CHARS {
        return Err(NameError::TooLong);
    }
    Ok(name)
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as it was given, trimmed and composed.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        #[cfg(feature = "secrets")]
        impl StoredText for $name {
            fn from_stored(text: String) -> Self {
                Self(text)
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
    /// An account's name; unique by its [`AccountName::search_key`].
    AccountName
    /// An MFA method's name, as My profile shows it.
    MethodName
    /// The name of an application behind Twinlock; unique by its [`ApplicationName::search_key`].
    ApplicationName
}

#[cfg(feature = "secrets")]
impl PersonName {
    /// The form in which names are searched and sorted.
    #[must_use]
    pub fn search_key(&self) -> String {
        search_key::of(&self.0)
    }
}

#[cfg(feature = "secrets")]
impl AccountName {
    /// The form in which two account names are compared.
    #[must_use]
    pub fn search_key(&self) -> String {
        search_key::of(&self.0)
    }
}

#[cfg(feature = "secrets")]
impl ApplicationName {
    /// The form in which two names of applications are compared.
    #[must_use]
    pub fn search_key(&self) -> String {
        search_key::of(&self.0)
    }
}

/// The name that is suggested for a new method: `base`, with a number from the second on.
#[must_use]
pub fn suggested_method_name(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = base.to_owned();
    let mut number = 1_u32;
    while is_taken(&name) && number < u32::MAX {
        number += 1;
        name = format!("{base} {number}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

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
    }

    /// S3: characters that a script or an emoji needs are accepted as typed.
    #[rstest]
    #[case::persian("علی\u{200c}رضا")]
    #[case::sinhala("ශ්\u{200d}රී ලංකා")]
    #[case::malayalam("അന്\u{200d}വര്\u{200d}")]
    #[case::family("Zoë \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}")]
    #[case::heart("\u{2764}\u{fe0f}\u{200d}\u{1f525}")]
    #[case::japanese("葛\u{e0100}城")]
    #[case::england("\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Ada")]
    #[case::irish("O’Brien-Søren, Jr.")]
    #[case::blank("田中\u{3000}さくら")]
    fn s3_a_name_of_any_script_is_taken(#[case] typed: &str) {
        assert_eq!(typed.parse::<PersonName>().unwrap().as_str(), typed);
    }

    #[rstest]
    fn s3_a_sign_that_shows_nothing_is_refused_by_name(
        #[values(
            '\0',
            '\n',
            '\t',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{202a}',
            '\u{202e}',
            '\u{2028}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{2800}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{feff}',
            '\u{e0041}'
        )]
        sign: char,
    ) {
        let typed = format!("a{sign}b");
        assert_eq!(typed.parse::<PersonName>(), Err(NameError::Sign(sign)));
    }

    #[rstest]
    #[case("\u{3164}", NameError::Sign('\u{3164}'))]
    #[case("\u{200d}", NameError::Sign('\u{200d}'))]
    #[case("a \u{200c}b", NameError::Sign('\u{200c}'))]
    #[case("a\u{200c} b", NameError::Sign('\u{200c}'))]
    #[case("a\u{200c}\u{200c}b", NameError::Sign('\u{200c}'))]
    #[case("\u{fe0f}", NameError::Sign('\u{fe0f}'))]
    #[case("\u{a0}\u{3000}", NameError::Empty)]
    #[case("\u{301}\u{300}", NameError::Empty)]
    fn s3_a_name_that_shows_nothing_is_refused(#[case] typed: &str, #[case] error: NameError) {
        assert_eq!(typed.parse::<PersonName>(), Err(error));
    }

    #[test]
    fn the_refusal_says_which_sign() {
        assert_eq!(
            NameError::Sign('\u{202e}').to_string(),
            "leave out U+202E (direction override), which shows nothing"
        );
    }

    #[cfg(feature = "secrets")]
    #[test]
    fn s3_composed_and_decomposed_letters_are_one_name() {
        let typed = "Zoe\u{308}".parse::<PersonName>();
        assert_eq!(typed, "Zoë".parse());
    }

    #[test]
    fn the_second_of_a_name_gets_a_number() {
        let suggested = |taken: &[&str]| {
            suggested_method_name("Authenticator application", |name| taken.contains(&name))
        };
        assert_eq!(suggested(&[]), "Authenticator application");
        assert_eq!(suggested(&["Phone"]), "Authenticator application");
        assert_eq!(
            suggested(&["Authenticator application"]),
            "Authenticator application 2"
        );
        assert_eq!(
            suggested(&["Authenticator application", "Authenticator application 2"]),
            "Authenticator application 3"
        );
    }
}
