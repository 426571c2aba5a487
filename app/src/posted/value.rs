//! What the browser parsed, read into the types of the answers.
//!
//! `serde-wasm-bindgen` does the same and says in words what it can't read. Nobody sees them: an answer that does not fit is
//! [`crate::error::AppError::Unreadable`]. Without the words the pages are a twentieth smaller (ADR 33).

use std::{fmt, vec};

use js_sys::{Array, Object, Reflect};
use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer,
        MapAccess, VariantAccess, Visitor,
        value::{MapDeserializer, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use wasm_bindgen::{JsCast, JsValue};

/// The largest integer that a number of JavaScript holds exactly (ECMA-262 §21.1.2.6).
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// Reads a value that `JSON.parse` made.
pub(super) fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Misfit> {
    T::deserialize(Value(value))
}

/// A value is not of the type that was asked for.
#[derive(Debug)]
pub(super) struct Misfit;

impl fmt::Display for Misfit {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A value of JSON: null, a boolean, a number, a text, an array or an object.
struct Value(JsValue);

impl Value {
    fn is_nothing(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    #[inline(never)]
    fn integer(&self) -> Result<i64, Misfit> {
        let number = self.0.as_f64().ok_or(Misfit)?;
        if number.fract() == 0.0 && number.abs() <= MAX_SAFE {
            #[expect(clippy::cast_possible_truncation, reason = "an integer of 53 bits")]
            return Ok(number as i64);
        }
        Err(Misfit)
    }

    #[inline(never)]
    fn text(&self) -> Result<String, Misfit> {
        self.0.as_string().ok_or(Misfit)
    }

    #[inline(never)]
    fn elements(&self) -> Result<vec::IntoIter<Self>, Misfit> {
        let array: &Array = self.0.dyn_ref().ok_or(Misfit)?;
        Ok(array.iter().map(Self).collect::<Vec<_>>().into_iter())
    }

    #[inline(never)]
    fn entries(&self) -> Result<vec::IntoIter<(String, Self)>, Misfit> {
        if !self.0.is_object() || self.0.is_instance_of::<Array>() {
            return Err(Misfit);
        }
        let entries = Object::entries(self.0.unchecked_ref());
        let pairs = entries.iter().map(|entry| {
            let entry: Array = entry.unchecked_into();
            Ok((Self(entry.get(0)).text()?, Self(entry.get(1))))
        });
        Ok(pairs.collect::<Result<Vec<_>, _>>()?.into_iter())
    }

    #[inline(never)]
    fn field(&self, name: &str) -> Option<Self> {
        let found = Reflect::get(&self.0, &name.into()).ok().map(Self);
        found.filter(|found| !found.0.is_undefined())
    }
}

impl IntoDeserializer<'_, Misfit> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($read:ident)+) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            visitor.visit_i64(self.integer()?)
        })+
    };
}

impl<'de> Deserializer<'de> for Value {
    type Error = Misfit;

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward_to_deserialize_any! { f32 f64 char bytes byte_buf tuple tuple_struct }

    /// For what is kept until its type is known: the rest of a flattened object.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else if let Some(is) = self.0.as_bool() {
            visitor.visit_bool(is)
        } else if let Ok(number) = self.integer() {
            visitor.visit_i64(number)
        } else if let Some(number) = self.0.as_f64() {
            visitor.visit_f64(number)
        } else if let Ok(text) = self.text() {
            visitor.visit_string(text)
        } else if self.0.is_instance_of::<Array>() {
            self.deserialize_seq(visitor)
        } else {
            self.deserialize_map(visitor)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_bool(self.0.as_bool().ok_or(Misfit)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_nothing() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else {
            Err(Misfit)
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(SeqDeserializer::new(self.elements()?))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(MapDeserializer::new(self.entries()?))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if !self.0.is_object() || self.0.is_instance_of::<Array>() {
            return Err(Misfit);
        }
        visitor.visit_map(Fields {
            object: self,
            names: fields.iter(),
            value: None,
        })
    }

    /// A text is a variant without content; an object of one entry is a variant with its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if let Ok(name) = self.text() {
            return visitor.visit_enum(Variant(name, Self(JsValue::NULL)));
        }
        let mut entries = self.entries()?;
        match (entries.next(), entries.next()) {
            (Some((name, content)), None) => visitor.visit_enum(Variant(name, content)),
            _ => Err(Misfit),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }
}

/// The fields of an object that its type knows.
struct Fields {
    object: Value,
    names: std::slice::Iter<'static, &'static str>,
    /// Of the field that was named last.
    value: Option<Value>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        for name in self.names.by_ref() {
            if let Some(value) = self.object.field(name) {
                self.value = Some(value);
                let name: StrDeserializer<'_, Misfit> = name.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(self.value.take().ok_or(Misfit)?)
    }
}

/// The name of a variant, and its content.
struct Variant(String, Value);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Misfit;
    type Variant = Value;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), Misfit> {
        let name = seed.deserialize(self.0.into_deserializer())?;
        Ok((name, self.1))
    }
}

impl<'de> VariantAccess<'de> for Value {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        if self.is_nothing() {
            Ok(())
        } else {
            Err(Misfit)
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_struct("", fields, visitor)
    }
}
