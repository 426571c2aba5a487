//! The values that the browser's `JSON.parse` returns.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{Json, JsonValue, TypeMismatch};

impl Json for JsValue {
    const NULL: Self = Self::NULL;

    fn is_nothing(&self) -> bool {
        self.is_null() || self.is_undefined()
    }

    fn boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn is_array(&self) -> bool {
        self.is_instance_of::<Array>()
    }

    fn is_object(&self) -> bool {
        Self::is_object(self) && !self.is_array()
    }

    fn elements(&self) -> Vec<JsonValue<Self>> {
        let array: &Array = self.unchecked_ref();
        array.iter().map(JsonValue).collect()
    }

    fn entries(&self) -> Result<Vec<(String, JsonValue<Self>)>, TypeMismatch> {
        let entries = Object::entries(self.unchecked_ref());
        let pairs = entries.iter().map(|entry| {
            let entry: Array = entry.unchecked_into();
            Ok((JsonValue(entry.get(0)).text()?, JsonValue(entry.get(1))))
        });
        pairs.collect()
    }

    #[inline(never)]
    fn field(&self, name: &str) -> Option<Self> {
        let found = Reflect::get(self, &name.into()).ok();
        found.filter(|found| !found.is_undefined())
    }
}
