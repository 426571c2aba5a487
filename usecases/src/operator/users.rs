//! Users, as the operator manages them.

use domain::{
    ids::{AccountId, UserId},
    people::{email::Email, names::PersonName, password::Password, roles::Role},
    ports::{
        AddressChange, Collision, NewUser, PasswordSetting, PortError, UserAddition, UserRecord,
        UserStatus,
    },
};

use super::{Operator, OperatorError, error::check};

/// A user to add, with one role in one account.
pub struct AddUser<'a> {
    /// The address to sign in with.
    pub email: &'a Email,
    /// The full name.
    pub name: &'a PersonName,
    /// The account.
    pub account: &'a AccountId,
    /// The role in the account.
    pub role: Role,
    /// The password; none for a user who will choose it through an invitation.
    pub password: Option<&'a Password>,
}

/// Whether there are neither users nor accounts.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn is_empty(operator: &Operator) -> Result<bool, PortError> {
    let services = &operator.services;
    Ok(services.users.none_exist().await? && services.accounts.list().await?.is_empty())
}

/// All users, by address.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_users(operator: &Operator) -> Result<Vec<UserRecord>, PortError> {
    operator.services.users.list().await
}

/// The user with this address.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn find_user(operator: &Operator, email: &Email) -> Result<UserRecord, OperatorError> {
    let users = &operator.services.users;
    let found = users.credentials(email).await?;
    let id = found.ok_or(OperatorError::NoUser)?.user;
    let user = users.find(&id).await?;
    user.ok_or(OperatorError::NoUser)
}

/// The user with this id.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn find_user_by_id(
    operator: &Operator,
    user: &UserId,
) -> Result<Option<UserRecord>, PortError> {
    operator.services.users.find(user).await
}

/// Users whose address is a spelling of another user's address, or can't be an address.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_colliding_users(
    operator: &Operator,
) -> Result<Vec<Collision<UserId>>, PortError> {
    operator.services.users.collisions().await
}

/// Adds a user.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn add_user(operator: &Operator, request: AddUser<'_>) -> Result<UserId, OperatorError> {
    let services = &operator.services;
    let password = match request.password {
        Some(password) => Some(services.hasher.hash(password.expose()).await?),
        None => None,
    };
    let id = UserId::from_random(services.entropy.draw()?);
    let user = NewUser {
        id: id.clone(),
        email: request.email.clone(),
        name: request.name.clone(),
        password,
        at: operator.now,
    };
    let added = services.users.add(user, request.account, request.role);
    match added.await? {
        UserAddition::Added => Ok(id),
        UserAddition::AddressTaken => Err(OperatorError::EmailTaken),
    }
}

/// Sets a user's password. Ends the user's sessions and invitations.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_password(
    operator: &Operator,
    user: &UserId,
    password: &Password,
) -> Result<(), OperatorError> {
    let services = &operator.services;
    let password = services.hasher.hash(password.expose()).await?;
    match services.users.set_password(user, password).await? {
        PasswordSetting::Set => Ok(()),
        PasswordSetting::NoUser => Err(OperatorError::NoUser),
    }
}

/// Sets a user's address. Password, MFA and sessions stay.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_email(
    operator: &Operator,
    user: &UserId,
    email: &Email,
) -> Result<(), OperatorError> {
    match operator.services.users.set_email(user, email).await? {
        AddressChange::Changed => Ok(()),
        AddressChange::Refused => Err(OperatorError::EmailTaken),
    }
}

/// Disables or enables a user. Returns whether that changed the user, so that a script may repeat
/// the command. The last Owner of an account who can sign in can't be disabled.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_status(
    operator: &Operator,
    user: &UserRecord,
    status: UserStatus,
) -> Result<bool, OperatorError> {
    if user.disabled == (status == UserStatus::Disabled) {
        return Ok(false);
    }
    let users = &operator.services.users;
    let change = users.set_status(&user.id, status).await?;
    match check(change, OperatorError::NoUser) {
        Ok(()) => Ok(true),
        Err(error) => Err(with_accounts(operator, &user.id, error).await?),
    }
}

/// Removes a user and all their data. The last Owner of an account who can sign in can't be
/// removed.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn remove_user(operator: &Operator, user: &UserId) -> Result<(), OperatorError> {
    let change = operator.services.users.remove(user).await?;
    match check(change, OperatorError::NoUser) {
        Ok(()) => Ok(()),
        Err(error) => Err(with_accounts(operator, user, error).await?),
    }
}

/// Adds the names of the accounts that would be left without an Owner.
async fn with_accounts(
    operator: &Operator,
    user: &UserId,
    error: OperatorError,
) -> Result<OperatorError, PortError> {
    Ok(match error {
        OperatorError::LastOwner { count, .. } => OperatorError::LastOwner {
            count,
            accounts: operator.services.members.only_owner_of(user).await?,
        },
        error => error,
    })
}
