use std::time::Duration;

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::{
    browser_call::call,
    ui::{boxed::later, browser::clipboard::BrowserRefusal},
};

/// How long the file's URL stays valid, because the browser reads the file after the click has
/// returned.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Downloads a text as a file; nothing leaves the browser. The result can't be known: some
/// applications with an embedded browser save no file.
pub fn download_text(file_name: &str, text: &str) -> Result<(), BrowserRefusal> {
    save(file_name, text, "text/plain;charset=utf-8").map_err(|_| BrowserRefusal)
}

/// Downloads a table as a CSV file.
pub fn download_csv(file_name: &str, csv: &str) -> Result<(), BrowserRefusal> {
    save(file_name, csv, "text/csv;charset=utf-8").map_err(|_| BrowserRefusal)
}

fn save(file_name: &str, text: &str, media_type: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(file_name);
    let pressed = call(&link, "click", &Array::new());
    later(move || drop(Url::revoke_object_url(&address)), KEPT_FOR);
    pressed.map(drop)
}

/// Opens the browser's print dialog. Whether it opens can't be known.
pub fn print() -> Result<(), BrowserRefusal> {
    window().print().map_err(|_| BrowserRefusal)
}
