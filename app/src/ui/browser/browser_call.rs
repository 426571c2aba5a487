use js_sys::{Array, Function, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};

/// Calls a function of the browser that may be missing or throw; what web-sys has for it would take the app with it.
pub fn call(target: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(target, &name.into())?.dyn_into()?;
    Reflect::apply(&function, target, arguments)
}

/// The same for a property: a getter may throw too.
pub fn get(target: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(target, &name.into()).ok()
}

/// Makes an object of the browser by its constructor, `Intl.RelativeTimeFormat`, which may be missing or throw.
pub(crate) fn make(path: [&str; 2], arguments: &Array) -> Result<JsValue, JsValue> {
    let space = Reflect::get(&global(), &path[0].into())?;
    let constructor: Function = Reflect::get(&space, &path[1].into())?.dyn_into()?;
    Reflect::construct(&constructor, arguments)
}
