//! Asks passkeys and security keys, by the functions of `frontend/boot/keys.ts`.

use js_sys::{Array, Promise};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{
    boot_protocol::{key_script, key_trouble},
    browser_call::{call, get},
    words::KeyTrouble,
};

fn run(name: &str, arguments: &Array) -> Option<JsValue> {
    let script = get(&window(), key_script::OBJECT)?;
    call(&script, name, arguments).ok()
}

/// Why no key works in this page; none if they do.
pub(crate) fn trouble() -> Option<KeyTrouble> {
    let said = run(key_script::TROUBLE, &Array::new()).and_then(|said| said.as_string());
    match said.as_deref() {
        Some(key_trouble::ADDRESS) => Some(KeyTrouble::Address),
        Some(key_trouble::BROWSER) | None => Some(KeyTrouble::Browser),
        Some(_) => None,
    }
}

/// Asks a key to sign, or to make (`makes`) a new credential. A former question ends. Returns the
/// JSON text of the answer.
///
/// # Errors
/// The name of the browser's error.
pub(crate) async fn ask(options: &str, makes: bool) -> Result<String, String> {
    let asked = run(key_script::ASK, &Array::of2(&options.into(), &makes.into()));
    let said = match asked {
        Some(asked) => JsFuture::from(Promise::resolve(&asked)).await.ok(),
        None => None,
    };
    let said = said.and_then(|said| said.as_string()).unwrap_or_default();
    if said.starts_with('{') {
        Ok(said)
    } else {
        Err(said)
    }
}

/// Ends the question.
pub(crate) fn stop() {
    run(key_script::STOP, &Array::new());
}

/// Tells the browser which keys the server accepts, and of whom.
pub(crate) fn signal(credentials: &str, user: &str) {
    let arguments = Array::of2(&credentials.into(), &user.into());
    run(key_script::SIGNAL, &arguments);
}
