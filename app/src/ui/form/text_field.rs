use leptos::{attr::custom::custom_attribute, html, prelude::*};

use crate::ui::form::field::{Field, FieldIds, invalid};

/// A line of text with its label above and its error below.
#[component]
pub fn TextField(
    /// What to type.
    #[prop(into)]
    label: Signal<String>,
    /// Name for the browser's memory; also the prefix of the ids.
    name: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// `text`, `email` …
    #[prop(default = "text")]
    kind: &'static str,
    /// The browser's autofill token.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A word of help below the field.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// To focus it from outside.
    #[prop(optional)]
    input_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = FieldIds::new(name);
    let (control, described_by) = (ids.control.clone(), ids.described_by(hint.is_some(), error));
    // An address is not a sentence: no capital, no red underline.
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
                // A name of any script is typed in its own direction.
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
