//! Whether an answer proves that its user holds a key (WebAuthn §7.2).

use thiserror::Error;

use super::{
    answers::AuthenticationAnswer,
    authenticator_data::{AuthenticatorData, AuthenticatorDataError},
    client_data::{Ceremony, ClientData, ClientDataError},
    public_key::{BadSignature, PublicKey, Signatures},
    relying_party::RelyingParty,
    values::{ChallengeHash, CredentialId, UserHandle},
};

/// What the server asked for, and of which user.
#[derive(Debug, Clone, Copy)]
pub struct AuthenticationExpectations<'a> {
    /// The own site.
    pub relying_party: &'a RelyingParty,
    /// The challenge of the ceremony, which the caller has taken from its store.
    pub challenge: ChallengeHash,
    /// The handle of the user whose session asks.
    pub user_handle: &'a UserHandle,
    /// Whether the authenticator must have verified its user. A second factor asks for
    /// verification, but does not require it.
    pub requires_user_verification: bool,
}

/// A key as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// The id.
    pub id: CredentialId,
    /// The key that checks signatures.
    pub public_key: PublicKey,
    /// The signature counter of the last answer.
    pub counter: u32,
    /// Whether the credential could be synced at the last answer.
    pub backup_eligible: bool,
}

/// How a credential's eligibility for sync compares with the stored one. Providers change it now
/// and then, against the specification; the change locks no one out, but is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EligibilityChange {
    /// As stored.
    None,
    /// The credential was bound to its device and may be synced now.
    Gained,
    /// The credential could be synced and is bound to its device now.
    Lost,
}

/// A proof, and what to store of it: counter, flags and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication<'a> {
    /// The key that signed.
    pub credential: &'a StoredCredential,
    /// The new signature counter, to be written only if the stored one is still that of
    /// [`Self::credential`].
    pub counter: u32,
    /// Whether the authenticator verified its user this time.
    pub user_verified: bool,
    /// Whether the credential may be synced.
    pub backup_eligible: bool,
    /// Whether the credential is synced now.
    pub backed_up: bool,
    /// How [`Self::backup_eligible`] differs from the stored value.
    pub eligibility_change: EligibilityChange,
}

/// Why an answer proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthenticationError {
    /// The credential is not one of the user's that were asked for.
    #[error("the credential is not one of those that were asked for")]
    UnknownCredential,
    /// The credential belongs to another user, as its authenticator says.
    #[error("the credential belongs to another user")]
    UserHandle,
    /// The client data are refused.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// The authenticator data are refused.
    #[error(transparent)]
    AuthenticatorData(#[from] AuthenticatorDataError),
    /// The authenticator data hold a new credential, which belongs to registrations only.
    #[error("the answer holds a new credential")]
    NewCredential,
    /// The signature is wrong.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// The signature is right, but the counter of a device-bound key did not rise: a copy of the
    /// key may exist.
    #[error("the signature counter is {sent} after {stored}")]
    CounterFell {
        /// The stored counter.
        stored: u32,
        /// The counter in the answer.
        sent: u32,
    },
}

/// Judges the answer to an authentication. `credentials` are those that the options allowed, all of
/// one user.
pub fn verify_authentication<'a>(
    expected: &AuthenticationExpectations<'_>,
    credentials: &'a [StoredCredential],
    answer: &AuthenticationAnswer,
    signatures: &dyn Signatures,
) -> Result<Authentication<'a>, AuthenticationError> {
    let credential = credentials
        .iter()
        .find(|credential| credential.id == answer.id)
        .ok_or(AuthenticationError::UnknownCredential)?;
    let handle = answer.user_handle.as_deref();
    if handle.is_some_and(|handle| handle != expected.user_handle.as_bytes()) {
        return Err(AuthenticationError::UserHandle);
    }
    let relying_party = expected.relying_party;
    let client_data = ClientData::read(&answer.client_data)?;
    client_data.check(Ceremony::Authentication, &expected.challenge, relying_party)?;
    let data = AuthenticatorData::read(&answer.authenticator_data)?;
    data.check(relying_party, expected.requires_user_verification)?;
    if data.credential.is_some() {
        return Err(AuthenticationError::NewCredential);
    }
    let signed = [&answer.authenticator_data[..], client_data.hash()].concat();
    signatures.verify(&credential.public_key, &signed, &answer.signature)?;
    // Behind the signature, so that only a holder of the key can cause the event.
    check_counter(credential, &data)?;
    let backup_eligible = data.flags.backup_eligible();
    Ok(Authentication {
        credential,
        counter: data.counter,
        user_verified: data.flags.user_verified(),
        backup_eligible,
        backed_up: data.flags.backed_up(),
        eligibility_change: match (credential.backup_eligible, backup_eligible) {
            (false, true) => EligibilityChange::Gained,
            (true, false) => EligibilityChange::Lost,
            _ => EligibilityChange::None,
        },
    })
}

/// The counter of a device-bound key has to rise, unless it does not count at all. Copies of a
/// synced key are normal and count for themselves. What the key was at its registration decides,
/// because a thief can make a copy of a key say that it is synced.
fn check_counter(
    credential: &StoredCredential,
    data: &AuthenticatorData<'_>,
) -> Result<(), AuthenticationError> {
    let (stored, sent) = (credential.counter, data.counter);
    let counts = stored != 0 || sent != 0;
    if !credential.backup_eligible && counts && sent <= stored {
        return Err(AuthenticationError::CounterFell { stored, sent });
    }
    Ok(())
}
