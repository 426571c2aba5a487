//! Users, and the links through which they choose a password.

use async_trait::async_trait;

use super::{
    AccountRecord, Collision, MembershipChange, NewAccount, NewSession, PortError, SecretHash,
};
use crate::{
    ids::{AccountId, UserId},
    members::{MemberFacts, MemberState},
    people::{email::Email, names::PersonName, roles::Role},
    time::Timestamp,
    token::TokenHash,
};

/// A user to create.
#[derive(Clone)]
pub struct NewUser {
    /// The identifier.
    pub id: UserId,
    /// The address to sign in with; unique.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// The password's hash; none for a user who will choose it through an invitation.
    pub password: Option<SecretHash>,
    /// When.
    pub at: Timestamp,
}

/// The account, the Owner and the session that `/setup` creates.
pub struct FirstOwner {
    /// The link's token.
    pub link: TokenHash,
    /// The account.
    pub account: NewAccount,
    /// Its owner.
    pub owner: NewUser,
    /// The owner's first session.
    pub session: NewSession,
}

/// The person whom an open invitation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedUser {
    /// The address the password will be for.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
}

/// What a sign-in is compared with.
#[derive(Clone)]
pub struct Credentials {
    /// The user.
    pub user: UserId,
    /// The address.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// The password's hash; none while the invitation is open.
    pub password: Option<SecretHash>,
    /// Whether the operator has disabled the user.
    pub disabled: bool,
}

/// A user, as the operator and My profile see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The identifier.
    pub id: UserId,
    /// The address.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// Whether the operator has disabled the user.
    pub disabled: bool,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// Whether an MFA method is active.
    pub has_mfa: bool,
    /// Codes refused in a row.
    pub refused_in_a_row: u32,
    /// The accounts the user belongs to, with the role in each, by name.
    pub accounts: Vec<(AccountRecord, Role)>,
    /// The last complete sign-in.
    pub last_sign_in: Option<Timestamp>,
}

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// The user may sign in.
    Enabled,
    /// The operator has locked the user out, and their data stay.
    Disabled,
}

impl UserRecord {
    /// Whether wrong codes have locked the user out, by the same rule as in an account's members
    /// list.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        let facts = MemberFacts {
            has_mfa: self.has_mfa,
            refused_in_a_row: self.refused_in_a_row,
            is_required: false,
        };
        MemberState::of(facts) == MemberState::Locked
    }
}

/// A user found by their address, for a sign-in.
pub type SignInRecord = Option<Credentials>;

/// The result of creating the first Owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStart {
    /// The account, its Owner and the session exist.
    Done,
    /// Another link is valid, or a user exists already.
    LinkDead,
}

/// The result of adding a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserAddition {
    /// The user exists.
    Added,
    /// Another user has the address.
    AddressTaken,
}

/// The result of setting a user's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordSetting {
    /// The password is set, and the user's sessions and invitations ended.
    Set,
    /// There is no such user.
    NoUser,
}

/// The result of changing a user's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressChange {
    /// The user has the address.
    Changed,
    /// Another user has the address, or there is no such user.
    Refused,
}

/// The result of using an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationUse {
    /// The password is set, and the invitation ended.
    Accepted,
    /// The invitation was used, replaced or expired, or its user is disabled.
    NotOpen,
}

/// Users, and the links through which they choose a password.
#[async_trait]
pub trait Users: Send + Sync {
    /// Whether there are no users yet.
    async fn none_exist(&self) -> Result<bool, PortError>;

    /// Replaces the set-up link. The previous link stops working.
    async fn offer_set_up(&self, link: TokenHash) -> Result<(), PortError>;

    /// Whether this set-up link would work now.
    async fn set_up_is_open(&self, link: TokenHash) -> Result<bool, PortError>;

    /// Creates the first account, Owner and session. Uses an account of that name if the operator
    /// added one before.
    async fn create_first_owner(&self, first: FirstOwner) -> Result<FirstStart, PortError>;

    /// Adds a user with one role in one account.
    async fn add(
        &self,
        user: NewUser,
        account: &AccountId,
        role: Role,
    ) -> Result<UserAddition, PortError>;

    /// All users by address.
    async fn list(&self) -> Result<Vec<UserRecord>, PortError>;

    /// One user.
    async fn find(&self, user: &UserId) -> Result<Option<UserRecord>, PortError>;

    /// Finds what a password is compared with.
    async fn credentials(&self, email: &Email) -> Result<SignInRecord, PortError>;

    /// The hash of the current password, which a signed-in user confirms.
    async fn password(&self, user: &UserId) -> Result<Option<SecretHash>, PortError>;

    /// Sets a password, ends the user's sessions and deletes open invitations.
    async fn set_password(
        &self,
        user: &UserId,
        password: SecretHash,
    ) -> Result<PasswordSetting, PortError>;

    /// Changes a user's address.
    async fn set_email(&self, user: &UserId, email: &Email) -> Result<AddressChange, PortError>;

    /// People whose address is a spelling of another person's, or has no canonical form.
    async fn collisions(&self) -> Result<Vec<Collision<UserId>>, PortError>;

    /// Disables a user, which ends their sessions, or enables them again. Refused for an account's
    /// last Owner who can sign in.
    async fn set_status(
        &self,
        user: &UserId,
        status: UserStatus,
    ) -> Result<MembershipChange, PortError>;

    /// Removes a user and all their data. Refused for an account's last Owner who can sign in.
    async fn remove(&self, user: &UserId) -> Result<MembershipChange, PortError>;

    /// Opens an invitation until `expires`. Earlier invitations of the user stop working.
    async fn invite(
        &self,
        user: &UserId,
        link: TokenHash,
        expires: Timestamp,
    ) -> Result<(), PortError>;

    /// The user of an open invitation.
    async fn invited(
        &self,
        link: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitedUser>, PortError>;

    /// Uses an invitation: sets the password, ends the user's sessions and the invitation, and
    /// makes the browser known to the user.
    async fn accept_invitation(
        &self,
        link: TokenHash,
        password: SecretHash,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<InvitationUse, PortError>;
}
