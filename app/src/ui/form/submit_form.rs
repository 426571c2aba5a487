use leptos::{
    ev::{KeyboardEvent, MouseEvent, SubmitEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement};

use crate::ui::boxed::boxed_handler;

/// A form that passes each submit to the page once, by a button or by Enter in a field.
///
/// Errors are shown next to the fields, not in the browser's bubbles. `method="post"` keeps the
/// input out of the URL if the form is submitted before the app has started.
#[component]
pub fn SubmitForm(
    /// Called once for each effective submit.
    #[prop(into)]
    on_submit: Callback<()>,
    /// True while the last submit is running.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let read = move || {
        if let Some(form) = form.get_untracked() {
            read_fields(&form);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        read();
        if !busy.get_untracked() {
            on_submit.run(());
        }
    };
    // Runs before the button's own handler, because `Try again` submits too, and other buttons use
    // the input.
    let press = move |event: MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest("button").is_ok_and(|found| found.is_some()))
        {
            read();
        }
    };
    // A held key submits only once, because each submit of a wrong code costs an attempt.
    let hold = move |event: KeyboardEvent| {
        if event.key() == "Enter" && event.repeat() {
            event.prevent_default();
        }
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit on:click:capture=boxed_handler(press) on:keydown=hold node_ref=form>
            {children()}
        </form>
    }
}

/// Makes each field report its value, because password managers and the autofill of some browsers
/// change fields without an event.
fn read_fields(form: &HtmlFormElement) {
    let Ok(fields) = form.query_selector_all("input, select") else {
        return;
    };
    for field in (0..fields.length()).filter_map(|index| fields.item(index)) {
        for kind in ["input", "change"] {
            if let Ok(event) = Event::new(kind) {
                let _ = field.dispatch_event(&event);
            }
        }
    }
}
