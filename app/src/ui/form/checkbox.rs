use leptos::{ev::MouseEvent, html, prelude::*};

use crate::ui::{
    boxed::boxed_handler,
    form::field::{FieldError, FieldIds, invalid},
    text::text_content::text_content,
};

/// A native checkbox with its label, its error, and a reason if it can't be changed.
#[component]
pub fn Checkbox(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Name for the browser's autofill.
    name: &'static str,
    /// Ticked or not.
    checked: RwSignal<bool>,
    /// Why it can't be changed now. The checkbox stays focusable, so that the reason can be read.
    #[prop(optional, into)]
    fixed_because: Option<Signal<String>>,
    /// The error, announced at once.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// For focusing it from outside.
    #[prop(optional)]
    input_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = FieldIds::new(name);
    let fixed = fixed_because.is_some();
    let described_by = ids.described_by(fixed, error);
    let FieldIds {
        control,
        hint,
        error: error_id,
    } = ids;
    let refuse_change = move |event: MouseEvent| {
        if fixed {
            event.prevent_default();
        }
    };
    view! {
        <div class="checkbox" class:checkbox--fixed=fixed class:field--invalid=move || error.read().is_some()>
            <input
                class="checkbox__box"
                id=control.clone()
                type="checkbox"
                name=name
                aria-disabled=fixed.then_some("true")
                aria-describedby=described_by
                aria-invalid=invalid(error)
                on:click=boxed_handler(refuse_change)
                bind:checked=checked
                node_ref=input_ref
            />
            <label class="checkbox__label" for=control use:text_content=label></label>
            {fixed_because.map(|reason| view! { <p class="field__hint" id=hint use:text_content=reason></p> }.into_any())}
            <FieldError id=error_id error alert=true />
        </div>
    }
}
