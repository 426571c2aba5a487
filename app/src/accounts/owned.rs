//! What only an Owner of an account may do, checked in one place.

use domain::{
    ids::{AccountId, UserId},
    members::may_reset,
    ports::MemberRecord,
    session::policy::{NoOwner, may_manage},
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

/// The name of the caller's account: it came along with the session.
pub(crate) fn name(call: &Call, account: &AccountId) -> Result<String, AppError> {
    check(call, account)?;
    let mut names = call.caller()?.session.account_names.iter();
    let (_, name) = names
        .find(|(id, _)| id == account)
        .ok_or(AppError::NotFound)?;
    Ok(name.clone().into())
}

/// Its rule, likewise.
pub(super) fn requires_mfa(call: &Call, account: &AccountId) -> Result<bool, AppError> {
    let mut memberships = call.caller()?.session.subject.memberships.iter();
    Ok(memberships.any(|place| place.account == *account && place.requires_mfa))
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
