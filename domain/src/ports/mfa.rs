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

/// A key that a session is setting up. There is one a session; it activates nothing.
#[derive(Debug, Clone)]
pub struct PendingKey {
    /// The session that made it: no other may see or confirm it.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// The key, sealed for this row.
    pub key: Sealed,
    /// When it was made.
    pub made_at: Timestamp,
    /// In a reset: the method whose place it will take; that one works until then.
    pub replaces: Option<MethodId>,
    /// In a reset: when the factor was given that allowed it; the store notes it as it takes the grant.
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
    /// The newest time step burnt.
    pub last_step: TimeStep,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a code of it was accepted last.
    pub used_at: Option<Timestamp>,
    /// Backup codes that still work.
    pub codes_left: u32,
    /// Whether their owner has confirmed that they are saved.
    pub codes_saved: bool,
}

/// A backup code's stored form.
#[derive(Clone)]
pub struct BackupCodeHash {
    /// The identifier.
    pub id: BackupCodeId,
    /// Where it is found.
    pub index: BlindIndex,
    /// Argon2id of the code, salted on its own.
    pub hash: SecretHash,
}

/// A set of ten backup codes to be stored.
#[derive(Clone)]
pub struct NewCodeSet {
    /// The identifier.
    pub id: CodeSetId,
    /// The session that drew it, which alone was shown the codes.
    pub drawn_by: SessionId,
    /// The codes.
    pub codes: Vec<BackupCodeHash>,
    /// When they were made.
    pub at: Timestamp,
}

/// A first code was right: the pending key becomes the method, the codes become valid, other sessions end.
#[derive(Clone)]
pub struct Activation {
    /// Whose pending key, and the new token of its session.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// When the pending key that was verified was made: another one that took its place meanwhile must not be activated.
    pub made_at: Timestamp,
    /// The method's identifier.
    pub method: MethodId,
    /// The method's name.
    pub name: MethodName,
    /// The key, sealed for the method's row.
    pub key: Sealed,
    /// The step of the code that proved it.
    pub step: TimeStep,
    /// The first set of codes; in a reset the one that waits for `Finish` while the old codes work.
    pub codes: NewCodeSet,
    /// In a reset: the method that goes. It must still be there.
    pub replaces: Option<MethodId>,
    /// When.
    pub at: Timestamp,
}

/// The method goes, and with it the backup codes, pending keys and every other session.
#[derive(Debug, Clone)]
pub struct Deletion {
    /// The session and its new token.
    pub swap: TokenSwap,
    /// The grant that it takes.
    pub grant: Grant,
    /// When.
    pub at: Timestamp,
}

/// A right code that proves nothing but that the authenticator works: its step is burnt.
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

/// A 6-digit code was right: burn its step and complete the sign-in.
#[derive(Debug, Clone)]
pub struct CodeUse {
    /// The session that owes its second factor, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// The method.
    pub method: MethodId,
    /// The step to burn.
    pub step: TimeStep,
    /// The token by which the browser will be known: a new one, or the one that it is known by already.
    pub browser: TokenHash,
    /// Whether the browser is known already: its own budget was spent, and none but such a browser has one.
    pub is_browser_known: bool,
    /// When.
    pub at: Timestamp,
}

/// A backup code was right: spend it and complete the sign-in.
#[derive(Debug, Clone)]
pub struct BackupCodeUse {
    /// The session that owes its second factor, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// The code to spend.
    pub code: BackupCodeId,
    /// The token by which the browser will be known: a new one, or the one that it is known by already.
    pub browser: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// What became of something that can be taken once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// This call took it.
    Taken,
    /// Another call was faster, or it was taken long ago.
    AlreadyTaken,
    /// The session ended or got another token meanwhile; nothing was taken.
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
    /// The session's pending key, whatever its age.
    async fn pending(&self, session: &SessionId) -> Result<Option<PendingKey>, PortError>;

    /// Keeps `key` as the session's pending key unless one made after `expired` stands there, and answers the one that stands;
    /// none when the session has ended.
    async fn keep_pending(
        &self,
        key: PendingKey,
        expired: Timestamp,
    ) -> Result<Option<PendingKey>, PortError>;

    /// Takes the grant and keeps `key` as the session's pending key, whatever stood there, with the time of the grant. False without the grant.
    async fn keep_pending_reset(&self, key: PendingKey, grant: Grant) -> Result<bool, PortError>;

    /// Drops the session's pending key.
    async fn drop_pending(&self, session: &SessionId) -> Result<(), PortError>;

    /// Activates a pending key: method, codes, the session's second factor and new token; other sessions end; the counted attempt is
    /// given back to the session.
    async fn activate(&self, activation: Activation) -> Result<Taken, PortError>;

    /// The user's active method.
    async fn method(&self, user: &UserId) -> Result<Option<MethodRecord>, PortError>;

    /// Burns a step and completes the sign-in, which clears the budgets of the user and of the browser and makes the browser known; answers
    /// how many codes were refused in a row before it, by [`crate::second_factor::lockout::refused_before`].
    async fn use_code(&self, code: CodeUse) -> Result<(Taken, u32), PortError>;

    /// Finds a code of the user's valid set, spent or not.
    async fn find_backup_code(
        &self,
        user: &UserId,
        index: BlindIndex,
    ) -> Result<Option<StoredBackupCode>, PortError>;

    /// Spends a code and completes the sign-in, which clears the budgets and makes the browser known; answers how many codes are left.
    async fn use_backup_code(&self, code: BackupCodeUse) -> Result<(Taken, u32), PortError>;

    /// Takes the grant, keeps a set that becomes valid at [`Mfa::finish_codes`], and lets the session see such sets. False without the grant.
    async fn generate(&self, grant: Grant, codes: NewCodeSet) -> Result<bool, PortError>;

    /// Drops the set that waits, so that the valid one stays; the session has nothing to finish any more. False when it had nothing.
    async fn keep_valid_codes(&self, user: &UserId, session: &SessionId)
    -> Result<bool, PortError>;

    /// Takes the grant and the method with all that hangs on it. [`Taken::AlreadyTaken`] without the grant.
    async fn delete(&self, deletion: Deletion) -> Result<Taken, PortError>;

    /// Burns a step for nothing else, and gives the counted attempt back to the session.
    async fn test(&self, code: TestedCode) -> Result<Taken, PortError>;

    /// Renames the user's method; false when there is none.
    async fn rename(&self, user: &UserId, name: MethodName) -> Result<bool, PortError>;

    /// The operator takes a user's method, codes, attempts and sessions away; false when there was no method.
    async fn reset_by_operator(&self, user: &UserId) -> Result<bool, PortError>;

    /// Keeps a set that becomes valid at [`Mfa::finish_codes`]; an earlier pending set of the user is dropped. False
    /// when the session that drew it has ended, or has nothing to finish any more.
    async fn keep_pending_codes(&self, user: &UserId, codes: NewCodeSet)
    -> Result<bool, PortError>;

    /// When this session last drew one of the user's sets of codes, valid or pending.
    async fn drew_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<Option<Timestamp>, PortError>;

    /// Notes that the codes of `set` are saved; a pending set takes the valid one's place then. False when the session has nothing to
    /// finish, or when another set has taken this one's place: what was saved must be what works.
    async fn finish_codes(
        &self,
        user: &UserId,
        session: &SessionId,
        set: &CodeSetId,
        now: Timestamp,
    ) -> Result<bool, PortError>;
}
