//! The way to the server: what the calls and the browser say of it, and when it is asked again.

use leptos::{prelude::*, task::spawn_local};

use super::Shell;
use crate::{
    api::session::whoami,
    ui::{
        browser::reactive::{effect, later},
        leave_alert,
    },
    wire::{
        connection::{Connection, Heard, passes, pause},
        error::AppError,
    },
    words,
};

/// How often a page loads by itself what could not be loaded.
const RELOADS: u32 = 5;

impl Shell {
    /// What a call says of the way to the server.
    pub(super) fn note<T>(self, answer: &Result<T, AppError>) {
        self.hear(Heard::of(answer.as_ref().err()));
    }

    /// What the tab heard of it.
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

    /// Somebody looks at the page again: what waited for them elsewhere, such as a sign-in in front, may be done, and nobody who looks
    /// waits for the next turn.
    pub(super) fn look_again(self) {
        let connection = self.connection.get_untracked();
        if connection.leads_on_by_reload() || connection.asks_again() {
            // The turns from before end.
            self.lost.update_value(|lost| *lost = lost.wrapping_add(1));
            self.ask(0, self.lost.get_value());
        }
    }

    /// Forgets that the server was not reached once it is, and says that what was sent may have been done. What was typed stays.
    pub fn forget_once_back(self, refused: RwSignal<Option<AppError>>) {
        effect(move || {
            let is_open = self.connection.get() == Connection::Fine;
            if is_open && refused.with_untracked(|refused| refused.as_ref().is_some_and(passes)) {
                leave_alert();
                refused.set(None);
                // What the end of a session says of the same try says more.
                if !self.status_warns.get_untracked() || self.status.read_untracked().is_none() {
                    self.warn_here(words::BACK_AGAIN.to_owned());
                }
            }
        });
    }

    /// Loads once more what could not be loaded (`has_failed`), once the server is reached. Not for ever: something in between may refuse just this.
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

    /// Asks now and then whether the server is back.
    fn ask_again(self, tries: u32, lost: u32) {
        later(move || self.ask(tries, lost), pause(tries));
    }

    /// Asks whether the server is back; the page that could not be loaded is there then.
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
            // A new state asks by itself.
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
                // A page that says why it could not be loaded says the newest reason.
                Err(error) => self.failed.update(|failed| {
                    if failed.is_some() {
                        *failed = Some(error);
                    }
                }),
            }
        });
    }
}
