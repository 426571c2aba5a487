use async_trait::async_trait;

use super::{Collision, Grant, PortError, Taken};
use crate::{
    ids::{AccountId, UserId},
    people::{
        names::{AccountName, PersonName},
        roles::Role,
    },
    time::Timestamp,
};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its identifier.
    pub id: AccountId,
    /// Its name, unique when case-folded.
    pub name: AccountName,
    /// When it was made.
    pub at: Timestamp,
}

/// An account as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Its identifier.
    pub id: AccountId,
    /// Its name.
    pub name: AccountName,
    /// Its rule: members must use MFA.
    pub requires_mfa: bool,
    /// How many users belong to it.
    pub members: u32,
}

/// Who set an account's MFA rule, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The Owner's name at that time; none for the operator.
    pub by: Option<PersonName>,
    /// When.
    pub at: Timestamp,
}

/// An account as one of its users sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountOverview {
    /// The account.
    pub account: AccountRecord,
    /// The user's role in it.
    pub role: Role,
    /// How many of its members have MFA.
    pub protected: u32,
    /// Who set the rule last; none while nobody ever did.
    pub rule: Option<Rule>,
}

/// Customer accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account; false when the name is taken.
    async fn add(&self, account: NewAccount) -> Result<bool, PortError>;

    /// All accounts by name.
    async fn list(&self) -> Result<Vec<AccountRecord>, PortError>;

    /// The accounts of one user, by name.
    async fn of_user(&self, user: &UserId) -> Result<Vec<AccountOverview>, PortError>;

    /// An Owner demands MFA of an account's members. False when the user does not own it.
    async fn require_mfa(
        &self,
        account: &AccountId,
        owner: &UserId,
        at: Timestamp,
    ) -> Result<bool, PortError>;

    /// An Owner lifts the rule that the grant names, and takes the grant. [`Taken::AlreadyTaken`] without the grant,
    /// [`Taken::SessionGone`] when they do not own the account any more.
    async fn lift_rule(&self, grant: Grant, at: Timestamp) -> Result<Taken, PortError>;

    /// The operator sets or lifts the rule; false when there is no such account.
    async fn set_rule(
        &self,
        account: &AccountId,
        requires_mfa: bool,
        at: Timestamp,
    ) -> Result<bool, PortError>;

    /// Renames an account; false when the name is taken by another.
    async fn rename(&self, account: &AccountId, name: &AccountName) -> Result<bool, PortError>;

    /// Removes an account and its memberships; false when there is none.
    async fn remove(&self, account: &AccountId) -> Result<bool, PortError>;

    /// Accounts whose name is a spelling of another account's.
    async fn collisions(&self) -> Result<Vec<Collision<AccountId>>, PortError>;

    /// The account of that name, compared by its search key; one that collides is found by its name as it is.
    async fn find(&self, name: &AccountName) -> Result<Option<AccountRecord>, PortError>;
}
