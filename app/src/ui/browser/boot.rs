//! The frame that `index.html` paints before the app is there: when it goes, and what was typed into its sign-in form.

use std::time::Duration;

use leptos::prelude::{AnyView, Get, GetUntracked, IntoAny, RwSignal, Set, document};
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlInputElement};

use crate::ui::browser::reactive::{later, shown};

/// What stands in the sign-in form of the frame at the moment the app takes over; nothing, when there is none.
#[derive(Default)]
pub(crate) struct Typed {
    /// The email.
    pub email: Typing,
    /// The password.
    pub password: Typing,
    /// Whether the password is shown.
    pub shown: bool,
    /// Whether the form was submitted already.
    pub submitted: bool,
}

/// A field of it.
#[derive(Default)]
pub(crate) struct Typing {
    /// The text.
    pub value: String,
    /// Where the caret is or what is selected, if the field has the focus.
    selection: Option<(u32, u32)>,
}

/// Whether the frame holds the sign-in form: then the server has seen no session.
pub(crate) fn is_sign_in() -> bool {
    document().get_element_by_id("boot-sign-in").is_some()
}

/// What the server wrote into the page's head; nothing, if it wrote nothing.
pub(crate) fn meta(name: &str) -> String {
    let element = document()
        .query_selector(&format!("meta[name={name}]"))
        .ok()
        .flatten();
    element
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}

/// What was typed before the app was there.
pub(crate) fn typed() -> Typed {
    let document = document();
    let fields = input(&document, "boot-email").zip(input(&document, "boot-password"));
    let is_busy = document.query_selector("#boot-sign-in [aria-busy]");
    fields.map_or_else(Typed::default, |(email, password)| Typed {
        email: Typing::of(&email, &document),
        shown: password.type_() == "text",
        password: Typing::of(&password, &document),
        submitted: is_busy.is_ok_and(|button| button.is_some()),
    })
}

/// A part of the first page that is made in a task of its own. In one task the whole would hold the browser up for over 50 ms, two thirds of them for
/// compiling what runs for the first time. A tab in the background gets its tasks late, and holds nobody up.
pub(crate) fn apart(part: fn() -> AnyView) -> AnyView {
    let its_turn = RwSignal::new(document().hidden());
    if !its_turn.get_untracked() {
        later(move || its_turn.set(true), Duration::ZERO);
    }
    shown(move || its_turn.get().then(part).into_any())
}

/// The app shows its first page: the frame goes in the same moment, so nothing is painted between.
pub(crate) fn leave() {
    if let Some(frame) = document().get_element_by_id("boot") {
        frame.remove();
    }
    if let Some(body) = document().body() {
        // Tests wait for it, and the notes in `index.html` stay silent from here on.
        let _ = body.set_attribute("data-ready", "");
    }
}

impl Typing {
    fn of(input: &HtmlInputElement, document: &Document) -> Self {
        let is_focused = document.active_element().as_ref() == Some(input.as_ref());
        let selection = || Some((input.selection_start().ok()??, input.selection_end().ok()??));
        Self {
            value: input.value(),
            selection: is_focused.then(selection).flatten(),
        }
    }

    /// Puts focus and caret into the app's own field.
    pub fn go_on_in(&self, input: &HtmlInputElement) {
        let Some((start, end)) = self.selection else {
            return;
        };
        // The field may not have its text yet; given once more, it leaves the caret alone.
        input.set_value(&self.value);
        let _ = input.focus();
        // A field of type email lets nobody set its caret, but keeps the one it has.
        let kind = input.type_();
        input.set_type("text");
        let _ = input.set_selection_range(start, end);
        input.set_type(&kind);
    }
}

fn input(document: &Document, id: &str) -> Option<HtmlInputElement> {
    document.get_element_by_id(id)?.dyn_into().ok()
}
