//! The connection to the server: what calls and the browser report about it, and when the tab asks
//! the server again.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::session::whoami,
    shell::Shell,
    ui::{
        boxed::{effect, later},
        leave_alert,
    },
    wire::{
        connection::{Connection, ConnectionEvent, passes, pause},
        error::AppError,
    },
    words,
};

/// How often a page retries a failed load by itself.
const RELOADS: u32 = 5;

/// The connection of this tab, and the calls whose responses were lost.
#[derive(Clone, Copy)]
pub(crate) struct ServerConnection {
    /// The connection to the server.
    pub state: RwSignal<Connection>,
    /// Whether the server now has another build of the pages.
    pub outdated: RwSignal<bool>,
    /// Whether the response to a password change was lost, so that the old password may no longer
    /// work.
    pub may_have_new_password: StoredValue<bool>,
    /// Whether the response to a code was lost, so that the code may be used up.
    pub may_have_used_code: StoredValue<bool>,
    /// Whether the response to the last call was lost.
    pub may_have_done: StoredValue<bool>,
    /// Counts changes of the connection, so that only the latest one retries.
    changes: StoredValue<u32>,
}

impl ServerConnection {
    /// Creates a connection that works, as far as the tab knows.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(Connection::Fine),
            outdated: RwSignal::new(false),
            may_have_new_password: StoredValue::new(false),
            may_have_used_code: StoredValue::new(false),
            may_have_done: StoredValue::new(false),
            changes: StoredValue::new(0),
        }
    }

    /// Forgets the previous user's password change and code whose responses were lost.
    pub fn reset(self) {
        self.may_have_new_password.set_value(false);
        self.may_have_used_code.set_value(false);
    }

    /// Counts a change, which ends earlier retries. Returns its number.
    fn next_change(self) -> u32 {
        self.changes
            .update_value(|changes| *changes = changes.wrapping_add(1));
        self.changes.get_value()
    }
}

impl Shell {
    /// Records what the result of a call tells about the connection.
    pub(super) fn note<T>(self, answer: &Result<T, AppError>) {
        self.hear(ConnectionEvent::of(answer.as_ref().err()));
    }

    /// Records what the tab heard about the connection.
    pub(super) fn hear(self, heard: ConnectionEvent) {
        let before = self.connection.state.get_untracked();
        let now = before.after(heard);
        if now != before {
            self.connection.state.set(now);
            let change = self.connection.next_change();
            if now.asks_again() {
                self.ask_again(0, change);
            }
        }
    }

    /// The user looks at the page again. A sign-in in front of the server may be done now, so the
    /// tab asks the server at once instead of waiting for the next retry.
    pub(super) fn look_again(self) {
        let connection = self.connection.state.get_untracked();
        if connection.leads_on_by_reload() || connection.asks_again() {
            // Ends earlier retries.
            self.ask(0, self.connection.next_change());
        }
    }

    /// Clears a refusal about an unreachable server once it is reached, and warns that the request
    /// may have been done. Keeps the input.
    pub fn forget_once_back(self, refused: RwSignal<Option<AppError>>) {
        effect(move || {
            let is_open = self.connection.state.get() == Connection::Fine;
            if is_open && refused.with_untracked(|refused| refused.as_ref().is_some_and(passes)) {
                leave_alert();
                refused.set(None);
                // A message about the end of the session is more specific.
                if !self.flash.warns.get_untracked()
                    || self.flash.message.read_untracked().is_none()
                {
                    self.flash.warn_here(words::BACK_AGAIN.to_owned());
                }
            }
        });
    }

    /// Repeats a failed load (`has_failed`) once the server is reached. Limited, because something
    /// in between may refuse only this request.
    pub(crate) fn load_once_back(self, has_failed: StoredValue<bool>, reload: Box<dyn Fn()>) {
        let mut tries = 0;
        effect(move || {
            let is_open = self.connection.state.get() == Connection::Fine;
            if is_open && tries < RELOADS && has_failed.get_value() {
                tries += 1;
                leave_alert();
                untrack(&reload);
            }
        });
    }

    /// Asks the server again after a pause.
    fn ask_again(self, tries: u32, change: u32) {
        later(move || self.ask(tries, change), pause(tries));
    }

    /// Asks whether the server is back. If so, continues with the session that it reports.
    fn ask(self, tries: u32, change: u32) {
        if self.connection.changes.get_value() != change {
            return;
        }
        spawn_local(async move {
            let version = self.session.version();
            let answer = whoami().await;
            if self.connection.changes.get_value() != change {
                return;
            }
            // If this changes the state, the new state starts its own retries.
            self.note(&answer);
            if self.connection.changes.get_value() == change {
                if self.connection.state.get_untracked().asks_again() {
                    self.ask_again(tries + 1, change);
                }
                return;
            }
            match answer {
                Ok(viewer) if self.session.version() == version => {
                    self.session.failed.set(None);
                    self.session.is_confirmed.set(true);
                    self.hear_of_session(viewer);
                }
                Ok(_) => {}
                // A page that shows why it could not be loaded shows the latest reason.
                Err(error) => self.session.failed.update(|failed| {
                    if failed.is_some() {
                        *failed = Some(error);
                    }
                }),
            }
        });
    }
}
