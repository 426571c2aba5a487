//! Use cases of the Accounts page.

use domain::{
    ports::AccountOverview,
    second_factor::step_up::Intent,
    session::policy::{Subject, may_manage},
};

use super::{
    api::{AccountRow, OneAccount, Protection, RuleSet},
    owned,
};
use crate::{
    call::Call,
    error::AppError,
    session::{api::Viewer, now},
    step_up::{grant, taken},
};

pub(super) async fn list(call: &Call) -> Result<Vec<AccountRow>, AppError> {
    let session = &call.caller()?.session;
    let accounts = call.services.accounts.of_user(&session.user).await?;
    let row = |overview| row(overview, &session.subject);
    Ok(accounts.into_iter().map(row).collect())
}

fn row(overview: AccountOverview, subject: &Subject) -> AccountRow {
    let AccountOverview {
        account,
        role,
        protected,
        rule,
    } = overview;
    // What its Owner may see, unless they owe the set-up that it demands.
    let protection = may_manage(subject, &account.id)
        .is_ok()
        .then_some(Protection {
            members: account.members,
            protected,
        });
    AccountRow {
        id: account.id,
        name: account.name.into(),
        role,
        requires_mfa: account.requires_mfa,
        rule: rule.map(|rule| RuleSet {
            by: rule.by.map(Into::into),
            at: rule.at,
        }),
        protection,
    }
}

pub(super) async fn require_mfa(call: &Call, request: OneAccount) -> Result<Viewer, AppError> {
    owned::check(call, &request.account)?;
    let owner = &call.caller()?.session.user;
    if !call
        .services
        .accounts
        .require_mfa(&request.account, owner, call.now)
        .await?
    {
        return Err(AppError::NotAllowed);
    }
    now(call).await
}

pub(super) async fn lift_rule(call: &Call, request: OneAccount) -> Result<(), AppError> {
    owned::check(call, &request.account)?;
    let grant = grant(
        call,
        Intent::RuleOff {
            account: request.account,
        },
    )?;
    taken(call.services.accounts.lift_rule(grant, call.now).await?)
}
