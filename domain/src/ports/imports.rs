//! People who come from another program, and the passwords that they bring.

use async_trait::async_trait;

use super::{PortError, SecretHash};
use crate::{
    ids::{AccountId, MethodId, UserId},
    people::{
        email::Email,
        names::{MethodName, PersonName},
        roles::Role,
    },
    secrets::{imported_hash::SlowestDigest, vault::Sealed},
    time::{TimeStep, Timestamp},
};

/// A person to import.
#[derive(Clone)]
pub struct ImportedUser {
    /// The identifier.
    pub id: UserId,
    /// The address to sign in with.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// The account.
    pub account: AccountId,
    /// The role in the account.
    pub role: Role,
    /// The password's hash in stored form; none for a person who needs a link to choose one.
    pub password: Option<SecretHash>,
    /// The authenticator; none for a person who has none, or who sets MFA up again.
    pub method: Option<ImportedMethod>,
    /// Whether the person can't sign in.
    pub disabled: bool,
}

/// An authenticator application that a person brings.
#[derive(Clone)]
pub struct ImportedMethod {
    /// The identifier.
    pub id: MethodId,
    /// The name.
    pub name: MethodName,
    /// The key, sealed for the method's row.
    pub key: Sealed,
    /// The newest time step whose code no longer works.
    pub last_step: TimeStep,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportResult {
    /// Every person exists.
    Imported,
    /// Another user has this address, so nothing was changed.
    AddressTaken(Email),
    /// An account was removed meanwhile, so nothing was changed.
    AccountGone,
}

/// The result of replacing an imported hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehash {
    /// The new hash is the user's.
    Replaced,
    /// The user's hash had changed already.
    Changed,
}

/// People who come from another program, and the passwords that they bring.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Adds all of these people, or none.
    async fn import(
        &self,
        people: Vec<ImportedUser>,
        at: Timestamp,
    ) -> Result<ImportResult, PortError>;

    /// The slowest old digest of an enabled user; none if no imported password is left. Read before
    /// every check of a password, so the store finds it by an index.
    async fn slowest_digest(&self) -> Result<Option<SlowestDigest>, PortError>;

    /// Replaces a user's imported hash, if `old` is still theirs.
    async fn rehash(
        &self,
        user: &UserId,
        old: &SecretHash,
        new: &SecretHash,
    ) -> Result<Rehash, PortError>;
}
