//! Whether the browser keeps the session cookie. Scripts can't see the cookie, so only the next call shows it.

use leptos::prelude::window;

use crate::{browser_call::get, shell::address};

/// False if the browser reports that cookies are disabled, or if a TLS-only cookie came without TLS. Then the session is checked at once.
pub(super) fn is_likely_kept() -> bool {
    let navigator = window().navigator();
    let is_enabled = get(&navigator, "cookieEnabled").is_some_and(|enabled| enabled.is_truthy());
    is_enabled && !address::is_without_tls()
}
