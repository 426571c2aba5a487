use data_encoding::BASE32_NOPAD;
use domain::time::{TimeStep, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// An authenticator app, written from RFC 6238 and independent of the product's code.
#[derive(Clone)]
pub struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Makes an authenticator from a typed key.
    pub fn new(base32: &str) -> Self {
        Self(BASE32_NOPAD.decode(base32.as_bytes()).unwrap())
    }

    /// Returns the key as it is typed.
    pub fn key(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// Returns the six digits at this time.
    pub fn code(&self, now: Timestamp) -> String {
        self.code_of(TimeStep::at(now))
    }

    /// Returns the six digits of a step.
    pub fn code_of(&self, step: TimeStep) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&step.number().to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let offset = usize::from(tag[19] & 0xf);
        let word = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }

    /// Returns six digits that are wrong now, shortly before and after, and at every clock offset that the server detects.
    pub fn wrong_code(&self, now: Timestamp) -> String {
        // Covers half an hour around now, and the neighbourhood of each quarter of an hour up to a day.
        let near: Vec<String> = (-2_890_i64..=2_890)
            .filter(|steps| steps.abs() <= 60 || (steps.rem_euclid(30) + 5) % 30 <= 10)
            .map(|steps| self.code_of(TimeStep::at(now).offset(steps)))
            .collect();
        (0..100)
            .map(|number| format!("{number:06}"))
            .find(|code| !near.contains(code))
            .unwrap()
    }
}
