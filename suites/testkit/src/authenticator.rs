//! Codes of an authenticator app, from its key.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The length of a time step in milliseconds (RFC 6238).
pub const STEP: i64 = 30_000;

/// An authenticator app, written from RFC 6238 and independent of the product's code.
#[derive(Clone)]
pub struct Authenticator {
    key: Vec<u8>,
}

impl Authenticator {
    /// Creates an app with a typed key, in base32.
    pub fn new(base32: &str) -> Self {
        let key = BASE32_NOPAD.decode(base32.as_bytes());
        Self::with_key(key.unwrap())
    }

    /// Creates an app with the bytes of a key.
    pub const fn with_key(key: Vec<u8>) -> Self {
        Self { key }
    }

    /// Returns the key's bytes.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns the six digits at a time, in milliseconds since 1970.
    pub fn code(&self, now: i64) -> String {
        self.code_of_step(now.div_euclid(STEP))
    }

    /// Returns the six digits of a time step.
    pub fn code_of_step(&self, step: i64) -> String {
        format!("{:06}", self.number(step) % 1_000_000)
    }

    fn number(&self, step: i64) -> u32 {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.key).unwrap();
        mac.update(&step.to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let offset = usize::from(tag[19] & 0xf);
        u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff
    }

    /// Returns distinct codes that are wrong at this time, and for a long time before and after.
    pub fn wrong_codes(&self, now: i64) -> impl Iterator<Item = String> {
        let step = now.div_euclid(STEP);
        // Half an hour around now, and near each quarter hour up to a day, because a set-up names
        // a clock that is off by so much.
        let near: Vec<String> = (-2_890_i64..=2_890)
            .filter(|by| by.abs() <= 60 || (by.rem_euclid(30) + 5) % 30 <= 10)
            .map(|by| self.code_of_step(step + by))
            .collect();
        (0..1_000_000)
            .map(|number| format!("{number:06}"))
            .filter(move |code| !near.contains(code))
    }

    /// Returns one wrong code.
    pub fn wrong_code(&self, now: i64) -> String {
        self.wrong_codes(now).next().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// RFC 6238 appendix B, SHA-1, all eight digits.
    #[rstest]
    #[case(59, 94_287_082)]
    #[case(1_111_111_109, 7_081_804)]
    #[case(1_111_111_111, 14_050_471)]
    #[case(1_234_567_890, 89_005_924)]
    #[case(2_000_000_000, 69_279_037)]
    #[case(20_000_000_000, 65_353_130)]
    fn it_shows_what_the_rfc_says(#[case] seconds: i64, #[case] code: u32) {
        let authenticator = Authenticator::with_key(b"12345678901234567890".to_vec());
        assert_eq!(authenticator.number(seconds / 30) % 100_000_000, code);
        assert_eq!(
            authenticator.code(seconds * 1000),
            format!("{:06}", code % 1_000_000)
        );
    }
}
