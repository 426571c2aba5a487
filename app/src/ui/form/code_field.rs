use leptos::{attr::custom::custom_attribute, html, prelude::*};

use crate::ui::{
    boxed::effect,
    browser::focus::select_input,
    form::field::{Field, FieldIds, invalid},
};

/// The kind of code, which decides on the keyboard and the autofill.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum CodeKind {
    /// Digits of an authenticator.
    #[default]
    Digits,
    /// Letters and digits of a backup code.
    Backup,
}

/// One field for a whole code, because six boxes would break paste, autofill and screen readers.
///
/// The field keeps its text and never submits by itself. Each new error is announced, and the focus
/// returns here with the text selected, so that typing replaces it. Set the error to `None` when
/// the form is submitted, so that a repeated error counts as new.
#[component]
pub fn CodeField(
    /// The label, such as `6-digit code`.
    #[prop(into)]
    label: Signal<String>,
    /// The typed text, with spaces and dashes.
    value: RwSignal<String>,
    /// The kind of code.
    #[prop(optional)]
    kind: CodeKind,
    /// Help below the field.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// Why the last code was refused.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Takes the focus when it appears, for a field that replaces another one on the same page.
    #[prop(optional)]
    autofocus: bool,
    /// For focusing it from outside.
    #[prop(optional)]
    input_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let digits = kind == CodeKind::Digits;
    let ids = FieldIds::new("code");
    let (control, described_by) = (ids.control.clone(), ids.described_by(hint.is_some(), error));
    let mut is_new = autofocus;
    effect(move || {
        let failed = error.read().is_some();
        if failed || is_new {
            select_input(input_ref);
        }
        is_new = false;
    });
    view! {
        <Field ids label hint error alert=true>
            <input
                class="input input--code"
                class:input--backup=!digits
                id=control
                type="text"
                name=if digits { "code" } else { "backup-code" }
                inputmode=if digits { "numeric" } else { "text" }
                autocomplete=if digits { "one-time-code" } else { "off" }
                autocapitalize=if digits { "none" } else { "characters" }
                {..custom_attribute("autocorrect", "off")}
                spellcheck="false"
                maxlength="1000"
                aria-describedby=described_by
                aria-invalid=invalid(error)
                bind:value=value
                node_ref=input_ref
            />
        </Field>
    }
}
