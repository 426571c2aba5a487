use leptos::prelude::*;

use crate::ui::{
    form::field::{Field, FieldIds, invalid},
    layout::icon::{Glyph, Icon},
};

/// A native select field.
#[component]
pub fn Select(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Name for the browser's autofill.
    name: &'static str,
    /// The chosen option's value.
    value: RwSignal<String>,
    /// Value and label of each option.
    options: Vec<(String, String)>,
    /// The values of options that are shown but can't be chosen.
    #[prop(optional)]
    unavailable: Vec<String>,
    /// Help below the field.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// The error.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let ids = FieldIds::new(name);
    let (control, described_by) = (ids.control.clone(), ids.described_by(hint.is_some(), error));
    let options = options.into_iter().map(move |(option, words)| {
        let chosen = option.clone();
        let is_unavailable = unavailable.contains(&option);
        view! {
            // Sets the property, because the attribute has no effect once the user has chosen.
            <option value=option disabled=is_unavailable prop:selected=move || *value.read() == chosen>
                {words}
            </option>
        }
        .into_any()
    });
    view! {
        <Field ids label hint error>
            <div class="select">
                <select
                    class="input select__list"
                    id=control
                    name=name
                    aria-describedby=described_by
                    aria-invalid=invalid(error)
                    on:change:target=move |event| value.set(event.target().value())
                >
                    {options.collect_view()}
                </select>
                <Icon glyph=Glyph::ChevronDown />
            </div>
        </Field>
    }
}
