use leptos::{attr::custom::custom_attribute, html, prelude::*};

use crate::ui::{
    browser::{focus::select_input, reactive::effect},
    form::field::{Field, FieldIds, invalid},
};

/// Which keyboard and which autofill a code wants.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum CodeKind {
    /// Digits of an authenticator.
    #[default]
    Digits,
    /// Letters and digits from a list on paper.
    Backup,
}

/// One field for a whole code: six boxes would break paste, autofill and screen readers.
///
/// It keeps what was typed and never submits by itself. Each new error is read out, and the focus returns here with the text selected,
/// so that typing replaces it. Set the error to `None` when the form is submitted: the same words then count as new.
#[component]
pub fn CodeField(
    /// `6-digit code`.
    #[prop(into)]
    label: Signal<String>,
    /// What is typed, blanks and dashes too.
    value: RwSignal<String>,
    /// Digits or backup code.
    #[prop(optional)]
    kind: CodeKind,
    /// A word of help below the field.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// Why the last one was refused.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Takes the focus when it appears: for a field that replaces another on the same page.
    #[prop(optional)]
    autofocus: bool,
    /// To focus it from outside.
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
