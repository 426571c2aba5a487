use js_sys::{Array, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::browser_call::call;

/// The browser refused the call: no permission, or no such function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrowserRefusal;

/// Copies `text` to the clipboard; `Err` if the browser refuses or has no clipboard (plain http on
/// another host).
pub async fn copy_text(text: &str) -> Result<(), BrowserRefusal> {
    // Read by name, because the typed getter would return `undefined` as a Clipboard and throw at
    // the call.
    let written = Reflect::get(&window().navigator(), &"clipboard".into())
        .and_then(|clipboard| call(&clipboard, "writeText", &Array::of1(&text.into())))
        .map_err(|_| BrowserRefusal)?;
    JsFuture::from(Promise::resolve(&written))
        .await
        .map(drop)
        .map_err(|_| BrowserRefusal)
}

/// Selects everything inside the element with this id, ready for Ctrl+C.
pub fn select_contents(id: &str) {
    let element = document().get_element_by_id(id);
    let selection = window().get_selection().ok().flatten();
    if let (Some(element), Some(selection)) = (element, selection) {
        let _ = selection.select_all_children(&element);
    }
}
