//! The one form in which an address is stored, compared, counted and searched.

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
use crate::people::{kept::Kept, typed::shows_nothing};

/// An address in its one form, so that one person can't be counted as two (security.md: Authelia CVE-2025-24806): composed (NFC), in small
/// letters, without what shows nothing, and its host in letters and not in Punycode (UTS 46), which is what some browsers make of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    canonical: String,
    /// What versions before 44 stored for the same text, where that is another one.
    earlier: Option<String>,
}

impl Email {
    /// The canonical address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// What an earlier version stored for what was typed, if that was another text. Where two people had spellings of one address, one of them
    /// still has it, until the operator gives them another.
    #[must_use]
    pub fn earlier(&self) -> Option<&str> {
        self.earlier.as_deref()
    }

    /// An address that a person is to have from now on.
    ///
    /// # Errors
    /// When the text can't be one, or holds a sign that shows nothing.
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

/// Small letters, composed; the two small sigmas are one, and so are the two small dotted i.
fn folded(text: &str) -> String {
    let seen = text.chars().filter(|c| !shows_nothing(*c));
    let small = seen.nfc().flat_map(char::to_lowercase).collect::<String>();
    small
        .replace('ς', "σ")
        .replace("i\u{307}", "i")
        .nfc()
        .collect()
}

/// A host in its letters; none for one that can't be one.
fn host_in_letters(host: &str) -> Option<String> {
    if host.is_ascii() && !host.to_ascii_lowercase().contains("xn--") {
        return Some(host.to_ascii_lowercase());
    }
    // Joiners belong to some hosts; elsewhere they are dropped like other signs.
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

/// What is looked for in addresses, in the form in which they are stored.
#[must_use]
pub fn search(text: &str) -> String {
    let text: String = trimmed(text).chars().map(narrow).collect();
    match text.rsplit_once('@') {
        Some((local, host)) => {
            let host = host_in_letters(host).unwrap_or_else(|| folded(host));
            format!("{}@{host}", folded(local))
        }
        // With a dot it is most likely a host, which keeps its joiners and its final sigma.
        None if text.contains('.') => host_in_letters(&text).unwrap_or_else(|| folded(&text)),
        None => folded(&text),
    }
}

impl Kept for Email {
    fn kept(text: String) -> Self {
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

    /// S4 of the field: one person in all spellings.
    #[rstest]
    #[case("ada@example.com", &[" Ada@Example.COM ", "\u{202a}ada@example.com\u{202c}", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example。com", "a\u{200b}da@example.com"])]
    #[case("éva@exämple.com", &["ÉVA@exämple.com", "e\u{301}va@exa\u{308}mple.com", "éva@xn--exmple-cua.com", "ÉVA@XN--EXMPLE-CUA.COM"])]
    #[case("a+b@mail.example.com", &["a+b@mail.example.com", "A+B@Mail.Example.Com"])]
    // Some mail providers have given such addresses out, and a form of the browser takes them (HTML, valid email address).
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
        /// The canonical form is its own, so that a stored one stays what it is.
        #[test]
        fn a_canonical_form_is_its_own(local in "\\PC{1,20}", host in "\\PC{1,20}") {
            let Ok(email) = format!("{local}@{host}.com").parse::<Email>() else { return Ok(()) };
            let again: Email = email.as_str().parse().unwrap();
            prop_assert_eq!(again.as_str(), email.as_str());
        }
    }
}
