//! The server functions of the Accounts page and of an account's members.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use usecases::accounts;
use usecases::{
    accounts::{AccountRow, MemberList, MemberListRequest, MemberRow, OneAccount, OneMember},
    session::Viewer,
};

#[cfg(feature = "ssr")]
use crate::serve::answer;
use crate::wire::{error::AppError, json_post::JsonPost};

/// The user's accounts, by name.
#[server(prefix = "/api", endpoint = "accounts/list", protocol = JsonPost)]
pub async fn list() -> Result<Vec<AccountRow>, AppError> {
    answer(accounts::list).await
}

/// Switches an account's rule on. Returns what the session may do afterwards.
#[server(prefix = "/api", endpoint = "accounts/require_mfa", protocol = JsonPost)]
pub async fn require_mfa(
    /// What the page sends.
    request: OneAccount,
) -> Result<Viewer, AppError> {
    answer(async |context| accounts::require_mfa(context, request).await).await
}

/// Switches an account's rule off, with a grant.
#[server(prefix = "/api", endpoint = "accounts/lift_rule", protocol = JsonPost)]
pub async fn lift_rule(
    /// What the page sends.
    request: OneAccount,
) -> Result<(), AppError> {
    answer(async |context| accounts::lift_rule(context, request).await).await
}

/// One page of an account's members.
#[server(prefix = "/api", endpoint = "accounts/members", protocol = JsonPost)]
pub async fn members(
    /// What the page sends.
    request: MemberListRequest,
) -> Result<MemberList, AppError> {
    answer(async |context| accounts::members(context, request).await).await
}

/// All members that match, for the CSV.
#[server(prefix = "/api", endpoint = "accounts/export", protocol = JsonPost)]
pub async fn export(
    /// What the page sends; the page number is ignored.
    request: MemberListRequest,
) -> Result<Vec<MemberRow>, AppError> {
    answer(async |context| accounts::export(context, request).await).await
}

/// Deletes a member's method, codes and sessions, with a grant.
#[server(prefix = "/api", endpoint = "accounts/reset_member", protocol = JsonPost)]
pub async fn reset_member(
    /// What the page sends.
    request: OneMember,
) -> Result<(), AppError> {
    answer(async |context| accounts::reset_member(context, request).await).await
}
