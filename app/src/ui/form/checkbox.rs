use leptos::{ev::MouseEvent, html, prelude::*};

use crate::ui::{
    boxed::boxed_handler,
    form::field::{FieldError, FieldIds, invalid},
    text::text_content::text_content,
};

/// A native checkbox with its label, its hint and its error.
#[component]
pub fn Checkbox(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Name for the browser's autofill.
    name: &'static str,
    /// Ticked or not.
    checked: RwSignal<bool>,
    /// Help next to it.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// Whether it can't be changed now; the hint says why. The checkbox stays focusable, so that
    /// the reason can be read.
    #[prop(optional)]
    fixed: bool,
    /// The error, announced at once.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// For focusing it from outside.
    #[prop(optional)]
    input_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = FieldIds::new(name);
    let described_by = ids.described_by(hint.is_some(), error);
    let FieldIds {
        control,
        hint: hint_id,
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
            {hint.map(|hint| view! { <p class="field__hint" id=hint_id use:text_content=hint></p> }.into_any())}
            <FieldError id=error_id error alert=true />
        </div>
    }
}
