//! Where in an application a person wanted to go: a path with its query.

use std::str::FromStr;

use thiserror::Error;

use super::OWN_PATHS;
use crate::people::stored_text::StoredText;

/// The longest target that is remembered, in bytes. A person with a longer one lands at `/`.
const LONGEST: usize = 2000;

/// A path that begins with exactly one `/`, with its query and without a fragment. Together with an
/// origin it can't lead to another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(String);

/// The text is not a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a target is a path that begins with one slash")]
pub struct TargetError;

impl Target {
    /// The start of an application.
    #[must_use]
    pub fn start() -> Self {
        Self("/".to_owned())
    }

    /// The text, to be put behind an origin.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path belongs to Twinlock.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.0.starts_with(OWN_PATHS)
    }

    /// The target to which a person is sent after the sign-in: never one of Twinlock's own paths.
    #[must_use]
    pub fn to_return_to(self) -> Self {
        if self.is_own() { Self::start() } else { self }
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.split_once('?').map_or(&self.0, |(path, _)| path)
    }

    /// The query without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.split_once('?').map(|(_, query)| query)
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let mut signs = text.bytes();
        let begins = signs.next() == Some(b'/') && !matches!(signs.next(), Some(b'/' | b'\\'));
        // Browsers drop tabs and line breaks in a URL, and read a backslash as a slash.
        let is_plain = text
            .bytes()
            .all(|sign| sign.is_ascii_graphic() && sign != b'\\');
        if begins && is_plain && text.len() <= LONGEST && !text.contains('#') {
            Ok(Self(text.to_owned()))
        } else {
            Err(TargetError)
        }
    }
}

impl StoredText for Target {
    fn from_stored(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn a_path_of_the_application_is_a_target(
        #[values(
            "/",
            "/a",
            "/a/b?c=d&e=%2F",
            "/?to=https://evil.example",
            "/a//b",
            "/@evil.example"
        )]
        text: &str,
    ) {
        assert_eq!(text.parse::<Target>().unwrap().as_str(), text);
    }

    #[rstest]
    fn what_could_leave_the_origin_is_no_target(
        #[values(
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /a",
            "/a b",
            "/a#b",
            "https://evil.example/",
            "@evil.example",
            ":8080/",
            "/\u{e4}"
        )]
        text: &str,
    ) {
        assert_eq!(text.parse::<Target>(), Err(TargetError));
    }

    #[test]
    fn a_long_target_is_refused() {
        let longest = format!("/{}", "a".repeat(LONGEST - 1));
        assert!(longest.parse::<Target>().is_ok());
        assert!(format!("{longest}a").parse::<Target>().is_err());
    }

    #[test]
    fn own_paths_are_not_returned_to() {
        let parse = |text: &str| text.parse::<Target>().unwrap();
        assert_eq!(parse("/.twinlock/sign-out").to_return_to(), Target::start());
        assert_eq!(parse("/.twinlocked").to_return_to(), parse("/.twinlocked"));
        assert_eq!(parse("/a?b=c").path(), "/a");
        assert_eq!(parse("/a?b=c").query(), Some("b=c"));
        assert_eq!(parse("/a").query(), None);
    }
}
