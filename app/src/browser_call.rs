//! Calls of browser functions that may be missing or throw.

use js_sys::{Array, Function, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};

/// Calls a function of the browser that may be missing or throw. The bindings of web-sys would stop
/// the app in these cases.
pub fn call(target: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(target, &name.into())?.dyn_into()?;
    Reflect::apply(&function, target, arguments)
}

/// Reads a property of the browser. A getter may throw too.
pub fn get(target: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(target, &name.into()).ok()
}

/// Creates an object of the browser with a constructor such as `Intl.RelativeTimeFormat`, which may
/// be missing or throw.
pub(crate) fn make(path: [&str; 2], arguments: &Array) -> Result<JsValue, JsValue> {
    let space = Reflect::get(&global(), &path[0].into())?;
    let constructor: Function = Reflect::get(&space, &path[1].into())?.dyn_into()?;
    Reflect::construct(&constructor, arguments)
}
