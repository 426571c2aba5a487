//! Blind indexes: a row can be found by them without storing the text that it is about.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A keyed hash that identifies a row, stored instead of the text that the row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlindIndex([u8; 32]);

impl BlindIndex {
    /// The bytes as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

pub(crate) fn keyed_hash(key: &[u8; 64], parts: &[&str]) -> BlindIndex {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(key.into());
    for part in parts {
        mac.update(part.as_bytes());
        mac.update(b"\0");
    }
    BlindIndex(mac.finalize().into_bytes().into())
}
