//! Secrets at rest. Authenticator keys are sealed; backup codes and e-mail addresses are found by
//! keyed blind indexes.
//!
//! The master keys are in the key file, apart from the database (see [`crate::secrets::keys`]).
//! Each purpose has its own key (HKDF, RFC 5869).

mod sealed_rows;
mod sealing;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError, RwLock},
};

use data_encoding::{BASE64, HEXLOWER};
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    blind_index::{BlindIndex, keyed_hash},
    events::Chain,
    ids::{MethodId, SessionId, UserId},
    people::email::Email,
    second_factor::backup_code::BackupCode,
    secrets::{
        assertion_key::AssertionKey,
        keys::{DataKeys, KeyRing},
    },
};

use sealing::SealingKeys;
pub use sealing::{KeySource, is_read_again};

/// A master key of the key file: an id and 256 bits, written `id:base64`. The type has no `Debug`
/// and no `Serialize`.
#[derive(Clone)]
pub struct MasterKey {
    pub(crate) id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
}

/// Identifies a master key in every sealed row, so that several keys can be in use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// The text is not a valid key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a key file holds one line `id:base64` with 32 bytes in base64")]
pub struct MasterKeyError;

/// A sealed authenticator key or credential: nonce, ciphertext, and the master key's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The master key that sealed it.
    pub key_id: KeyId,
    /// 24 bytes of nonce, then the ciphertext with its tag.
    pub bytes: Vec<u8>,
}

/// The row that a sealed key belongs to. The row is authenticated with the key, so that a
/// ciphertext can't be opened in another row.
#[derive(Debug, Clone, Copy)]
pub enum SealContext<'a> {
    /// An active method.
    Method(&'a UserId, &'a MethodId),
    /// A key that a session is setting up.
    Pending(&'a UserId, &'a SessionId),
    /// The credential of a passkey or security key.
    Credential(&'a UserId, &'a MethodId),
}

/// Why a sealed key could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnsealError {
    /// Its master key is not in the key file that was read.
    #[error(
        "it is sealed by the key {0}, which is not in this server's key file: copy the newest key file over it, or put the line that begins with `{0}:` back"
    )]
    MissingKey(KeyId),
    /// Another master key with that id, another row, or changed bytes.
    #[error(
        "a sealed key does not open: the key file, the row or the bytes are not the ones it was sealed with"
    )]
    Changed,
}

/// The keys in use, one for each purpose. Sealed data names its key. The ring may be replaced while
/// the server runs.
pub struct Vault {
    ring: RwLock<SealingKeys>,
    data: DataKeys,
    source: Option<Mutex<Box<dyn KeySource>>>,
}

impl KeyId {
    /// The text as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps an id read from the database.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl MasterKey {
    /// Creates a key: the id from 4 random bytes, the key from 32.
    #[must_use]
    pub fn from_random(id: [u8; 4], bytes: [u8; 32]) -> Self {
        let id = HEXLOWER.encode(&id);
        Self {
            id: KeyId(id),
            bytes: Zeroizing::new(bytes),
        }
    }

    /// The line to write into the key file.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let key = BASE64.encode(self.bytes.as_slice());
        Zeroizing::new(format!("{}:{key}\n", self.id.0))
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The id and the beginning of [`Self::check`], which distinguish this key from another one
    /// with the same id.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let check = self.check();
        let beginning = check.first_chunk::<8>().map(|first| HEXLOWER.encode(first));
        format!("{}:{}", self.id, beginning.unwrap_or_default())
    }

    /// A check value for the database, which reveals a wrong key file at start. The value tells
    /// nothing about the key.
    #[must_use]
    pub fn check(&self) -> [u8; 32] {
        *derived(self, "key check")
    }
}

impl FromStr for MasterKey {
    type Err = MasterKeyError;

    fn from_str(file: &str) -> Result<Self, MasterKeyError> {
        let (id, key) = file.trim().split_once(':').ok_or(MasterKeyError)?;
        let bytes = Zeroizing::new(BASE64.decode(key.as_bytes()).map_err(|_| MasterKeyError)?);
        let bytes = bytes.as_slice().try_into().map_err(|_| MasterKeyError)?;
        let valid =
            (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if valid {
            Ok(Self {
                id: KeyId(id.to_owned()),
                bytes: Zeroizing::new(bytes),
            })
        } else {
            Err(MasterKeyError)
        }
    }
}

impl Vault {
    /// Creates a vault with one master key, before any rotation.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        Self::with(&KeyRing::new(master.clone()), DataKeys::derived(master))
    }

    /// Creates a vault with the keys of a key file and the data keys of the database.
    #[must_use]
    pub fn with(ring: &KeyRing, data: DataKeys) -> Self {
        Self {
            ring: RwLock::new(SealingKeys::of(ring)),
            data,
            source: None,
        }
    }

    /// Adds the source from which the keys are read again.
    #[must_use]
    pub fn following(self, source: Box<dyn KeySource>) -> Self {
        Self {
            source: Some(Mutex::new(source)),
            ..self
        }
    }

    /// Reads the key file again if it has changed.
    pub fn refresh(&self) {
        self.ask(|source| source.changed());
    }

    /// Reads the keys from the source. A request that waits for this lock uses the keys that
    /// another one read meanwhile.
    fn ask(&self, read: impl FnOnce(&mut dyn KeySource) -> Option<KeyRing>) {
        let Some(source) = &self.source else { return };
        let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ring) = read(source.as_mut()) {
            self.reload(&ring);
        }
    }

    /// Replaces the keys by those of this key file.
    pub fn reload(&self, ring: &KeyRing) {
        let mut sealing = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        sealing.replace(ring);
    }

    /// Seals with this key from now on, or as soon as it is read, whatever the order in the key
    /// file, so that servers with different copies agree.
    pub fn seal_by(&self, key: &KeyId) {
        let named = |sealing: &SealingKeys| sealing.is_named(key);
        if !named(&self.ring.read().unwrap_or_else(PoisonError::into_inner)) {
            let mut sealing = self.ring.write().unwrap_or_else(PoisonError::into_inner);
            sealing.name(key.clone());
        }
    }

    /// Whether this master key was read.
    #[must_use]
    pub fn knows(&self, key: &KeyId) -> bool {
        let sealing = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        sealing.find(key).is_some()
    }

    /// The [`MasterKey::fingerprint`] of each master key that was read.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        let sealing = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        sealing.fingerprints()
    }

    /// The fingerprint of the key that waits for its rotation in the key file.
    #[must_use]
    pub fn waiting(&self) -> Option<String> {
        let sealing = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        sealing.waiting()
    }

    /// Whether the source of the keys can't be read.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.source.as_ref().is_some_and(|source| {
            let source = source.lock().unwrap_or_else(PoisonError::into_inner);
            source.is_unusable()
        })
    }

    /// The master keys that were read.
    #[must_use]
    pub fn known_keys(&self) -> Vec<KeyId> {
        let sealing = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        sealing.ids().cloned().collect()
    }

    /// The master key that seals new rows.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let current = ring.current().map(|key| key.id.clone());
        current.unwrap_or_else(|| KeyId(String::new()))
    }

    /// The blind index of a user's backup code. The index includes the user, so a code is valid
    /// only for its owner (Gogs CVE-2025-64175).
    #[must_use]
    pub fn backup_code_index(&self, user: &UserId, code: &BackupCode) -> BlindIndex {
        keyed_hash(&self.data.backup_codes, &[user.as_str(), code.expose()])
    }

    /// The chain that seals the security events.
    #[must_use]
    pub const fn event_chain(&self) -> &Chain {
        &self.data.events
    }

    /// The private key that signs assertions to applications. It outlives the master keys.
    #[must_use]
    pub const fn assertion_key(&self) -> &AssertionKey {
        &self.data.assertions
    }

    /// The index under which password attempts for an address are counted, known or not. Users also
    /// type passwords into this field by mistake.
    #[must_use]
    pub fn email_index(&self, email: &Email) -> BlindIndex {
        keyed_hash(&self.data.emails, &[email.as_str()])
    }
}

pub(crate) fn derived<const N: usize>(master: &MasterKey, purpose: &str) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    let expanded = Hkdf::<Sha256>::new(None, master.bytes.as_slice())
        .expand(purpose.as_bytes(), key.as_mut_slice());
    debug_assert!(expanded.is_ok(), "a few bytes are within HKDF's bound");
    key
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
