//! Use cases of the Accounts page.

use domain::{
    ports::{AccountOverview, RuleChange, RuleLift},
    second_factor::step_up::Intent,
    session::policy::{Subject, may_manage},
};

use super::values::{AccountRow, LastRuleChange, OneAccount, Protection};
use crate::{
    Context, UseCaseError, ownership,
    session::{Viewer, viewer::reload_viewer},
    step_up::verification::grant,
};

/// The user's accounts, by name.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list(context: &Context) -> Result<Vec<AccountRow>, UseCaseError> {
    let session = &context.caller()?.session;
    let accounts = context.services.accounts.of_user(&session.user).await?;
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
    // Only for an Owner of the account, and only if they have set up the MFA that it requires.
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
        rule: rule.map(|rule| LastRuleChange {
            by: rule.by.map(Into::into),
            at: rule.at,
        }),
        protection,
    }
}

/// Switches an account's rule on. Returns what the session may do afterwards.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn require_mfa(context: &Context, request: OneAccount) -> Result<Viewer, UseCaseError> {
    ownership::check(context, &request.account)?;
    let owner = &context.caller()?.session.user;
    let accounts = &context.services.accounts;
    let change = accounts.require_mfa(&request.account, owner, context.now);
    match change.await? {
        RuleChange::Changed | RuleChange::Same => reload_viewer(context).await,
        RuleChange::Refused => Err(UseCaseError::NotAllowed),
    }
}

/// Switches an account's rule off, with a grant.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn lift_rule(context: &Context, request: OneAccount) -> Result<(), UseCaseError> {
    ownership::check(context, &request.account)?;
    let grant = grant(
        context,
        Intent::RuleOff {
            account: request.account,
        },
    )?;
    let accounts = &context.services.accounts;
    match accounts.lift_rule(grant, context.now).await? {
        RuleLift::Lifted => Ok(()),
        RuleLift::NoGrant => Err(UseCaseError::VerificationRequired),
        RuleLift::NotOwner => Err(UseCaseError::NotAllowed),
    }
}
