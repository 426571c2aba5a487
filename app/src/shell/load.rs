//! Data that a page loads from the server.

use std::pin::Pin;

use leptos::prelude::*;

use crate::{
    shell::shell,
    ui::{FormError, boxed::effect, focus_heading, waiting_card},
    wire::{
        connection::{Connection, passes},
        error::AppError,
    },
    words,
};

type Request<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// Data that a page loads. A slow answer never replaces a newer one.
pub(crate) struct Load<T: Send + Sync + 'static> {
    /// The last answer. [`Self::again`] keeps it until the next one arrives.
    pub answer: RwSignal<Option<T>>,
    /// Why the last request was refused.
    pub failed: RwSignal<Option<AppError>>,
    /// Whether a newer answer is expected.
    pub loading: RwSignal<bool>,
    send: Callback<()>,
    /// Whether the server is asked again once the connection is back.
    is_stale: StoredValue<bool>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Send + Sync + 'static> Load<T> {
    /// Loads the data at once.
    pub fn now<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        let load = Self::on_demand(fetch);
        load.reload();
        load
    }

    /// Takes the data that the call that led to the page has brought, or loads it.
    pub fn with<F>(brought: Option<T>, fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        let is_missing = brought.is_none();
        let load = Self::on_demand(fetch);
        load.answer.set(brought);
        if is_missing {
            load.reload();
        }
        load
    }

    /// Loads nothing before [`Self::reload`].
    pub fn on_demand<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        let load = Self::new(Box::new(move || Box::pin(fetch())));
        shell().load_once_back(load.is_stale, Box::new(move || load.reload()));
        load
    }

    /// Loads the data now, and again whenever the question changes.
    pub fn following<Q, F>(
        question: impl Fn() -> Q + Send + Sync + 'static,
        fetch: impl Fn(Q) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        let load = Self::new(Box::new(move || Box::pin(fetch(question()))));
        effect(move || load.send.run(()));
        // Data from before a lost connection may be outdated, for example if the response to a
        // change was lost.
        let shell = shell();
        effect(move || {
            if shell.connection.state.get() != Connection::Fine {
                load.is_stale.set_value(true);
            }
        });
        let refresh = move || {
            load.failed.set(None);
            load.again();
        };
        shell.load_once_back(load.is_stale, Box::new(refresh));
        load
    }

    fn new(fetch: Box<dyn Fn() -> Request<T> + Send + Sync>) -> Self {
        let shell = shell();
        let (answer, failed) = (RwSignal::new(None), RwSignal::new(None));
        let (loading, is_stale) = (RwSignal::new(true), StoredValue::new(false));
        let newest = StoredValue::new(0_u32);
        let send = move |()| {
            let request = fetch();
            newest.update_value(|newest| *newest = newest.wrapping_add(1));
            let number = newest.get_value();
            loading.set(true);
            shell.call(RwSignal::new(false), request, move |result| {
                // A newer request was sent, or the page was left.
                if newest.try_get_value() != Some(number) {
                    return;
                }
                loading.set(false);
                is_stale.set_value(result.as_ref().err().is_some_and(passes));
                match result {
                    Ok(data) => {
                        failed.set(None);
                        answer.set(Some(data));
                    }
                    Err(error) => failed.set(Some(error)),
                }
            });
        };
        Self {
            answer,
            failed,
            loading,
            send: Callback::new(send),
            is_stale,
        }
    }

    /// Loads the data again. The page shows that it waits.
    pub fn reload(self) {
        self.answer.set(None);
        self.failed.set(None);
        untrack(|| self.send.run(()));
    }

    /// Loads the data again. The last answer stays until the next one arrives. Does nothing if the
    /// page was left.
    pub fn again(self) {
        untrack(|| self.send.try_run(()));
    }

    /// Loads the data again after a failure. Moves the focus to the heading, because the message
    /// and its button disappear.
    pub fn retry(self) {
        focus_heading();
        self.failed.set(None);
        self.again();
    }

    /// What the page shows instead of the answer: that it waits, or why it failed.
    pub fn without_answer(self, lines: u8) -> AnyView {
        match self.failed.get() {
            None => waiting_card(lines),
            Some(error) => not_loaded(&error, Callback::new(move |()| self.reload())),
        }
    }

    /// Whether there is neither an answer nor a refusal yet.
    pub fn is_waiting(self) -> bool {
        self.answer.read().is_none() && self.failed.read().is_none()
    }

    /// The result of the last request; `None` while the page waits for it.
    pub fn result(self) -> Option<Result<T, AppError>>
    where
        T: Clone,
    {
        match self.failed.get() {
            Some(error) => Some(Err(error)),
            None => self.answer.get().map(Ok),
        }
    }
}

/// Why data is missing. `Try again` moves the focus to the heading, because it disappears.
fn not_loaded(error: &AppError, reload: Callback<()>) -> AnyView {
    let retry = move || {
        focus_heading();
        reload.run(());
    };
    view! { <FormError error=Some(words::refusal(error)) retry /> }.into_any()
}
