//! Strict arguments (OWASP ASVS V15.3.5, V15.3.7): a body is an object of named arguments, an
//! argument is null or an object of plain values, and each name appears once. Serde alone would
//! accept a list as an object, with its items as the fields in order of declaration.
use std::{
    collections::BTreeSet,
    fmt::{Formatter, Result as Written},
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

/// Returns whether the body has the form of the arguments that the pages send, whatever the
/// function.
#[must_use]
pub fn are_strict(body: &[u8]) -> bool {
    serde_json::from_slice::<RequestArguments>(body).is_ok()
}

/// All arguments by name.
type RequestArguments = JsonObject<Option<JsonObject<Plain>>>;

/// An object with unique names whose values are all `T`.
struct JsonObject<T>(PhantomData<T>);

/// A string, a number, true, false or null.
struct Plain;

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for JsonObject<T> {
    type Value = Self;

    fn expecting(&self, out: &mut Formatter<'_>) -> Written {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, _)) = map.next_entry::<String, T>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name is repeated"));
            }
        }
        Ok(self)
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl Visitor<'_> for Plain {
    type Value = Self;

    fn expecting(&self, out: &mut Formatter<'_>) -> Written {
        out.write_str("a plain value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("{}")]
    #[case(r#" {"request":{}} "#)]
    #[case(r#"{"request":null}"#)]
    #[case(r#"{"request":{"a":"","b":-1,"c":1.5,"d":null,"e":true,"f":18446744073709551615}}"#)]
    fn arguments_are_objects_of_plain_values(#[case] body: &str) {
        assert!(are_strict(body.as_bytes()));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::a_list("[]")]
    #[case::a_list_for_the_arguments(r#"[{"account":"a"}]"#)]
    #[case::a_list_for_an_argument(r#"{"request":["a"]}"#)]
    #[case::a_list_for_a_value(r#"{"request":{"account":["a"]}}"#)]
    #[case::an_object_for_a_value(r#"{"request":{"state":{"none":null}}}"#)]
    #[case::a_plain_argument(r#"{"request":"a"}"#)]
    #[case::a_name_twice(r#"{"request":{"a":1,"a":1}}"#)]
    #[case::a_name_twice_by_escape(r#"{"request":{"a":1,"\u0061":1}}"#)]
    #[case::an_argument_twice(r#"{"request":{},"request":{}}"#)]
    #[case::two_bodies("{}{}")]
    #[case::cut_off(r#"{"request":{}"#)]
    fn anything_else_is_none(#[case] body: &str) {
        assert!(!are_strict(body.as_bytes()));
    }
}
