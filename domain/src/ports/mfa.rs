use async_trait::async_trait;

use super::{Grant, PortError, SecretHash, TokenSwap};
use crate::{
    blind_index::BlindIndex,
    ids::{BackupCodeId, CodeSetId, MethodId, SessionId, UserId},
    people::names::MethodName,
    secrets::vault::Sealed,
    time::{TimeStep, Timestamp},
    token::TokenHash,
};

/// A key that a session is setting up. Each session has at most one. A pending key activates nothing.
#[derive(Debug, Clone)]
pub struct PendingKey {
    /// The session that created it. No other session may see or confirm it.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// The key, sealed for this row.
    pub key: Sealed,
    /// When it was made.
    pub made_at: Timestamp,
    /// In a reset: the method that the key will replace. The old method works until then.
    pub replaces: Option<MethodId>,
    /// In a reset: when the factor that allowed it was given. The store sets this time when it takes the grant.
    pub proved_at: Option<Timestamp>,
}

/// An active method as stored.
#[derive(Debug, Clone)]
pub struct MethodRecord {
    /// The identifier.
    pub id: MethodId,
    /// Its name.
    pub name: MethodName,
    /// The key, sealed for this row.
    pub key: Sealed,
    /// The newest time step that was used.
    pub last_step: TimeStep,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a code of it was accepted last.
    pub used_at: Option<Timestamp>,
    /// Backup codes that still work.
    pub codes_left: u32,
    /// Whether their owner has confirmed that the codes are saved.
    pub codes_saved: bool,
}

/// A backup code's stored form.
#[derive(Clone)]
pub struct BackupCodeHash {
    /// The identifier.
    pub id: BackupCodeId,
    /// The blind index of the code.
    pub index: BlindIndex,
    /// Argon2id of the code, with its own salt.
    pub hash: SecretHash,
}

/// A set of ten backup codes to be stored.
#[derive(Clone)]
pub struct NewCodeSet {
    /// The identifier.
    pub id: CodeSetId,
    /// The session that drew the set. Only this session was shown the codes.
    pub drawn_by: SessionId,
    /// The codes.
    pub codes: Vec<BackupCodeHash>,
    /// When they were made.
    pub at: Timestamp,
}

/// The result of a right first code: the pending key becomes the method, the codes become valid, and other sessions end.
#[derive(Clone)]
pub struct Activation {
    /// The session of the pending key, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// When the verified pending key was created. A key that replaced it meanwhile must not be activated.
    pub made_at: Timestamp,
    /// The method's identifier.
    pub method: MethodId,
    /// The method's name.
    pub name: MethodName,
    /// The key, sealed for the method's row.
    pub key: Sealed,
    /// The step of the code that proved the key.
    pub step: TimeStep,
    /// The first set of codes; in a reset, the set that waits for `Finish` while the old codes work.
    pub codes: NewCodeSet,
    /// In a reset: the method that is replaced, which must still exist.
    pub replaces: Option<MethodId>,
    /// When.
    pub at: Timestamp,
}

/// Deletes the method, and with it the backup codes, pending keys and every other session.
#[derive(Debug, Clone)]
pub struct Deletion {
    /// The session and its new token.
    pub swap: TokenSwap,
    /// The grant to take.
    pub grant: Grant,
    /// When.
    pub at: Timestamp,
}

/// A right code of a test. The code proves only that the authenticator works, but its step is used up.
#[derive(Debug, Clone)]
pub struct TestedCode {
    /// The session in which the code was counted.
    pub session: SessionId,
    /// The user.
    pub user: UserId,
    /// The method.
    pub method: MethodId,
    /// The step to burn.
    pub step: TimeStep,
    /// When.
    pub at: Timestamp,
}

/// A right 6-digit code. Uses up its step and completes the sign-in.
#[derive(Debug, Clone)]
pub struct CodeUse {
    /// The session that still requires its second factor, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// The method.
    pub method: MethodId,
    /// The step to burn.
    pub step: TimeStep,
    /// The token by which the browser will be known: a new one, or the one that it already has.
    pub browser: TokenHash,
    /// Whether the browser is already known. Only a known browser has its own budget, which was spent.
    pub is_browser_known: bool,
    /// When.
    pub at: Timestamp,
}

/// A right backup code. Spends it and completes the sign-in.
#[derive(Debug, Clone)]
pub struct BackupCodeUse {
    /// The session that still requires its second factor, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// The code to spend.
    pub code: BackupCodeId,
    /// The token by which the browser will be known: a new one, or the one that it already has.
    pub browser: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// The result of taking something that can be taken only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// This call took it.
    Taken,
    /// Another call was faster, or it was taken before.
    AlreadyTaken,
    /// The session ended or its token changed meanwhile; nothing was taken.
    SessionGone,
}

/// A backup code found by its index.
#[derive(Clone)]
pub struct StoredBackupCode {
    /// The identifier.
    pub id: BackupCodeId,
    /// Argon2id of the code.
    pub hash: SecretHash,
    /// Whether it was spent.
    pub is_used: bool,
}

/// Methods, pending keys and backup codes.
#[async_trait]
pub trait Mfa: Send + Sync {
    /// The session's pending key, even an expired one.
    async fn pending(&self, session: &SessionId) -> Result<Option<PendingKey>, PortError>;

    /// Stores `key` as the session's pending key unless it has one made after `expired`. Returns the session's pending key, or none if the
    /// session has ended.
    async fn keep_pending(
        &self,
        key: PendingKey,
        expired: Timestamp,
    ) -> Result<Option<PendingKey>, PortError>;

    /// Takes the grant and stores `key` as the session's pending key with the time of the grant, replacing any other. False without the grant.
    async fn keep_pending_reset(&self, key: PendingKey, grant: Grant) -> Result<bool, PortError>;

    /// Drops the session's pending key.
    async fn drop_pending(&self, session: &SessionId) -> Result<(), PortError>;

    /// Activates a pending key: stores the method and codes, completes the session's second factor, changes its token, ends other sessions,
    /// and gives the counted attempt back to the session.
    async fn activate(&self, activation: Activation) -> Result<Taken, PortError>;

    /// The user's active method.
    async fn method(&self, user: &UserId) -> Result<Option<MethodRecord>, PortError>;

    /// Uses up a step and completes the sign-in, which clears the budgets of the user and of the browser and makes the browser known. Returns
    /// how many codes were refused in a row before it, by [`crate::second_factor::lockout::refused_before`].
    async fn use_code(&self, code: CodeUse) -> Result<(Taken, u32), PortError>;

    /// Finds a code of the user's valid set, spent or not.
    async fn find_backup_code(
        &self,
        user: &UserId,
        index: BlindIndex,
    ) -> Result<Option<StoredBackupCode>, PortError>;

    /// Spends a code and completes the sign-in, which clears the budgets and makes the browser known. Returns how many codes are left.
    async fn use_backup_code(&self, code: BackupCodeUse) -> Result<(Taken, u32), PortError>;

    /// Takes the grant, stores a set that becomes valid at [`Mfa::finish_codes`], and lets the session see such sets. False without the grant.
    async fn generate(&self, grant: Grant, codes: NewCodeSet) -> Result<bool, PortError>;

    /// Drops the pending set, so that the valid one stays and the session has nothing left to finish. Returns false if it had nothing.
    async fn keep_valid_codes(&self, user: &UserId, session: &SessionId)
    -> Result<bool, PortError>;

    /// Takes the grant and deletes the method with everything that belongs to it. Returns [`Taken::AlreadyTaken`] without the grant.
    async fn delete(&self, deletion: Deletion) -> Result<Taken, PortError>;

    /// Uses up the step of a test code, and gives the counted attempt back to the session.
    async fn test(&self, code: TestedCode) -> Result<Taken, PortError>;

    /// Renames the user's method. Returns false if there is none.
    async fn rename(&self, user: &UserId, name: MethodName) -> Result<bool, PortError>;

    /// Deletes a user's method, codes, attempts and sessions, on behalf of the operator. Returns false if there was no method.
    async fn reset_by_operator(&self, user: &UserId) -> Result<bool, PortError>;

    /// Stores a set that becomes valid at [`Mfa::finish_codes`], and drops an earlier pending set of the user. Returns false if the session
    /// that drew it has ended, or has nothing left to finish.
    async fn keep_pending_codes(&self, user: &UserId, codes: NewCodeSet)
    -> Result<bool, PortError>;

    /// When this session last drew one of the user's sets of codes, valid or pending.
    async fn drew_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<Option<Timestamp>, PortError>;

    /// Records that the codes of `set` are saved; a pending set then replaces the valid one. Returns false if the session has nothing to
    /// finish, or if another set replaced this one, because the saved codes must be the codes that work.
    async fn finish_codes(
        &self,
        user: &UserId,
        session: &SessionId,
        set: &CodeSetId,
        now: Timestamp,
    ) -> Result<bool, PortError>;
}
