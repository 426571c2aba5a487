//! How a page calls the server.

use std::pin::Pin;

use leptos::{prelude::*, task::spawn_local};

use super::{Shell, shell};
use crate::error::AppError;

impl Shell {
    /// Calls the server, with `pending` set meanwhile; a lost session leads to the sign-in.
    pub fn call<T: 'static>(
        self,
        pending: RwSignal<bool>,
        request: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(Result<T, AppError>) + 'static,
    ) {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        // Boxed: as a type of its own each call's task would be one more copy of everything below in the pages.
        let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
            let result = request.await;
            self.note(&result);
            if self.settle(pending, result.as_ref().err().copied()) {
                done(result);
            }
        });
        spawn_local(task);
    }

    /// A call came back: whether its answer concerns the page.
    fn settle(self, pending: RwSignal<bool>, refusal: Option<AppError>) -> bool {
        pending.try_set(false);
        match refusal {
            Some(AppError::NotSignedIn) => {
                self.lost_session();
                return false;
            }
            // The account's rule or the person's role changed meanwhile: the pages follow.
            Some(AppError::SetUpRequired | AppError::NotAllowed) => self.refresh(),
            _ => {}
        }
        true
    }
}

/// Loads something once for a page, with a way to try again.
pub(crate) fn load<T, F>(
    fetch: impl Fn() -> F + Copy + Send + Sync + 'static,
) -> (
    RwSignal<Option<Result<T, AppError>>>,
    impl Fn() + Copy + Send + Sync + 'static,
)
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + 'static,
{
    let shell = shell();
    let result = RwSignal::new(None);
    let reload = move || {
        result.set(None);
        shell.call(RwSignal::new(false), fetch(), move |answer| {
            result.try_set(Some(answer));
        });
    };
    reload();
    (result, reload)
}
