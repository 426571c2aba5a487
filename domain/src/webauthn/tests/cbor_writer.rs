//! Writes canonical CBOR.

use proptest::{collection::vec, prelude::*};

use crate::webauthn::cbor::{CborValue, MAX_DEPTH};

/// One item that owns its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Integer(i128),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Bool(bool),
    Null,
}

impl Item {
    /// A map with integer keys.
    pub fn labelled(members: Vec<(i64, Self)>) -> Self {
        let member = |(label, item): (i64, Self)| (Self::Integer(label.into()), item);
        Self::Map(members.into_iter().map(member).collect())
    }

    /// A map with text keys.
    pub fn named<const N: usize>(members: [(&str, Self); N]) -> Self {
        let member = |(name, item): (&str, Self)| (Self::Text(name.to_owned()), item);
        Self::Map(members.into_iter().map(member).collect())
    }

    /// Any item that the reader accepts.
    pub fn any() -> impl Strategy<Value = Self> {
        let levels = u32::try_from(MAX_DEPTH).unwrap();
        Self::any_leaf().prop_recursive(levels, 60, 6, |inner| {
            let entries = vec((Self::any_key(), inner.clone()), 0..6);
            prop_oneof![
                vec(inner, 0..6).prop_map(Self::Array),
                entries.prop_map(|entries| Self::Map(without_duplicates(entries))),
            ]
        })
    }

    fn any_key() -> impl Strategy<Value = Self> {
        let edges = prop_oneof![Just(23_u64), Just(255), Just(65_535), Just(4_294_967_295)];
        let number = prop_oneof![0..30_u64, any::<u64>(), edges.prop_map(|edge| edge + 1)];
        prop_oneof![
            (number, any::<bool>()).prop_map(|(number, is_negative)| {
                let number = i128::from(number);
                Self::Integer(if is_negative { -1 - number } else { number })
            }),
            ".{0,8}".prop_map(Self::Text),
        ]
    }

    fn any_leaf() -> impl Strategy<Value = Self> {
        prop_oneof![
            Self::any_key(),
            vec(any::<u8>(), 0..300).prop_map(Self::Bytes),
            any::<bool>().prop_map(Self::Bool),
            Just(Self::Null),
        ]
    }

    /// The item as the reader returns it.
    pub fn value(&self) -> CborValue<'_> {
        match self {
            Self::Integer(number) => CborValue::Integer(*number),
            Self::Bytes(bytes) => CborValue::Bytes(bytes),
            Self::Text(text) => CborValue::Text(text),
            Self::Array(items) => CborValue::Array(items.iter().map(Self::value).collect()),
            Self::Map(entries) => {
                let entries = entries.iter();
                CborValue::Map(
                    entries
                        .map(|(key, item)| (key.value(), item.value()))
                        .collect(),
                )
            }
            Self::Bool(bool) => CborValue::Bool(*bool),
            Self::Null => CborValue::Null,
        }
    }

    /// The bytes of the item.
    pub fn written(&self) -> Vec<u8> {
        let concat = |start: Vec<u8>, parts: Vec<Vec<u8>>| [start, parts.concat()].concat();
        let length = |parts: usize| u64::try_from(parts).unwrap();
        match self {
            Self::Integer(number) => match u64::try_from(*number) {
                Ok(number) => head(0, number),
                Err(_) => head(1, u64::try_from(-1 - number).unwrap()),
            },
            Self::Bytes(bytes) => [head(2, length(bytes.len())), bytes.clone()].concat(),
            Self::Text(text) => [head(3, length(text.len())), text.clone().into_bytes()].concat(),
            Self::Array(items) => {
                let parts = items.iter().map(Self::written);
                concat(head(4, length(items.len())), parts.collect())
            }
            Self::Map(entries) => {
                let parts = entries
                    .iter()
                    .flat_map(|(key, item)| [key.written(), item.written()]);
                concat(head(5, length(entries.len())), parts.collect())
            }
            Self::Bool(bool) => vec![0xf4 + u8::from(*bool)],
            Self::Null => vec![0xf6],
        }
    }
}

/// The start of an item: its type, and a number in the shortest form.
fn head(major: u8, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let (info, length) = match number {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | info], &bytes[8 - length..]].concat()
}

fn without_duplicates(entries: Vec<(Item, Item)>) -> Vec<(Item, Item)> {
    let mut kept = Vec::<(Item, Item)>::new();
    for (key, item) in entries {
        if kept.iter().all(|(known, _)| *known != key) {
            kept.push((key, item));
        }
    }
    kept
}
