use js_sys::{Array, Object, Reflect};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::ui::browser::{browser_call::call, reactive::next_frame};

/// Moves the focus to the first element that matches.
pub(crate) fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

/// Moves the focus to the first field that is marked wrong, once the page shows it.
pub fn focus_first_invalid() {
    next_frame(|| focus("[aria-invalid=true]"));
}

/// Moves the focus to the page's heading: where it belongs when the focused element goes away.
pub fn focus_heading() {
    focus("h1[tabindex]");
}

/// Scrolls the first message that matches into view once it has its room on the page: it may be said above or below of what is shown. The focus stays where it is.
pub(crate) fn bring_into_view(selector: &'static str) {
    next_frame(move || {
        if let Ok(Some(message)) = document().query_selector(selector) {
            let options = Object::new();
            let _ = Reflect::set(&options, &"block".into(), &"nearest".into());
            let _ = call(&message, "scrollIntoView", &Array::of1(&options));
        }
    });
}

/// Before a message goes by itself: a focus within it moves to the page's heading.
pub fn leave_alert() {
    let focused = document().active_element();
    if focused.is_some_and(|element| element.closest(".alert").is_ok_and(|alert| alert.is_some())) {
        focus_heading();
    }
}

/// Focuses a field and selects its text, so that typing replaces it.
pub(crate) fn select_input(input: NodeRef<html::Input>) {
    if let Some(input) = input.get_untracked() {
        let _ = input.focus();
        input.select();
    }
}
