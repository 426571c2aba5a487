//! A site that sets keys up and lets them sign in.

use super::{
    Ring,
    authenticator::{BE, Device},
};
use crate::webauthn::{
    answers::{AuthenticationAnswer, RegistrationAnswer},
    authentication::{
        AuthenticationError, AuthenticationExpectations, EligibilityChange, StoredCredential,
        verify_authentication,
    },
    authenticators::KeyKind,
    public_key::{Algorithm, PublicKey},
    registration::{
        NewCredential, RegistrationError, RegistrationExpectations, verify_registration,
    },
    relying_party::RelyingParty,
    values::{Challenge, UserHandle},
};

pub const HANDLE: [u8; 64] = [0x1d; 64];

pub fn relying_party() -> RelyingParty {
    RelyingParty::new("https://panel.example.com", None).unwrap()
}

pub fn challenge() -> Challenge {
    Challenge::from_random([7; 32])
}

pub fn expected<'a>(
    relying_party: &'a RelyingParty,
    algorithms: &'a [Algorithm],
) -> RegistrationExpectations<'a> {
    RegistrationExpectations {
        relying_party,
        challenge: challenge().hash(),
        kind: KeyKind::Passkey,
        algorithms,
    }
}

/// Sets a key up.
pub fn register_as(kind: KeyKind, device: &Device) -> Result<NewCredential, RegistrationError> {
    judge_registration(kind, &device.register(&challenge()))
}

/// Sets a passkey up.
pub fn register(device: &Device) -> Result<NewCredential, RegistrationError> {
    register_as(KeyKind::Passkey, device)
}

pub fn judge_registration(
    kind: KeyKind,
    answer: &RegistrationAnswer,
) -> Result<NewCredential, RegistrationError> {
    let relying_party = relying_party();
    let expected = RegistrationExpectations {
        kind,
        ..expected(&relying_party, &Algorithm::OFFERED)
    };
    verify_registration(&expected, answer)
}

/// The device's credential as the database holds it.
pub fn stored(device: &Device, counter: u32, flags: u8) -> StoredCredential {
    StoredCredential {
        id: device.id.clone().try_into().unwrap(),
        public_key: PublicKey::from_cose(&device.key).unwrap(),
        counter,
        backup_eligible: flags & BE != 0,
    }
}

/// What an authentication leaves: counter, change of BE, and whether the user was verified.
pub type Proof = (u32, EligibilityChange, bool);

pub fn judge(
    credentials: &[StoredCredential],
    answer: &AuthenticationAnswer,
    requires_user_verification: bool,
) -> Result<Proof, AuthenticationError> {
    let expected = AuthenticationExpectations {
        relying_party: &relying_party(),
        challenge: challenge().hash(),
        user_handle: &UserHandle::from_bytes(HANDLE),
        requires_user_verification,
    };
    let proof = verify_authentication(&expected, credentials, answer, &Ring)?;
    Ok((proof.counter, proof.eligibility_change, proof.user_verified))
}

pub fn authenticate(device: &Device) -> Result<Proof, AuthenticationError> {
    let stored = [stored(device, 0, device.flags)];
    judge(&stored, &device.authenticate(&challenge()), false)
}
