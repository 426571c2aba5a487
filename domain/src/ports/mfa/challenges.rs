//! Challenges of WebAuthn ceremonies, each of which is answered at most once.

use async_trait::async_trait;

use crate::{
    ids::{SessionId, UserId},
    ports::PortError,
    time::Timestamp,
    webauthn::{
        options::ChallengePurpose,
        values::{ChallengeHash, UserHandle},
    },
};

/// A challenge to store.
#[derive(Debug, Clone)]
pub struct NewChallenge {
    /// Its hash.
    pub hash: ChallengeHash,
    /// The session that asked, the only one that may answer.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// What the answer is for.
    pub purpose: ChallengePurpose,
    /// When it was made.
    pub at: Timestamp,
}

/// A challenge that was taken from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenChallenge {
    /// What the answer is for.
    pub purpose: ChallengePurpose,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Challenges of sessions, and the handles of users.
#[async_trait]
pub trait Challenges: Send + Sync {
    /// Stores a challenge. Of more than [`crate::webauthn::options::MAX_CHALLENGES`] of a session,
    /// the oldest go. False if the session has ended or is of another user.
    async fn keep(&self, challenge: NewChallenge) -> Result<bool, PortError>;

    /// Takes a challenge of the session out of the store, whatever its purpose and age, so that it
    /// works once. None if the session has no such challenge.
    async fn take(
        &self,
        session: &SessionId,
        hash: ChallengeHash,
    ) -> Result<Option<TakenChallenge>, PortError>;

    /// The user's handle. `drawn` becomes it if the user has none yet; it stays for good.
    async fn user_handle(&self, user: &UserId, drawn: UserHandle) -> Result<UserHandle, PortError>;

    /// The user's handle; none if the user never set a key up.
    async fn known_handle(&self, user: &UserId) -> Result<Option<UserHandle>, PortError>;
}
