//! Whether a new key is accepted (WebAuthn §7.1).

use thiserror::Error;

use super::{
    answers::RegistrationAnswer,
    authenticator_data::{AttestedCredential, AuthenticatorData, AuthenticatorDataError},
    authenticators::{Aaguid, KeyKind},
    cbor::{CborError, CborValue},
    client_data::{Ceremony, ClientData, ClientDataError},
    public_key::{Algorithm, PublicKey, PublicKeyError},
    relying_party::RelyingParty,
    values::{ChallengeHash, CredentialId, Transports},
};

/// What the server asked for.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationExpectations<'a> {
    /// The own site.
    pub relying_party: &'a RelyingParty,
    /// The challenge of the ceremony, which the caller has taken from its store.
    pub challenge: ChallengeHash,
    /// What the person sets up.
    pub kind: KeyKind,
    /// The algorithms that the options offered.
    pub algorithms: &'a [Algorithm],
}

/// A key to store for its user, after a look that no user has its id yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// The id, unique over all users.
    pub id: CredentialId,
    /// The key that checks signatures.
    pub public_key: PublicKey,
    /// The signature counter.
    pub counter: u32,
    /// Whether the authenticator verified its user at registration.
    pub user_verified: bool,
    /// Whether the credential may be synced.
    pub backup_eligible: bool,
    /// Whether the credential is synced now.
    pub backed_up: bool,
    /// The model of the authenticator, for its name only.
    pub aaguid: Aaguid,
    /// How browsers reach the authenticator.
    pub transports: Transports,
}

/// Why a new key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RegistrationError {
    /// The client data are refused.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// The attestation object is not CBOR.
    #[error("the attestation object is malformed: {0}")]
    Cbor(#[from] CborError),
    /// The attestation object lacks a member.
    #[error("the attestation object lacks a member")]
    AttestationObject,
    /// The authenticator data are refused.
    #[error(transparent)]
    AuthenticatorData(#[from] AuthenticatorDataError),
    /// The authenticator data hold no credential.
    #[error("the authenticator made no credential")]
    NoCredential,
    /// The id that the browser names is not the one that the authenticator made.
    #[error("browser and authenticator name different credential ids")]
    CredentialId,
    /// The key is not one that Twinlock accepts.
    #[error(transparent)]
    PublicKey(PublicKeyError),
    /// The key is of an algorithm that was not offered.
    #[error("the key is of an algorithm that was not offered")]
    AlgorithmNotOffered,
}

impl From<PublicKeyError> for RegistrationError {
    fn from(error: PublicKeyError) -> Self {
        match error {
            PublicKeyError::Algorithm => Self::AlgorithmNotOffered,
            error => Self::PublicKey(error),
        }
    }
}

/// Judges the answer to a registration.
///
/// The attestation statement is ignored, because the options ask for none: no one proves the model
/// of the authenticator, and nothing depends on it.
pub fn verify_registration(
    expected: &RegistrationExpectations<'_>,
    answer: &RegistrationAnswer,
) -> Result<NewCredential, RegistrationError> {
    let relying_party = expected.relying_party;
    let client_data = ClientData::read(&answer.client_data)?;
    client_data.check(Ceremony::Registration, &expected.challenge, relying_party)?;
    let bytes = authenticator_data(&answer.attestation_object)?;
    let data = AuthenticatorData::read(bytes)?;
    data.check(relying_party, expected.kind.requires_user_verification())?;
    let credential = data.credential.ok_or(RegistrationError::NoCredential)?;
    let AttestedCredential { aaguid, id, key } = credential;
    if id != answer.id.as_bytes() {
        return Err(RegistrationError::CredentialId);
    }
    let public_key = PublicKey::from_cose(key)?;
    if !expected.algorithms.contains(&public_key.algorithm()) {
        return Err(RegistrationError::AlgorithmNotOffered);
    }
    Ok(NewCredential {
        id: answer.id.clone(),
        public_key,
        counter: data.counter,
        user_verified: data.flags.user_verified(),
        backup_eligible: data.flags.backup_eligible(),
        backed_up: data.flags.backed_up(),
        aaguid,
        transports: answer.transports.clone(),
    })
}

/// The authenticator data in an attestation object (WebAuthn §6.5.4). Any format is accepted.
fn authenticator_data(attestation_object: &[u8]) -> Result<&[u8], RegistrationError> {
    let object = CborValue::read(attestation_object)?;
    let has_format = matches!(object.at("fmt"), Some(CborValue::Text(_)));
    let bytes = object.at("authData").and_then(CborValue::as_bytes);
    bytes
        .filter(|_| has_format && object.at("attStmt").is_some())
        .ok_or(RegistrationError::AttestationObject)
}
