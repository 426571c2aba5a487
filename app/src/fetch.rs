//! What a page asks for when it is opened: a skeleton while it waits, `Try again` when it fails.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use crate::{error::AppError, refused::Refused, session::view::Session, ui::Skeleton};

/// An answer on its way.
pub(crate) struct Fetched<T: Send + Sync + 'static> {
    answer: RwSignal<Option<Result<T, AppError>>>,
    again: Callback<()>,
}

impl<T: Send + Sync + 'static> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Fetched<T> {}

/// Asks now, and again when `call` reads a signal that changes. `refused` says whether the page takes a refusal itself.
pub(crate) fn fetch<T, F>(session: Session, call: impl Fn() -> F + Copy + Send + Sync + 'static, refused: impl Fn(AppError) -> bool + Copy + Send + Sync + 'static) -> Fetched<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + 'static,
{
    let answer = RwSignal::new(None);
    let ask = move || {
        answer.set(None);
        let call = call();
        spawn_local(async move {
            match call.await {
                Err(error) if refused(error) || session.takes(error) => {}
                said => {
                    answer.try_set(Some(said));
                }
            }
        });
    };
    Effect::new(move |_| ask());
    Fetched { answer, again: Callback::new(move |()| ask()) }
}

impl<T: Clone + Send + Sync + 'static> Fetched<T> {
    /// Shows the answer, or why there is none.
    pub fn view<V: IntoView + 'static>(self, lines: u8, show: impl Fn(T) -> V + Send + 'static) -> impl IntoView {
        move || match self.answer.get() {
            None => view! { <div class="card"><Skeleton lines /></div> }.into_any(),
            Some(Ok(value)) => show(value).into_any(),
            Some(Err(error)) => view! { <Refused error=Some(error) retry=self.again /> }.into_any(),
        }
    }
}
