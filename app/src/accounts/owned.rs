//! What only an Owner of an account may do, checked in one place.

use domain::{
    ids::{AccountId, UserId},
    members::may_reset,
    policy::{NoOwner, may_manage},
    ports::{AccountOverview, MemberRecord},
};

use crate::{call::Call, error::AppError};

/// Whether the caller manages this account.
pub(crate) fn check(call: &Call, account: &AccountId) -> Result<(), AppError> {
    may_manage(&call.caller()?.session.subject, account).map_err(|why| match why {
        NoOwner::Stranger => AppError::NotFound,
        NoOwner::Member => AppError::NotAllowed,
        NoOwner::SetUpOwed => AppError::SetUpRequired,
    })
}

/// The caller's account.
pub(super) async fn overview(
    call: &Call,
    account: &AccountId,
) -> Result<AccountOverview, AppError> {
    check(call, account)?;
    let accounts = call
        .services
        .accounts
        .of_user(&call.caller()?.session.user)
        .await?;
    accounts
        .into_iter()
        .find(|overview| overview.account.id == *account)
        .ok_or(AppError::NotFound)
}

/// Its name.
pub(crate) async fn name(call: &Call, account: &AccountId) -> Result<String, AppError> {
    Ok(overview(call, account).await?.account.name.into())
}

/// A member whom the caller may reset.
pub(crate) async fn resettable(
    call: &Call,
    account: &AccountId,
    member: &UserId,
) -> Result<MemberRecord, AppError> {
    check(call, account)?;
    let viewer = &call.caller()?.session.user;
    let record = call
        .services
        .members
        .member(account, member, viewer)
        .await?
        .ok_or(AppError::NotFound)?;
    may_reset(
        viewer,
        member,
        record.state.has_mfa(),
        record.foreign_accounts,
    )
    .map_err(|why| AppError::NoReset { why })?;
    Ok(record)
}
