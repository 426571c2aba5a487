//! A file of the pages, as it was built.

use axum::body::Bytes;
use sha2::{Digest, Sha256};

/// Its bytes, and what they are known by.
#[derive(Debug, Clone)]
pub struct File {
    /// The bytes.
    pub body: Bytes,
    /// Their SHA-256.
    pub hash: [u8; 32],
}

impl From<Bytes> for File {
    fn from(body: Bytes) -> Self {
        let hash = Sha256::digest(&body).into();
        Self { body, hash }
    }
}
