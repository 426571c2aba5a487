use leptos::prelude::*;

use crate::{
    error::AppError,
    reactive::shown,
    ui::{Alert, FormError, LinkButton, written},
    words,
};

/// Why something was refused: with the way to a method where that is what is missing, with `Try again` where that may help.
#[component]
pub(super) fn Refusal(
    /// The refusal.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// Tries once more.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    shown(move || {
        let refusal = error.get().map(|error| {
            let said = words::refusal(&error);
            if matches!(error, AppError::NoMethod | AppError::SetUpRequired) {
                view! {
                    <Alert action=|| view! { <LinkButton href="/profile/mfa/new" label="Add MFA" /> }>
                        <p use:written=said.into()></p>
                    </Alert>
                }
                .into_any()
            } else if words::is_lost(&error) {
                view! { <FormError error=Some(said) retry /> }.into_any()
            } else {
                view! { <FormError error=Some(said) /> }.into_any()
            }
        });
        refusal.into_any()
    })
}
