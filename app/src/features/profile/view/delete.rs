use leptos::prelude::*;

use crate::{
    ui::{Button, ButtonKind, Dialog, paragraph, text_content},
    words,
};

/// Explains the effect of a deletion, before the identity is verified for it.
#[component]
pub(super) fn Delete(
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// The accounts that require MFA, by name.
    demanded_by: Vec<String>,
    /// Starts the verification.
    #[prop(into)]
    on_delete: Callback<()>,
) -> impl IntoView {
    let delete = move || {
        open.set(false);
        on_delete.run(());
    };
    view! {
        <Dialog open label=words::DELETE_AUTHENTICATOR>
            {paragraph(if demanded_by.is_empty() {
                words::DELETE_EFFECT
            } else {
                words::DELETE_EFFECT_UNDER_A_RULE
            })}
            {words::set_up_again(&demanded_by).map(|said| view! { <p use:text_content=said.into()></p> }.into_any())}
            <div class="actions">
                <Button label="Delete" kind=ButtonKind::Danger on_press=delete />
                <Button label="Cancel" autofocus=true on_press=move || open.set(false) />
            </div>
        </Dialog>
    }
}

/// Explains the effect of deleting one of several methods.
#[component]
pub(super) fn DeleteOne(
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// The method's name.
    name: RwSignal<String>,
    /// Starts the verification.
    #[prop(into)]
    on_delete: Callback<()>,
) -> impl IntoView {
    let delete = move || {
        open.set(false);
        on_delete.run(());
    };
    view! {
        <Dialog open label=Signal::derive(move || words::delete_named(&name.get()))>
            {paragraph(words::DELETE_ONE_EFFECT)}
            <div class="actions">
                <Button label="Delete" kind=ButtonKind::Danger on_press=delete />
                <Button label="Cancel" autofocus=true on_press=move || open.set(false) />
            </div>
        </Dialog>
    }
}
