use leptos::{
    ev::{KeyboardEvent, MouseEvent, SubmitEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement};

use crate::ui::browser::reactive::clicked;

/// A form that hands its submit to the page: by button or by Enter in a field, once for each.
///
/// Errors are shown beside the fields, not by the browser's bubbles. `method="post"` keeps what was typed out of the address bar,
/// should it ever be submitted before the app has taken over.
#[component]
pub fn SubmitForm(
    /// Called once for each submit that counts.
    #[prop(into)]
    on_submit: Callback<()>,
    /// True while the last submit is under way.
    #[prop(optional, into)]
    pending: Signal<bool>,
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
        if !pending.get_untracked() {
            on_submit.run(());
        }
    };
    // Before the button itself hears of it: `Try again` submits as well, and other buttons carry along what was typed.
    let press = move |event: MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest("button").is_ok_and(|found| found.is_some()))
        {
            read();
        }
    };
    // A key that is held submits once: each submit of a wrong code costs a try.
    let hold = move |event: KeyboardEvent| {
        if event.key() == "Enter" && event.repeat() {
            event.prevent_default();
        }
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit on:click:capture=clicked(press) on:keydown=hold node_ref=form>
            {children()}
        </form>
    }
}

/// Has each field say what stands in it: password managers and autofill of some browsers change fields without a word.
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
