//! The way to the server: what the calls and the browser say of it, and when it is asked again.

use leptos::{prelude::*, task::spawn_local};

use super::Shell;
use crate::{
    connection::{Heard, pause},
    error::AppError,
    session::api::whoami,
};

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

    /// Somebody looks at the page again: what waited for them elsewhere, such as a sign-in in front, may be done.
    pub(super) fn look_again(self) {
        if self.connection.get_untracked().leads_on_by_reload() {
            self.ask(0, self.lost.get_value());
        }
    }

    /// Asks now and then whether the server is back.
    fn ask_again(self, tries: u32, lost: u32) {
        set_timeout(move || self.ask(tries, lost), pause(tries));
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
                    self.know(viewer.into());
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
