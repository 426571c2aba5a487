//! Customer accounts and their MFA rule.

use async_trait::async_trait;

use super::{Collision, Grant, PortError};
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

/// Whether an account requires MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MfaRule {
    /// Every member must set MFA up.
    Required,
    /// Each member decides.
    Optional,
}

impl MfaRule {
    /// The rule of an account that requires MFA, or does not.
    #[must_use]
    pub const fn required_if(requires_mfa: bool) -> Self {
        if requires_mfa {
            Self::Required
        } else {
            Self::Optional
        }
    }
}

/// Who set an account's MFA rule, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRecord {
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
    pub rule: Option<RuleRecord>,
}

/// The result of adding an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountAddition {
    /// The account exists.
    Added,
    /// Another account has the name.
    NameTaken,
}

/// The result of renaming an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRename {
    /// The account has the name.
    Renamed,
    /// Another account has the name, or there is no such account.
    Refused,
}

/// The result of removing an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRemoval {
    /// The account and its memberships are gone.
    Removed,
    /// There is no such account.
    NoAccount,
}

/// The result of setting an account's MFA rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleChange {
    /// The rule has changed.
    Changed,
    /// The rule was like that already, so its author and time stay, and there is no event.
    Same,
    /// There is no such account, or the user does not own it.
    Refused,
}

/// The result of lifting an account's MFA rule with a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleLift {
    /// The grant was taken, and the rule is off.
    Lifted,
    /// There is no grant; nothing was changed.
    NoGrant,
    /// The grant's user does not own the account any more; nothing was taken.
    NotOwner,
}

/// Customer accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account.
    async fn add(&self, account: NewAccount) -> Result<AccountAddition, PortError>;

    /// All accounts by name.
    async fn list(&self) -> Result<Vec<AccountRecord>, PortError>;

    /// The accounts of one user, by name.
    async fn of_user(&self, user: &UserId) -> Result<Vec<AccountOverview>, PortError>;

    /// Requires MFA of an account's members, on behalf of an Owner.
    async fn require_mfa(
        &self,
        account: &AccountId,
        owner: &UserId,
        at: Timestamp,
    ) -> Result<RuleChange, PortError>;

    /// Takes the grant and lifts the rule that it names, on behalf of an Owner.
    async fn lift_rule(&self, grant: Grant, at: Timestamp) -> Result<RuleLift, PortError>;

    /// Sets or lifts the rule, on behalf of the operator.
    async fn set_rule(
        &self,
        account: &AccountId,
        rule: MfaRule,
        at: Timestamp,
    ) -> Result<RuleChange, PortError>;

    /// Renames an account.
    async fn rename(
        &self,
        account: &AccountId,
        name: &AccountName,
    ) -> Result<AccountRename, PortError>;

    /// Removes an account and its memberships.
    async fn remove(&self, account: &AccountId) -> Result<AccountRemoval, PortError>;

    /// Accounts whose name is a spelling of another account's name.
    async fn collisions(&self) -> Result<Vec<Collision<AccountId>>, PortError>;

    /// Finds an account by the search key of its name. An account with a collision is found by its
    /// exact name.
    async fn find(&self, name: &AccountName) -> Result<Option<AccountRecord>, PortError>;
}
