//! The frame that `index.html` shows before the app starts: when it is removed, and what was typed
//! into its sign-in form.

use std::time::Duration;

use leptos::prelude::{AnyView, Get, GetUntracked, IntoAny, RwSignal, Set, document};
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlInputElement};

use crate::ui::boxed::{boxed_view, later};

use crate::boot_protocol::{attribute, element};

/// The content of the frame's sign-in form when the app takes over; empty if there is no form.
#[derive(Default)]
pub(crate) struct BootFormContent {
    /// The email.
    pub email: BootFieldContent,
    /// The password.
    pub password: BootFieldContent,
    /// Whether the password is shown.
    pub shown: bool,
    /// Whether the form was already submitted.
    pub submitted: bool,
}

/// A field of the form.
#[derive(Default)]
pub(crate) struct BootFieldContent {
    /// The text.
    pub value: String,
    /// The caret or selection, if the field has the focus.
    selection: Option<(u32, u32)>,
}

/// Whether the frame shows the sign-in form, which means that the server has seen no session.
pub(crate) fn is_sign_in() -> bool {
    document()
        .get_element_by_id(element::SIGN_IN_FORM)
        .is_some()
}

/// A value that the server wrote into the page's head; empty if there is none.
pub(crate) fn meta(name: &str) -> String {
    let element = document()
        .query_selector(&format!("meta[name={name}]"))
        .ok()
        .flatten();
    element
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}

/// What was typed before the app started.
pub(crate) fn read_form() -> BootFormContent {
    let document = document();
    let fields = input(&document, element::EMAIL).zip(input(&document, element::PASSWORD));
    let button = format!("#{} [{}]", element::SIGN_IN_FORM, attribute::SUBMITTED);
    let is_busy = document.query_selector(&button);
    fields.map_or_else(BootFormContent::default, |(email, password)| {
        BootFormContent {
            email: BootFieldContent::of(&email, &document),
            shown: password.type_() == "text",
            password: BootFieldContent::of(&password, &document),
            submitted: is_busy.is_ok_and(|button| button.is_some()),
        }
    })
}

/// Builds a part of the first page in its own task. A single task would block the browser for more
/// than 50 ms, two thirds of them for compiling code that runs for the first time. A background tab
/// builds all parts at once, because it gets its tasks late and delays no one.
pub(crate) fn deferred(part: fn() -> AnyView) -> AnyView {
    let its_turn = RwSignal::new(document().hidden());
    if !its_turn.get_untracked() {
        later(move || its_turn.set(true), Duration::ZERO);
    }
    boxed_view(move || its_turn.get().then(part).into_any())
}

/// Removes the frame in the same moment in which the app shows its first page, so that nothing is
/// painted in between.
pub(crate) fn leave() {
    if let Some(frame) = document().get_element_by_id(element::FRAME) {
        frame.remove();
    }
    if let Some(body) = document().body() {
        // Tests wait for this attribute, and it silences the notes in `index.html`.
        let _ = body.set_attribute(attribute::READY, "");
    }
}

impl BootFieldContent {
    fn of(input: &HtmlInputElement, document: &Document) -> Self {
        let is_focused = document.active_element().as_ref() == Some(input.as_ref());
        let selection = || Some((input.selection_start().ok()??, input.selection_end().ok()??));
        Self {
            value: input.value(),
            selection: is_focused.then(selection).flatten(),
        }
    }

    /// Moves focus and caret to the app's own field.
    pub fn go_on_in(&self, input: &HtmlInputElement) {
        let Some((start, end)) = self.selection else {
            return;
        };
        // The field may not have its text yet. Setting the text again does not move the caret.
        input.set_value(&self.value);
        let _ = input.focus();
        // A field of type email does not allow setting the caret, but keeps an existing one.
        let kind = input.type_();
        input.set_type("text");
        let _ = input.set_selection_range(start, end);
        input.set_type(&kind);
    }
}

fn input(document: &Document, id: &str) -> Option<HtmlInputElement> {
    document.get_element_by_id(id)?.dyn_into().ok()
}
