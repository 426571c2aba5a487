//! What the page keeps in this browser: texts by key, without a time limit or for one tab.
//!
//! A browser may refuse storage (a `SecurityError` where cookies are blocked) or have no space
//! left. Then nothing is kept, and the page works on.
//!
//! Values are the texts themselves, because `frontend/boot/theme.ts` reads them before the app
//! starts. `LocalStorage::get` and `set` of `gloo-storage` would write JSON.

use gloo_storage::{LocalStorage, Storage as _};
use leptos::prelude::window;

/// The text that is kept under a key; `None` if there is none, or if the browser refuses storage.
pub(crate) fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps a text under a key, or removes what was kept. Does nothing if the browser refuses.
pub(crate) fn store(key: &str, text: Option<&str>) {
    put(storage(), key, text);
}

/// The storage, if the browser allows it. `LocalStorage::raw` would stop the app otherwise.
fn storage() -> Option<web_sys::Storage> {
    let is_allowed = matches!(window().local_storage(), Ok(Some(_)));
    is_allowed.then(LocalStorage::raw)
}

/// The text that this tab keeps under a key. It survives a reload and ends with the tab.
pub(crate) fn load_for_tab(key: &str) -> Option<String> {
    storage_of_tab()?.get_item(key).ok().flatten()
}

/// Keeps a text for this tab, or removes what was kept. Does nothing if the browser refuses.
pub(crate) fn store_for_tab(key: &str, text: Option<&str>) {
    put(storage_of_tab(), key, text);
}

fn put(storage: Option<web_sys::Storage>, key: &str, text: Option<&str>) {
    if let Some(storage) = storage {
        let _ = match text {
            Some(text) => storage.set_item(key, text),
            None => storage.remove_item(key),
        };
    }
}

fn storage_of_tab() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
