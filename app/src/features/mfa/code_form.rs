//! The form that takes a code, in the sign-in and in the wizard.

use leptos::prelude::*;

use crate::{
    shell::{shell, view::app_error_alert::AppErrorAlert},
    ui::{CodeField, CodeKind, SubmitForm, boxed::effect, submit_button},
    wire::error::AppError,
    words,
};

/// A code field, the button `Enter`, and the result of the last attempt.
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
    /// Whether an attempt is being sent.
    busy: RwSignal<bool>,
    /// Submits the typed code.
    #[prop(into)]
    on_submit: Callback<()>,
    /// Whether the field takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
    /// Set if a backup code is accepted too: whether the response to an attempt of either kind was
    /// lost.
    #[prop(optional)]
    or_backup: Option<StoredValue<bool>>,
    /// Further buttons next to `Enter`.
    children: Children,
) -> impl IntoView {
    let shell = shell();
    let was_lost = or_backup.unwrap_or_else(|| StoredValue::new(false));
    effect(move || {
        if refused.read().as_ref().is_some_and(words::is_lost) {
            was_lost.set_value(true);
            shell.connection.may_have_used_code.set_value(true);
        }
    });
    let at_field = Signal::derive(move || {
        refused
            .get()
            .filter(|error| !words::is_lost(error))
            .map(|error| {
                words::code_refusal(
                    &error,
                    words::CodeAttempt {
                        by_either: or_backup.is_some(),
                        was_lost: was_lost.get_value(),
                    },
                )
            })
    });
    let submit = move || {
        refused.set(None);
        on_submit.run(());
    };
    view! {
        <SubmitForm on_submit=submit busy>
            <CodeField label value=code kind error=at_field autofocus />
            <AppErrorAlert refused retry=submit at_field=true />
            <div class="actions">
                {submit_button("Enter", "Checking…", busy)}
                {children()}
            </div>
        </SubmitForm>
    }
}
