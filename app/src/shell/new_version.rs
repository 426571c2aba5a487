//! Decides when a tab may load a new version of the pages without losing anything.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use crate::{shell::Shell, wire::connection::Connection};

impl Shell {
    /// Whether a navigation may reload the app: there is a new version, and the tab has no state
    /// that would be lost.
    pub(super) fn may_load_new_version(self) -> bool {
        self.connection.outdated.get_untracked()
            && self.connection.state.get_untracked() == Connection::Fine
            && self.return_to.is_empty()
            && self.handover.is_empty()
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
