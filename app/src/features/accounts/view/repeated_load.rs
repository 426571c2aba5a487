//! Requests that a page repeats. The last answer stays visible until the next one arrives.

use leptos::prelude::*;

use crate::{
    shell::shell,
    ui::{boxed::effect, focus_heading},
    wire::{
        connection::{Connection, passes},
        error::AppError,
    },
};

/// The answers to a repeated request.
pub(super) struct Asked<T: Send + Sync + 'static> {
    /// The last answer.
    pub answer: RwSignal<Option<T>>,
    /// Why the last request was refused.
    pub failed: RwSignal<Option<AppError>>,
    /// Whether a newer answer is expected.
    pub loading: RwSignal<bool>,
    turn: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Send + Sync + 'static> Asked<T> {
    /// Repeats the request.
    pub fn again(self) {
        self.turn.try_update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Repeats the request after a failure. Moves the focus to the heading, because the message and its button disappear.
    pub fn retry(self) {
        focus_heading();
        self.failed.set(None);
        self.again();
    }
}

/// Sends the request at once, and again whenever the question changes. A slow answer never replaces a newer one.
pub(super) fn ask<Q, T, F>(
    question: impl Fn() -> Q + 'static,
    fetch: impl Fn(Q) -> F + 'static,
) -> Asked<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + 'static,
{
    let shell = shell();
    let asked = Asked {
        answer: RwSignal::new(None),
        failed: RwSignal::new(None),
        loading: RwSignal::new(true),
        turn: RwSignal::new(0),
    };
    let newest = StoredValue::new(0_u32);
    let has_failed = StoredValue::new(false);
    effect(move || {
        asked.turn.track();
        let request = fetch(question());
        newest.update_value(|newest| *newest = newest.wrapping_add(1));
        let number = newest.get_value();
        asked.loading.set(true);
        shell.call(RwSignal::new(false), request, move |answer| {
            // A newer request was sent, or the page was left.
            if newest.try_get_value() != Some(number) {
                return;
            }
            asked.loading.set(false);
            has_failed.set_value(answer.as_ref().err().is_some_and(passes));
            match answer {
                Ok(answer) => {
                    asked.failed.set(None);
                    asked.answer.set(Some(answer));
                }
                Err(error) => asked.failed.set(Some(error)),
            }
        });
    });
    // Data from before a lost connection may be outdated, for example if the response to a change was lost.
    effect(move || {
        if shell.connection.get() != Connection::Fine {
            has_failed.set_value(true);
        }
    });
    let reload = move || {
        asked.failed.set(None);
        asked.again();
    };
    shell.load_once_back(has_failed, Box::new(reload));
    asked
}
