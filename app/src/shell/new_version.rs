//! Decides when a tab may load a new version of the pages without losing anything.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::Shell;
use crate::{routes::Page, wire::connection::Connection};

impl Shell {
    /// Whether a navigation may reload the app: there is a new version, and the tab has no state that would be lost.
    pub(super) fn may_load_anew(self) -> bool {
        let is_free = |page: RwSignal<Option<Page>>| page.read_untracked().is_none();
        self.outdated.get_untracked()
            && self.connection.get_untracked() == Connection::Fine
            && is_free(self.wanted)
            && is_free(self.after_set_up)
            && self.after_password.read_untracked().is_none()
            && self.few_codes.get_untracked().is_none()
            && self.sheet.with_value(Option::is_none)
            && self.stays.get_value().is_none()
            && self.link.with_value(Option::is_none)
            && !self.reset_is_open.get_value()
    }
}

/// Whether a click follows a link to a page of this app in the same tab.
pub(super) fn leads_to_a_page(event: &Event) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        let link = target.closest("a[href^='/']:not([target], [download])");
        link.is_ok_and(|link| link.is_some())
    })
}
