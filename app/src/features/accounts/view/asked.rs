//! What a page asks the server more than once: the last answer stays until the next one is there.

use leptos::prelude::*;

use crate::{
    shell::shell,
    ui::{browser::reactive::effect, focus_heading},
    wire::{
        connection::{Connection, passes},
        error::AppError,
    },
};

/// The answers to one question.
pub(super) struct Asked<T: Send + Sync + 'static> {
    /// The last one.
    pub answer: RwSignal<Option<T>>,
    /// Why the last try was refused.
    pub failed: RwSignal<Option<AppError>>,
    /// Whether a newer one is on its way.
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
    /// Asks once more.
    pub fn again(self) {
        self.turn.try_update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Asks once more after a failure; the message goes, and with it the button that was pressed.
    pub fn retry(self) {
        focus_heading();
        self.failed.set(None);
        self.again();
    }
}

/// Asks at once, and again whenever the question changes. A slow answer never takes the place of a newer one.
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
            // Newer than this one, or the page was left.
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
    // What was shown before the server was away may be old: also the result of a change whose answer was lost.
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
