//! The origin of an event: the actor, their address and browser, the time, and what an attempt is
//! for.

use std::net::IpAddr;

use super::Action;
use crate::{
    ids::{SessionId, UserId},
    time::Timestamp,
};

/// The longest browser name that is kept, in characters.
const BROWSER: usize = 256;

/// The actor of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A client that is not signed in.
    Nobody,
    /// A user, fully signed in or not.
    User(UserId),
    /// The operator, through the command line.
    Operator,
    /// The server itself.
    System,
}

impl Actor {
    /// The text as stored. No user identifier equals one of these words.
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

/// What a request adds to every event that it causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The actor.
    pub actor: Actor,
    /// The session.
    pub session: Option<SessionId>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The browser's name, as the browser sends it.
    pub browser: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The action that passwords and codes are tried for.
    pub trying: Option<Action>,
    /// The server function that was called.
    pub function: Option<&'static str>,
}

impl Origin {
    /// An origin on this machine.
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

    /// A browser's name as it may be stored: cut, and without characters that a terminal, a log or
    /// a table would interpret (ASVS V16.4.1).
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

/// Whether this is a control character, a character that changes the text direction, or an
/// invisible one.
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
