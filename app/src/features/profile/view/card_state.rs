//! What is open and typed on the cards of the methods. It outlives a newer list.

use domain::ids::MethodId;
use leptos::prelude::*;

/// A form that is open on one card at most.
#[derive(Clone, Copy)]
pub(super) struct OpenForm {
    /// The id of the card's method; empty if the form is closed.
    method: RwSignal<String>,
    /// What is typed.
    pub typed: RwSignal<String>,
}

impl OpenForm {
    /// A form that is closed.
    pub fn new() -> Self {
        Self {
            method: RwSignal::new(String::new()),
            typed: RwSignal::new(String::new()),
        }
    }

    /// Opens the form on the method's card.
    pub fn open(self, method: &MethodId, typed: String) {
        self.typed.set(typed);
        self.method.set(method.to_string());
    }

    /// Closes the form, unless the page was left.
    pub fn close(self) {
        self.method.try_set(String::new());
    }

    /// Whether the form is open on the method's card.
    pub fn is_on(self, method: &MethodId) -> bool {
        *self.method.read() == method.to_string()
    }
}

/// The forms of the page.
#[derive(Clone, Copy)]
pub(super) struct CardForms {
    /// The test, with its code.
    pub test: OpenForm,
    /// The new name.
    pub rename: OpenForm,
}
