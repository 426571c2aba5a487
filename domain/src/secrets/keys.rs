//! Several master keys at the same time, so that one can replace another while the server runs
//! (ASVS V13.3.4, NIST SP 800-57).
//!
//! Sealed data is sealed again under the new key. Blind indexes and the seals of events can't be
//! computed again, because their input is not known. They use data keys, which are stored in the
//! database, sealed under a master key. Only the data keys are sealed again.

use std::str::FromStr;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secrets::vault::{KeyId, MasterKey, MasterKeyError};

pub use super::data_keys::DataKeys;

/// The suffix that marks the key that waits for its rotation.
const NEXT: &str = ":next";

/// The key file: one key a line. The first key seals. A marked key is known but seals nothing yet,
/// so that every server has read it before anything is sealed with it.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<MasterKey>,
    next: Option<MasterKey>,
}

impl KeyRing {
    /// Creates a file with one key.
    #[must_use]
    pub fn new(key: MasterKey) -> Self {
        Self {
            keys: vec![key],
            next: None,
        }
    }

    /// The key that seals.
    #[must_use]
    pub fn current(&self) -> Option<&MasterKey> {
        self.keys.first()
    }

    /// The key that waits for its rotation.
    #[must_use]
    pub const fn next(&self) -> Option<&MasterKey> {
        self.next.as_ref()
    }

    /// Every key, the current one first.
    pub fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        self.keys.iter().chain(&self.next)
    }

    /// The key with this id.
    #[must_use]
    pub fn find(&self, id: &KeyId) -> Option<&MasterKey> {
        self.keys().find(|key| key.id() == id)
    }

    /// The key that a database was written with, found by its check value.
    #[must_use]
    pub fn fitting(&self, check: &[u8]) -> Option<&MasterKey> {
        self.keys().find(|key| key.check().ct_eq(check).into())
    }

    /// Adds a key that waits; `None` if a key already waits or has this id.
    #[must_use]
    pub fn with_next(&self, key: MasterKey) -> Option<Self> {
        let fits = self.next.is_none() && self.find(key.id()).is_none();
        fits.then(|| Self {
            next: Some(key),
            ..self.clone()
        })
    }

    /// Makes the waiting key the one that seals.
    #[must_use]
    pub fn turned(mut self) -> Self {
        if let Some(next) = self.next.take() {
            self.keys.insert(0, next);
        }
        self
    }

    /// Moves the key with this id to the front, whether it waited or not. Without such a key the
    /// file stays as it is.
    #[must_use]
    pub fn led_by(mut self, id: &KeyId) -> Self {
        if self.next.as_ref().is_some_and(|next| next.id() == id) {
            return self.turned();
        }
        if let Some(place) = self.keys.iter().position(|key| key.id() == id) {
            self.keys[..=place].rotate_right(1);
        }
        self
    }

    /// A key of this file whose id belongs to a different key among `fingerprints`.
    #[must_use]
    pub fn differing(&self, fingerprints: &[String]) -> Option<&MasterKey> {
        self.keys().find(|key| {
            let (own, of_id) = (key.fingerprint(), format!("{}:", key.id()));
            fingerprints
                .iter()
                .any(|known| known.starts_with(&of_id) && *known != own)
        })
    }

    /// Removes a key; `None` if it is the one that seals, or does not exist.
    #[must_use]
    pub fn without(&self, id: &KeyId) -> Option<Self> {
        let is_other = |key: &MasterKey| key.id() != id;
        let drops = self.current().is_some_and(is_other) && self.find(id).is_some();
        drops.then(|| Self {
            keys: self
                .keys
                .iter()
                .filter(|key| is_other(key))
                .cloned()
                .collect(),
            next: self.next.clone().filter(is_other),
        })
    }

    /// The content of the key file.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for key in &self.keys {
            text.push_str(&key.expose());
        }
        if let Some(next) = &self.next {
            text.push_str(next.expose().trim_end());
            text.push_str(NEXT);
            text.push('\n');
        }
        text
    }
}

impl FromStr for KeyRing {
    type Err = MasterKeyError;

    fn from_str(file: &str) -> Result<Self, MasterKeyError> {
        let mut ring = Self {
            keys: Vec::new(),
            next: None,
        };
        for line in file.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (text, waits) = match line.strip_suffix(NEXT) {
                Some(text) => (text, true),
                None => (line, false),
            };
            let key: MasterKey = text.parse()?;
            if ring.find(key.id()).is_some() || (waits && ring.next.is_some()) {
                return Err(MasterKeyError);
            }
            if waits {
                ring.next = Some(key);
            } else {
                ring.keys.push(key);
            }
        }
        ring.current()
            .is_some()
            .then_some(ring)
            .ok_or(MasterKeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{MethodId, UserId},
        second_factor::totp::TotpKey,
        secrets::vault::{SealContext, Vault},
    };

    fn key(byte: u8) -> MasterKey {
        MasterKey::from_random([byte; 4], [byte; 32])
    }

    fn two() -> KeyRing {
        KeyRing::new(key(1)).with_next(key(2)).unwrap()
    }

    fn ids(ring: &KeyRing) -> Vec<String> {
        ring.keys().map(|key| key.id().to_string()).collect()
    }

    #[test]
    fn a_file_is_read_back_and_a_new_key_waits_for_its_turn() {
        let again: KeyRing = two()
            .expose()
            .parse()
            .unwrap_or_else(|_| panic!("readable"));
        assert_eq!(ids(&again), ["01010101", "02020202"]);
        assert_eq!(again.current().unwrap().id().as_str(), "01010101");
        assert!(again.with_next(key(3)).is_none(), "one waits at a time");
        let turned = again.turned();
        assert_eq!(ids(&turned), ["02020202", "01010101"]);
        assert!(turned.next().is_none());
        assert_eq!(ids(&turned.clone().turned()), ids(&turned), "once");
        assert!(turned.without(key(2).id()).is_none(), "it seals");
        assert!(turned.without(key(3).id()).is_none(), "not there");
        assert_eq!(ids(&turned.without(key(1).id()).unwrap()), ["02020202"]);
    }

    #[test]
    fn files_that_are_none_are_refused() {
        let one = key(1).expose();
        let waiting = format!("{}:next\n", one.trim_end());
        for file in [
            "",
            "\n",
            &format!("{}{}", &*one, &*one),
            &waiting,
            &format!("{}hunter2\n", &*one),
        ] {
            assert!(file.parse::<KeyRing>().is_err(), "{file}");
        }
    }

    #[test]
    fn old_rows_open_and_new_ones_are_sealed_by_the_new_key() {
        let (user, method) = (UserId::from_random([1; 16]), MethodId::from_random([2; 16]));
        let place = SealContext::Method(&user, &method);
        let vault = Vault::new(&key(1));
        let totp = TotpKey::from_random([9; 20]);
        let old = vault.seal(&totp, place, [3; 24]).unwrap();
        vault.reload(&two());
        assert_eq!(vault.key_id(), *key(1).id(), "the new one waits");
        vault.reload(&two().turned());
        assert_eq!(vault.open(&old, place).ok().unwrap().expose(), &[9; 20]);
        let new = vault.seal(&totp, place, [3; 24]).unwrap();
        assert_eq!(new.key_id, *key(2).id());
        vault.reload(&KeyRing::new(key(2)));
        assert!(vault.open(&old, place).is_err());
        assert!(vault.open(&new, place).is_ok());
        let mut swapped = old.clone();
        swapped.key_id = key(2).id().clone();
        assert!(vault.open(&swapped, place).is_err(), "another key's name");
    }
}
