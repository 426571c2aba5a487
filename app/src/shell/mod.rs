//! What every page shares: the session, the message about the last action, and how to call the
//! server.
//!
//! [`Shell`] has five parts. `session_changes` changes several of them when the user changes: each
//! part but `Session`, which says who the user is, has a `reset`.
//!
//! `connection` keeps the connection to the server: `wire::connection` folds what the browser and
//! the calls report into one state, and distinguishes three ends of a call (no answer, an answer of
//! the server, an answer of something in between). The shell asks again while nothing or a gateway
//! without its server answers, and once when the user comes back to a page that waits for a sign-in
//! in front. A refusal from between never offers `Try again`, because the server may have counted
//! what was sent.
//!
//! `new_version` leaves the next link, or Back, to the browser when the server has another build of
//! the pages. The browser loads it with that navigation, but never while the shell holds what would
//! be lost: fresh codes, a page to return to, a set-up that has begun.
//!
//! `mfa/confirm` and `mfa/finish` answer what the session may do afterwards, so no step of the
//! wizard asks the server twice.

pub(crate) mod address;
mod call;
pub(crate) mod connection;
pub(crate) mod flash;
pub(crate) mod handover;
mod link;
pub(crate) mod load;
pub(crate) mod navigator;
mod new_version;
pub(crate) mod return_to;
pub(crate) mod session;
mod session_changes;
pub(crate) mod view;
mod window_events;

pub(crate) use load::Load;
pub(crate) use navigator::{HistoryEntry, Navigator, navigator};

use leptos::prelude::*;

use crate::shell::{
    connection::ServerConnection, flash::Flash, handover::Handover, return_to::ReturnTo,
    session::Session,
};

/// The state that all pages share. None of it is stored or put into the history.
#[derive(Clone, Copy)]
pub(crate) struct Shell {
    /// What this tab knows about its session.
    pub session: Session,
    /// The message about the last action.
    pub flash: Flash,
    /// Where the user continues after a page that they had to visit first.
    pub return_to: ReturnTo,
    /// What one page leaves for the next one.
    pub handover: Handover,
    /// The connection to the server.
    pub connection: ServerConnection,
}

impl Shell {
    /// Creates the shell of this tab, and asks the server who is signed in.
    pub fn start() -> Self {
        let shell = Self {
            session: Session::new(),
            flash: Flash::new(),
            return_to: ReturnTo::new(),
            handover: Handover::new(),
            connection: ServerConnection::new(),
        };
        shell.refresh();
        shell.session.hear_tabs(move || shell.refresh());
        shell.hear_the_window();
        shell
    }
}

/// The shared state.
pub(crate) fn shell() -> Shell {
    expect_context::<Shell>()
}
