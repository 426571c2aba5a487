//! Methods, pending keys and backup codes.

mod answers;
mod challenges;
mod pending_keys;
mod public_keys;

use async_trait::async_trait;

pub use self::{
    answers::{
        CodeSetChange, CodeUse, GrantUse, KeyActivation, MethodChange, MethodDeletion,
        SignInBackupCodeUse, SignInCodeUse,
    },
    challenges::{ChallengeAdmission, Challenges, NewChallenge, TakenChallenge},
    pending_keys::{KeyPurpose, PendingFactor, PendingKey},
    public_keys::{KeyUse, MethodFactor, PublicKeyRecord, SignInKey, TestedKey},
};
use super::{Grant, PortError, SecretHash, TokenSwap};
use crate::{
    blind_index::BlindIndex,
    ids::{BackupCodeId, CodeSetId, MethodId, SessionId, UserId},
    people::names::MethodName,
    second_factor::methods::MethodType,
    secrets::vault::Sealed,
    time::{TimeStep, Timestamp},
    token::TokenHash,
};

/// A user's active methods and backup codes.
#[derive(Debug, Clone, Default)]
pub struct MfaSettings {
    /// The methods: the default first, the others from old to new. Exactly one is the default,
    /// unless there is none.
    pub methods: Vec<MethodRecord>,
    /// Backup codes that still work.
    pub codes_left: u32,
    /// Whether their owner has confirmed that the codes are saved.
    pub codes_saved: bool,
}

impl MfaSettings {
    /// The method that a sign-in asks for first.
    #[must_use]
    pub fn default_method(&self) -> Option<&MethodRecord> {
        self.methods.iter().find(|method| method.is_default)
    }

    /// The user's method with this identifier.
    #[must_use]
    pub fn find(&self, id: &MethodId) -> Option<&MethodRecord> {
        self.methods.iter().find(|method| method.id == *id)
    }
}

/// The name of a method, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodSummary {
    /// The identifier.
    pub id: MethodId,
    /// Its name.
    pub name: MethodName,
    /// What it is.
    pub method_type: MethodType,
}

/// An active method as stored.
#[derive(Debug, Clone)]
pub struct MethodRecord {
    /// The identifier.
    pub id: MethodId,
    /// Its name.
    pub name: MethodName,
    /// Whether a sign-in asks for it first.
    pub is_default: bool,
    /// What proves that it is its user's.
    pub factor: MethodFactor,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a code or signature of it was accepted last.
    pub used_at: Option<Timestamp>,
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

/// What a pending key becomes.
#[derive(Debug, Clone)]
pub enum NewFactor {
    /// An authenticator application whose first code was right.
    Application {
        /// The key, sealed for the method's row.
        key: Sealed,
        /// The step of the code that proved the key.
        step: TimeStep,
    },
    /// A passkey or security key whose registration was accepted, for a pending key of that kind.
    PublicKey {
        /// The key as stored.
        record: PublicKeyRecord,
        /// The name: the one that the user typed, or one that says who made the key.
        name: MethodName,
    },
}

/// The result of a right first code or registration: the pending key becomes a method, with its
/// pending name and default, the codes become valid, and other sessions end.
#[derive(Clone)]
pub struct Activation {
    /// The session of the pending key, and its new token.
    pub swap: TokenSwap,
    /// The user.
    pub user: UserId,
    /// When the verified pending key was created. A key that replaced it meanwhile must not be
    /// activated.
    pub made_at: Timestamp,
    /// The method's identifier.
    pub method: MethodId,
    /// What it becomes.
    pub factor: NewFactor,
    /// What it is for, with the codes that it brings.
    pub enrolment: Enrolment,
    /// When.
    pub at: Timestamp,
}

/// What an activation is for, with the backup codes that it brings.
#[derive(Clone)]
pub enum Enrolment {
    /// The first method: the codes are valid at once.
    First(NewCodeSet),
    /// One more method: the codes of the user stay. The user must have a method, and room for one
    /// of this type ([`MethodType::has_room`]).
    Further,
    /// Another key for this method, which must still exist. The codes wait for `Finish` while the
    /// old ones work.
    Reset(MethodId, NewCodeSet),
}

impl Enrolment {
    /// The purpose that its pending key has.
    #[must_use]
    pub fn purpose(&self) -> KeyPurpose {
        match self {
            Self::First(_) => KeyPurpose::First,
            Self::Further => KeyPurpose::Further,
            Self::Reset(method, _) => KeyPurpose::Reset(method.clone()),
        }
    }
}

/// Deletes a method and ends every other session. The last method takes the backup codes and
/// pending keys with it; then the session has no second factor any more.
#[derive(Debug, Clone)]
pub struct Deletion {
    /// The session and its new token.
    pub swap: TokenSwap,
    /// The grant to take, for [`crate::second_factor::step_up::Intent::Delete`] of the method.
    pub grant: Grant,
    /// When.
    pub at: Timestamp,
}

/// A right code of a test. The code proves only that the authenticator works, but its step is used
/// up.
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

/// A right 6-digit code at sign-in. Uses up its step and completes the sign-in.
#[derive(Debug, Clone)]
pub struct SignInCode {
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
    /// Whether the browser is already known. Only a known browser has its own budget, which was
    /// spent.
    pub is_browser_known: bool,
    /// When.
    pub at: Timestamp,
}

/// A right backup code at sign-in. Spends it and completes the sign-in.
#[derive(Debug, Clone)]
pub struct SignInBackupCode {
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

    /// Stores `key`, which is for a first method, as the session's pending key unless it has such a
    /// one of the same type made after `expired`; then only the name of that one changes. Returns
    /// the session's pending key, or none if the session has ended.
    async fn keep_pending(
        &self,
        key: PendingKey,
        expired: Timestamp,
    ) -> Result<Option<PendingKey>, PortError>;

    /// Takes the grant and stores `key`, which is for a further method or a reset, as the session's
    /// pending key with the time of the grant, replacing any other. The grant's intent must be for
    /// the key's purpose.
    async fn keep_pending_with_grant(
        &self,
        key: PendingKey,
        grant: Grant,
    ) -> Result<GrantUse, PortError>;

    /// Stores `key`, which is for a further method, instead of the session's pending key of
    /// `made_at`, which must be for one too; the time of the grant stays. False if that key is gone
    /// or the user has no room for one of this type.
    async fn exchange_pending(
        &self,
        key: PendingKey,
        made_at: Timestamp,
    ) -> Result<bool, PortError>;

    /// Drops the session's pending key.
    async fn drop_pending(&self, session: &SessionId) -> Result<(), PortError>;

    /// Activates a pending key of the same purpose and type: stores the method and codes, completes
    /// the session's second factor, changes its token, ends other sessions, and gives the counted
    /// attempt of a code back to the session.
    async fn activate(&self, activation: Activation) -> Result<KeyActivation, PortError>;

    /// The user's active methods and backup codes.
    async fn settings(&self, user: &UserId) -> Result<MfaSettings, PortError>;

    /// The user's methods without their keys, in the order of [`MfaSettings::methods`].
    async fn method_summaries(&self, user: &UserId) -> Result<Vec<MethodSummary>, PortError>;

    /// Uses up a step and completes the sign-in, which clears the budgets of the user and of the
    /// browser and makes the browser known.
    async fn use_code(&self, code: SignInCode) -> Result<SignInCodeUse, PortError>;

    /// Stores what a signature leaves and completes the sign-in, which clears the budgets as
    /// [`Mfa::use_code`] does. A signature is no guess, so no attempt was counted.
    async fn use_key(&self, key: SignInKey) -> Result<SignInCodeUse, PortError>;

    /// Finds a code of the user's valid set, spent or not.
    async fn find_backup_code(
        &self,
        user: &UserId,
        index: BlindIndex,
    ) -> Result<Option<StoredBackupCode>, PortError>;

    /// Spends a code and completes the sign-in, which clears the budgets and makes the browser
    /// known.
    async fn use_backup_code(
        &self,
        code: SignInBackupCode,
    ) -> Result<SignInBackupCodeUse, PortError>;

    /// Takes the grant, stores a set that becomes valid at [`Mfa::finish_codes`], and lets the
    /// session see such sets.
    async fn generate(&self, grant: Grant, codes: NewCodeSet) -> Result<GrantUse, PortError>;

    /// Drops the pending set, so that the valid one stays and the session has nothing left to
    /// finish.
    async fn keep_valid_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<CodeSetChange, PortError>;

    /// Takes the grant and deletes the method of its intent. If it was the default, the newest of
    /// the others becomes the default. With the last method goes everything that belongs to MFA.
    async fn delete(&self, deletion: Deletion) -> Result<MethodDeletion, PortError>;

    /// Uses up the step of a test code, and gives the counted attempt back to the session.
    async fn test(&self, code: TestedCode) -> Result<CodeUse, PortError>;

    /// Stores what the signature of a test leaves.
    async fn test_key(&self, key: TestedKey) -> Result<CodeUse, PortError>;

    /// Renames a method of the user.
    async fn rename(
        &self,
        user: &UserId,
        method: &MethodId,
        name: MethodName,
    ) -> Result<MethodChange, PortError>;

    /// Makes a method of the user the default, which no other method is then.
    async fn make_default(
        &self,
        user: &UserId,
        method: &MethodId,
    ) -> Result<MethodChange, PortError>;

    /// Deletes a user's methods, codes, attempts and sessions, on behalf of the operator.
    async fn reset_by_operator(&self, user: &UserId) -> Result<MethodChange, PortError>;

    /// Stores a set that becomes valid at [`Mfa::finish_codes`], and drops an earlier pending set
    /// of the user. The session that drew it must still have something to finish.
    async fn keep_pending_codes(
        &self,
        user: &UserId,
        codes: NewCodeSet,
    ) -> Result<CodeSetChange, PortError>;

    /// When this session last drew one of the user's sets of codes, valid or pending.
    async fn drew_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<Option<Timestamp>, PortError>;

    /// Records that the codes of `set` are saved; a pending set then replaces the valid one.
    /// Refuses a set that another one replaced, because the saved codes must be the codes that
    /// work.
    async fn finish_codes(
        &self,
        user: &UserId,
        session: &SessionId,
        set: &CodeSetId,
        now: Timestamp,
    ) -> Result<CodeSetChange, PortError>;
}
