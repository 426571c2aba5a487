use js_sys::{Array, Object, Reflect};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{browser_call::call, ui::boxed::next_frame};

/// Moves the focus to the first element that matches.
pub(crate) fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

/// Moves the focus to the first field marked as invalid, once the page shows it.
pub fn focus_first_invalid() {
    next_frame(|| focus("[aria-invalid=true]"));
}

/// Moves the focus to the page's heading, for use when the focused element disappears.
pub fn focus_heading() {
    focus("h1[tabindex]");
}

/// Scrolls the first matching message into view once it is laid out, because it may be outside of
/// the visible part. Does not move the focus.
pub(crate) fn bring_into_view(selector: &'static str) {
    next_frame(move || {
        if let Ok(Some(message)) = document().query_selector(selector) {
            let options = Object::new();
            let _ = Reflect::set(&options, &"block".into(), &"nearest".into());
            let _ = call(&message, "scrollIntoView", &Array::of1(&options));
        }
    });
}

/// Moves a focus within a message to the page's heading, before the message disappears by itself.
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
