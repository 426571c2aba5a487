//! Writes CBOR, canonical at first, and in every other form after some changes.

use crate::choices::Choices;

#[derive(Debug, Clone)]
pub enum Item {
    Integer(i128),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Self>),
    Map(Vec<(Self, Self)>),
    /// Bytes that stand for an item.
    Raw(Vec<u8>),
    /// An item whose number or length takes more bytes than it needs.
    Long(Box<Self>),
    /// An item of indefinite length.
    Indefinite(Box<Self>),
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Shortest,
    Long,
    Indefinite,
}

/// Names and labels that mean something to one of the sides.
const TEXTS: [&str; 12] = [
    "credProtect",
    "hmac-secret",
    "uvm",
    "fmt",
    "attStmt",
    "authData",
    "epAtt",
    "largeBlobKey",
    "none",
    "packed",
    "sig",
    "",
];
const NUMBERS: [i128; 16] = [
    0,
    1,
    2,
    3,
    -1,
    -2,
    -3,
    -4,
    -7,
    -8,
    -257,
    23,
    24,
    256,
    0xffff_ffff_ffff_ffff,
    -0x1_0000_0000_0000_0000,
];
const OTHERS: [&[u8]; 9] = [
    &[0xf6],
    &[0xf5],
    &[0xf4],
    &[0xf7],
    &[0xf9, 0x3c, 0],
    &[0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
    &[0xf8, 0x20],
    &[0xff],
    &[0x1c],
];

impl Item {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A map with integer keys.
    pub fn labelled<const N: usize>(members: [(i128, Self); N]) -> Self {
        Self::Map(
            members
                .into_iter()
                .map(|(label, item)| (Self::Integer(label), item))
                .collect(),
        )
    }

    /// A map with text keys.
    pub fn named<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Map(
            members
                .into_iter()
                .map(|(name, item)| (Self::text(name), item))
                .collect(),
        )
    }

    pub fn leaf(choices: &mut Choices<'_>) -> Self {
        match choices.below(6) {
            0 => Self::text(choices.one_of(&TEXTS)),
            1 => Self::Integer(choices.one_of(&NUMBERS)),
            2 => Self::Bytes(choices.bytes(40)),
            3 => Self::Map(Vec::new()),
            4 => Self::Array(Vec::new()),
            _ => Self::Raw(choices.one_of(&OTHERS).to_vec()),
        }
    }

    /// Changes one item in this one, or this one.
    pub fn change(&mut self, choices: &mut Choices<'_>) {
        let mut place = choices.below(self.count());
        self.change_at(&mut place, choices);
    }

    fn count(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Self::Map(entries) => {
                1 + entries
                    .iter()
                    .map(|(key, item)| key.count() + item.count())
                    .sum::<usize>()
            }
            Self::Long(item) | Self::Indefinite(item) => item.count(),
            _ => 1,
        }
    }

    /// Answers whether the place was in this item.
    fn change_at(&mut self, place: &mut usize, choices: &mut Choices<'_>) -> bool {
        if let Self::Long(item) | Self::Indefinite(item) = self {
            return item.change_at(place, choices);
        }
        if *place == 0 {
            self.change_here(choices);
            return true;
        }
        *place -= 1;
        match self {
            Self::Array(items) => items.iter_mut().any(|item| item.change_at(place, choices)),
            Self::Map(entries) => entries
                .iter_mut()
                .any(|(key, item)| key.change_at(place, choices) || item.change_at(place, choices)),
            _ => false,
        }
    }

    fn change_here(&mut self, choices: &mut Choices<'_>) {
        let old = std::mem::replace(self, Self::Raw(Vec::new()));
        *self = match (choices.below(12), old) {
            (0, _) => Self::leaf(choices),
            (1, old) => Self::Long(Box::new(old)),
            (2, old) => Self::Indefinite(Box::new(old)),
            (3, old) => Self::Raw([&[0xc1][..], &old.written()].concat()),
            (4, old) => (0..=choices.below(5)).fold(old, |item, _| Self::Array(vec![item])),
            (5, Self::Bytes(bytes)) => String::from_utf8(bytes)
                .map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text),
            (5, Self::Text(text)) => Self::Bytes(text.into_bytes()),
            (5, Self::Integer(number)) => Self::Integer(number + 1),
            (_, Self::Bytes(mut bytes)) => {
                choices.damage(&mut bytes);
                Self::Bytes(bytes)
            }
            (6, Self::Map(mut entries)) if !entries.is_empty() => {
                let mut again = entries[choices.below(entries.len())].clone();
                if choices.bit() {
                    again.1 = Self::leaf(choices);
                }
                entries.push(again);
                Self::Map(entries)
            }
            (7, Self::Map(mut entries)) if !entries.is_empty() => {
                entries.remove(choices.below(entries.len()));
                Self::Map(entries)
            }
            (8, Self::Map(mut entries)) => {
                entries.reverse();
                Self::Map(entries)
            }
            (9, Self::Map(entries)) => {
                // Their reader takes members under their number, and without any key.
                let numbered = (0..)
                    .zip(entries)
                    .map(|(number, (_, item))| (Self::Integer(number), item));
                Self::Map(numbered.collect())
            }
            (10, Self::Map(entries)) => {
                Self::Array(entries.into_iter().map(|(_, item)| item).collect())
            }
            (_, Self::Map(mut entries)) => {
                entries.push((Self::leaf(choices), Self::leaf(choices)));
                Self::Map(entries)
            }
            (_, Self::Array(mut items)) => {
                items.push(Self::leaf(choices));
                Self::Array(items)
            }
            (_, _) => Self::leaf(choices),
        };
    }

    pub fn written(&self) -> Vec<u8> {
        self.written_as(Form::Shortest)
    }

    fn written_as(&self, form: Form) -> Vec<u8> {
        match self {
            Self::Integer(number) => match u64::try_from(*number) {
                Ok(number) => head(0, number, form),
                Err(_) => head(1, u64::try_from(-1 - number).unwrap_or(u64::MAX), form),
            },
            Self::Bytes(bytes) => string(2, bytes, form),
            Self::Text(text) => string(3, text.as_bytes(), form),
            Self::Array(items) => series(4, items.len(), items.iter().map(Self::written), form),
            Self::Map(entries) => {
                let parts = entries
                    .iter()
                    .flat_map(|(key, item)| [key.written(), item.written()]);
                series(5, entries.len(), parts, form)
            }
            Self::Raw(bytes) => bytes.clone(),
            Self::Long(item) => item.written_as(Form::Long),
            Self::Indefinite(item) => item.written_as(Form::Indefinite),
        }
    }
}

fn string(major: u8, bytes: &[u8], form: Form) -> Vec<u8> {
    let definite = [head(major, bytes.len() as u64, form), bytes.to_vec()].concat();
    match form {
        Form::Indefinite => [&[major << 5 | 31][..], &definite, &[0xff]].concat(),
        _ => definite,
    }
}

fn series(major: u8, length: usize, parts: impl Iterator<Item = Vec<u8>>, form: Form) -> Vec<u8> {
    let parts = parts.collect::<Vec<_>>().concat();
    match form {
        Form::Indefinite => [&[major << 5 | 31][..], &parts, &[0xff]].concat(),
        _ => [head(major, length as u64, form), parts].concat(),
    }
}

/// The start of an item: its type and a number, in the shortest form or the next longer one.
fn head(major: u8, number: u64, form: Form) -> Vec<u8> {
    let shortest: u8 = match number {
        0..24 => 0,
        24..0x100 => 1,
        0x100..0x1_0000 => 2,
        0x1_0000..0x1_0000_0000 => 3,
        _ => 4,
    };
    let width = (shortest + u8::from(form == Form::Long)).min(4);
    let bytes = number.to_be_bytes();
    match width {
        0 => vec![major << 5 | bytes[7]],
        width => [
            &[major << 5 | (23 + width)],
            &bytes[8 - (1 << (width - 1))..],
        ]
        .concat(),
    }
}
