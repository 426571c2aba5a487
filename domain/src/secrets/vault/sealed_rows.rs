//! Sealed rows: authenticator keys, which are secret, and credentials of passkeys and security
//! keys, which are not. Sealing these keeps a writer of the database from adding or changing one.

use std::sync::PoisonError;

use chacha20poly1305::{
    XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::{SealContext, Sealed, UnsealError, Vault};
use crate::{
    ids::{MethodId, UserId},
    second_factor::totp::TotpKey,
    webauthn::credential::Credential,
};

impl SealContext<'_> {
    fn associated_data(self) -> String {
        match self {
            Self::Method(user, method) => format!("mfa_methods\0{user}\0{method}"),
            Self::Pending(user, session) => format!("pending_keys\0{user}\0{session}"),
            Self::Credential(user, method) => format!("public_keys\0{user}\0{method}"),
        }
    }
}

impl Vault {
    /// Seals a key for one row (XChaCha20-Poly1305), with the current key file. The nonce is 192
    /// random bits, drawn for each call.
    ///
    /// # Errors
    /// Never for a key of this length, but the cipher's signature returns an error.
    pub fn seal(
        &self,
        key: &TotpKey,
        place: SealContext<'_>,
        nonce: [u8; 24],
    ) -> Result<Sealed, UnsealError> {
        self.seal_bytes(key.expose(), place, nonce)
    }

    fn seal_bytes(
        &self,
        bytes: &[u8],
        place: SealContext<'_>,
        nonce: [u8; 24],
    ) -> Result<Sealed, UnsealError> {
        let aad = place.associated_data();
        let payload = Payload {
            msg: bytes,
            aad: aad.as_bytes(),
        };
        // A server that was stopped for a while may still have a key that was dropped meanwhile.
        self.refresh();
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let current = ring.current().ok_or(UnsealError::Changed)?;
        let ciphertext = current
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| UnsealError::Changed)?;
        Ok(Sealed {
            key_id: current.id.clone(),
            bytes: [nonce.as_slice(), &ciphertext].concat(),
        })
    }

    /// Opens a sealed key for use. If its master key is unknown, reads the key file again, because
    /// another server may have read a newer one.
    ///
    /// # Errors
    /// [`UnsealError`] if anything differs from what was sealed (fail closed).
    pub fn open(&self, sealed: &Sealed, place: SealContext<'_>) -> Result<TotpKey, UnsealError> {
        let key = self.open_bytes(sealed, place)?;
        TotpKey::from_bytes(key).map_err(|_| UnsealError::Changed)
    }

    fn open_bytes(
        &self,
        sealed: &Sealed,
        place: SealContext<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (nonce, ciphertext) = sealed
            .bytes
            .split_first_chunk::<24>()
            .ok_or(UnsealError::Changed)?;
        if !self.knows(&sealed.key_id) {
            self.ask(|source| source.again());
        }
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let cipher = ring.find(&sealed.key_id);
        let cipher = cipher.ok_or_else(|| UnsealError::MissingKey(sealed.key_id.clone()))?;
        let aad = place.associated_data();
        let payload = Payload {
            msg: ciphertext,
            aad: aad.as_bytes(),
        };
        let opened = cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| UnsealError::Changed)
    }

    /// Seals again what is sealed, for the same row, under the current key.
    ///
    /// # Errors
    /// [`UnsealError`] if it does not open.
    pub fn reseal(
        &self,
        sealed: &Sealed,
        place: SealContext<'_>,
        nonce: [u8; 24],
    ) -> Result<Sealed, UnsealError> {
        let bytes = self.open_bytes(sealed, place)?;
        self.seal_bytes(&bytes, place, nonce)
    }

    /// Seals a credential for the row of its method. The nonce is 192 random bits, drawn for each
    /// call.
    ///
    /// # Errors
    /// Never for a credential whose RP ID is a domain.
    pub fn seal_credential(
        &self,
        credential: &Credential,
        user: &UserId,
        method: &MethodId,
        nonce: [u8; 24],
    ) -> Result<Sealed, UnsealError> {
        let bytes = credential.to_bytes().map_err(|_| UnsealError::Changed)?;
        self.seal_bytes(&bytes, SealContext::Credential(user, method), nonce)
    }

    /// Opens the credential of a method.
    ///
    /// # Errors
    /// [`UnsealError`] if anything differs from what was sealed (fail closed).
    pub fn open_credential(
        &self,
        sealed: &Sealed,
        user: &UserId,
        method: &MethodId,
    ) -> Result<Credential, UnsealError> {
        let bytes = self.open_bytes(sealed, SealContext::Credential(user, method))?;
        Credential::from_bytes(&bytes).map_err(|_| UnsealError::Changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secrets::vault::MasterKey,
        webauthn::{
            authenticators::{Aaguid, KeyKind},
            public_key::PublicKey,
        },
    };

    fn vault(byte: u8) -> Vault {
        Vault::new(&MasterKey::from_random([1; 4], [byte; 32]))
    }

    fn credential() -> Credential {
        Credential {
            kind: KeyKind::Passkey,
            id: vec![7; 16].try_into().unwrap(),
            public_key: PublicKey::EdDsa([5; 32]),
            user_verified: true,
            backup_eligible: true,
            aaguid: Aaguid::default(),
            rp_id: "panel.example.com".to_owned(),
        }
    }

    #[test]
    fn a_credential_opens_in_its_row_only() {
        let (user, method) = (UserId::from_random([1; 16]), MethodId::from_random([2; 16]));
        let sealed = vault(1).seal_credential(&credential(), &user, &method, [3; 24]);
        let sealed = sealed.unwrap();
        let opened = |vault: &Vault, user, method| vault.open_credential(&sealed, user, method);
        assert_eq!(opened(&vault(1), &user, &method), Ok(credential()));
        let (other_user, other_method) =
            (UserId::from_random([8; 16]), MethodId::from_random([8; 16]));
        assert!(opened(&vault(1), &other_user, &method).is_err());
        assert!(opened(&vault(1), &user, &other_method).is_err());
        assert!(opened(&vault(2), &user, &method).is_err());
        let as_application = SealContext::Method(&user, &method);
        assert!(
            vault(1).open(&sealed, as_application).is_err(),
            "other table"
        );
    }

    #[test]
    fn a_credential_is_sealed_again_for_its_row() {
        let (user, method) = (UserId::from_random([1; 16]), MethodId::from_random([2; 16]));
        let place = SealContext::Credential(&user, &method);
        let sealed = vault(1).seal_credential(&credential(), &user, &method, [3; 24]);
        let again = vault(1).reseal(&sealed.clone().unwrap(), place, [4; 24]);
        assert_ne!(again, sealed);
        let opened = vault(1).open_credential(&again.unwrap(), &user, &method);
        assert_eq!(opened, Ok(credential()));
    }
}
