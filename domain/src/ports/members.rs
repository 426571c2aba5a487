//! Who belongs to which account, and the members list.

use async_trait::async_trait;

use super::{Grant, PortError};
use crate::{
    ids::{AccountId, UserId},
    members::MemberState,
    people::{
        email::Email,
        names::{AccountName, PersonName},
        roles::Role,
    },
    second_factor::methods::MethodCounts,
    time::Timestamp,
};

/// Which members an Owner wants to see.
#[derive(Debug, Clone)]
pub struct MemberQuery {
    /// Of which account.
    pub account: AccountId,
    /// The Owner who looks. Decides how many of a member's accounts are foreign.
    pub viewer: UserId,
    /// Part of a name or address, in any case; empty for all.
    pub search: String,
    /// Only members in this state; none for all.
    pub state: Option<MemberState>,
    /// How many members to skip.
    pub offset: u32,
    /// How many members at most; none for all.
    pub limit: Option<u32>,
}

/// A member as an Owner sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    /// The user.
    pub user: UserId,
    /// Full name.
    pub name: PersonName,
    /// Address.
    pub email: Email,
    /// Role in this account.
    pub role: Role,
    /// The member's MFA state.
    pub state: MemberState,
    /// How many methods of each type they have.
    pub methods: MethodCounts,
    /// When their oldest method was added.
    pub added_at: Option<Timestamp>,
    /// When a code or signature of one of their methods was accepted last.
    pub used_at: Option<Timestamp>,
    /// How many accounts they belong to that the viewer does not own.
    pub foreign_accounts: u32,
}

/// A page of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPage {
    /// The members, by name.
    pub members: Vec<MemberRecord>,
    /// How many match in all.
    pub matching: u32,
}

/// The result of a change to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipChange {
    /// The change was made.
    Done,
    /// The membership does not exist, or already exists.
    NotThere,
    /// Refused, because the change would leave an account without an Owner who can sign in.
    LastOwner {
        /// How many accounts.
        accounts: u32,
    },
}

/// The result of resetting a member's MFA with a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberReset {
    /// The grant was taken, and the member's method, codes, attempts and sessions are deleted.
    Done,
    /// There is no grant; nothing was changed.
    NoGrant,
    /// The rules no longer hold; nothing was taken.
    NotAllowed,
}

/// Who belongs to which account.
#[async_trait]
pub trait Members: Send + Sync {
    /// Members of an account, by name.
    async fn page(&self, query: MemberQuery) -> Result<MemberPage, PortError>;

    /// One member of an account, as `viewer` sees them.
    async fn member(
        &self,
        account: &AccountId,
        member: &UserId,
        viewer: &UserId,
    ) -> Result<Option<MemberRecord>, PortError>;

    /// Takes the grant and deletes the member's method, codes, attempts and sessions, if the rules
    /// still hold: the grant's user owns every account of the member and is not the member.
    async fn reset(&self, grant: Grant) -> Result<MemberReset, PortError>;

    /// The names of the users who may reset this user, because they own every account that the user
    /// belongs to. Sorted by name.
    async fn helpers(&self, user: &UserId) -> Result<Vec<PersonName>, PortError>;

    /// Adds a user to another account. Returns `NotThere` if they already belong to it.
    async fn join(
        &self,
        user: &UserId,
        account: &AccountId,
        role: Role,
    ) -> Result<MembershipChange, PortError>;

    /// Changes a role. The last Owner can't become a member.
    async fn set_role(
        &self,
        user: &UserId,
        account: &AccountId,
        role: Role,
    ) -> Result<MembershipChange, PortError>;

    /// The accounts whose only Owner who can sign in is this user, by name. Explains a
    /// [`MembershipChange::LastOwner`].
    async fn only_owner_of(&self, user: &UserId) -> Result<Vec<AccountName>, PortError>;

    /// Ends a membership. The last Owner can't leave.
    async fn leave(
        &self,
        user: &UserId,
        account: &AccountId,
    ) -> Result<MembershipChange, PortError>;
}
