use leptos::{attr::custom::custom_attribute, html, prelude::*};

use crate::ui::form::field::{Field, FieldIds, invalid};

/// A text field with its label above and its error below.
#[component]
pub fn TextField(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Name for the browser's autofill, and the prefix of the ids.
    name: &'static str,
    /// The typed text.
    value: RwSignal<String>,
    /// `text`, `email` …
    #[prop(default = "text")]
    kind: &'static str,
    /// The browser's autofill token.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Help below the field.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// The error.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// For focusing it from outside.
    #[prop(optional)]
    input_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = FieldIds::new(name);
    let (control, described_by) = (ids.control.clone(), ids.described_by(hint.is_some(), error));
    // An address is not prose, so it gets no capital letter and no spell check.
    let prose = kind == "text";
    view! {
        <Field ids label hint error>
            <input
                class="input"
                id=control
                type=kind
                name=name
                autocomplete=autocomplete
                autocapitalize=(!prose).then_some("none")
                {..custom_attribute("autocorrect", (!prose).then_some("off"))}
                // A name is shown in the direction of its script.
                dir=prose.then_some("auto")
                spellcheck=(!prose).then_some("false")
                aria-describedby=described_by
                aria-invalid=invalid(error)
                bind:value=value
                node_ref=input_ref
            />
        </Field>
    }
}
