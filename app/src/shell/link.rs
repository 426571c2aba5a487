//! The token of an invitation or of the first start, in the URL's fragment.

use domain::people::link_token;
use leptos::prelude::window;
use usecases::secret_text::SecretText;
use wasm_bindgen::JsValue;

use crate::routes::Page;

/// Whether the URL contains a link's token.
pub(super) fn has_link() -> bool {
    let location = window().location();
    let is_link_page = location
        .pathname()
        .is_ok_and(|path| [Page::FirstStart.path(), Page::Invitation.path()].contains(&path));
    is_link_page && location.hash().is_ok_and(|fragment| fragment.len() > 1)
}

/// Takes a link's token and removes it from the address bar.
pub(super) fn take_fragment() -> Option<SecretText> {
    if !has_link() {
        return None;
    }
    let location = window().location();
    let (fragment, path) = (location.hash().ok()?, location.pathname().ok()?);
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    // If the browser refuses that, an empty fragment replaces it in the history.
    if has_link() {
        let _ = location.replace(&(path + "#"));
    }
    Some(SecretText::new(
        link_token::canonical(&fragment).unwrap_or(fragment),
    ))
}
