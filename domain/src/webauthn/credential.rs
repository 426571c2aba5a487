//! What a set-up fixes about a key, in the bytes that the database seals.

use thiserror::Error;

use super::{
    authenticators::{Aaguid, KeyKind},
    public_key::PublicKey,
    registration::NewCredential,
    relying_party::RelyingParty,
    values::CredentialId,
};

/// The first byte of the sealed form.
const VERSION: u8 = 1;
const PASSKEY: u8 = 1;
const USER_VERIFIED: u8 = 2;
const BACKUP_ELIGIBLE: u8 = 4;

/// What never changes about a key after its set-up. The database holds it sealed for its row, so
/// that a writer of the database cannot add or change a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// What the person set up.
    pub kind: KeyKind,
    /// The id, unique over all users.
    pub id: CredentialId,
    /// The key that checks signatures.
    pub public_key: PublicKey,
    /// Whether the authenticator verified its user at the set-up.
    pub user_verified: bool,
    /// Whether the credential could be synced at the set-up.
    pub backup_eligible: bool,
    /// The model of the authenticator.
    pub aaguid: Aaguid,
    /// The RP ID that the credential belongs to. It works for no other.
    pub rp_id: String,
}

/// The bytes are not the sealed form of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a stored credential")]
pub struct CredentialError;

impl Credential {
    /// What a registration at this site fixes.
    #[must_use]
    pub fn new(kind: KeyKind, new: &NewCredential, relying_party: &RelyingParty) -> Self {
        Self {
            kind,
            id: new.id.clone(),
            public_key: new.public_key.clone(),
            user_verified: new.user_verified,
            backup_eligible: new.backup_eligible,
            aaguid: new.aaguid,
            rp_id: relying_party.id().to_owned(),
        }
    }

    /// The bytes to seal.
    ///
    /// # Errors
    /// [`CredentialError`] if the RP ID is longer than 255 bytes, which no domain is.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CredentialError> {
        let rp_id = u8::try_from(self.rp_id.len()).map_err(|_| CredentialError)?;
        let id = u16::try_from(self.id.as_bytes().len()).map_err(|_| CredentialError)?;
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let flags = flag(self.kind == KeyKind::Passkey, PASSKEY)
            | flag(self.user_verified, USER_VERIFIED)
            | flag(self.backup_eligible, BACKUP_ELIGIBLE);
        Ok([
            &[VERSION, flags][..],
            self.aaguid.as_bytes(),
            &[rp_id],
            self.rp_id.as_bytes(),
            &id.to_be_bytes(),
            self.id.as_bytes(),
            &self.public_key.to_cose(),
        ]
        .concat())
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`CredentialError`] if the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        Self::read(bytes).ok_or(CredentialError)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([version, flags], rest) = bytes.split_first_chunk()?;
        let (aaguid, rest) = rest.split_first_chunk()?;
        let ([length], rest) = rest.split_first_chunk()?;
        let (rp_id, rest) = rest.split_at_checked(usize::from(*length))?;
        let (length, rest) = rest.split_first_chunk()?;
        let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if *version != VERSION || flags & !(PASSKEY | USER_VERIFIED | BACKUP_ELIGIBLE) != 0 {
            return None;
        }
        let kind = if flags & PASSKEY == 0 {
            KeyKind::SecurityKey
        } else {
            KeyKind::Passkey
        };
        Some(Self {
            kind,
            id: id.to_vec().try_into().ok()?,
            public_key: PublicKey::from_cose(key).ok()?,
            user_verified: flags & USER_VERIFIED != 0,
            backup_eligible: flags & BACKUP_ELIGIBLE != 0,
            aaguid: Aaguid::from_bytes(*aaguid),
            rp_id: std::str::from_utf8(rp_id).ok()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn credential(kind: KeyKind, flags: (bool, bool), id: Vec<u8>) -> Credential {
        Credential {
            kind,
            id: id.try_into().unwrap(),
            public_key: PublicKey::EdDsa([5; 32]),
            user_verified: flags.0,
            backup_eligible: flags.1,
            aaguid: Aaguid::from_bytes([3; 16]),
            rp_id: "panel.example.com".to_owned(),
        }
    }

    proptest! {
        #[test]
        fn a_credential_survives_its_sealed_form(
            is_passkey: bool,
            flags: (bool, bool),
            id in vec(any::<u8>(), 16..=1023),
        ) {
            let kind = if is_passkey { KeyKind::Passkey } else { KeyKind::SecurityKey };
            let stored = credential(kind, flags, id);
            let bytes = stored.to_bytes().unwrap();
            prop_assert_eq!(Credential::from_bytes(&bytes), Ok(stored));
        }

        #[test]
        fn any_other_bytes_are_refused_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
            let read = Credential::from_bytes(&bytes);
            prop_assert!(read.is_err() || read.and_then(|read| read.to_bytes()) == Ok(bytes));
        }
    }

    #[test]
    fn a_part_of_a_credential_is_refused() {
        let bytes = credential(KeyKind::Passkey, (true, true), vec![1; 16]);
        let bytes = bytes.to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert!(
                Credential::from_bytes(&bytes[..length]).is_err(),
                "{length}"
            );
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Credential::from_bytes(&longer), Err(CredentialError));
    }
}
