//! Calls of the server from a page.

use std::pin::Pin;

use leptos::{prelude::*, task::spawn_local};

use crate::{shell::Shell, wire::error::AppError, words};

impl Shell {
    /// Calls the server and sets `busy` meanwhile. If the session was lost, the guard leads to the
    /// sign-in.
    pub fn call<T: 'static>(
        self,
        busy: RwSignal<bool>,
        request: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(Result<T, AppError>) + 'static,
    ) {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        self.follow(busy, Box::pin(request), Box::new(done));
    }

    /// The boxed part of [`Self::call`]. With its own types, each call would add a copy of this
    /// code to the pages, not each kind of answer.
    fn follow<T: 'static>(
        self,
        busy: RwSignal<bool>,
        request: Pin<Box<dyn Future<Output = Result<T, AppError>>>>,
        done: Box<dyn FnOnce(Result<T, AppError>)>,
    ) {
        let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
            let result = request.await;
            self.note(&result);
            if self.settle(busy, result.as_ref().err().copied()) {
                done(result);
            }
        });
        spawn_local(task);
    }

    /// Processes the end of a call. Returns whether the page should handle the answer.
    fn settle(self, busy: RwSignal<bool>, refusal: Option<AppError>) -> bool {
        busy.try_set(false);
        // These answers show that the server received the session's cookie. No page calls a public
        // function before the cookie is proven.
        let is_proof = !matches!(refusal, Some(AppError::NotSignedIn | AppError::Unreachable))
            && !refusal.as_ref().is_some_and(words::is_from_between);
        if is_proof {
            self.session.prove_cookie();
        }
        if refusal.is_none() {
            self.connection.may_have_used_code.set_value(false);
        }
        if !matches!(refusal, Some(AppError::NotSignedIn)) {
            let was_lost = refusal.as_ref().is_some_and(words::is_lost);
            self.connection.may_have_done.set_value(was_lost);
        }
        match refusal {
            Some(AppError::NotSignedIn) => {
                self.lose_session();
                return false;
            }
            // The account's rule, the user's role or their methods have changed meanwhile, so the
            // pages are updated.
            Some(AppError::SetUpRequired | AppError::NotAllowed | AppError::NoMethod) => {
                self.refresh();
            }
            _ => {}
        }
        true
    }
}
