use leptos::{attr::custom::custom_attribute, html, prelude::*};

use crate::{
    ui::{
        boxed::boxed_handler,
        form::field::{Field, FieldIds, invalid},
        layout::icon::{Glyph, Icon},
    },
    words,
};

/// The rules for passwords that a password manager generates.
const RULES: &str = "minlength: 15; maxlength: 256;";

/// A password field with a button that shows the password. Pasting and password managers work.
#[component]
pub fn PasswordField(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// The typed text.
    value: RwSignal<String>,
    /// Name for the browser's autofill.
    #[prop(default = "password")]
    name: &'static str,
    /// `current-password` or `new-password`.
    #[prop(default = "current-password")]
    autocomplete: &'static str,
    /// The rule, for a new password.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// Whether the input satisfies the hint.
    #[prop(optional, into)]
    met: Signal<bool>,
    /// The error.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Announces the error at once, for forms with this single field.
    #[prop(optional)]
    alert: bool,
    /// Whether the password is shown, for setting it from outside.
    #[prop(optional)]
    shown: RwSignal<bool>,
    /// For focusing it from outside.
    #[prop(optional)]
    input_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let is_new = autocomplete == "new-password";
    let ids = FieldIds::new(name);
    let (control, described_by) = (ids.control.clone(), ids.described_by(hint.is_some(), error));
    view! {
        <Field ids label hint error met alert>
            <div class="password">
                <input
                    class="input password__input"
                    id=control.clone()
                    type=move || if shown.get() { "text" } else { "password" }
                    name=name
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    minlength=is_new.then_some("15")
                    {..custom_attribute("passwordrules", is_new.then_some(RULES))}
                    aria-describedby=described_by
                    aria-invalid=invalid(error)
                    bind:value=value
                    node_ref=input_ref
                />
                // The name stays the same, and `aria-pressed` gives the state: "Show password,
                // pressed".
                <button
                    class="password__toggle"
                    type="button"
                    aria-label=words::SHOW_PASSWORD
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    aria-controls=control
                    on:click=boxed_handler(move |_| shown.update(|shown| *shown = !*shown))
                >
                    <Icon glyph=Signal::derive(move || if shown.get() { Glyph::EyeOff } else { Glyph::Eye }) />
                </button>
            </div>
        </Field>
    }
}
