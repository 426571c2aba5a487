//! What a form says when the server refuses.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    shell::{address::RightAddress, shell},
    ui::{Alert, Countdown, FormError, LinkButton, browser::reactive::shown, written},
    wire::error::AppError,
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
    /// Whether a field says what the server itself refuses.
    #[prop(optional)]
    at_field: bool,
    /// Whether it may be tried again even where something in between answered.
    #[prop(optional)]
    may_repeat: bool,
) -> impl IntoView {
    shell().forget_once_back(refused);
    shown(move || {
        let said = refused.get().map(|error| {
            let said = words::refusal(&error);
            if words::may_work_again(&error) || may_repeat && words::is_from_between(&error) {
                view! { <FormError error=Some(said) retry /> }.into_any()
            } else if matches!(error, AppError::NoMethod | AppError::SetUpRequired) && !at_field {
                view! {
                    <Alert action=|| view! { <LinkButton href="/profile/mfa/new" label="Add MFA" /> }>
                        <p use:written=said.into()></p>
                    </Alert>
                }
                .into_any()
            } else if at_field && !words::is_from_between(&error) {
                view! { <Wait error /> }.into_any()
            } else if error == AppError::LinkDead {
                // The form's link was used: perhaps by this very form, whose answer was lost on its way.
                let said = Some(link_dead().to_owned());
                view! { <FormError error=said /><p><WayOn /></p> }.into_any()
            } else {
                view! { <FormError error=Some(said) /><Wait error /><RightAddress error /> }.into_any()
            }
        });
        said.into_any()
    })
}

/// A refusal in words, for an alert that follows it.
pub(crate) fn in_words(refused: RwSignal<Option<AppError>>) -> Signal<Option<String>> {
    Signal::derive(move || refused.get().map(|error| words::refusal(&error)))
}

/// How long to wait, where waiting helps.
#[component]
pub(crate) fn Wait(error: AppError) -> impl IntoView {
    words::wait(&error)
        .map(|seconds| view! { <Countdown seconds label=words::wait_for(&error) /> }.into_any())
}

/// What a dead link says, to those who open the kind of link that leads to this page.
pub(crate) fn link_dead() -> &'static str {
    let path = window().location().pathname().unwrap_or_default();
    if path.starts_with("/setup") {
        words::SETUP_LINK_DEAD
    } else {
        words::LINK_DEAD
    }
}

/// Where a link that opens nothing need not end: who has used it already can sign in, who is signed in is led to their own pages.
#[component]
pub(crate) fn WayOn() -> impl IntoView {
    let shell = shell();
    shown(move || {
        if shell.known.with(|known| known.viewer().is_some()) {
            view! { <A href="/profile">"Go to My profile"</A> }.into_any()
        } else {
            view! { <A href="/sign-in">"Sign in"</A> }.into_any()
        }
    })
}
