//! Deserializes the browser's parsed JSON into the types of the answers.
//!
//! `serde-wasm-bindgen` does this too, with error messages. No user sees these messages, because an
//! answer of the wrong type is [`crate::wire::error::AppError::Unreadable`]. Without the messages
//! the pages are a twentieth smaller (ADR 33).

mod browser;
#[cfg(test)]
mod tests;

use std::{fmt, vec};

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer,
        MapAccess, VariantAccess, Visitor,
        value::{MapDeserializer, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

/// The largest integer that a JavaScript number holds exactly (ECMA-262 §21.1.2.6).
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// Deserializes a value of a JSON parser.
pub(super) fn read<J: Json, T: DeserializeOwned>(value: J) -> Result<T, TypeMismatch> {
    T::deserialize(JsonValue(value))
}

/// The value of a JSON parser: the browser's in the pages, another one in the tests.
pub(super) trait Json: Sized {
    /// Null.
    const NULL: Self;

    /// Whether the value is null or missing.
    fn is_nothing(&self) -> bool;
    /// A boolean.
    fn boolean(&self) -> Option<bool>;
    /// A number of any size.
    fn number(&self) -> Option<f64>;
    /// A text.
    fn text(&self) -> Option<String>;
    /// Whether it is an array.
    fn is_array(&self) -> bool;
    /// Whether it is an object and not an array.
    fn is_object(&self) -> bool;
    /// The elements of an array.
    fn elements(&self) -> Vec<JsonValue<Self>>;
    /// The names and values of an object. Fails if a name is not a text.
    fn entries(&self) -> Result<Vec<(String, JsonValue<Self>)>, TypeMismatch>;
    /// One field of an object.
    fn field(&self, name: &str) -> Option<Self>;
}

/// A value does not have the expected type.
#[derive(Debug)]
pub(super) struct TypeMismatch;

impl fmt::Display for TypeMismatch {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for TypeMismatch {}

impl de::Error for TypeMismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A JSON value: null, a boolean, a number, a text, an array or an object.
pub(super) struct JsonValue<J>(J);

impl<J: Json> JsonValue<J> {
    fn is_nothing(&self) -> bool {
        self.0.is_nothing()
    }

    #[inline(never)]
    fn integer(&self) -> Result<i64, TypeMismatch> {
        let number = self.0.number().ok_or(TypeMismatch)?;
        if number.fract() == 0.0 && number.abs() <= MAX_SAFE {
            #[expect(clippy::cast_possible_truncation, reason = "an integer of 53 bits")]
            return Ok(number as i64);
        }
        Err(TypeMismatch)
    }

    #[inline(never)]
    fn text(&self) -> Result<String, TypeMismatch> {
        self.0.text().ok_or(TypeMismatch)
    }

    #[inline(never)]
    fn elements(&self) -> Result<vec::IntoIter<Self>, TypeMismatch> {
        if !self.0.is_array() {
            return Err(TypeMismatch);
        }
        Ok(self.0.elements().into_iter())
    }

    #[inline(never)]
    fn entries(&self) -> Result<vec::IntoIter<(String, Self)>, TypeMismatch> {
        if !self.0.is_object() {
            return Err(TypeMismatch);
        }
        Ok(self.0.entries()?.into_iter())
    }
}

impl<J: Json> IntoDeserializer<'_, TypeMismatch> for JsonValue<J> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($read:ident)+) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
            visitor.visit_i64(self.integer()?)
        })+
    };
}

impl<'de, J: Json> Deserializer<'de> for JsonValue<J> {
    type Error = TypeMismatch;

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward_to_deserialize_any! { f32 f64 char bytes byte_buf tuple tuple_struct }

    /// For values that are buffered until their type is known, such as the rest of a flattened
    /// object.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else if let Some(is) = self.0.boolean() {
            visitor.visit_bool(is)
        } else if let Ok(number) = self.integer() {
            visitor.visit_i64(number)
        } else if let Some(number) = self.0.number() {
            visitor.visit_f64(number)
        } else if let Ok(text) = self.text() {
            visitor.visit_string(text)
        } else if self.0.is_array() {
            self.deserialize_seq(visitor)
        } else {
            self.deserialize_map(visitor)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        visitor.visit_bool(self.0.boolean().ok_or(TypeMismatch)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        if self.is_nothing() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else {
            Err(TypeMismatch)
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        visitor.visit_seq(SeqDeserializer::new(self.elements()?))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeMismatch> {
        visitor.visit_map(MapDeserializer::new(self.entries()?))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        if !self.0.is_object() {
            return Err(TypeMismatch);
        }
        visitor.visit_map(Fields {
            object: self,
            names: fields.iter(),
            value: None,
        })
    }

    /// Reads an enum: a text is a variant without content; an object with one entry is a variant
    /// with its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        if let Ok(name) = self.text() {
            return visitor.visit_enum(Variant(name, Self(J::NULL)));
        }
        let mut entries = self.entries()?;
        match (entries.next(), entries.next()) {
            (Some((name, content)), None) => visitor.visit_enum(Variant(name, content)),
            _ => Err(TypeMismatch),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        visitor.visit_unit()
    }
}

/// The fields of an object that the type knows.
struct Fields<J> {
    object: JsonValue<J>,
    names: std::slice::Iter<'static, &'static str>,
    /// The value of the last field.
    value: Option<JsonValue<J>>,
}

impl<'de, J: Json> MapAccess<'de> for Fields<J> {
    type Error = TypeMismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, TypeMismatch> {
        for name in self.names.by_ref() {
            if let Some(value) = self.object.0.field(name) {
                self.value = Some(JsonValue(value));
                let name: StrDeserializer<'_, TypeMismatch> = name.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, TypeMismatch> {
        seed.deserialize(self.value.take().ok_or(TypeMismatch)?)
    }
}

/// The name of a variant, and its content.
struct Variant<J>(String, JsonValue<J>);

impl<'de, J: Json> EnumAccess<'de> for Variant<J> {
    type Error = TypeMismatch;
    type Variant = JsonValue<J>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), TypeMismatch> {
        let name = seed.deserialize(self.0.into_deserializer())?;
        Ok((name, self.1))
    }
}

impl<'de, J: Json> VariantAccess<'de> for JsonValue<J> {
    type Error = TypeMismatch;

    fn unit_variant(self) -> Result<(), TypeMismatch> {
        if self.is_nothing() {
            Ok(())
        } else {
            Err(TypeMismatch)
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, TypeMismatch> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeMismatch> {
        self.deserialize_struct("", fields, visitor)
    }
}
