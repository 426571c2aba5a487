//! What the page itself carries: the brand and the support link in its head, a link's token in its address.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::wire::SecretText;

/// The product's name, which the server writes into the page's head.
pub(crate) fn brand() -> String {
    meta("brand")
}

/// Where people find help, if the operator has said so.
pub(crate) fn support_url() -> Option<String> {
    // Anything else than a web page or a mail address would be a way to run a script.
    Some(meta("support-url")).filter(|url| ["https:", "http:", "mailto:"].iter().any(|scheme| url.starts_with(scheme)))
}

fn meta(name: &str) -> String {
    let meta = document().query_selector(&format!("meta[name={name}]")).ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
}

/// Takes the token out of the address's fragment, which leaves the address bar and the history with it.
pub(crate) fn take_token() -> Option<SecretText> {
    let location = window().location();
    let fragment = location.hash().ok()?;
    let token = fragment.strip_prefix('#').filter(|token| !token.is_empty())?;
    if let (Ok(history), Ok(path)) = (window().history(), location.pathname()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    Some(SecretText::new(token.to_owned()))
}

/// A text in Unicode's composed form, in which characters are counted.
pub(crate) fn composed(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFC").into()
}
