//! What goes over the wire for the Accounts page and an account's members.

use domain::{
    ids::{AccountId, UserId},
    members::{MemberState, NoReset},
    people::roles::Role,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, posted::Posted, session::api::Viewer};

#[cfg(feature = "ssr")]
use super::{members, server};
#[cfg(feature = "ssr")]
use crate::call::answer;

/// One of the person's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: Role,
    /// Its rule.
    pub requires_mfa: bool,
    /// Who set the rule last; none while nobody ever did.
    pub rule: Option<RuleSet>,
    /// For its Owners: who is protected.
    pub protection: Option<Protection>,
}

/// Who set a rule, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// An Owner's name; none for the operator.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How many members an account has, and how many of them have MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// All of them.
    pub members: u32,
    /// Those with MFA.
    pub protected: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneAccount {
    /// Which.
    pub account: AccountId,
}

/// Which members to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersWanted {
    /// Of which account.
    pub account: AccountId,
    /// Part of a name or address.
    pub search: String,
    /// One state only.
    pub state: Option<MemberState>,
    /// Which page, from 0.
    pub page: u32,
}

/// An account's members, a page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersShown {
    /// The account's name.
    pub account: String,
    /// Its rule.
    pub requires_mfa: bool,
    /// The members, by name.
    pub members: Vec<MemberRow>,
    /// How many match in all.
    pub matching: u32,
}

/// A member, as an Owner sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Who.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role in this account.
    pub role: Role,
    /// How they stand with MFA.
    pub state: MemberState,
    /// When their method was added.
    pub added_at: Option<Timestamp>,
    /// When a code of it was accepted last.
    pub used_at: Option<Timestamp>,
    /// Why the viewer can't reset them; none when they can.
    pub no_reset: Option<NoReset>,
}

/// One member of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneMember {
    /// The account.
    pub account: AccountId,
    /// The member.
    pub member: UserId,
}

/// The person's accounts, by name.
#[server(prefix = "/api", endpoint = "accounts/list", protocol = Posted)]
pub async fn list() -> Result<Vec<AccountRow>, AppError> {
    answer(server::list).await
}

/// Switches an account's rule on; answers what the session may do by then.
#[server(prefix = "/api", endpoint = "accounts/require_mfa", protocol = Posted)]
pub async fn require_mfa(
    /// What the page sends.
    request: OneAccount,
) -> Result<Viewer, AppError> {
    answer(async |call| server::require_mfa(call, request).await).await
}

/// Switches an account's rule off, by a grant.
#[server(prefix = "/api", endpoint = "accounts/lift_rule", protocol = Posted)]
pub async fn lift_rule(
    /// What the page sends.
    request: OneAccount,
) -> Result<(), AppError> {
    answer(async |call| server::lift_rule(call, request).await).await
}

/// Members of an account, a page of them.
#[server(prefix = "/api", endpoint = "accounts/members", protocol = Posted)]
pub async fn members(
    /// What the page sends.
    request: MembersWanted,
) -> Result<MembersShown, AppError> {
    answer(async |call| members::page(call, request).await).await
}

/// All members that match, for the CSV.
#[server(prefix = "/api", endpoint = "accounts/export", protocol = Posted)]
pub async fn export(
    /// What the page sends; its page does not matter.
    request: MembersWanted,
) -> Result<Vec<MemberRow>, AppError> {
    answer(async |call| members::export(call, request).await).await
}

/// Takes a member's method, codes and sessions away, by a grant.
#[server(prefix = "/api", endpoint = "accounts/reset_member", protocol = Posted)]
pub async fn reset_member(
    /// What the page sends.
    request: OneMember,
) -> Result<(), AppError> {
    answer(async |call| members::reset(call, request).await).await
}
