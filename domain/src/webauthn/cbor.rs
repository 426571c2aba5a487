//! A strict reader of CBOR in the canonical form of CTAP2 (FIDO CTAP 2.1 §8), in which
//! authenticators write attestation objects, keys and extensions.
//!
//! The reader accepts definite lengths, integers and lengths in their shortest form, and four
//! levels of maps and arrays. It refuses floats, tags, duplicate keys and bytes after the item. The
//! order of keys is free, because clients that write attestation objects by hand mix it up.

use std::str;

use thiserror::Error;

/// The longest input, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;
/// The deepest nesting of maps and arrays (CTAP 2.1 §8).
pub const MAX_DEPTH: usize = 4;

/// One item. Text and bytes borrow from the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CborValue<'a> {
    /// An integer from −2⁶⁴ to 2⁶⁴ − 1.
    Integer(i128),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text, which is valid UTF-8.
    Text(&'a str),
    /// A list.
    Array(Vec<Self>),
    /// Pairs of key and value in the order of the input. Keys are integers or texts.
    Map(Vec<(Self, Self)>),
    /// `true` or `false`.
    Bool(bool),
    /// The absent value.
    Null,
}

/// Why an input is not a CBOR item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CborError {
    /// The input exceeds [`MAX_BYTES`].
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
    /// The input ends within an item.
    #[error("ends too early")]
    Truncated,
    /// Bytes follow the item.
    #[error("goes on after its end")]
    Trailing,
    /// Maps and arrays exceed [`MAX_DEPTH`].
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// An integer or a length has a shorter form, or an indefinite length.
    #[error("a number or length is not in its shortest form")]
    NotCanonical,
    /// A float, a tag or another type that CTAP2 does not use.
    #[error("holds a type that authenticators do not use")]
    Type,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// A key of a map is not an integer or a text.
    #[error("a key is neither integer nor text")]
    Key,
    /// A map has a key twice.
    #[error("a map has the same key twice")]
    DuplicateKey,
}

impl<'a> CborValue<'a> {
    /// Reads an input that is exactly one item.
    pub fn read(input: &'a [u8]) -> Result<Self, CborError> {
        let (value, rest) = Self::read_first(input)?;
        if rest.is_empty() {
            Ok(value)
        } else {
            Err(CborError::Trailing)
        }
    }

    /// Reads the first item of an input, and returns what follows it.
    pub fn read_first(input: &'a [u8]) -> Result<(Self, &'a [u8]), CborError> {
        if input.len() > MAX_BYTES {
            return Err(CborError::TooLong);
        }
        let mut reader = Reader { rest: input };
        let value = reader.value(0)?;
        Ok((value, reader.rest))
    }

    /// The value of a text key, if this is a map that has it.
    #[must_use]
    pub fn at(&self, key: &str) -> Option<&Self> {
        self.entry(&CborValue::Text(key))
    }

    /// The value of an integer key, if this is a map that has it.
    #[must_use]
    pub fn at_label(&self, label: i128) -> Option<&Self> {
        self.entry(&CborValue::Integer(label))
    }

    /// The integer, if this is one.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes, if this is a byte string.
    #[must_use]
    pub const fn as_bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn entry(&self, wanted: &CborValue<'_>) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(key, _)| key == wanted)
            .map(|(_, value)| value)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads an item that stands in `depth` maps and arrays.
    fn value(&mut self, depth: usize) -> Result<CborValue<'a>, CborError> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 0x1f);
        if major == 7 {
            return match info {
                20 => Ok(CborValue::Bool(false)),
                21 => Ok(CborValue::Bool(true)),
                22 => Ok(CborValue::Null),
                _ => Err(CborError::Type),
            };
        }
        if major == 6 {
            return Err(CborError::Type);
        }
        let argument = self.argument(info)?;
        match major {
            0 => Ok(CborValue::Integer(argument.into())),
            1 => Ok(CborValue::Integer(-1 - i128::from(argument))),
            2 => self.string(argument).map(CborValue::Bytes),
            3 => str::from_utf8(self.string(argument)?)
                .map(CborValue::Text)
                .map_err(|_| CborError::NotUtf8),
            _ if depth == MAX_DEPTH => Err(CborError::TooDeep),
            4 => self.array(argument, depth + 1),
            _ => self.map(argument, depth + 1),
        }
    }

    /// Reads the number that follows the first byte of an item, or stands in it.
    fn argument(&mut self, info: u8) -> Result<u64, CborError> {
        let bytes = match info {
            0..24 => return Ok(info.into()),
            24..28 => self.take(1 << (info - 24))?,
            _ => return Err(CborError::NotCanonical),
        };
        let number = bytes
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte));
        // The smallest number that needs this many bytes.
        let least = match bytes.len() {
            1 => 24,
            length => 1 << (length * 4),
        };
        if number < least {
            return Err(CborError::NotCanonical);
        }
        Ok(number)
    }

    fn string(&mut self, length: u64) -> Result<&'a [u8], CborError> {
        self.take(usize::try_from(length).map_err(|_| CborError::Truncated)?)
    }

    fn array(&mut self, length: u64, depth: usize) -> Result<CborValue<'a>, CborError> {
        let mut values = Vec::new();
        // No memory is set aside for a claimed length: each value needs a byte of the input.
        for _ in 0..length {
            values.push(self.value(depth)?);
        }
        Ok(CborValue::Array(values))
    }

    fn map(&mut self, length: u64, depth: usize) -> Result<CborValue<'a>, CborError> {
        let mut entries = Vec::new();
        let mut keys = Vec::new();
        for _ in 0..length {
            let before = self.rest;
            let key = self.value(depth)?;
            if !matches!(key, CborValue::Integer(_) | CborValue::Text(_)) {
                return Err(CborError::Key);
            }
            keys.push(&before[..before.len() - self.rest.len()]);
            entries.push((key, self.value(depth)?));
        }
        // Each key has one form only, so equal keys are equal bytes.
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(CborError::DuplicateKey);
        }
        Ok(CborValue::Map(entries))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CborError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CborError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rstest::rstest;

    use super::*;
    use crate::webauthn::tests::cbor_writer::Item;

    fn read(hex: &str) -> Result<(), CborError> {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        CborValue::read(&bytes).map(|_| ())
    }

    #[rstest]
    #[case::empty("", CborError::Truncated)]
    #[case::half_a_number("19ff", CborError::Truncated)]
    #[case::half_a_text("6261", CborError::Truncated)]
    #[case::half_a_map("a101", CborError::Truncated)]
    #[case::four_billion_items("9affffffff", CborError::Truncated)]
    #[case::longest_text("7bffffffffffffffff", CborError::Truncated)]
    #[case::more_after_the_end("0000", CborError::Trailing)]
    #[case::number_of_23_in_two_bytes("1817", CborError::NotCanonical)]
    #[case::number_of_255_in_three_bytes("1900ff", CborError::NotCanonical)]
    #[case::number_of_65535_in_five_bytes("1a0000ffff", CborError::NotCanonical)]
    #[case::number_in_nine_bytes("1b00000000ffffffff", CborError::NotCanonical)]
    #[case::length_in_two_bytes("580161", CborError::NotCanonical)]
    #[case::reserved_length("1c", CborError::NotCanonical)]
    #[case::indefinite_bytes("5f4161ff", CborError::NotCanonical)]
    #[case::indefinite_text("7f6161ff", CborError::NotCanonical)]
    #[case::indefinite_array("9f01ff", CborError::NotCanonical)]
    #[case::indefinite_map("bf0101ff", CborError::NotCanonical)]
    #[case::half_float("f93c00", CborError::Type)]
    #[case::float("fa3f800000", CborError::Type)]
    #[case::double("fb3ff0000000000000", CborError::Type)]
    #[case::undefined("f7", CborError::Type)]
    #[case::simple_value("f820", CborError::Type)]
    #[case::stop_code("ff", CborError::Type)]
    #[case::tag("c001", CborError::Type)]
    #[case::text_of_latin_1("61e4", CborError::NotUtf8)]
    #[case::text_with_a_surrogate("63eda080", CborError::NotUtf8)]
    #[case::key_of_bytes("a1416101", CborError::Key)]
    #[case::key_of_a_list("a18001", CborError::Key)]
    #[case::same_number_twice("a201010102", CborError::DuplicateKey)]
    #[case::same_text_twice("a3616101616201616102", CborError::DuplicateKey)]
    #[case::five_levels("8181818180", CborError::TooDeep)]
    #[case::five_levels_of_maps("a101a101a101a101a0", CborError::TooDeep)]
    fn a_malformed_item_is_refused(#[case] hex: &str, #[case] error: CborError) {
        assert_eq!(read(hex), Err(error));
    }

    #[rstest]
    fn a_well_formed_item_is_read(
        #[values(
            "00",
            "1818",
            "190100",
            "1a00010000",
            "1b0000000100000000",
            "3bffffffffffffffff",
            "40",
            "60",
            "80",
            "a0",
            "f4",
            "f5",
            "f6",
            "81818180",
            "a201010201",
            "a261620161610a"
        )]
        hex: &str,
    ) {
        assert_eq!(read(hex), Ok(()));
    }

    #[test]
    fn sixteen_kibibytes_of_nested_lists_are_refused_at_the_fifth() {
        assert_eq!(CborValue::read(&[0x81; MAX_BYTES]), Err(CborError::TooDeep));
        assert_eq!(
            CborValue::read(&vec![0x81; MAX_BYTES + 1]),
            Err(CborError::TooLong)
        );
    }

    #[test]
    fn a_map_is_asked_by_its_keys() {
        let bytes = [0xa2, 0x61, b'a', 0x01, 0x22, 0x41, 7];
        let map = CborValue::read(&bytes).unwrap();
        assert_eq!(map.at("a").unwrap().as_integer(), Some(1));
        assert_eq!(map.at_label(-3).unwrap().as_bytes(), Some(&[7][..]));
        assert_eq!(map.at("b"), None);
        assert_eq!(CborValue::Null.at("a"), None);
    }

    proptest! {
        #[test]
        fn no_input_panics(input in vec(any::<u8>(), 0..300)) {
            let _ = CborValue::read(&input);
        }

        #[test]
        fn what_was_written_is_read(item in Item::any(), more in vec(any::<u8>(), 1..9)) {
            let mut written = item.written();
            prop_assert_eq!(CborValue::read(&written), Ok(item.value()));
            for end in 0..written.len() {
                prop_assert_eq!(CborValue::read(&written[..end]), Err(CborError::Truncated));
            }
            written.extend(&more);
            prop_assert_eq!(CborValue::read_first(&written), Ok((item.value(), &more[..])));
            prop_assert_eq!(CborValue::read(&written), Err(CborError::Trailing));
        }
    }
}
