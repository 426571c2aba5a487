//! E-mail addresses: the name people sign in by.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An address, trimmed and case-folded, so that one person can't be counted as two (security.md: Authelia CVE-2025-24806).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("enter an email address such as name@example.com")]
pub struct EmailError;

impl Email {
    /// Longest address that can be delivered to, in bytes (RFC 5321 §4.5.3.1.3).
    pub const MAX_BYTES: usize = 254;

    /// Whether a text is one as it was typed, for whoever only asks: folding it takes tables of every script's letters, which weigh 12 KB in
    /// the pages. Where folding changes how long it is, parsing may judge otherwise at the very limit.
    ///
    /// # Errors
    /// When it is none.
    pub fn check(text: &str) -> Result<(), EmailError> {
        let text = text.trim();
        let plausible = text.rsplit_once('@').is_some_and(|(local, host)| {
            let label =
                |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
            !local.is_empty()
                && local.len() <= 64
                && host.contains('.')
                && host.split('.').all(label)
                && !local.contains('@')
        });
        let clean = !text
            .contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"".contains(c));
        if plausible && clean && text.len() <= Self::MAX_BYTES {
            Ok(())
        } else {
            Err(EmailError)
        }
    }

    /// The folded address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let folded = text.trim().to_lowercase();
        Self::check(&folded)?;
        Ok(Self(folded))
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(" Ada@Example.COM ", "ada@example.com")]
    #[case("ÉVA@exämple.com", "éva@exämple.com")]
    #[case("a+b@mail.example.com", "a+b@mail.example.com")]
    fn is_trimmed_and_folded(#[case] typed: &str, #[case] stored: &str) {
        assert_eq!(Email::check(typed), Ok(()));
        assert_eq!(typed.parse::<Email>().unwrap().as_str(), stored);
    }

    #[rstest]
    fn is_refused(
        #[values(
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@host",
            "a b@example.com",
            "a@b@example.com",
            "a@-x.com",
            "a@b..com"
        )]
        typed: &str,
    ) {
        assert_eq!(Email::check(typed), Err(EmailError));
        assert_eq!(typed.parse::<Email>(), Err(EmailError));
    }
}
