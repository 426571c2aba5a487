//! The shared key of an authenticator.

use std::ops::RangeInclusive;

use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use super::label::label;
use crate::{people::email::Email, second_factor::one_time_code::OneTimeCode, time::TimeStep};

/// The characters to escape in an otpauth URI: all except the unreserved ones (RFC 3986 §2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A key of 160 bits (RFC 4226 R6) or, if another program made it, of 80 to 512, wiped from memory
/// when dropped. The type has no `Debug` and no `Serialize`.
#[derive(Clone)]
pub struct TotpKey(Zeroizing<Vec<u8>>);

/// The bytes are too few or too many for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a key has 10 to 64 bytes")]
pub struct KeyLengthError;

impl TotpKey {
    /// Length in bytes of a key that this program makes.
    pub const BYTES: usize = 20;
    /// Lengths in bytes of keys that other programs made. 80 bits are what many of them used;
    /// SHA-1 takes 64 bytes as they are.
    pub const IMPORTED: RangeInclusive<usize> = 10..=64;

    /// Makes a key of 160 bits drawn by the caller.
    #[must_use]
    pub fn from_random(bits: [u8; Self::BYTES]) -> Self {
        Self(Zeroizing::new(bits.to_vec()))
    }

    /// A key that another program made, or that was sealed.
    ///
    /// # Errors
    /// [`KeyLengthError`], if its length is not in [`Self::IMPORTED`].
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, KeyLengthError> {
        if Self::IMPORTED.contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(KeyLengthError)
        }
    }

    /// The key bytes, to be sealed.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The key in base32, for users who type it.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()))
    }

    /// The URI in the QR code. The label contains issuer and account, shortened if necessary; a
    /// parameter contains the issuer too.
    #[must_use]
    pub fn otpauth_uri(&self, issuer: &str, account: &Email) -> Zeroizing<String> {
        let (issuer, account) = label(issuer, account.as_str());
        let issuer = utf8_percent_encode(&issuer, ESCAPED);
        let account = utf8_percent_encode(&account, ESCAPED);
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            self.base32().as_str()
        ))
    }

    /// The six digits of a step, as an authenticator shows them (RFC 6238 §4).
    #[must_use]
    pub fn code(&self, step: TimeStep) -> Zeroizing<String> {
        let seconds = u64::try_from(step.start().millis() / 1000).unwrap_or_default();
        Zeroizing::new(self.totp().generate(seconds).to_string())
    }

    /// Whether `code` is this key's code of `step`, compared in constant time.
    pub(super) fn matches(&self, code: &OneTimeCode, step: TimeStep) -> bool {
        matches(&self.totp(), code, step)
    }

    /// The first of several steps that `code` belongs to.
    pub(super) fn find_step(
        &self,
        code: &OneTimeCode,
        mut steps: impl Iterator<Item = TimeStep>,
    ) -> Option<TimeStep> {
        let totp = self.totp();
        steps.find(|step| matches(&totp, code, *step))
    }

    /// Checks one step at a time: the library's skew is off, because the verifier decides on the
    /// window.
    fn totp(&self) -> Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_secret(self.0.as_slice())
            .with_step_duration(u64::from(TimeStep::SECONDS))
            .with_skew(0)
            .build_noncompliant()
    }
}

fn matches(totp: &Totp, code: &OneTimeCode, step: TimeStep) -> bool {
    let seconds = step.start().millis() / 1000;
    u64::try_from(seconds).is_ok_and(|seconds| totp.check(code.expose(), seconds).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(9, false)]
    #[case(10, true)]
    #[case(64, true)]
    #[case(65, false)]
    fn a_foreign_key_has_10_to_64_bytes(#[case] bytes: usize, #[case] is_taken: bool) {
        let key = TotpKey::from_bytes(Zeroizing::new(vec![7; bytes]));
        assert_eq!(key.is_ok(), is_taken);
    }

    /// The code of a key of another length, as `oathtool` 2.6 shows it.
    #[rstest]
    #[case(b"1234567890", "388890")]
    #[case(
        b"1234567890123456789012345678901234567890123456789012345678901234",
        "280167"
    )]
    fn a_key_of_another_length_has_its_codes(#[case] key: &[u8], #[case] code: &str) {
        let key = TotpKey::from_bytes(Zeroizing::new(key.to_vec())).unwrap();
        assert_eq!(key.code(TimeStep::from_number(60_000_000)).as_str(), code);
    }

    #[test]
    fn the_uri_escapes_issuer_and_account() {
        let uri = TotpKey::from_random([0; 20])
            .otpauth_uri("Control: Panel & Co", &"a+b@example.com".parse().unwrap());
        assert_eq!(
            uri.as_str(),
            "otpauth://totp/Control%3A%20Panel%20%26%20Co:a%2Bb%40example.com?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
             &issuer=Control%3A%20Panel%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
