use data_encoding::BASE32_NOPAD;
use domain::time::{TimeStep, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// An authenticator application, written from RFC 6238 and not from our own code.
#[derive(Clone)]
pub struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Types the key in.
    pub fn new(base32: &str) -> Self {
        Self(BASE32_NOPAD.decode(base32.as_bytes()).unwrap())
    }

    /// The six digits that it shows at this time.
    pub fn code(&self, now: Timestamp) -> String {
        self.code_of(TimeStep::at(now))
    }

    /// The six digits of a step.
    pub fn code_of(&self, step: TimeStep) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&step.number().to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let offset = usize::from(tag[19] & 0xf);
        let word = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }

    /// Six digits that are wrong now, just before and after, and at any other time for which a clock may be taken.
    pub fn wrong_code(&self, now: Timestamp) -> String {
        // Half an hour around, and what is near a quarter of an hour up to a day.
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
