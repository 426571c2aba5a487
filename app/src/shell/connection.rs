//! The connection to the server: what calls and the browser report about it, and when the tab asks the server again.

use leptos::{prelude::*, task::spawn_local};

use super::Shell;
use crate::{
    api::session::whoami,
    ui::{
        boxed::{effect, later},
        leave_alert,
    },
    wire::{
        connection::{Connection, Heard, passes, pause},
        error::AppError,
    },
    words,
};

/// How often a page retries a failed load by itself.
const RELOADS: u32 = 5;

impl Shell {
    /// Records what the result of a call tells about the connection.
    pub(super) fn note<T>(self, answer: &Result<T, AppError>) {
        self.hear(Heard::of(answer.as_ref().err()));
    }

    /// Records what the tab heard about the connection.
    pub(super) fn hear(self, heard: Heard) {
        let before = self.connection.get_untracked();
        let now = before.after(heard);
        if now != before {
            self.connection.set(now);
            self.lost.update_value(|lost| *lost = lost.wrapping_add(1));
            if now.asks_again() {
                self.ask_again(0, self.lost.get_value());
            }
        }
    }

    /// The user looks at the page again. A sign-in in front of the server may be done now, so the tab asks the server at once instead of waiting
    /// for the next retry.
    pub(super) fn look_again(self) {
        let connection = self.connection.get_untracked();
        if connection.leads_on_by_reload() || connection.asks_again() {
            // Ends earlier retries.
            self.lost.update_value(|lost| *lost = lost.wrapping_add(1));
            self.ask(0, self.lost.get_value());
        }
    }

    /// Clears a refusal about an unreachable server once it is reached, and warns that the request may have been done. Keeps the input.
    pub fn forget_once_back(self, refused: RwSignal<Option<AppError>>) {
        effect(move || {
            let is_open = self.connection.get() == Connection::Fine;
            if is_open && refused.with_untracked(|refused| refused.as_ref().is_some_and(passes)) {
                leave_alert();
                refused.set(None);
                // A message about the end of the session is more specific.
                if !self.status_warns.get_untracked() || self.status.read_untracked().is_none() {
                    self.warn_here(words::BACK_AGAIN.to_owned());
                }
            }
        });
    }

    /// Repeats a failed load (`has_failed`) once the server is reached. Limited, because something in between may refuse only this request.
    pub(crate) fn load_once_back(self, has_failed: StoredValue<bool>, reload: Box<dyn Fn()>) {
        let mut tries = 0;
        effect(move || {
            let is_open = self.connection.get() == Connection::Fine;
            if is_open && tries < RELOADS && has_failed.get_value() {
                tries += 1;
                leave_alert();
                untrack(&reload);
            }
        });
    }

    /// Asks the server again after a pause.
    fn ask_again(self, tries: u32, lost: u32) {
        later(move || self.ask(tries, lost), pause(tries));
    }

    /// Asks whether the server is back. If so, continues with the session that it reports.
    fn ask(self, tries: u32, lost: u32) {
        if self.lost.get_value() != lost {
            return;
        }
        spawn_local(async move {
            let version = self.version.get_value();
            let answer = whoami().await;
            if self.lost.get_value() != lost {
                return;
            }
            // If this changes the state, the new state starts its own retries.
            self.note(&answer);
            if self.lost.get_value() == lost {
                if self.connection.get_untracked().asks_again() {
                    self.ask_again(tries + 1, lost);
                }
                return;
            }
            match answer {
                Ok(viewer) if self.version.get_value() == version => {
                    self.failed.set(None);
                    self.is_confirmed.set(true);
                    self.hear_of_session(viewer);
                }
                Ok(_) => {}
                // A page that shows why it could not be loaded shows the latest reason.
                Err(error) => self.failed.update(|failed| {
                    if failed.is_some() {
                        *failed = Some(error);
                    }
                }),
            }
        });
    }
}
