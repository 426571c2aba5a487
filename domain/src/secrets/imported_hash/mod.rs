//! Password hashes that other programs made (ADR 43). The old digest is never stored: what stands
//! in the database is Argon2id over it, with the recipe by which the digest is computed from a
//! password. The first right sign-in replaces it by Argon2id of the password itself.

mod base64;
mod cost;
mod django;
mod formats;
mod scheme;
mod stored;
#[cfg(test)]
mod tests;

use thiserror::Error;
use zeroize::Zeroizing;

pub use cost::{Argon2Cost, DigestWork, Floor, MAX_MEMORY_KIB, MAX_MILLIS, SlowestDigest, floor};
pub use scheme::{Argon2Variant, BcryptInput, Pbkdf2Function, Scheme};
pub use stored::{BCRYPT_BYTES, DamagedHashError, MARK, StoredHash};

use crate::secrets::secret_hash::SecretHash;

/// How an old digest is computed from a password: the scheme, the salt and the digest's length.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The scheme and its costs.
    pub scheme: Scheme,
    /// The salt.
    pub salt: Vec<u8>,
    /// The digest's length in bytes.
    pub bytes: usize,
}

/// A hash of another program. The type has no `Debug` and no `Serialize`, because many old digests
/// can be guessed quickly.
#[derive(Clone)]
pub struct OldHash {
    /// How the digest is computed.
    pub recipe: Recipe,
    /// The digest, which is wiped from memory when dropped.
    pub digest: Zeroizing<Vec<u8>>,
}

/// A hash that an import can take.
pub enum TakenHash {
    /// Argon2id at this program's own cost, which is stored as it is.
    Own(SecretHash),
    /// Any other hash, which is stored under Argon2id.
    Old(OldHash),
}

/// Why a hash can't be taken. The text repeats nothing of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// One round of MD-5 or SHA, such as 32 hexadecimal digits or `{SSHA}`.
    #[error("it is a plain digest, of which one machine tries billions a second")]
    Plain,
    /// `$1$`, `$5$`, `$6$`, `$y$` and other schemes of `crypt(3)`.
    #[error("it is a scheme of crypt(3) that is not supported, such as sha-crypt")]
    Crypt,
    /// `$2x$` and `$2$`.
    #[error("it is a bcrypt of a faulty old version; only $2a$, $2b$ and $2y$ are supported")]
    BcryptVersion,
    /// Argon2 of version 16, or Argon2d.
    #[error("only argon2id and argon2i of version 19 are supported")]
    Argon2Version,
    /// The beginning names no supported scheme.
    #[error("its beginning names no supported scheme")]
    Unknown,
    /// The scheme is supported, but the text does not have its form.
    #[error("it is damaged: it does not have the form of its scheme")]
    Form,
    /// One sign-in would take longer than [`MAX_MILLIS`].
    #[error("one sign-in with it would take more than a second")]
    TooSlow,
    /// One sign-in would take more memory than [`MAX_MEMORY_KIB`].
    #[error("one sign-in with it would take more than 128 MiB of memory")]
    TooLarge,
}
