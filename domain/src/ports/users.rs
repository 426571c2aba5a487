use async_trait::async_trait;

use super::{
    AccountRecord, Collision, MembershipChange, NewAccount, NewSession, PortError, SecretHash,
};
use crate::{
    ids::{AccountId, UserId},
    members::MemberState,
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

impl UserRecord {
    /// Whether wrong codes have locked the user out, by the same rule as in an account's members list.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        MemberState::of(self.has_mfa, self.refused_in_a_row, false) == MemberState::Locked
    }
}

/// A user found by their address, for a sign-in.
pub type SignInRecord = Option<Credentials>;

/// Users, and the links through which they choose a password.
#[async_trait]
pub trait Users: Send + Sync {
    /// Whether there are no users yet.
    async fn none_exist(&self) -> Result<bool, PortError>;

    /// Replaces the set-up link. The previous link stops working.
    async fn offer_set_up(&self, link: TokenHash) -> Result<(), PortError>;

    /// Whether this set-up link would work now.
    async fn set_up_is_open(&self, link: TokenHash) -> Result<bool, PortError>;

    /// Creates the first account, Owner and session. Returns false if the link is wrong or a user already exists. Uses an account of that name
    /// if the operator added one before.
    async fn create_first_owner(&self, first: FirstOwner) -> Result<bool, PortError>;

    /// Adds a user with one role in one account. Returns false if the address is taken.
    async fn add(&self, user: NewUser, account: &AccountId, role: Role) -> Result<bool, PortError>;

    /// All users by address.
    async fn list(&self) -> Result<Vec<UserRecord>, PortError>;

    /// One user.
    async fn find(&self, user: &UserId) -> Result<Option<UserRecord>, PortError>;

    /// Finds what a password is compared with.
    async fn credentials(&self, email: &Email) -> Result<SignInRecord, PortError>;

    /// The hash of the current password, which a signed-in user confirms.
    async fn password(&self, user: &UserId) -> Result<Option<SecretHash>, PortError>;

    /// Sets a password, ends the user's sessions and deletes open invitations. Returns false if there is no such user.
    async fn set_password(&self, user: &UserId, password: SecretHash) -> Result<bool, PortError>;

    /// Changes a user's address. Returns false if another user has it, or if there is no such user.
    async fn set_email(&self, user: &UserId, email: &Email) -> Result<bool, PortError>;

    /// People whose address is a spelling of another person's, or has no canonical form.
    async fn collisions(&self) -> Result<Vec<Collision<UserId>>, PortError>;

    /// Disables a user, which ends their sessions, or enables them again. Refused for an account's last Owner who can sign in.
    async fn set_disabled(
        &self,
        user: &UserId,
        disabled: bool,
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

    /// Uses an invitation: sets the password, ends the user's sessions and the invitation, and makes the browser known to the user. Returns
    /// false if the invitation was not open.
    async fn accept_invitation(
        &self,
        link: TokenHash,
        password: SecretHash,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<bool, PortError>;
}
