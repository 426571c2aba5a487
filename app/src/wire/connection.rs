//! The state of a tab's connection to the server.

use std::time::Duration;

use crate::wire::error::AppError;

/// What is between the browser and the server, judged by its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intermediary {
    /// Asks for its own sign-in.
    SignIn,
    /// Shows its own page.
    Page,
    /// Refuses the request.
    Refusal,
    /// Limits the number of requests.
    Limit,
    /// Can't reach the server.
    Gateway,
}

impl Intermediary {
    /// Classifies the status of a response that is not the server's; 0 is a redirect, which the
    /// server never sends.
    #[must_use]
    pub const fn of(status: u16) -> Self {
        match status {
            // 511 is the response of a network that requires a sign-in (RFC 6585).
            0 | 300..=399 | 401 | 407 | 511 => Self::SignIn,
            100..=299 => Self::Page,
            429 => Self::Limit,
            500.. => Self::Gateway,
            _ => Self::Refusal,
        }
    }
}

impl From<Intermediary> for AppError {
    fn from(between: Intermediary) -> Self {
        match between {
            Intermediary::SignIn => Self::SignInInFront,
            Intermediary::Page => Self::OtherPage,
            Intermediary::Refusal => Self::Blocked,
            Intermediary::Limit => Self::Throttled,
            Intermediary::Gateway => Self::Gateway,
        }
    }
}

/// The body of a response without a valid answer of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// JSON, but not of the expected type.
    Json,
    /// Marked as JSON, but cut short.
    HalfJson,
    /// No body, or an incomplete one.
    Nothing,
    /// Anything else, such as a page.
    Other,
}

/// Classifies a response without a valid answer: from another version of the server, cut short, or
/// not from the server.
///
/// The server's answers are JSON with its mark (`x-build`). A proxy may remove the mark, so valid
/// JSON needs none. A proxy may also replace an answer by its own page and keep the mark. An error
/// without a body comes from something in between, because every refusal of the server has a body.
#[must_use]
pub fn unreadable(status: u16, content: Content, is_marked: bool) -> AppError {
    match content {
        Content::Json if is_marked => AppError::Unreadable,
        Content::HalfJson => AppError::CutShort,
        Content::Nothing if matches!(status, 200..=299) => AppError::CutShort,
        Content::Json | Content::Nothing | Content::Other => Intermediary::of(status).into(),
    }
}

/// Whether a refusal only says that the server was not reached, so that it no longer applies once
/// the connection is back.
#[must_use]
pub const fn passes(refusal: &AppError) -> bool {
    matches!(
        refusal,
        AppError::Unreachable | AppError::SignInInFront | AppError::OtherPage | AppError::Gateway
    )
}

/// The connection to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Connection {
    /// Working, as far as the tab knows.
    #[default]
    Fine,
    /// The browser reports that there is no network.
    Offline,
    /// There may be a network, but nothing answered.
    Silent,
    /// Something in between answered.
    Interrupted(Intermediary),
}

/// An event that tells about the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionEvent {
    /// The browser has lost the network.
    Offline,
    /// The browser has a network again.
    Online,
    /// A call got no response.
    NoAnswer,
    /// A call got a response from something in between.
    Intermediary(Intermediary),
    /// A call got any response from the server.
    Answer,
}

impl ConnectionEvent {
    /// The event of a finished call, by its refusal.
    #[must_use]
    pub const fn of(refusal: Option<&AppError>) -> Self {
        match refusal {
            Some(AppError::Unreachable) => Self::NoAnswer,
            Some(AppError::SignInInFront) => Self::Intermediary(Intermediary::SignIn),
            Some(AppError::OtherPage) => Self::Intermediary(Intermediary::Page),
            Some(AppError::Blocked) => Self::Intermediary(Intermediary::Refusal),
            Some(AppError::Throttled) => Self::Intermediary(Intermediary::Limit),
            Some(AppError::Gateway) => Self::Intermediary(Intermediary::Gateway),
            _ => Self::Answer,
        }
    }
}

impl Connection {
    /// The state after an event.
    #[must_use]
    pub const fn after(self, heard: ConnectionEvent) -> Self {
        match (heard, self) {
            (ConnectionEvent::Answer, _) | (ConnectionEvent::Online, Self::Fine) => Self::Fine,
            (ConnectionEvent::Offline, _) | (ConnectionEvent::NoAnswer, Self::Offline) => {
                Self::Offline
            }
            (ConnectionEvent::Intermediary(between), _) => Self::Interrupted(between),
            // A network does not mean that the server can be reached, so the tab asks the server.
            (ConnectionEvent::NoAnswer | ConnectionEvent::Online, _) => Self::Silent,
        }
    }

    /// Whether the tab asks the server again every few seconds. Not for a sign-in in front of the
    /// server, which needs the user.
    #[must_use]
    pub const fn asks_again(self) -> bool {
        matches!(
            self,
            Self::Silent | Self::Interrupted(Intermediary::Gateway)
        )
    }

    /// Whether reloading the page leads to the page that needs the user.
    #[must_use]
    pub const fn leads_on_by_reload(self) -> bool {
        matches!(
            self,
            Self::Interrupted(Intermediary::SignIn | Intermediary::Page)
        )
    }
}

/// The pause before the next request to an unreachable server, after this number of tries.
#[must_use]
pub const fn pause(tries: u32) -> Duration {
    const LONGEST: u64 = 30;
    let seconds = if tries < 4 { 2 << tries } else { LONGEST };
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_ends_it() {
        let lost = Connection::Fine.after(ConnectionEvent::NoAnswer);
        assert_eq!(lost, Connection::Silent);
        assert_eq!(lost.after(ConnectionEvent::NoAnswer), lost);
        assert_eq!(lost.after(ConnectionEvent::Answer), Connection::Fine);
        let offline = Connection::Fine.after(ConnectionEvent::Offline);
        assert_eq!(
            offline.after(ConnectionEvent::NoAnswer),
            Connection::Offline
        );
        assert_eq!(offline.after(ConnectionEvent::Online), Connection::Silent);
        assert_eq!(offline.after(ConnectionEvent::Answer), Connection::Fine);
    }

    #[test]
    fn p3_an_answer_of_something_else_is_told_from_the_servers() {
        for (status, error) in [
            (0, AppError::SignInInFront),
            (302, AppError::SignInInFront),
            (401, AppError::SignInInFront),
            (407, AppError::SignInInFront),
            (511, AppError::SignInInFront),
            (200, AppError::OtherPage),
            (403, AppError::Blocked),
            (404, AppError::Blocked),
            (413, AppError::Blocked),
            (429, AppError::Throttled),
            (500, AppError::Gateway),
            (502, AppError::Gateway),
            (504, AppError::Gateway),
            (520, AppError::Gateway),
        ] {
            let read = |content, is_marked| unreadable(status, content, is_marked);
            assert_eq!(read(Content::Other, false), error, "{status}");
            assert_eq!(
                read(Content::Json, false),
                error,
                "{status}: JSON of others"
            );
            assert_eq!(
                read(Content::Other, true),
                error,
                "{status}: a page in its place"
            );
            assert_eq!(read(Content::Json, true), AppError::Unreadable);
            for is_marked in [false, true] {
                assert_eq!(read(Content::HalfJson, is_marked), AppError::CutShort);
                let nothing = if status == 200 {
                    AppError::CutShort
                } else {
                    error
                };
                assert_eq!(read(Content::Nothing, is_marked), nothing, "{status}");
            }
            let heard = ConnectionEvent::of(Some(&error));
            let now = Connection::Fine.after(heard);
            assert!(matches!(now, Connection::Interrupted(_)), "{now:?}");
            assert_eq!(now.after(ConnectionEvent::Answer), Connection::Fine);
            assert_eq!(now.after(ConnectionEvent::NoAnswer), Connection::Silent);
            assert_eq!(now.after(ConnectionEvent::Offline), Connection::Offline);
        }
        assert_eq!(
            ConnectionEvent::of(Some(&AppError::Unreachable)),
            ConnectionEvent::NoAnswer
        );
        for ours in [
            None,
            Some(&AppError::Unreadable),
            Some(&AppError::CutShort),
            Some(&AppError::NotAllowed),
        ] {
            assert_eq!(ConnectionEvent::of(ours), ConnectionEvent::Answer);
        }
    }

    #[test]
    fn p3_a_sign_in_in_front_is_not_asked_again_and_again() {
        let interrupted = Connection::Interrupted;
        for (connection, asks, reload) in [
            (Connection::Fine, false, false),
            (Connection::Offline, false, false),
            (Connection::Silent, true, false),
            (interrupted(Intermediary::SignIn), false, true),
            (interrupted(Intermediary::Page), false, true),
            (interrupted(Intermediary::Refusal), false, false),
            (interrupted(Intermediary::Limit), false, false),
            (interrupted(Intermediary::Gateway), true, false),
        ] {
            let found = (connection.asks_again(), connection.leads_on_by_reload());
            assert_eq!(found, (asks, reload), "{connection:?}");
        }
    }

    #[test]
    fn p3_what_says_only_that_nothing_answered_is_over_with_the_next_answer() {
        for error in [
            AppError::Unreachable,
            AppError::Gateway,
            AppError::SignInInFront,
            AppError::OtherPage,
        ] {
            assert!(passes(&error));
            assert_ne!(
                Connection::Fine.after(ConnectionEvent::of(Some(&error))),
                Connection::Fine,
                "{error:?}: it would be forgotten as it is said"
            );
        }
        for error in [
            AppError::Blocked,
            AppError::Throttled,
            AppError::CutShort,
            AppError::WrongCode,
            AppError::Unavailable,
        ] {
            assert!(!passes(&error), "{error:?}");
        }
    }

    #[test]
    fn a_network_that_comes_unasked_is_no_news() {
        assert_eq!(
            Connection::Fine.after(ConnectionEvent::Online),
            Connection::Fine
        );
    }

    #[test]
    fn pauses_grow_up_to_half_a_minute() {
        let seconds = [0, 1, 2, 3, 4, 100].map(|tries| pause(tries).as_secs());
        assert_eq!(seconds, [2, 4, 8, 16, 30, 30]);
    }
}
