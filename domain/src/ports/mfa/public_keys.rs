//! Passkeys and security keys as stored, and what a right signature of one leaves.

use crate::{
    ids::{MethodId, SessionId, UserId},
    ports::TokenSwap,
    second_factor::methods::MethodType,
    secrets::vault::Sealed,
    time::{TimeStep, Timestamp},
    token::TokenHash,
    webauthn::{
        authenticators::KeyKind,
        values::{CredentialId, Transports},
    },
};

/// What proves that a method is its user's.
#[derive(Debug, Clone)]
pub enum MethodFactor {
    /// An authenticator application.
    Application {
        /// The key, sealed for the method's row.
        key: Sealed,
        /// The newest time step that was used.
        last_step: TimeStep,
    },
    /// A passkey or security key.
    PublicKey(PublicKeyRecord),
}

impl MethodFactor {
    /// The type of the method.
    #[must_use]
    pub const fn method_type(&self) -> MethodType {
        match self {
            Self::Application { .. } => MethodType::Application,
            Self::PublicKey(key) => match key.kind {
                KeyKind::Passkey => MethodType::Passkey,
                KeyKind::SecurityKey => MethodType::SecurityKey,
            },
        }
    }
}

/// A passkey or security key as stored. Only [`Self::credential`] says who may sign: it is sealed
/// for its row, and the other columns serve for look-ups and the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeyRecord {
    /// What the person set up.
    pub kind: KeyKind,
    /// The sealed [`crate::webauthn::credential::Credential`].
    pub credential: Sealed,
    /// The id of the credential, unique over all users.
    pub id: CredentialId,
    /// The signature counter of the last answer.
    pub counter: u32,
    /// Whether the credential could be synced at the last answer.
    pub backup_eligible: bool,
    /// Whether the credential was synced at the last answer.
    pub backed_up: bool,
    /// How browsers reach the authenticator.
    pub transports: Transports,
    /// The RP ID that the credential belongs to.
    pub rp_id: String,
}

/// A right signature, and what to store of it. It is accepted only if the stored counter is still
/// the one that it was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The method.
    pub method: MethodId,
    /// What the method is.
    pub kind: KeyKind,
    /// The stored counter by which the signature was judged.
    pub judged_by: u32,
    /// The counter of the answer.
    pub counter: u32,
    /// Whether the credential may be synced.
    pub backup_eligible: bool,
    /// Whether the credential is synced now.
    pub backed_up: bool,
}

/// A right signature at sign-in. Completes the sign-in.
#[derive(Debug, Clone)]
pub struct SignInKey {
    /// The session that still requires its second factor, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// What to store of the signature.
    pub key: KeyUse,
    /// The token by which the browser will be known: a new one, or the one that it already has.
    pub browser: TokenHash,
    /// Whether the browser is already known, so that it has a budget of its own to clear.
    pub is_browser_known: bool,
    /// When.
    pub at: Timestamp,
}

/// A right signature of a test.
#[derive(Debug, Clone)]
pub struct TestedKey {
    /// The session.
    pub session: SessionId,
    /// The user.
    pub user: UserId,
    /// What to store of the signature.
    pub key: KeyUse,
    /// When.
    pub at: Timestamp,
}
