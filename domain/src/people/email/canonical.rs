//! The canonical form in which an address is stored, compared, counted and searched.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{EmailError, check_new, has_form, narrow, trimmed};
use crate::people::{stored_text::StoredText, typed::shows_nothing};

/// An address in canonical form, so that one person can't be counted as two (security.md: Authelia
/// CVE-2025-24806): composed (NFC), in lower case, without invisible characters. The host is in
/// Unicode instead of Punycode (UTS 46), which some browsers convert it to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    canonical: String,
    /// The text that versions before 44 stored for the same input, if it differs.
    earlier: Option<String>,
}

impl Email {
    /// The canonical address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// The text that an earlier version stored for this input, if it differs. If two people had
    /// spellings of one address, one of them still has the earlier text, until the operator gives
    /// them another address.
    #[must_use]
    pub fn earlier(&self) -> Option<&str> {
        self.earlier.as_deref()
    }

    /// A new address of a person.
    ///
    /// # Errors
    /// If the text is not a valid address, or contains an invisible character.
    pub fn new(text: &str) -> Result<Self, EmailError> {
        check_new(text)?;
        text.parse()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let canonical = canonical(text).ok_or(EmailError::Form)?;
        let earlier = text.trim().to_lowercase();
        let earlier =
            (earlier != canonical && earlier.len() <= super::MAX_BYTES).then_some(earlier);
        Ok(Self { canonical, earlier })
    }
}

fn canonical(text: &str) -> Option<String> {
    let text: String = trimmed(text).chars().map(narrow).collect();
    let (local, host) = text.rsplit_once('@')?;
    let canonical = format!("{}@{}", folded(local), host_in_letters(host)?);
    has_form(&canonical).then_some(canonical)
}

/// Folds a text: composed, in lower case; both lower-case sigmas become one, and so do both
/// lower-case dotted i.
fn folded(text: &str) -> String {
    let seen = text.chars().filter(|c| !shows_nothing(*c));
    let small = seen.nfc().flat_map(char::to_lowercase).collect::<String>();
    small
        .replace('ς', "σ")
        .replace("i\u{307}", "i")
        .nfc()
        .collect()
}

/// The host in Unicode; `None` if it is not a valid host.
fn host_in_letters(host: &str) -> Option<String> {
    if host.is_ascii() && !host.to_ascii_lowercase().contains("xn--") {
        return Some(host.to_ascii_lowercase());
    }
    // Some hosts contain joiners. In other hosts they are dropped like other invisible characters.
    let is_joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    let with_joiners = host.chars().filter(|c| is_joiner(*c) || !shows_nothing(*c));
    let with_joiners: String = with_joiners.collect();
    let without = with_joiners.replace(is_joiner, "");
    letters(&with_joiners).or_else(|| letters(&without))
}

fn letters(host: &str) -> Option<String> {
    let (rules, denied) = (Uts46::new(), AsciiDenyList::URL);
    let ascii = rules.to_ascii(host.as_bytes(), denied, Hyphens::Allow, DnsLength::Ignore);
    let ascii = ascii.ok()?;
    let (letters, is_right) = rules.to_unicode(ascii.as_bytes(), denied, Hyphens::Allow);
    is_right.ok().map(|()| letters.into_owned())
}

/// Converts a search text to the form in which addresses are stored.
#[must_use]
pub fn search(text: &str) -> String {
    let text: String = trimmed(text).chars().map(narrow).collect();
    match text.rsplit_once('@') {
        Some((local, host)) => {
            let host = host_in_letters(host).unwrap_or_else(|| folded(host));
            format!("{}@{host}", folded(local))
        }
        // A text with a dot is most likely a host, which keeps its joiners and its final sigma.
        None if text.contains('.') => host_in_letters(&text).unwrap_or_else(|| folded(&text)),
        None => folded(&text),
    }
}

impl StoredText for Email {
    fn from_stored(text: String) -> Self {
        Self {
            canonical: text,
            earlier: None,
        }
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
        email.canonical
    }
}

impl fmt::Display for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.canonical)
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Email {}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl PartialOrd for Email {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Email {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical.cmp(&other.canonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// S4: all spellings belong to one person.
    #[rstest]
    #[case("ada@example.com", &[" Ada@Example.COM ", "\u{202a}ada@example.com\u{202c}", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example。com", "a\u{200b}da@example.com"])]
    #[case("éva@exämple.com", &["ÉVA@exämple.com", "e\u{301}va@exa\u{308}mple.com", "éva@xn--exmple-cua.com", "ÉVA@XN--EXMPLE-CUA.COM"])]
    #[case("a+b@mail.example.com", &["a+b@mail.example.com", "A+B@Mail.Example.Com"])]
    // Some mail providers have assigned such addresses, and browsers' email fields accept them
    // (HTML, valid email address).
    #[case("a..b.@example.com", &["a..b.@example.com", "A..B.@Example.com"])]
    #[case("οδυσ@example.com", &["ΟΔΥΣ@example.com", "οδυς@example.com"])]
    #[case("ibrahim@example.com", &["İbrahim@example.com", "i\u{307}brahim@example.com"])]
    #[case("a@straße.de", &["A@STRAẞE.de", "a@xn--strae-oqa.de"])]
    #[case("a@نامه\u{200c}ای.com", &["a@xn--mgba3gch31f060k.com"])]
    #[case("a@under_score.example.com", &["A@UNDER_score.example.com"])]
    fn s4_every_spelling_has_one_form(#[case] stored: &str, #[case] typed: &[&str]) {
        assert_eq!(stored.parse::<Email>().unwrap().as_str(), stored);
        for typed in typed {
            assert_eq!(typed.parse::<Email>().unwrap().as_str(), stored, "{typed}");
        }
    }

    #[rstest]
    fn a_host_that_can_be_none_is_refused(
        #[values(
            "a@xn--a-.com",
            "a@exa\u{202e}\u{338}mple .com",
            "\u{200b}@example.com"
        )]
        typed: &str,
    ) {
        assert_eq!(typed.parse::<Email>(), Err(EmailError::Form));
    }

    #[test]
    fn what_an_earlier_version_stored_is_told() {
        let earlier = |typed: &str| typed.parse::<Email>().unwrap().earlier().map(str::to_owned);
        assert_eq!(earlier("Ada@Example.com "), None);
        let punycode = "eva@xn--exmple-cua.com";
        assert_eq!(earlier(punycode).as_deref(), Some(punycode));
    }

    #[rstest]
    #[case("EXÄMPLE", "exämple")]
    #[case("xn--exmple-cua.com", "exämple.com")]
    #[case("Eva@XN--EXMPLE-CUA.com", "eva@exämple.com")]
    #[case("eva@exäm", "eva@exäm")]
    #[case("e\u{301}va", "éva")]
    #[case("%_", "%_")]
    #[case("βόλος.example", "βόλος.example")]
    #[case("نامه\u{200c}ای.com", "نامه\u{200c}ای.com")]
    fn is_searched_in_the_stored_form(#[case] typed: &str, #[case] stored: &str) {
        assert_eq!(search(typed), stored);
    }

    proptest! {
        /// Canonicalising a canonical form does not change it, so a stored one stays valid.
        #[test]
        fn a_canonical_form_is_its_own(local in "\\PC{1,20}", host in "\\PC{1,20}") {
            let Ok(email) = format!("{local}@{host}.com").parse::<Email>() else { return Ok(()) };
            let again: Email = email.as_str().parse().unwrap();
            prop_assert_eq!(again.as_str(), email.as_str());
        }
    }
}
