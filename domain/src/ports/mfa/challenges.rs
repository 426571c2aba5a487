//! Challenges of WebAuthn ceremonies, each of which is answered at most once.

use async_trait::async_trait;

use crate::{
    ids::{MethodId, SessionId, UserId},
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
    /// The only key that may answer; none if any of the user's may.
    pub method: Option<MethodId>,
    /// When it was made.
    pub at: Timestamp,
}

/// Whether a challenge was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeAdmission {
    /// It was.
    Kept,
    /// The session has answered too many of late.
    TooMany {
        /// When the session may have another, by
        /// [`crate::webauthn::pace::next_challenge_at`].
        until: Timestamp,
    },
    /// The session has ended or is of another user.
    SessionGone,
}

/// A challenge that was taken to judge its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenChallenge {
    /// What the answer is for.
    pub purpose: ChallengePurpose,
    /// The only key that may answer; none if any of the user's may.
    pub method: Option<MethodId>,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Challenges of sessions, and the handles of users.
#[async_trait]
pub trait Challenges: Send + Sync {
    /// Stores a challenge, unless the session has answered
    /// [`crate::webauthn::pace::MAX_ANSWERS`] of late. Of more than
    /// [`crate::webauthn::options::MAX_CHALLENGES`] unanswered ones of a session, the oldest go.
    async fn keep(&self, challenge: NewChallenge) -> Result<ChallengeAdmission, PortError>;

    /// Marks a challenge of the session as answered, whatever its purpose and age, so that it works
    /// once. None if the session has no such challenge that is unanswered.
    async fn take(
        &self,
        session: &SessionId,
        hash: ChallengeHash,
        at: Timestamp,
    ) -> Result<Option<TakenChallenge>, PortError>;

    /// The user's handle. `drawn` becomes it if the user has none yet; it stays for good.
    async fn user_handle(&self, user: &UserId, drawn: UserHandle) -> Result<UserHandle, PortError>;

    /// The user's handle; none if the user never set a key up.
    async fn known_handle(&self, user: &UserId) -> Result<Option<UserHandle>, PortError>;
}
