//! Reads CBOR leniently, and says what is strange about it. It shares no code with either side.

use std::ops::BitOr;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Integer(i128),
    Bytes(Vec<u8>),
    Text(String),
    Array,
    Map(Vec<(Self, Self)>),
    Other,
}

/// What CTAP2's canonical form does not have (CTAP 2.1 §8).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Strange {
    /// A number or length in more bytes than it needs, or an indefinite length.
    pub form: bool,
    /// A float, a tag, or `undefined`.
    pub kind: bool,
    /// A key that is no integer and no text.
    pub key: bool,
    /// A key that stands twice in one map.
    pub twice: bool,
    /// More than four levels.
    pub deep: bool,
}

impl BitOr for Strange {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            form: self.form || other.form,
            kind: self.kind || other.kind,
            key: self.key || other.key,
            twice: self.twice || other.twice,
            deep: self.deep || other.deep,
        }
    }
}

impl Value {
    /// Reads one item, and returns what follows it. `None` is malformed CBOR (RFC 8949).
    pub fn read(bytes: &[u8]) -> Option<(Self, Strange, &[u8])> {
        let mut reader = Reader {
            rest: bytes,
            strange: Strange::default(),
        };
        let value = reader.item(0)?;
        Some((value, reader.strange, reader.rest))
    }

    pub fn at(&self, key: &str) -> Option<&Self> {
        self.all(|known| matches!(known, Self::Text(text) if text == key))
            .next()
    }

    pub fn at_label(&self, label: i128) -> Option<&Self> {
        self.all(|known| *known == Self::Integer(label)).next()
    }

    pub fn entries(&self) -> &[(Self, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn all(&self, is_key: impl Fn(&Self) -> bool) -> impl Iterator<Item = &Self> {
        self.entries()
            .iter()
            .filter(move |(key, _)| is_key(key))
            .map(|(_, value)| value)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    strange: Strange,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// Takes the byte that ends an item of indefinite length, if it stands next.
    fn stops(&mut self) -> bool {
        let after = self.rest.strip_prefix(&[0xff]);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn item(&mut self, depth: usize) -> Option<Value> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 31);
        if major == 7 {
            self.strange.kind |= !matches!(info, 20..=22);
            let more = match info {
                0..24 => 0,
                24..28 => 1 << (info - 24),
                _ => return None,
            };
            self.take(more)?;
            return Some(Value::Other);
        }
        let number = match info {
            0..24 => Some(u64::from(info)),
            24..28 => {
                let bytes = self.take(1 << (info - 24))?;
                let number = bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | u64::from(*byte));
                let is_shortest =
                    [24, 0x100, 0x1_0000, 0x1_0000_0000][usize::from(info - 24)] <= number;
                self.strange.form |= !is_shortest;
                Some(number)
            }
            31 if (2..=5).contains(&major) => {
                self.strange.form = true;
                None
            }
            _ => return None,
        };
        if depth > 120 {
            return None;
        }
        match major {
            0 => Some(Value::Integer(number?.into())),
            1 => Some(Value::Integer(-1 - i128::from(number?))),
            2 => self.string(major, number).map(Value::Bytes),
            3 => String::from_utf8(self.string(major, number)?)
                .ok()
                .map(Value::Text),
            6 => {
                self.strange.kind = true;
                self.item(depth + 1)
            }
            _ => {
                self.strange.deep |= depth >= 4;
                self.series(major, number, depth + 1)
            }
        }
    }

    fn string(&mut self, major: u8, length: Option<u64>) -> Option<Vec<u8>> {
        if let Some(length) = length {
            return self.take(length.try_into().ok()?).map(<[u8]>::to_vec);
        }
        let mut whole = Vec::new();
        while !self.stops() {
            if self.rest.first()? >> 5 != major || self.rest[0] & 31 == 31 {
                return None;
            }
            match self.item(0)? {
                Value::Bytes(part) => whole.extend(part),
                Value::Text(part) => whole.extend(part.into_bytes()),
                _ => return None,
            }
        }
        Some(whole)
    }

    fn series(&mut self, major: u8, length: Option<u64>, depth: usize) -> Option<Value> {
        let mut entries = Vec::new();
        let mut left = length;
        loop {
            match &mut left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None if self.stops() => break,
                None => {}
            }
            let first = self.item(depth)?;
            if major == 4 {
                continue;
            }
            self.strange.key |= !matches!(first, Value::Integer(_) | Value::Text(_));
            self.strange.twice |= entries.iter().any(|(key, _)| *key == first);
            entries.push((first, self.item(depth)?));
        }
        Some(if major == 4 {
            Value::Array
        } else {
            Value::Map(entries)
        })
    }
}
