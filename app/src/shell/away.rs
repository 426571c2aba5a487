//! The way to the server: what the calls and the browser say of it, and when it is asked again.

use leptos::{prelude::*, task::spawn_local};

use super::Shell;
use crate::{
    connection::{Connection, Heard, pause},
    error::AppError,
    session::api::whoami,
};

impl Shell {
    /// What a call says of the way to the server.
    pub(super) fn note<T>(self, answer: &Result<T, AppError>) {
        self.hear(if matches!(answer, Err(AppError::Unreachable)) {
            Heard::NoAnswer
        } else {
            Heard::Answer
        });
    }

    /// What the tab heard of it.
    pub(super) fn hear(self, heard: Heard) {
        let before = self.connection.get_untracked();
        let now = before.after(heard);
        if now != before {
            self.connection.set(now);
            self.lost.update_value(|lost| *lost = lost.wrapping_add(1));
            if now == Connection::Silent {
                self.ask_again(0, self.lost.get_value());
            }
        }
    }

    /// Asks now and then whether the server is back; the page that could not be loaded is there then.
    fn ask_again(self, tries: u32, lost: u32) {
        let ask = move || {
            if self.lost.get_value() != lost {
                return;
            }
            spawn_local(async move {
                let version = self.version.get_value();
                let answer = whoami().await;
                if self.lost.get_value() != lost {
                    return;
                }
                if answer == Err(AppError::Unreachable) {
                    return self.ask_again(tries + 1, lost);
                }
                self.note(&answer);
                if let (Ok(viewer), true) = (answer, self.version.get_value() == version) {
                    self.failed.set(None);
                    self.is_confirmed.set(true);
                    self.know(viewer.into());
                }
            });
        };
        set_timeout(ask, pause(tries));
    }
}
