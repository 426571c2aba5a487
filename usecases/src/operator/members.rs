//! The further accounts of a user, as the operator manages them.

use domain::{
    ids::{AccountId, UserId},
    people::roles::Role,
};

use super::{Operator, OperatorError, error::check};

/// Adds a user to a further account.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn add_member(
    operator: &Operator,
    user: &UserId,
    account: &AccountId,
    role: Role,
) -> Result<(), OperatorError> {
    let change = operator.services.members.join(user, account, role).await?;
    check(change, OperatorError::AlreadyMember)
}

/// Sets a member's role. Returns whether that changed the role. The last Owner of an account who
/// can sign in stays Owner.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_role(
    operator: &Operator,
    user: &UserId,
    account: &AccountId,
    role: Role,
) -> Result<bool, OperatorError> {
    if find_role(operator, user, account).await? == Some(role) {
        return Ok(false);
    }
    let members = &operator.services.members;
    let change = members.set_role(user, account, role).await?;
    check(change, OperatorError::NotMember).map(|()| true)
}

/// The user's role in the account; none without a membership.
async fn find_role(
    operator: &Operator,
    user: &UserId,
    account: &AccountId,
) -> Result<Option<Role>, OperatorError> {
    let user = operator.services.users.find(user).await?;
    let mut accounts = user.into_iter().flat_map(|user| user.accounts);
    let found = accounts.find(|(of, _)| of.id == *account);
    Ok(found.map(|(_, role)| role))
}

/// Ends a membership. Returns whether the user still belongs to an account. The last Owner of an
/// account who can sign in can't leave it.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn remove_member(
    operator: &Operator,
    user: &UserId,
    account: &AccountId,
) -> Result<bool, OperatorError> {
    let change = operator.services.members.leave(user, account).await?;
    check(change, OperatorError::NotMember)?;
    let user = operator.services.users.find(user).await?;
    Ok(user.is_none_or(|user| !user.accounts.is_empty()))
}
