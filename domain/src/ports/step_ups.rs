use async_trait::async_trait;

use super::{PortError, Taken, TokenSwap};
use crate::{
    ids::{BackupCodeId, MethodId, SessionId, UserId},
    second_factor::step_up::Intent,
    time::{TimeStep, Timestamp},
};

/// What a session wants to verify for. There is one a session; a new one takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// The action and its target.
    pub intent: Intent,
    /// The method as it was when it was asked: it must still be that one.
    pub method: MethodId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was granted; none while its code is awaited, and always none in what is asked.
    pub granted_at: Option<Timestamp>,
}

/// A grant that an action takes in its own transaction: right session, right user, right intent, the same method, not too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// What it was given for.
    pub intent: Intent,
    /// A grant given at or before this instant has lapsed.
    pub lapsed: Timestamp,
}

/// A right code, to be turned into a grant for what the session asked.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The session and its new token (ASVS V7.2.4).
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// What the code was given for: still what the session asks.
    pub intent: Intent,
    /// The method, the same as when it was asked.
    pub method: MethodId,
    /// What is spent.
    pub proof: Proof,
    /// When.
    pub at: Timestamp,
}

/// What proved the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A 6-digit code: its step is burnt.
    Step(TimeStep),
    /// A backup code: it is spent.
    BackupCode(BackupCodeId),
}

/// Step-ups: asked, granted, and taken by the actions of [`super::Mfa`] and [`super::Members`].
#[async_trait]
pub trait StepUps: Send + Sync {
    /// Notes what the session wants to verify for.
    async fn ask(&self, session: &SessionId, user: &UserId, asked: StepUp)
    -> Result<(), PortError>;

    /// What the session asks, granted or not.
    async fn asked(&self, session: &SessionId) -> Result<Option<StepUp>, PortError>;

    /// Forgets it, and a grant with it.
    async fn forget(&self, session: &SessionId) -> Result<(), PortError>;

    /// Spends the proof, gives the grant and swaps the token; the counted attempt is given back. [`Taken::SessionGone`] also when the
    /// session asks something else by now.
    async fn verify(&self, verification: Verification) -> Result<Taken, PortError>;

    /// Turns a sign-in by backup code after `lapsed` into the grant for what is asked; it does so once. The grant counts from
    /// `proved_at`, when the password was given, so that one window of time does not follow another. False when there is none.
    async fn grant_by_recovery(
        &self,
        session: &SessionId,
        user: &UserId,
        asked: StepUp,
        lapsed: Timestamp,
        proved_at: Timestamp,
    ) -> Result<bool, PortError>;
}
