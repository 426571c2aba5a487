//! The one form that takes a code: in the sign-in and in the wizard.

use leptos::prelude::*;

use crate::{
    error::AppError,
    reactive::shown,
    refused::Wait,
    shell::shell,
    ui::{Button, ButtonKind, CodeField, CodeKind, FormError, SubmitForm},
    words,
};

/// A code field, `Enter`, and whatever the last try brought.
#[component]
pub(crate) fn CodeForm(
    /// The field's label.
    #[prop(into)]
    label: String,
    /// What is typed.
    code: RwSignal<String>,
    /// Digits, or a backup code.
    #[prop(optional)]
    kind: CodeKind,
    /// The last refusal.
    refused: RwSignal<Option<AppError>>,
    /// Whether a try is on its way.
    pending: RwSignal<bool>,
    /// Submits what is typed.
    #[prop(into)]
    on_submit: Callback<()>,
    /// Whether the field takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
    /// Further buttons beside `Enter`.
    children: Children,
) -> impl IntoView {
    shell().forget_once_back(refused);
    let retry = move |error: &AppError| words::may_work_again(error);
    let at_field = Signal::derive(move || {
        refused
            .get()
            .filter(|error| !retry(error) && !words::is_from_between(error))
            .map(|error| words::refusal(&error))
    });
    let general = Signal::derive(move || {
        refused
            .get()
            .filter(|error| retry(error))
            .map(|error| words::refusal(&error))
    });
    let from_between = Signal::derive(move || {
        refused
            .get()
            .filter(words::is_from_between)
            .map(|error| words::refusal(&error))
    });
    let submit = move || {
        refused.set(None);
        on_submit.run(());
    };
    view! {
        <SubmitForm on_submit=submit pending>
            <CodeField label value=code kind error=at_field autofocus />
            {shown(move || refused.get().map(|error| view! { <Wait error /> }.into_any()).into_any())}
            <FormError error=general retry=submit />
            <FormError error=from_between />
            <div class="actions">
                <Button label="Enter" kind=ButtonKind::Primary submit=true pending pending_label="Checking…" />
                {children()}
            </div>
        </SubmitForm>
    }
}
