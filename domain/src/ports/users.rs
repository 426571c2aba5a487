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

/// A user to be made.
#[derive(Clone)]
pub struct NewUser {
    /// The identifier.
    pub id: UserId,
    /// The address to sign in by; unique.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// The password's hash; none for somebody who will choose it through an invitation.
    pub password: Option<SecretHash>,
    /// When.
    pub at: Timestamp,
}

/// The account, the owner and the session that `/setup` makes.
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

/// What a sign-in compares with.
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
    /// Whether the operator has barred the user.
    pub disabled: bool,
}

/// A user as the operator and My profile see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The identifier.
    pub id: UserId,
    /// The address.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// Whether the operator has barred the user.
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
    /// Whether wrong codes have locked the user out, by the rule of an account's members list.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        MemberState::of(self.has_mfa, self.refused_in_a_row, false) == MemberState::Locked
    }
}

/// A user found by name, for a sign-in.
pub type SignInRecord = Option<Credentials>;

/// People, and the links through which they choose a password.
#[async_trait]
pub trait Users: Send + Sync {
    /// Whether nobody exists yet.
    async fn none_exist(&self) -> Result<bool, PortError>;

    /// Replaces the set-up link; the one printed before is dead.
    async fn offer_set_up(&self, link: TokenHash) -> Result<(), PortError>;

    /// Whether this set-up link would work now.
    async fn set_up_is_open(&self, link: TokenHash) -> Result<bool, PortError>;

    /// Makes the first account, owner and session; false when the link is wrong or somebody exists already. An account of that name that
    /// the operator added before is taken instead of a new one.
    async fn create_first_owner(&self, first: FirstOwner) -> Result<bool, PortError>;

    /// Adds a user with one role in one account; false when the address is taken.
    async fn add(&self, user: NewUser, account: &AccountId, role: Role) -> Result<bool, PortError>;

    /// All users by address.
    async fn list(&self) -> Result<Vec<UserRecord>, PortError>;

    /// One user.
    async fn find(&self, user: &UserId) -> Result<Option<UserRecord>, PortError>;

    /// What to compare a password with.
    async fn credentials(&self, email: &Email) -> Result<SignInRecord, PortError>;

    /// The current password's hash, to be confirmed by somebody who is signed in.
    async fn password(&self, user: &UserId) -> Result<Option<SecretHash>, PortError>;

    /// Sets a password, ends the user's sessions and forgets open invitations; false when there is no such user.
    async fn set_password(&self, user: &UserId, password: SecretHash) -> Result<bool, PortError>;

    /// Gives a user another address; false when it is another's, or when there is no such user.
    async fn set_email(&self, user: &UserId, email: &Email) -> Result<bool, PortError>;

    /// People whose address is a spelling of another person's, or of none.
    async fn collisions(&self) -> Result<Vec<Collision<UserId>>, PortError>;

    /// Bars a user, which ends their sessions, or lets them in again. An account's last Owner who can sign in is not barred.
    async fn set_disabled(
        &self,
        user: &UserId,
        disabled: bool,
    ) -> Result<MembershipChange, PortError>;

    /// Removes a user and all that is theirs. An account's last Owner who can sign in is not removed.
    async fn remove(&self, user: &UserId) -> Result<MembershipChange, PortError>;

    /// Opens an invitation until `expires`; earlier ones of the user are dead.
    async fn invite(
        &self,
        user: &UserId,
        link: TokenHash,
        expires: Timestamp,
    ) -> Result<(), PortError>;

    /// Whose password an invitation lets choose, while it is open.
    async fn invited(
        &self,
        link: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitedUser>, PortError>;

    /// Uses an invitation: it sets the password, ends the user's sessions and is dead then, and the browser is known to the user; false when
    /// it was not open.
    async fn accept_invitation(
        &self,
        link: TokenHash,
        password: SecretHash,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<bool, PortError>;
}
