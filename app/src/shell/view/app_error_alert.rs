//! Shows the server's refusal of a form.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    shell::{address::RightAddress, shell},
    ui::{Alert, ButtonKind, Countdown, FormError, boxed::boxed_view, link_button, paragraph},
    wire::error::AppError,
    words,
};

/// A refusal above a form, with `Try again` if that may help, or a countdown if waiting helps.
#[component]
pub(crate) fn AppErrorAlert(
    /// The refusal.
    refused: RwSignal<Option<AppError>>,
    /// Submits again.
    #[prop(into)]
    retry: Callback<()>,
    /// Whether a field shows the refusals of the server itself.
    #[prop(optional)]
    at_field: bool,
    /// Whether the user may try again even if something in between answered.
    #[prop(optional)]
    may_repeat: bool,
) -> impl IntoView {
    shell().forget_once_back(refused);
    boxed_view(move || {
        let said = refused.get().map(|error| {
            let mut said = words::refusal(&error);
            let has_none = error == AppError::NoMethod && !shell().session.has_mfa();
            if has_none {
                words::ADD_MFA_FIRST.clone_into(&mut said);
            }
            let needs_mfa = has_none || error == AppError::SetUpRequired;
            if words::may_work_again(&error) || may_repeat && words::is_from_between(&error) {
                view! { <FormError error=Some(said) retry /> }.into_any()
            } else if needs_mfa && !at_field {
                view! {
                    <Alert action=|| link_button("/profile/mfa/new", words::ADD_MFA, ButtonKind::Secondary)>
                        {paragraph(said)}
                    </Alert>
                }
                .into_any()
            } else if at_field && !words::is_from_between(&error) {
                view! { <Wait error /> }.into_any()
            } else if error == AppError::LinkDead {
                // The link was used, perhaps by this form itself, if the response was lost.
                let said = Some(link_dead().to_owned());
                view! { <FormError error=said /><p><WayOn /></p> }.into_any()
            } else {
                view! { <FormError error=Some(said) /><Wait error /><RightAddress error /> }.into_any()
            }
        });
        said.into_any()
    })
}

/// The text of a refusal, for an alert that follows its changes.
pub(crate) fn in_words(refused: RwSignal<Option<AppError>>) -> Signal<Option<String>> {
    Signal::derive(move || refused.get().map(|error| words::refusal(&error)))
}

/// A countdown, if waiting helps.
#[component]
pub(crate) fn Wait(error: AppError) -> impl IntoView {
    words::wait(&error)
        .map(|seconds| view! { <Countdown seconds label=words::wait_for(&error) /> }.into_any())
}

/// The text for a dead link, for the kind of link that leads to the current page.
pub(crate) fn link_dead() -> &'static str {
    let path = window().location().pathname().unwrap_or_default();
    if path.starts_with("/setup") {
        words::SETUP_LINK_DEAD
    } else {
        words::LINK_DEAD
    }
}

/// A way to continue from a link that no longer works: to the sign-in, or to My profile for a user
/// who is signed in.
#[component]
pub(crate) fn WayOn() -> impl IntoView {
    let shell = shell();
    boxed_view(move || {
        if shell.session.known.with(|known| known.viewer().is_some()) {
            view! { <A href="/profile">{words::GO_TO_MY_PROFILE}</A> }.into_any()
        } else {
            view! { <A href="/sign-in">{words::SIGN_IN}</A> }.into_any()
        }
    })
}
