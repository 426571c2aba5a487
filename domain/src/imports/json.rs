//! One JSON object a line.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::{Field, LineError, Row};

/// Reads a person.
pub fn read(line: &str) -> Result<Row, LineError> {
    let mut refused = None;
    let mut reader = serde_json::Deserializer::from_str(line);
    let row = reader.deserialize_map(Object(&mut refused));
    let row = row.and_then(|row| reader.end().map(|()| row));
    // The library's own texts may repeat a value, so only the place is told.
    row.map_err(|error| refused.unwrap_or_else(|| LineError::Json(error.column())))
}

/// Collects the fields of an object. What is wrong with them goes into the reference.
struct Object<'a>(&'a mut Option<LineError>);

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Row;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = Row::default();
        while let Some(name) = map.next_key::<String>()? {
            let Some(field) = Field::find(&name) else {
                *self.0 = Some(Field::unknown(&name));
                return Err(A::Error::custom("refused"));
            };
            let value = map.next_value_seed(Value(field, self.0))?;
            if let Err(error) = row.put(field, value) {
                *self.0 = Some(error);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(row)
    }
}

/// The value of a field: text, for `disabled` also true or false, or null.
struct Value<'a>(Field, &'a mut Option<LineError>);

impl Value<'_> {
    fn refuse<E: serde::de::Error>(self) -> E {
        let expected = if self.0 == Field::Disabled {
            "true, false or null"
        } else {
            "text or null"
        };
        *self.1 = Some(LineError::Type(self.0, expected));
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Zeroizing<String>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Zeroizing<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        if self.0 == Field::Disabled {
            return Ok(Zeroizing::new(value.to_string()));
        }
        Err(self.refuse())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Zeroizing::new(String::new()))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Err(self.refuse())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Err(self.refuse())
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(self.refuse())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.refuse())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.refuse())
    }
}
