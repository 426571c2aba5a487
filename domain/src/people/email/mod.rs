//! E-mail addresses: the name people sign in by.

#[cfg(feature = "secrets")]
mod canonical;

use thiserror::Error;

#[cfg(feature = "secrets")]
pub use canonical::{Email, search};

use crate::people::typed::{shows_nothing, sign};

/// Longest address that can be delivered to, in bytes (RFC 5321 §4.5.3.1.3).
pub const MAX_BYTES: usize = 254;

/// Why a text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// It has not the form of one.
    #[error("enter an email address such as name@example.com")]
    Form,
    /// A sign within it that shows nothing, and would make it look like another one.
    #[error("leave out {}, which shows nothing", sign(*.0))]
    Sign(char),
}

/// Judges an address that a person is to have from now on, as it was typed. It is stricter than parsing one, which drops what shows nothing:
/// such a sign around an address comes from a clipboard, one within it does not belong there. It also does without the tables of every
/// script's letters, which are too heavy for the pages; parsing judges the host once more.
///
/// # Errors
/// When it can't be one.
pub fn check_new(text: &str) -> Result<(), EmailError> {
    let text: String = trimmed(text).chars().map(narrow).collect();
    let (local, host) = text.rsplit_once('@').unwrap_or((&text, ""));
    let shown = |c: &char| shows_nothing(*c) || c.is_control();
    // Hosts of Persian and of Indic scripts have joiners; parsing judges whether this one may.
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

/// Without the blanks and the signs that clipboards put around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || shows_nothing(c))
}

/// The ASCII form of a sign that a keyboard for wide characters gives; the dots of Chinese and Japanese sentences are dots.
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

    /// A pasted slash would become a person whom nobody can write to. An earlier version may have stored one, so parsing takes it.
    #[rstest]
    fn a_host_of_other_signs_is_refused_for_a_new_person(
        #[values("a@example.com/", "a@ex%61mple.com")] typed: &str,
    ) {
        assert_eq!(check_new(typed), Err(EmailError::Form));
    }

    /// S25 of the field.
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
