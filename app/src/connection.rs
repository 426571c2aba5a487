//! What a tab knows of its way to the server, and what it says of it.

use std::time::Duration;

/// The way to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Connection {
    /// As far as the tab knows, it is open.
    #[default]
    Fine,
    /// The browser says that there is no network.
    Offline,
    /// There may be one, but the server did not answer.
    Silent,
}

/// What a tab hears about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The browser has lost the network.
    Offline,
    /// The browser has a network again.
    Online,
    /// A call got no answer.
    NoAnswer,
    /// A call got one, whatever it says.
    Answer,
}

impl Connection {
    /// The state after that.
    #[must_use]
    pub const fn after(self, heard: Heard) -> Self {
        match (heard, self) {
            (Heard::Answer, _) | (Heard::Online, Self::Fine) => Self::Fine,
            (Heard::Offline, _) | (Heard::NoAnswer, Self::Offline) => Self::Offline,
            // A network is not yet a server: that is asked.
            (Heard::NoAnswer | Heard::Online, _) => Self::Silent,
        }
    }
}

/// How long to wait before the server is asked again whether it is there, after that many tries.
#[must_use]
pub const fn pause(tries: u32) -> Duration {
    const LONGEST: u64 = 30;
    let seconds = if tries < 4 { 2 << tries } else { LONGEST };
    Duration::from_secs(seconds)
}

/// What the notice at the edge of the page says: the connection first, as nothing can be loaded anew without it.
#[must_use]
pub const fn notice(connection: Connection, outdated: bool) -> Option<&'static str> {
    match connection {
        Connection::Offline => Some("You are offline. Nothing that you typed is lost."),
        Connection::Silent => Some("There is no connection to the server. Trying again…"),
        Connection::Fine if outdated => {
            Some("A new version is ready. Reload when you have finished what you are typing.")
        }
        Connection::Fine => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_ends_it() {
        let lost = Connection::Fine.after(Heard::NoAnswer);
        assert_eq!(lost, Connection::Silent);
        assert_eq!(lost.after(Heard::NoAnswer), lost);
        assert_eq!(lost.after(Heard::Answer), Connection::Fine);
        let offline = Connection::Fine.after(Heard::Offline);
        assert_eq!(offline.after(Heard::NoAnswer), Connection::Offline);
        assert_eq!(offline.after(Heard::Online), Connection::Silent);
        assert_eq!(offline.after(Heard::Answer), Connection::Fine);
    }

    #[test]
    fn a_network_that_comes_unasked_is_no_news() {
        assert_eq!(Connection::Fine.after(Heard::Online), Connection::Fine);
    }

    #[test]
    fn pauses_grow_up_to_half_a_minute() {
        let seconds = [0, 1, 2, 3, 4, 100].map(|tries| pause(tries).as_secs());
        assert_eq!(seconds, [2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn a_new_version_waits_for_the_connection() {
        let said = |connection| notice(connection, true).unwrap_or_default();
        assert!(said(Connection::Fine).contains("new version"));
        assert!(said(Connection::Offline).contains("offline"));
        assert_eq!(notice(Connection::Fine, false), None);
    }
}
