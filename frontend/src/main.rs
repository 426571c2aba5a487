//! The entry point of the pages in the browser.

use std::time::Duration;

use leptos::{
    mount::mount_to_body,
    prelude::{document, request_animation_frame_with_handle, set_timeout},
};

fn main() {
    // The product's panics carry no message (ADR 19).
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    // The frame of `index.html` stays until the app shows a page. If the app fails, the frame says
    // so.
    let mount = || mount_to_body(app::App);
    // With a warm cache the app may start before that frame is painted, and the first picture would
    // wait for all its work. A tab in the background is only painted when the user opens it, so it
    // need not wait.
    if document().hidden() {
        mount();
    } else {
        let frame = request_animation_frame_with_handle(move || set_timeout(mount, Duration::ZERO));
        if frame.is_err() {
            mount();
        }
    }
}
