use leptos::{attr::custom::custom_attribute, html, prelude::*};

use crate::ui::{
    browser::reactive::clicked,
    form::field::{Field, FieldIds, invalid},
    layout::icon::{Glyph, Icon},
    text::wording,
};

/// What a password manager may propose.
const RULES: &str = "minlength: 15; maxlength: 256;";

/// A password with a button that shows it; pasting and password managers work.
#[component]
pub fn PasswordField(
    /// What to type.
    #[prop(into)]
    label: Signal<String>,
    /// What is typed.
    value: RwSignal<String>,
    /// Name for the browser's memory.
    #[prop(default = "password")]
    name: &'static str,
    /// `current-password` or `new-password`.
    #[prop(default = "current-password")]
    autocomplete: &'static str,
    /// The rule, where a new one is chosen.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// The rule of the hint is met by what is typed.
    #[prop(optional, into)]
    met: Signal<bool>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Reads the error out at once, for forms with this single field.
    #[prop(optional)]
    alert: bool,
    /// Whether it is shown, to set it from outside.
    #[prop(optional)]
    shown: RwSignal<bool>,
    /// To focus it from outside.
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
                // The name stays the same and the state is said by `aria-pressed`: "Show password, pressed".
                <button
                    class="password__toggle"
                    type="button"
                    aria-label=wording::SHOW_PASSWORD
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    aria-controls=control
                    on:click=clicked(move |_| shown.update(|shown| *shown = !*shown))
                >
                    <Icon glyph=Signal::derive(move || if shown.get() { Glyph::EyeOff } else { Glyph::Eye }) />
                </button>
            </div>
        </Field>
    }
}
