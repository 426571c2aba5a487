//! Navigation to the pages of the app.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::routes::Page;

type Navigate = Box<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// Whether a page gets its own entry in the browser's history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HistoryEntry {
    /// Back returns to the current page.
    New,
    /// The page takes the entry of the current one, to which Back no longer returns.
    Replaced,
}

/// Navigates to pages, until the page that created it is left.
#[derive(Clone, Copy)]
pub(crate) struct Navigator(StoredValue<Navigate>);

/// Creates the navigator of a page.
pub(crate) fn navigator() -> Navigator {
    Navigator(StoredValue::new(Box::new(use_navigate())))
}

impl Navigator {
    /// Opens a page. Back returns to the current one.
    pub fn go(self, page: &Page) {
        self.open(page, HistoryEntry::New);
    }

    /// Opens a page and removes the current one from the history.
    pub fn replace(self, page: &Page) {
        self.open(page, HistoryEntry::Replaced);
    }

    /// Opens a page. Does nothing if the page was left before an answer arrived.
    pub fn open(self, page: &Page, entry: HistoryEntry) {
        let options = NavigateOptions {
            replace: entry == HistoryEntry::Replaced,
            ..Default::default()
        };
        self.0
            .try_with_value(|navigate| navigate(&page.path(), options));
    }
}
