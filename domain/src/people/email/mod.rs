//! E-mail addresses, which people sign in with.

#[cfg(feature = "secrets")]
mod canonical;

use thiserror::Error;

#[cfg(feature = "secrets")]
pub use canonical::{Email, search};

use crate::people::typed::{shows_nothing, sign};

/// The longest address that mail can be delivered to, in bytes (RFC 5321 §4.5.3.1.3).
pub const MAX_BYTES: usize = 254;

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// The text does not have the form of an address.
    #[error("enter an email address such as name@example.com")]
    Form,
    /// The address contains an invisible character, which would make it look like another address.
    #[error("leave out {}, which shows nothing", sign(*.0))]
    Sign(char),
}

/// Checks a new address of a person, as it was typed. This check is stricter than parsing, which
/// drops invisible characters: around an address such a character comes from a clipboard, but
/// within an address it is an error. This check also works without the Unicode tables, which are
/// too large for the pages; parsing checks the host again.
///
/// # Errors
/// If the text is not a valid address.
pub fn check_new(text: &str) -> Result<(), EmailError> {
    let text: String = trimmed(text).chars().map(narrow).collect();
    let (local, host) = text.rsplit_once('@').unwrap_or((&text, ""));
    let shown = |c: &char| shows_nothing(*c) || c.is_control();
    // Hosts in Persian and Indic scripts contain joiners. Parsing decides whether this one may.
    let may_join = host.chars().any(|c| !c.is_ascii() && !shows_nothing(c));
    let is_joiner = |c: &char| may_join && matches!(c, '\u{200c}' | '\u{200d}');
    let of_host = host.chars().filter(|c| !is_joiner(c)).find(shown);
    if let Some(c) = local.chars().find(shown).or(of_host) {
        return Err(EmailError::Sign(c));
    }
    let is_of_host = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._".contains(c);
    if has_form(&text) && host.chars().all(is_of_host) {
        Ok(())
    } else {
        Err(EmailError::Form)
    }
}

/// The text without whitespace and invisible characters at both ends, which clipboards add.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || shows_nothing(c))
}

/// The ASCII form of a full-width character. The full stops of Chinese and Japanese become dots.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' | '\u{ff61}' => '.',
        c => c,
    }
}

fn has_form(text: &str) -> bool {
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
    plausible && clean && text.len() <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    fn a_form_that_is_none_is_refused(
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
        assert_eq!(check_new(typed), Err(EmailError::Form));
        #[cfg(feature = "secrets")]
        assert_eq!(typed.parse::<Email>(), Err(EmailError::Form));
    }

    /// A pasted slash would create a user who can't receive mail. An earlier version may have
    /// stored such an address, so parsing accepts it.
    #[rstest]
    fn a_host_of_other_signs_is_refused_for_a_new_person(
        #[values("a@example.com/", "a@ex%61mple.com")] typed: &str,
    ) {
        assert_eq!(check_new(typed), Err(EmailError::Form));
    }

    /// S25: the sign that does not belong in an address is named.
    #[rstest]
    fn s25_a_sign_within_is_refused_by_name(
        #[values(
            '\u{202e}', '\u{200b}', '\u{200e}', '\u{ad}', '\u{2060}', '\u{3164}', '\0'
        )]
        sign: char,
    ) {
        let typed = format!("a{sign}b@example.com");
        assert_eq!(check_new(&typed), Err(EmailError::Sign(sign)));
        let host = format!("ab@exam{sign}ple.com");
        assert_eq!(check_new(&host), Err(EmailError::Sign(sign)));
    }

    #[test]
    fn a_host_of_a_script_with_joiners_keeps_them() {
        assert_eq!(check_new("a@نامه\u{200c}ای.com"), Ok(()));
        let error = EmailError::Sign('\u{200c}');
        assert_eq!(check_new("a\u{200c}b@نامه.com"), Err(error));
    }

    #[rstest]
    fn what_a_clipboard_puts_around_it_is_dropped(
        #[values(
            "\u{202a}a@example.com\u{202c}",
            "\u{feff}a@example.com\u{a0}",
            "\u{200e} a@example.com\n"
        )]
        typed: &str,
    ) {
        assert_eq!(check_new(typed), Ok(()));
    }
}
