//! Whether the browser keeps our cookie: no script can see it, so that only the next call shows it.

use leptos::prelude::window;

use crate::{shell::address, ui::get};

/// False where the browser says that it keeps none, or where one that is for TLS only came without: then it is asked for at once.
pub(super) fn is_likely_kept() -> bool {
    let navigator = window().navigator();
    let is_enabled = get(&navigator, "cookieEnabled").is_some_and(|enabled| enabled.is_truthy());
    is_enabled && !address::is_without_tls()
}
