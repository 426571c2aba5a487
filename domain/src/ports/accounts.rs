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

/// An account to create.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its identifier.
    pub id: AccountId,
    /// Its name, unique when case-folded.
    pub name: AccountName,
    /// When it was created.
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
    /// The Owner's name at that time; none if the operator set it.
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
    /// How many members have MFA.
    pub protected: u32,
    /// Who set the rule last; none if it was never set.
    pub rule: Option<Rule>,
}

/// Customer accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account. Returns false if the name is taken.
    async fn add(&self, account: NewAccount) -> Result<bool, PortError>;

    /// All accounts by name.
    async fn list(&self) -> Result<Vec<AccountRecord>, PortError>;

    /// The accounts of one user, by name.
    async fn of_user(&self, user: &UserId) -> Result<Vec<AccountOverview>, PortError>;

    /// Requires MFA of an account's members, on behalf of an Owner. Returns false if the user does not own the account.
    async fn require_mfa(
        &self,
        account: &AccountId,
        owner: &UserId,
        at: Timestamp,
    ) -> Result<bool, PortError>;

    /// Takes the grant and lifts the rule that it names, on behalf of an Owner. Returns [`Taken::AlreadyTaken`] without the grant, and
    /// [`Taken::SessionGone`] if they no longer own the account.
    async fn lift_rule(&self, grant: Grant, at: Timestamp) -> Result<Taken, PortError>;

    /// Sets or lifts the rule, on behalf of the operator. Returns false if there is no such account.
    async fn set_rule(
        &self,
        account: &AccountId,
        requires_mfa: bool,
        at: Timestamp,
    ) -> Result<bool, PortError>;

    /// Renames an account. Returns false if another account has the name.
    async fn rename(&self, account: &AccountId, name: &AccountName) -> Result<bool, PortError>;

    /// Removes an account and its memberships. Returns false if there is no such account.
    async fn remove(&self, account: &AccountId) -> Result<bool, PortError>;

    /// Accounts whose name is a spelling of another account's name.
    async fn collisions(&self) -> Result<Vec<Collision<AccountId>>, PortError>;

    /// Finds an account by the search key of its name. An account with a collision is found by its exact name.
    async fn find(&self, name: &AccountName) -> Result<Option<AccountRecord>, PortError>;
}
