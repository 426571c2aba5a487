//! One press of a button: pending while the server is asked, once at a time, with the refusal kept for the view.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use crate::{error::AppError, session::view::Session};

/// What a view knows of its request.
#[derive(Clone, Copy)]
pub(crate) struct Submission {
    session: Session,
    pending: RwSignal<bool>,
    /// Why the last one was refused; `None` from the next press on.
    pub error: RwSignal<Option<AppError>>,
}

impl Submission {
    pub fn new(session: Session) -> Self {
        Self { session, pending: RwSignal::new(false), error: RwSignal::new(None) }
    }

    /// True while the server is asked.
    pub fn pending(self) -> Signal<bool> {
        self.pending.into()
    }

    /// Asks, unless the last question is still open. `done` runs even if the view is gone by then: what the server did is done.
    pub fn send<T: 'static>(self, call: impl Future<Output = Result<T, AppError>> + 'static, done: impl FnOnce(T) + 'static) {
        self.send_or(call, done, |_| false);
    }

    /// The same, with refusals that the page takes itself: `refused` says whether it did.
    pub fn send_or<T: 'static>(
        self,
        call: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(T) + 'static,
        refused: impl FnOnce(AppError) -> bool + 'static,
    ) {
        if self.pending.get_untracked() {
            return;
        }
        self.error.set(None);
        self.pending.set(true);
        spawn_local(async move {
            let answer = call.await;
            self.pending.try_set(false);
            match answer {
                Ok(value) => done(value),
                Err(error) if refused(error) || self.session.takes(error) => {}
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }
}
