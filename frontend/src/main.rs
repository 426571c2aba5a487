//! Entry point of the pages in the browser: puts the app in the place of the frame that `index.html` painted.

use leptos::{mount::mount_to_body, prelude::document};

fn main() {
    console_error_panic_hook::set_once();
    // Mounted first: should that fail, the frame is still there to say so. Both happen in one task, so nothing is painted between.
    mount_to_body(app::App);
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    if let Some(body) = document().body() {
        // Tests wait for it, and the notes in `index.html` stay silent from here on.
        let _ = body.set_attribute("data-ready", "");
    }
}
