//! The window's events for the shell: links, Back, the network, a page restored from the cache.

use leptos::prelude::*;
use web_sys::Event;

use crate::{
    boot_protocol::page_event,
    shell::{Shell, link::has_link, new_version::leads_to_a_page, session::KnownUser},
    ui::on_capture,
    wire::connection::ConnectionEvent,
};

impl Shell {
    /// Handles the window's events for the lifetime of the app.
    pub(super) fn hear_the_window(self) {
        let shell = self;
        let on_window =
            |event, handler: Box<dyn Fn(Event)>| on_capture(window().into(), event, handler);
        // A link pasted into an open tab only changes the fragment.
        on_window(
            "hashchange",
            Box::new(|_| {
                if has_link() {
                    let _ = window().location().reload();
                }
            }),
        );
        // Handled before the router.
        on_window(
            "popstate",
            Box::new(move |event| {
                if shell.return_to.keeps_page() {
                    event.stop_immediate_propagation();
                } else if shell.may_load_new_version() {
                    event.stop_immediate_propagation();
                    let _ = window().location().reload();
                }
            }),
        );
        // If the router does not see the click, the browser follows the link and loads the new
        // version.
        on_window(
            "click",
            Box::new(move |event| {
                if leads_to_a_page(&event) && shell.may_load_new_version() {
                    event.stop_propagation();
                }
            }),
        );
        on_window(
            page_event::OUTDATED,
            Box::new(move |_| {
                shell.connection.outdated.try_set(true);
            }),
        );
        on_window(
            "offline",
            Box::new(move |_| shell.hear(ConnectionEvent::Offline)),
        );
        on_window(
            "online",
            Box::new(move |_| shell.hear(ConnectionEvent::Online)),
        );
        // Not captured, because the focus events of fields are irrelevant.
        let looked = window_event_listener_untyped("focus", move |_| shell.look_again());
        on_cleanup(move || looked.remove());
        // A page restored from the browser's cache may show a session that has ended.
        on_window(
            "pageshow",
            Box::new(move |event| {
                if js_sys::Reflect::get(&event, &"persisted".into())
                    .is_ok_and(|persisted| persisted.is_truthy())
                {
                    shell.session.known.set(KnownUser::NotYet);
                    shell.refresh();
                }
            }),
        );
    }
}
