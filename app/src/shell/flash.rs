//! The message about the last action, which the status region shows.

use leptos::prelude::*;

/// The message about the last action.
#[derive(Clone, Copy)]
pub(crate) struct Flash {
    /// The message; the status region shows it.
    pub message: RwSignal<Option<String>>,
    /// Whether the message is a warning.
    pub warns: RwSignal<bool>,
    /// Pages opened since the message was set. The first page shows it, the second one clears it.
    pages: StoredValue<u32>,
}

impl Flash {
    /// Creates an empty message.
    pub fn new() -> Self {
        Self {
            message: RwSignal::new(None),
            warns: RwSignal::new(false),
            pages: StoredValue::new(0),
        }
    }

    /// Shows the result of an action on the next page.
    pub fn say(self, result: String) {
        self.set(0, result, false);
    }

    /// Shows a warning on the next page: a refusal, or an unknown outcome.
    pub fn warn(self, warning: String) {
        self.set(0, warning, true);
    }

    /// Shows a result on this page. The next page clears it.
    pub fn say_here(self, result: String) {
        self.set(1, result, false);
    }

    /// Shows a warning on this page.
    pub fn warn_here(self, warning: String) {
        self.set(1, warning, true);
    }

    /// Keeps the message for the next page, because this page only redirects.
    pub fn keep(self) {
        self.pages.set_value(0);
    }

    /// Called when a page opens. Clears a message that the previous page has shown.
    pub fn enter_page(self) {
        self.pages.update_value(|pages| *pages += 1);
        if self.pages.get_value() > 1 {
            self.reset();
        }
    }

    /// Clears the message. A change of the user does not call this, because the message may tell
    /// why the session has ended.
    pub fn reset(self) {
        self.message.set(None);
    }

    fn set(self, pages: u32, message: String, warns: bool) {
        self.pages.set_value(pages);
        self.warns.set(warns);
        self.message.set(Some(message));
    }
}
