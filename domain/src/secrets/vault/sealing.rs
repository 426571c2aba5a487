//! The master keys in use, and when they are read again.

use std::time::Duration;

use chacha20poly1305::{KeyInit, XChaCha20Poly1305};

use super::{KeyId, derived};
use crate::secrets::{keys::KeyRing, vault::MasterKey};

/// The minimum time between two readings of a key file that looks unchanged.
const AGAIN: Duration = Duration::from_millis(500);

/// The source of the master keys while the server runs.
pub trait KeySource: Send {
    /// The keys, if they have changed since the last reading.
    fn changed(&mut self) -> Option<KeyRing>;

    /// The keys for a row whose key was not among those read last. `None` if they can't be read or
    /// were read a moment ago, because requests for a damaged row may come at any rate.
    fn again(&mut self) -> Option<KeyRing>;

    /// Whether the last attempt to read them failed.
    fn is_unusable(&self) -> bool {
        false
    }
}

/// Whether to read a key file again: at once if it is another file or its date has changed, else
/// only if there is a reason (a row has an unknown key, or the last reading failed) and the last
/// reading is long enough ago.
#[must_use]
pub fn is_read_again(is_other: bool, has_reason: bool, since_last: Duration) -> bool {
    is_other || (has_reason && since_last >= AGAIN)
}

/// The parts of the master keys that seal authenticator keys.
pub(super) struct SealingKeys {
    keys: Vec<KnownKey>,
    /// The key that seals, as the database names it. The key may be in a newer key file than the
    /// one that was read.
    named: Option<KeyId>,
}

/// The part of one master key.
pub(super) struct KnownKey {
    pub(super) id: KeyId,
    pub(super) cipher: XChaCha20Poly1305,
    fingerprint: String,
    waits: bool,
}

impl SealingKeys {
    pub(super) fn of(ring: &KeyRing) -> Self {
        let mut sealing = Self {
            keys: Vec::new(),
            named: None,
        };
        sealing.replace(ring);
        sealing
    }

    /// Replaces the keys. The named key stays named.
    pub(super) fn replace(&mut self, ring: &KeyRing) {
        let cipher =
            |key: &MasterKey| XChaCha20Poly1305::new((&*derived(key, "authenticator keys")).into());
        let keys = ring.keys().map(|key| KnownKey {
            id: key.id.clone(),
            cipher: cipher(key),
            fingerprint: key.fingerprint(),
            waits: ring.next().is_some_and(|next| next.id() == key.id()),
        });
        self.keys = keys.collect();
    }

    pub(super) fn name(&mut self, id: KeyId) {
        self.named = Some(id);
    }

    pub(super) fn is_named(&self, id: &KeyId) -> bool {
        self.named.as_ref() == Some(id)
    }

    /// The key that seals: the one that the database names, else the first one of the file.
    pub(super) fn current(&self) -> Option<&KnownKey> {
        let named = self.keys.iter().find(|key| self.is_named(&key.id));
        named.or_else(|| self.keys.first())
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.iter().map(|key| &key.id)
    }

    pub(super) fn fingerprints(&self) -> Vec<String> {
        let fingerprints = self.keys.iter().map(|key| key.fingerprint.clone());
        fingerprints.collect()
    }

    /// The fingerprint of the key that waits for its rotation in the file.
    pub(super) fn waiting(&self) -> Option<String> {
        let waiting = self.keys.iter().find(|key| key.waits);
        waiting.map(|key| key.fingerprint.clone())
    }

    pub(super) fn find(&self, id: &KeyId) -> Option<&XChaCha20Poly1305> {
        let found = self.keys.iter().find(|known| known.id == *id);
        found.map(|key| &key.cipher)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{
        ids::{MethodId, UserId},
        second_factor::totp::TotpKey,
        secrets::{
            keys::DataKeys,
            vault::{SealContext, UnsealError, Vault},
        },
    };

    /// A key file, and how often it was read again because of an unknown key.
    #[derive(Clone)]
    struct Shared(Arc<Mutex<(Option<KeyRing>, u32)>>);

    impl KeySource for Shared {
        fn changed(&mut self) -> Option<KeyRing> {
            None
        }

        fn again(&mut self) -> Option<KeyRing> {
            let mut state = self.0.lock().unwrap();
            state.1 += 1;
            state.0.clone()
        }
    }

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(MasterKey::from_random([byte; 4], [byte; 32]))
    }

    fn with_new_key() -> KeyRing {
        let new = MasterKey::from_random([2; 4], [2; 32]);
        ring(1).with_next(new).unwrap().turned()
    }

    fn vault(ring: &KeyRing) -> Vault {
        Vault::with(ring, DataKeys::derived(ring.current().unwrap()))
    }

    #[test]
    fn a_row_of_an_unknown_key_has_the_key_file_read_again_and_fails_closed() {
        let (user, method) = (UserId::from_random([1; 16]), MethodId::from_random([2; 16]));
        let place = SealContext::Method(&user, &method);
        let seal = |ring: &KeyRing| {
            let key = TotpKey::from_random([9; 20]);
            vault(ring).seal(&key, place, [3; 24]).unwrap()
        };
        let file = Shared(Arc::new(Mutex::new((Some(with_new_key()), 0))));
        let follower = vault(&ring(1)).following(Box::new(file.clone()));
        assert!(follower.open(&seal(&ring(1)), place).is_ok());
        assert_eq!(file.0.lock().unwrap().1, 0, "the key is known");
        assert!(follower.open(&seal(&with_new_key()), place).is_ok());
        assert!(follower.open(&seal(&with_new_key()), place).is_ok());
        assert_eq!(file.0.lock().unwrap().1, 1);
        let unknown = seal(&ring(7));
        let refused = follower.open(&unknown, place).err();
        assert_eq!(
            refused,
            Some(UnsealError::MissingKey(unknown.key_id)),
            "in no file"
        );
        assert!(vault(&ring(1)).open(&seal(&with_new_key()), place).is_err());
    }

    #[test]
    fn an_unchanged_file_is_not_read_for_each_bad_row() {
        let moment = Duration::from_millis(10);
        assert!(is_read_again(true, false, Duration::ZERO));
        assert!(!is_read_again(false, true, moment));
        assert!(is_read_again(false, true, AGAIN));
        assert!(!is_read_again(false, false, AGAIN * 100));
    }

    /// A server whose key file still lets the new key wait seals with it as soon as the database
    /// names it.
    #[test]
    fn the_database_names_the_key_that_seals() {
        let waiting = ring(1)
            .with_next(MasterKey::from_random([2; 4], [2; 32]))
            .unwrap();
        let vault = vault(&waiting);
        assert_eq!(vault.waiting(), waiting.next().map(MasterKey::fingerprint));
        let new = with_new_key().current().unwrap().id().clone();
        assert_ne!(vault.key_id(), new);
        vault.seal_by(&new);
        assert_eq!(vault.key_id(), new);
        vault.reload(&waiting);
        assert_eq!(vault.key_id(), new, "whatever is read again");
        // A named key that is in no file seals nothing, and takes over once it is read.
        let vault = Vault::with(&ring(1), DataKeys::derived(ring(1).current().unwrap()));
        vault.seal_by(&new);
        assert_ne!(vault.key_id(), new);
        vault.reload(&waiting);
        assert_eq!(vault.key_id(), new);
        assert_eq!(vault.known_keys().len(), 2);
    }

    /// A server that was stopped during a key rotation does not seal with a key that may have been
    /// dropped since.
    #[test]
    fn a_changed_file_is_read_before_something_is_sealed() {
        struct Changed(Option<KeyRing>);
        impl KeySource for Changed {
            fn changed(&mut self) -> Option<KeyRing> {
                self.0.take()
            }
            fn again(&mut self) -> Option<KeyRing> {
                None
            }
        }
        let (user, method) = (UserId::from_random([1; 16]), MethodId::from_random([2; 16]));
        let follower = vault(&ring(1)).following(Box::new(Changed(Some(with_new_key()))));
        let key = TotpKey::from_random([9; 20]);
        let sealed = follower.seal(&key, SealContext::Method(&user, &method), [3; 24]);
        let new = with_new_key();
        assert_eq!(sealed.unwrap().key_id, *new.current().unwrap().id());
    }
}
