//! The notice about the connection to the server.

use crate::wire::connection::{Connection, Intermediary};

/// The notice on the page. The connection comes first, because a new version can't be loaded
/// without it.
#[must_use]
pub const fn notice(connection: Connection, outdated: bool) -> Option<&'static str> {
    match connection {
        Connection::Offline => Some("You are offline. Nothing that you typed is lost."),
        Connection::Silent => Some("There is no connection to the server. Trying again…"),
        Connection::Interrupted(Intermediary::SignIn) => Some(
            "The sign-in in front of this page has ended. Copy what you typed, then reload to sign in there again.",
        ),
        Connection::Interrupted(Intermediary::Page) => Some(
            "Another page came instead of the server's answer. Copy what you typed, then reload to see it.",
        ),
        Connection::Interrupted(Intermediary::Gateway) => {
            Some("What stands in front of the server can't reach it. Trying again…")
        }
        Connection::Fine if outdated => {
            Some("A new version is ready. Reload when you have finished what you are typing.")
        }
        // Something that refused one request may let others pass, so the form shows the refusal.
        Connection::Fine | Connection::Interrupted(Intermediary::Refusal | Intermediary::Limit) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_version_waits_for_the_connection() {
        let said = |connection| notice(connection, true).unwrap_or_default();
        assert!(said(Connection::Fine).contains("new version"));
        assert!(said(Connection::Offline).contains("offline"));
        assert_eq!(notice(Connection::Fine, false), None);
    }
}
