use js_sys::Array;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    browser_call::call,
    ui::{
        boxed::{effect, next_frame},
        browser::{focus::focus_heading, id::unique_id},
        text::text_content::text_content,
    },
};

/// A question that must be answered first: a native modal dialog. Escape closes it like its Cancel
/// button.
///
/// The browser keeps the focus inside the dialog and then returns it to where it was.
#[component]
pub fn Dialog(
    /// Whether it is open. Closing sets it to false.
    open: RwSignal<bool>,
    /// The question, which is the dialog's name.
    #[prop(into)]
    label: Signal<String>,
    /// The explanation, and the buttons in an element of class `actions`.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let title = unique_id("dialog");
    let labelled_by = title.clone();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // Without `showModal` the dialog is shown within the page, and can still be answered.
            if call(&dialog, "showModal", &Array::new()).is_err() {
                dialog.set_open(true);
            }
        } else if !open.get() && dialog.open() && call(&dialog, "close", &Array::new()).is_err() {
            dialog.set_open(false);
        }
    });
    let closed = move |_: ev::Event| {
        // The browser reports a closing in a task of its own, when the dialog may be open again.
        if dialog
            .try_get_untracked()
            .flatten()
            .is_some_and(|dialog| dialog.open())
        {
            return;
        }
        open.try_set(false);
        // The browser returns the focus to where it was, unless that element is now hidden or gone.
        next_frame(|| {
            let focused = document()
                .active_element()
                .and_then(|element| element.dyn_into::<HtmlElement>().ok());
            if focused.is_none_or(|element| element.offset_parent().is_none()) {
                focus_heading();
            }
        });
    };
    view! {
        <dialog class="dialog" aria-labelledby=labelled_by on:close=closed node_ref=dialog>
            <h2 class="dialog__title" id=title use:text_content=label></h2>
            {children()}
        </dialog>
    }
}
