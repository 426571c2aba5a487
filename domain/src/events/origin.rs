//! Where an event comes from: who asks, from which address and browser, when, and what an attempt is for.

use std::net::IpAddr;

use super::Action;
use crate::{
    ids::{SessionId, UserId},
    time::Timestamp,
};

/// How much of a browser's name is kept, in characters.
const BROWSER: usize = 256;

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is not signed in.
    Nobody,
    /// A user, fully signed in or not.
    User(UserId),
    /// Whoever uses the command line.
    Operator,
    /// The server by itself.
    System,
}

impl Actor {
    /// The text as stored; no identifier looks like a word of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Nobody => "nobody",
            Self::User(user) => user.as_str(),
            Self::Operator => "operator",
            Self::System => "system",
        }
    }
}

/// What a request adds to every event it causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// In which session.
    pub session: Option<SessionId>,
    /// From which address.
    pub address: Option<IpAddr>,
    /// With which browser, in its own words.
    pub browser: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What passwords and codes are tried for.
    pub trying: Option<Action>,
    /// Which function was called.
    pub function: Option<&'static str>,
}

impl Origin {
    /// Something that happens on this machine.
    #[must_use]
    pub const fn here(actor: Actor, at: Timestamp) -> Self {
        Self {
            actor,
            session: None,
            address: None,
            browser: None,
            at,
            trying: None,
            function: None,
        }
    }

    /// A browser's name as it may be kept: cut, and nothing in it that a terminal, a log or a table would act on (ASVS V16.4.1).
    #[must_use]
    pub fn browser_name(header: &[u8]) -> String {
        let text = String::from_utf8_lossy(header);
        let mut name = String::new();
        for character in text.chars().take(BROWSER) {
            if acts(character) {
                name.extend(character.escape_unicode());
            } else {
                name.push(character);
            }
        }
        name
    }
}

/// Controls, and what turns the direction of text or can't be seen.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_name_is_cut_and_can_do_nothing() {
        assert_eq!(
            Origin::browser_name(b"Mozilla/5.0 (X11; \xc3\x89)"),
            "Mozilla/5.0 (X11; É)"
        );
        assert_eq!(
            Origin::browser_name("a\n\u{1b}[31m\u{202e}b".as_bytes()),
            "a\\u{a}\\u{1b}[31m\\u{202e}b"
        );
        assert_eq!(Origin::browser_name(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(Origin::browser_name(&[b'x'; 5000]).chars().count(), BROWSER);
    }
}
