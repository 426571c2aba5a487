//! What the rules need from outside, as object-safe traits. Each method of a store is one
//! transaction: it takes effect completely or not at all.

mod accounts;
mod applications;
mod attempts;
mod events;
mod imports;
mod known_browsers;
mod members;
mod mfa;
mod password_changes;
mod sessions;
mod step_ups;
mod system;
mod users;

use std::error::Error as StdError;

use thiserror::Error;

pub use accounts::{
    AccountAddition, AccountOverview, AccountRecord, AccountRemoval, AccountRename, Accounts,
    MfaRule, NewAccount, RuleChange, RuleLift, RuleRecord,
};
pub use applications::{
    ApplicationAddition, ApplicationChange, ApplicationEdit, ApplicationRecord, ApplicationRemoval,
    ApplicationSessionEnd, ApplicationSessionRecord, Applications, CodeDraw, CodeTake,
    NewApplication, NewApplicationCode, TakenApplicationCode,
};
pub use attempts::{Admission, Attempts, PasswordCount, PasswordTry, Receipt};
pub use events::Events;
pub use imports::{ImportResult, ImportedMethod, ImportedUser, Imports, Rehash};
pub use known_browsers::{BrowserRecord, KnownBrowser, KnownBrowsers};
pub use members::{MemberPage, MemberQuery, MemberRecord, MemberReset, Members, MembershipChange};
pub use mfa::{
    Activation, BackupCodeHash, ChallengeAdmission, Challenges, CodeSetChange, CodeUse, Deletion,
    Enrolment, GrantUse, KeyActivation, KeyPurpose, KeyUse, MethodChange, MethodDeletion,
    MethodFactor, MethodRecord, MethodSummary, Mfa, MfaSettings, NewChallenge, NewCodeSet,
    NewFactor, PendingFactor, PendingKey, PublicKeyRecord, SignInBackupCode, SignInBackupCodeUse,
    SignInCode, SignInCodeUse, SignInKey, StoredBackupCode, TakenChallenge, TestedCode, TestedKey,
};
pub use password_changes::{PasswordChange, PasswordChanges, PasswordUpdate};
pub use sessions::{
    AccountChoice, NewSession, PasswordConfirmation, SessionOpening, SessionRecord, Sessions,
    TokenSwap,
};
pub use step_ups::{Grant, Proof, RecoveryGrant, StepUp, StepUps, Verification};
pub use system::{Clock, Entropy, HashPermit, HashPriority, Hasher, Lane, Overloaded};
pub use users::{
    AddressChange, Credentials, FirstOwner, FirstStart, InvitationUse, InvitedUser, NewUser,
    PasswordSetting, SignInRecord, UserAddition, UserRecord, UserStatus, Users,
};

/// What the ports of users and of the hasher exchange stands beside the forms that it has.
pub use crate::secrets::secret_hash::SecretHash;
/// The port that checks signatures stands beside the keys that it takes.
pub use crate::webauthn::public_key::{BadSignature, Signatures};

/// A port could not do its work. The source is written to the operator's log, but never sent to the
/// client.
#[derive(Debug, Error)]
pub enum PortError {
    /// The failure may be temporary: a busy or unreachable database, a full queue.
    #[error("temporarily unavailable")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The failure is permanent: a damaged row, a missing table, a bug.
    #[error("failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}

impl From<Overloaded> for PortError {
    fn from(none: Overloaded) -> Self {
        Self::Unavailable(none.into())
    }
}

/// A person or an account from before version 44 whose address or name is a spelling of another
/// one's, so that it can't have the canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision<Id> {
    /// The person or the account.
    pub id: Id,
    /// The address or the name, as it is stored.
    pub text: String,
    /// The holder of the canonical form, with their text; none if the text has no canonical form.
    pub held_by: Option<(Id, String)>,
}
