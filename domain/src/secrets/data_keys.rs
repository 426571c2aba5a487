//! The data keys: for indexes and seals that can't be computed again, and for assertions.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{
    events::Chain,
    secrets::{
        assertion_key::AssertionKey,
        keys::KeyRing,
        vault::{MasterKey, Sealed, UnsealError, derived},
    },
};

/// The keys of indexes and seals that can't be computed again. The type has no `Debug`.
pub struct DataKeys {
    pub(crate) backup_codes: Zeroizing<[u8; 64]>,
    pub(crate) emails: Zeroizing<[u8; 64]>,
    pub(crate) events: Chain,
    pub(crate) assertions: AssertionKey,
}

impl DataKeys {
    /// The purpose of the key from which assertions to applications are signed. Databases of older
    /// versions have no such key before the first start of this version.
    pub const ASSERTIONS: &'static str = "application assertions";

    /// The purpose of each data key, which is also its name in the database.
    pub const PURPOSES: [&'static str; 4] = [
        "backup code index",
        "email index",
        "security event chain",
        Self::ASSERTIONS,
    ];

    /// The data keys of a database that has never had another master key.
    #[must_use]
    pub fn derived(master: &MasterKey) -> Self {
        let [backup_codes, emails, events, assertions] =
            Self::PURPOSES.map(|purpose| derived(master, purpose));
        Self {
            backup_codes,
            emails,
            events: Chain::new(events),
            assertions: AssertionKey::of(&assertions),
        }
    }

    /// A derived key, sealed for storage.
    ///
    /// # Errors
    /// Never for a key of this length, but the cipher's signature returns an error.
    pub fn first(
        master: &MasterKey,
        purpose: &str,
        nonce: [u8; 24],
    ) -> Result<Sealed, UnsealError> {
        let key: Zeroizing<[u8; 64]> = derived(master, purpose);
        wrap(master, purpose, key.as_slice(), nonce)
    }

    /// Opens the data keys that the database stores.
    ///
    /// # Errors
    /// If one is missing, was changed, or belongs to a master key that is not in the ring.
    pub fn open(
        ring: &KeyRing,
        kept: impl Fn(&str) -> Option<Sealed>,
    ) -> Result<Self, UnsealError> {
        let open = |purpose: &str| {
            let bytes = unwrap(ring, purpose, &kept(purpose).ok_or(UnsealError::Changed)?)?;
            let key: [u8; 64] = bytes
                .as_slice()
                .try_into()
                .map_err(|_| UnsealError::Changed)?;
            Ok(Zeroizing::new(key))
        };
        let [backup_codes, emails, events, assertions] = Self::PURPOSES;
        Ok(Self {
            backup_codes: open(backup_codes)?,
            emails: open(emails)?,
            events: Chain::new(open(events)?),
            assertions: AssertionKey::of(&*open(assertions)?),
        })
    }

    /// Seals a data key again, under the current key.
    ///
    /// # Errors
    /// If it can't be opened.
    pub fn reseal(
        ring: &KeyRing,
        purpose: &str,
        kept: &Sealed,
        nonce: [u8; 24],
    ) -> Result<Sealed, UnsealError> {
        let bytes = unwrap(ring, purpose, kept)?;
        wrap(
            ring.current().ok_or(UnsealError::Changed)?,
            purpose,
            &bytes,
            nonce,
        )
    }
}

fn cipher(master: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*derived(master, "data keys")).into())
}

fn associated_data(purpose: &str) -> String {
    format!("data_keys\0{purpose}")
}

fn wrap(
    master: &MasterKey,
    purpose: &str,
    key: &[u8],
    nonce: [u8; 24],
) -> Result<Sealed, UnsealError> {
    let aad = associated_data(purpose);
    let payload = Payload {
        msg: key,
        aad: aad.as_bytes(),
    };
    let ciphertext = cipher(master)
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| UnsealError::Changed)?;
    Ok(Sealed {
        key_id: master.id().clone(),
        bytes: [nonce.as_slice(), &ciphertext].concat(),
    })
}

fn unwrap(ring: &KeyRing, purpose: &str, kept: &Sealed) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let (nonce, ciphertext) = kept
        .bytes
        .split_first_chunk::<24>()
        .ok_or(UnsealError::Changed)?;
    let aad = associated_data(purpose);
    let payload = Payload {
        msg: ciphertext,
        aad: aad.as_bytes(),
    };
    let key = ring.find(&kept.key_id);
    cipher(key.ok_or_else(|| UnsealError::MissingKey(kept.key_id.clone()))?)
        .decrypt(&XNonce::from(*nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| UnsealError::Changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::vault::Vault;

    fn key(byte: u8) -> MasterKey {
        MasterKey::from_random([byte; 4], [byte; 32])
    }

    fn two() -> KeyRing {
        KeyRing::new(key(1)).with_next(key(2)).unwrap()
    }

    #[test]
    fn data_keys_outlive_the_master_key() {
        let email = "ada@example.com".parse().unwrap();
        let before = Vault::new(&key(1));
        let index = before.email_index(&email);
        let kept = |purpose: &str| DataKeys::first(&key(1), purpose, [4; 24]).ok();
        let moved = |purpose: &str| {
            DataKeys::reseal(&two().turned(), purpose, &kept(purpose)?, [5; 24]).ok()
        };
        let only_new = KeyRing::new(key(2));
        let data = DataKeys::open(&only_new, moved).unwrap_or_else(|_| panic!("opens"));
        let vault = Vault::with(&only_new, data);
        assert_eq!(vault.email_index(&email), index);
        let exposed = |vault: &Vault| *vault.assertion_key().expose();
        assert_eq!(exposed(&vault), exposed(&before), "assertions");
        assert!(DataKeys::open(&only_new, kept).is_err(), "another key");
        let swapped = |_: &str| moved("email index");
        assert!(
            DataKeys::open(&only_new, swapped).is_err(),
            "another purpose"
        );
        assert!(DataKeys::open(&only_new, |_| None).is_err(), "missing");
    }
}
