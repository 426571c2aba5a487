//! The authenticator data: what an authenticator signs about itself, its user and, at registration,
//! its new credential (WebAuthn §6.1).

use thiserror::Error;

use super::{
    authenticators::Aaguid,
    cbor::{CborError, CborValue},
    relying_party::RelyingParty,
};

/// What an authenticator states in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// UP: a person touched or otherwise confirmed.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// UV: the authenticator recognised its user, by PIN, fingerprint or face.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// BE: the credential may be synced to other devices.
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// BS: the credential is synced now.
    #[must_use]
    pub const fn backed_up(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// AT: attested credential data follow.
    const fn has_credential(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// ED: extensions follow.
    const fn has_extensions(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// Authenticator data that were read and not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    /// The SHA-256 of the RP ID that the credential belongs to.
    pub rp_id_hash: &'a [u8; 32],
    /// What the authenticator states.
    pub flags: Flags,
    /// How often the credential has signed; 0 in authenticators that do not count.
    pub counter: u32,
    /// The new credential of a registration.
    pub credential: Option<AttestedCredential<'a>>,
}

/// A new credential (WebAuthn §6.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedCredential<'a> {
    /// The model of the authenticator.
    pub aaguid: Aaguid,
    /// The id of the credential, of any length.
    pub id: &'a [u8],
    /// The public key: one CBOR item, not judged yet.
    pub key: &'a [u8],
}

/// Why authenticator data are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthenticatorDataError {
    /// The data end too early.
    #[error("the authenticator data end too early")]
    Truncated,
    /// Bytes follow the data.
    #[error("the authenticator data go on after their end")]
    Trailing,
    /// The key or the extensions are not the CBOR of an authenticator.
    #[error("the authenticator data hold malformed CBOR: {0}")]
    Cbor(#[from] CborError),
    /// The extensions are not a map.
    #[error("the extensions are not a map")]
    Extensions,
    /// The credential belongs to another relying party.
    #[error("the credential belongs to another site")]
    RelyingParty,
    /// UP is not set.
    #[error("no person confirmed")]
    UserNotPresent,
    /// UV is not set, although it is required.
    #[error("the authenticator did not verify its user")]
    UserNotVerified,
    /// BS is set without BE.
    #[error("the credential is synced, although it says that it cannot be")]
    BackedUpButNotEligible,
}

impl<'a> AuthenticatorData<'a> {
    /// Reads authenticator data as sent. Extensions are read and left out.
    pub fn read(bytes: &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        let mut rest = bytes;
        let rp_id_hash = take(&mut rest)?;
        let [flags] = *take(&mut rest)?;
        let flags = Flags(flags);
        let counter = u32::from_be_bytes(*take(&mut rest)?);
        let credential = if flags.has_credential() {
            Some(attested_credential(&mut rest)?)
        } else {
            None
        };
        if flags.has_extensions() {
            let (extensions, after) = CborValue::read_first(rest)?;
            if !matches!(extensions, CborValue::Map(_)) {
                return Err(AuthenticatorDataError::Extensions);
            }
            rest = after;
        }
        if !rest.is_empty() {
            return Err(AuthenticatorDataError::Trailing);
        }
        Ok(Self {
            rp_id_hash,
            flags,
            counter,
            credential,
        })
    }

    /// Judges authenticator data (WebAuthn §7.1 steps 14 to 17, §7.2 steps 15 to 18).
    pub fn check(
        &self,
        relying_party: &RelyingParty,
        requires_user_verification: bool,
    ) -> Result<(), AuthenticatorDataError> {
        if self.rp_id_hash != relying_party.id_hash() {
            return Err(AuthenticatorDataError::RelyingParty);
        }
        if !self.flags.user_present() {
            return Err(AuthenticatorDataError::UserNotPresent);
        }
        if requires_user_verification && !self.flags.user_verified() {
            return Err(AuthenticatorDataError::UserNotVerified);
        }
        if self.flags.backed_up() && !self.flags.backup_eligible() {
            return Err(AuthenticatorDataError::BackedUpButNotEligible);
        }
        Ok(())
    }
}

fn attested_credential<'a>(
    rest: &mut &'a [u8],
) -> Result<AttestedCredential<'a>, AuthenticatorDataError> {
    let aaguid = Aaguid::from_bytes(*take(rest)?);
    let length = u16::from_be_bytes(*take(rest)?);
    let (id, after) = rest
        .split_at_checked(length.into())
        .ok_or(AuthenticatorDataError::Truncated)?;
    let (_, end) = CborValue::read_first(after)?;
    *rest = end;
    Ok(AttestedCredential {
        aaguid,
        id,
        key: &after[..after.len() - end.len()],
    })
}

/// Takes the next `N` bytes.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], AuthenticatorDataError> {
    let (taken, after) = rest
        .split_first_chunk()
        .ok_or(AuthenticatorDataError::Truncated)?;
    *rest = after;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rstest::rstest;

    use super::*;

    /// Data with flags, the counter 7, and what follows them.
    fn bytes(flags: u8, more: &[u8]) -> Vec<u8> {
        [&[9; 32][..], &[flags, 0, 0, 0, 7], more].concat()
    }

    /// Attested credential data with a key that is an empty map.
    fn credential(id: &[u8]) -> Vec<u8> {
        let [high, low] = u16::try_from(id.len()).unwrap().to_be_bytes();
        [&[3; 16][..], &[high, low], id, &[0xa0]].concat()
    }

    #[test]
    fn each_flag_is_read_from_its_bit() {
        let read = |flags| AuthenticatorData::read(&bytes(flags, &[])).map(|data| data.flags);
        let of = |flags: Flags| {
            [
                flags.user_present(),
                flags.user_verified(),
                flags.backup_eligible(),
                flags.backed_up(),
            ]
        };
        for (flags, expected) in [
            (0x01, [true, false, false, false]),
            (0x04, [false, true, false, false]),
            (0x08, [false, false, true, false]),
            (0x10, [false, false, false, true]),
            // Bits for future use are ignored.
            (0x22, [false, false, false, false]),
        ] {
            assert_eq!(of(read(flags).unwrap()), expected);
        }
    }

    #[test]
    fn a_credential_and_extensions_are_read() {
        let more = [
            credential(b"0123456789abcdef"),
            vec![0xa1, 0x61, b'a', 0xf5],
        ]
        .concat();
        let bytes = bytes(0xc1, &more);
        let data = AuthenticatorData::read(&bytes).unwrap();
        assert_eq!(data.rp_id_hash, &[9; 32]);
        assert_eq!(data.counter, 7);
        let expected = AttestedCredential {
            aaguid: Aaguid::from_bytes([3; 16]),
            id: b"0123456789abcdef",
            key: &[0xa0],
        };
        assert_eq!(data.credential, Some(expected));
    }

    #[rstest]
    #[case::no_credential_where_one_is_due(0x41, &[], AuthenticatorDataError::Truncated)]
    #[case::no_extensions_where_they_are_due(0x81, &[], CborError::Truncated.into())]
    #[case::credential_without_its_flag(0x01, &credential(&[1; 16]), AuthenticatorDataError::Trailing)]
    #[case::extensions_without_their_flag(0x01, &[0xa0], AuthenticatorDataError::Trailing)]
    #[case::extensions_that_are_a_list(0x81, &[0x80], AuthenticatorDataError::Extensions)]
    #[case::malformed_extensions(0x81, &[0xa1, 0x01], CborError::Truncated.into())]
    #[case::more_after_the_extensions(0x81, &[0xa0, 0x00], AuthenticatorDataError::Trailing)]
    #[case::id_that_ends_too_early(0x41, &[0; 20], AuthenticatorDataError::Truncated)]
    #[case::nested_extensions(0x81, &[0x81; 5000], CborError::TooDeep.into())]
    fn malformed_data_are_refused(
        #[case] flags: u8,
        #[case] more: &[u8],
        #[case] error: AuthenticatorDataError,
    ) {
        let mut more = more.to_vec();
        if error == AuthenticatorDataError::Truncated && !more.is_empty() {
            // The length of an id that would go on.
            more[16] = 0xff;
        }
        assert_eq!(AuthenticatorData::read(&bytes(flags, &more)), Err(error));
    }

    #[test]
    fn every_shorter_input_is_refused() {
        let whole = bytes(0x41, &credential(&[1; 16]));
        assert!(AuthenticatorData::read(&whole).is_ok());
        for end in 0..whole.len() {
            assert!(AuthenticatorData::read(&whole[..end]).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn no_data_panic(input in vec(any::<u8>(), 0..200), flags: u8) {
            let _ = AuthenticatorData::read(&input);
            let _ = AuthenticatorData::read(&bytes(flags, &input));
        }
    }
}
