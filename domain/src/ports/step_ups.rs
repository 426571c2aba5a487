//! Verifications within a session, and the grants that they leave.

use async_trait::async_trait;

use super::{CodeUse, KeyUse, PortError, TokenSwap};
use crate::{
    ids::{BackupCodeId, MethodId, SessionId, UserId},
    second_factor::step_up::Intent,
    time::{TimeStep, Timestamp},
};

/// What a session asks to verify for. Each session has at most one; a new one replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// The action and its target.
    pub intent: Intent,
    /// The method that the action is about, else the default one; it must still exist.
    pub method: MethodId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was granted; none while the code is awaited, and always none in a new request.
    pub granted_at: Option<Timestamp>,
}

/// A grant that an action takes in its own transaction. Session, user, intent and method must
/// match, and it must not have expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// The intent that it was given for.
    pub intent: Intent,
    /// A grant given at or before this instant has expired.
    pub lapsed: Timestamp,
}

/// A right code or signature, which becomes a grant for what the session asked.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The session and its new token (ASVS V7.2.4).
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// The intent that the code was given for, which must still be what the session asks.
    pub intent: Intent,
    /// [`StepUp::method`] of what the session asks.
    pub method: MethodId,
    /// The proof to spend.
    pub proof: Proof,
    /// When.
    pub at: Timestamp,
}

/// What proved the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A 6-digit code of an authenticator: its step is burnt.
    Step {
        /// The method.
        method: MethodId,
        /// The step.
        step: TimeStep,
    },
    /// A signature of a passkey or security key: its counter is stored.
    Key(KeyUse),
    /// A backup code: it is spent.
    BackupCode(BackupCodeId),
}

/// The answer to a request for a grant by a sign-in with a backup code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryGrant {
    /// The grant exists.
    Granted,
    /// The session had no such sign-in, it was used already, or it grants no action of this kind.
    NoRecovery,
}

/// Step-ups: requested, granted, and taken by the actions of [`super::Mfa`] and [`super::Members`].
#[async_trait]
pub trait StepUps: Send + Sync {
    /// Stores what the session asks to verify for.
    async fn ask(&self, session: &SessionId, user: &UserId, asked: StepUp)
    -> Result<(), PortError>;

    /// What the session asks, granted or not.
    async fn asked(&self, session: &SessionId) -> Result<Option<StepUp>, PortError>;

    /// Deletes the request, and its grant.
    async fn forget(&self, session: &SessionId) -> Result<(), PortError>;

    /// Spends the proof, creates the grant, rotates the token and gives the counted attempt of a
    /// code back. Also returns [`CodeUse::SessionGone`] if the session now asks for something else.
    async fn verify(&self, verification: Verification) -> Result<CodeUse, PortError>;

    /// Turns a sign-in by backup code after `lapsed` into the grant for `asked`, only once. The
    /// grant counts from `proved_at`, when the password was given, so that two time windows can't
    /// be chained.
    async fn grant_by_recovery(
        &self,
        session: &SessionId,
        user: &UserId,
        asked: StepUp,
        lapsed: Timestamp,
        proved_at: Timestamp,
    ) -> Result<RecoveryGrant, PortError>;
}
