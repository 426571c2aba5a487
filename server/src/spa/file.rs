//! A file of the pages as built.

use axum::body::Bytes;
use sha2::{Digest, Sha256};

/// A file's bytes and their hash.
#[derive(Debug, Clone)]
pub struct File {
    /// The bytes.
    pub body: Bytes,
    /// The SHA-256 of the bytes.
    pub hash: [u8; 32],
}

impl From<Bytes> for File {
    fn from(body: Bytes) -> Self {
        let hash = Sha256::digest(&body).into();
        Self { body, hash }
    }
}
