//! The checks for actions that only an Owner of an account may do.

use domain::{
    ids::{AccountId, UserId},
    members::may_reset,
    ports::MemberRecord,
    session::policy::{NoOwner, may_manage},
};

use crate::{Context, UseCaseError};

/// Whether the caller manages this account.
pub(crate) fn check(context: &Context, account: &AccountId) -> Result<(), UseCaseError> {
    may_manage(&context.caller()?.session.subject, account).map_err(|why| match why {
        NoOwner::Stranger => UseCaseError::NotFound,
        NoOwner::Member => UseCaseError::NotAllowed,
        NoOwner::SetUpOwed => UseCaseError::SetUpRequired,
    })
}

/// The name of the caller's account, which is part of the session.
pub(crate) fn name(context: &Context, account: &AccountId) -> Result<String, UseCaseError> {
    check(context, account)?;
    let mut names = context.caller()?.session.account_names.iter();
    let (_, name) = names
        .find(|(id, _)| id == account)
        .ok_or(UseCaseError::NotFound)?;
    Ok(name.clone().into())
}

/// Whether the account requires MFA, also known from the session.
pub(crate) fn requires_mfa(context: &Context, account: &AccountId) -> Result<bool, UseCaseError> {
    let mut memberships = context.caller()?.session.subject.memberships.iter();
    Ok(memberships.any(|place| place.account == *account && place.requires_mfa))
}

/// A member whom the caller may reset.
pub(crate) async fn resettable(
    context: &Context,
    account: &AccountId,
    member: &UserId,
) -> Result<MemberRecord, UseCaseError> {
    check(context, account)?;
    let viewer = &context.caller()?.session.user;
    let record = context
        .services
        .members
        .member(account, member, viewer)
        .await?
        .ok_or(UseCaseError::NotFound)?;
    may_reset(
        viewer,
        member,
        record.state.has_mfa(),
        record.foreign_accounts,
    )
    .map_err(|why| UseCaseError::NoReset { why })?;
    Ok(record)
}
