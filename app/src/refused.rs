//! What a form says when the server refuses.

use leptos::prelude::*;

use crate::{
    address::RightAddress,
    error::AppError,
    reactive::shown,
    session::view::WayOn,
    shell::shell,
    ui::{Countdown, FormError},
    words,
};

/// A refusal above a form: with `Try again` where that may help, with a countdown where waiting does.
#[component]
pub(crate) fn Refused(
    /// The refusal.
    refused: RwSignal<Option<AppError>>,
    /// Submits once more.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    shell().forget_once_back(refused);
    shown(move || {
        let said = refused.get().map(|error| {
            let said = Some(words::refusal(&error));
            if words::may_work_again(&error) {
                view! { <FormError error=said retry /> }.into_any()
            } else if error == AppError::LinkDead {
                // The form's link was used: perhaps by this very form, whose answer was lost on its way.
                view! { <FormError error=said /><p><WayOn /></p> }.into_any()
            } else {
                view! { <FormError error=said /><Wait error /><RightAddress error /> }.into_any()
            }
        });
        said.into_any()
    })
}

/// How long to wait, where waiting helps.
#[component]
pub(crate) fn Wait(error: AppError) -> impl IntoView {
    words::wait(&error)
        .map(|seconds| view! { <Countdown seconds label=words::wait_for(&error) /> }.into_any())
}
