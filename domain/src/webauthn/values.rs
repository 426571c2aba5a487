//! The values that a ceremony passes around: challenge, user handle, credential id and transports.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use thiserror::Error;

use crate::token::{Token, TokenHash};

/// The shortest credential id, in bytes (WebAuthn §4, "Credential ID").
const SHORTEST_ID: usize = 16;
/// The longest credential id, in bytes (WebAuthn §7.1 step 25).
const LONGEST_ID: usize = 1023;
/// How many transports are kept, and the longest of them in characters. The specification names six
/// of at most ten characters.
const TRANSPORTS: usize = 10;
const LONGEST_TRANSPORT: usize = 20;

/// What one ceremony signs, so that its answer works once: 256 random bits. The database stores
/// only the hash. The type has no `Debug` and no `Serialize`.
#[derive(Clone)]
pub struct Challenge(Token);

/// The stored form of a challenge: its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChallengeHash(TokenHash);

/// The text is not a challenge of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a challenge")]
pub struct ChallengeError;

impl Challenge {
    /// Makes a challenge of 256 bits drawn by the caller.
    #[must_use]
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(Token::from_random(bits))
    }

    /// The text for the options, in base64url.
    #[must_use]
    pub fn expose(&self) -> String {
        self.0.expose()
    }

    /// The hash to store and to look up by.
    #[must_use]
    pub fn hash(&self) -> ChallengeHash {
        ChallengeHash(self.0.hash())
    }
}

impl FromStr for Challenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, ChallengeError> {
        text.parse().map(Self).map_err(|_| ChallengeError)
    }
}

impl ChallengeHash {
    /// The bytes as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// By which authenticators know a user: 64 random bytes, which say nothing about the user
/// (WebAuthn §14.6.1). A user keeps the handle for good.
#[derive(Clone, PartialEq, Eq)]
pub struct UserHandle([u8; 64]);

impl UserHandle {
    /// Makes a handle of 64 bytes drawn by the caller, or read from the database.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The bytes as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for UserHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("UserHandle(..)")
    }
}

/// The id that an authenticator gave to a credential: 16 to 1023 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialId(Vec<u8>);

/// The bytes are shorter than 16 or longer than 1023.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a credential id has {SHORTEST_ID} to {LONGEST_ID} bytes")]
pub struct CredentialIdError;

impl CredentialId {
    /// The bytes as stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for CredentialId {
    type Error = CredentialIdError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, CredentialIdError> {
        if (SHORTEST_ID..=LONGEST_ID).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(CredentialIdError)
        }
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CredentialId({} bytes)", self.0.len())
    }
}

/// How browsers reach an authenticator (`usb`, `internal`, `hybrid` and others). Browsers get them
/// back unchanged; Twinlock does not interpret them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Transports(Vec<String>);

impl Transports {
    /// The transports in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl From<Vec<String>> for Transports {
    /// Leaves out what does not look like a transport. They are hints, so a strange one is no
    /// reason to refuse a key.
    fn from(names: Vec<String>) -> Self {
        let is_sign = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-';
        let is_name = |name: &String| {
            (1..=LONGEST_TRANSPORT).contains(&name.len()) && name.bytes().all(is_sign)
        };
        Self(names.into_iter().filter(is_name).take(TRANSPORTS).collect())
    }
}

/// The stored form: names with a space between.
impl fmt::Display for Transports {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join(" "))
    }
}

impl From<&str> for Transports {
    /// Reads the stored form.
    fn from(text: &str) -> Self {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_challenge_survives_the_options() {
        let challenge = Challenge::from_random([7; 32]);
        let again: Challenge = challenge.expose().parse().ok().unwrap();
        assert_eq!(again.hash(), challenge.hash());
        assert_ne!(Challenge::from_random([8; 32]).hash(), challenge.hash());
    }

    #[rstest]
    #[case::empty("")]
    #[case::short("AAAA")]
    #[case::padded("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    #[case::standard_alphabet("////////////////////////////////////////////")]
    #[case::bits_that_do_not_count("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    #[case::long("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    fn another_text_is_no_challenge(#[case] text: &str) {
        assert!(text.parse::<Challenge>().is_err());
    }

    #[rstest]
    #[case(15, false)]
    #[case(16, true)]
    #[case(1023, true)]
    #[case(1024, false)]
    fn a_credential_id_has_bounds(#[case] length: usize, #[case] is_id: bool) {
        assert_eq!(CredentialId::try_from(vec![0; length]).is_ok(), is_id);
    }

    #[test]
    fn no_log_line_shows_an_id_or_a_handle() {
        let id = CredentialId::try_from(vec![0xab; 16]).unwrap();
        assert_eq!(format!("{id:?}"), "CredentialId(16 bytes)");
        let handle = UserHandle::from_bytes([0xab; 64]);
        assert_eq!(format!("{handle:?}"), "UserHandle(..)");
    }

    #[test]
    fn strange_transports_are_left_out() {
        let names = ["usb", "", "smart-card", "a b", "NFC", "a\u{e4}", "quantum"];
        let transports = Transports::from(names.map(str::to_owned).to_vec());
        assert_eq!(transports.as_slice(), ["usb", "smart-card", "quantum"]);
        let many = Transports::from(vec!["usb".to_owned(); 500]);
        assert_eq!(many.as_slice().len(), TRANSPORTS);
    }

    proptest! {
        #[test]
        fn transports_survive_the_database(names in vec("[ -~]{0,22}", 0..12)) {
            let transports = Transports::from(names);
            prop_assert_eq!(Transports::from(transports.to_string().as_str()), transports);
        }
    }
}
