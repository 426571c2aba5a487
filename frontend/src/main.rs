//! Entry point of the pages in the browser.

use std::time::Duration;

use leptos::{
    mount::mount_to_body,
    prelude::{document, request_animation_frame_with_handle, set_timeout},
};

fn main() {
    // The product's panics have no words to show (ADR 19).
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    // The frame that `index.html` painted stands until the app shows a page: should it fail, the frame says so.
    let mount = || mount_to_body(app::App);
    // Out of a cache the app may be there before that frame was painted, and the eye would wait for all its work. A tab in
    // the background is painted only when somebody looks, and need not wait.
    if document().hidden() {
        mount();
    } else {
        let frame = request_animation_frame_with_handle(move || set_timeout(mount, Duration::ZERO));
        if frame.is_err() {
            mount();
        }
    }
}
