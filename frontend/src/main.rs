//! Entry point of the pages in the browser.

use leptos::mount::mount_to_body;

fn main() {
    console_error_panic_hook::set_once();
    // The frame that `index.html` painted stands until the app shows a page: should it fail, the frame says so.
    mount_to_body(app::App);
}
