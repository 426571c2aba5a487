//! The base64 alphabets of password hashes.

use data_encoding::BASE64_NOPAD;

/// bcrypt's alphabet.
const BCRYPT: &[u8] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// phpass's alphabet.
const PHPASS: &[u8] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Decodes standard base64 with or without padding. passlib writes a dot for the plus.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').replace('.', "+");
    BASE64_NOPAD.decode(text.as_bytes()).ok()
}

/// Decodes bcrypt's base64. Programs leave spare bits of the last character as they are.
pub fn decode_bcrypt(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for character in text.bytes() {
        held = (held << 6 | position(BCRYPT, character)?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Decodes phpass's base64, whose first character holds the lowest bits.
pub fn decode_phpass(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for character in text.bytes() {
        held |= position(PHPASS, character)? << bits;
        bits += 6;
        if bits >= 8 {
            bytes.push(u8::try_from(held & 0xff).ok()?);
            held >>= 8;
            bits -= 8;
        }
    }
    Some(bytes)
}

/// The number that one character of phpass stands for.
pub fn phpass_number(character: char) -> Option<u8> {
    let found = position(PHPASS, u8::try_from(character).ok()?)?;
    u8::try_from(found).ok()
}

fn position(alphabet: &[u8], character: u8) -> Option<u32> {
    let found = alphabet.iter().position(|known| *known == character)?;
    u32::try_from(found).ok()
}
