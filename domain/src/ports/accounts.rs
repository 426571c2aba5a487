use async_trait::async_trait;

use super::PortError;
use crate::{ids::AccountId, names::AccountName, time::Timestamp};

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

/// Customer accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account; false when the name is taken.
    async fn add(&self, account: NewAccount) -> Result<bool, PortError>;

    /// All accounts by name.
    async fn list(&self) -> Result<Vec<AccountRecord>, PortError>;

    /// The account of that name, compared case-folded.
    async fn find(&self, name: &AccountName) -> Result<Option<AccountRecord>, PortError>;
}
