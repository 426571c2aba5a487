//! An account's MFA rule: who set it, and that only an Owner or the operator does.

use domain::{
    ids::{AccountId, UserId},
    ports::{Grant, PortError, Rule, Taken},
    step_up::{Action, Intent},
    time::Timestamp,
};
use sqlx::{any::AnyRow, query};

use crate::{locks, rows::Values, step_ups, write::Write};

/// Sets the rule to `$2`. One that is so already stays as it is, with who set it and when.
macro_rules! set_rule {
    ($by:literal, $condition:literal) => {
        concat!(
            "UPDATE accounts SET rule_by = CASE WHEN require_mfa = $2 THEN rule_by ELSE ",
            $by,
            " END, rule_at = CASE WHEN require_mfa = $2 THEN rule_at ELSE $3 END, require_mfa = $2 WHERE id = $1",
            $condition
        )
    };
}

/// The columns `rule_by` and `rule_at`.
pub fn read(row: &AnyRow) -> Result<Option<Rule>, PortError> {
    let Some(at) = row.maybe_at("rule_at")? else {
        return Ok(None);
    };
    Ok(Some(Rule {
        by: row.maybe("rule_by")?,
        at,
    }))
}

pub async fn set_by_owner(
    write: &mut Write,
    account: &AccountId,
    owner: &UserId,
    requires_mfa: bool,
    at: Timestamp,
) -> Result<bool, PortError> {
    locks::account(write, account).await?;
    let set = set_rule!(
        "(SELECT name FROM users WHERE id = $4)",
        " AND EXISTS (SELECT 1 FROM memberships p JOIN users u ON u.id = p.user_id
                      WHERE p.account_id = $1 AND p.user_id = $4 AND p.role = 'owner' AND u.disabled = 0)"
    );
    let set = query(set)
        .bind(account.as_str())
        .bind(i64::from(requires_mfa))
        .bind(at.millis())
        .bind(owner.as_str());
    Ok(write.run(set).await? == 1)
}

pub async fn set_by_operator(
    write: &mut Write,
    account: &AccountId,
    requires_mfa: bool,
    at: Timestamp,
) -> Result<bool, PortError> {
    let set = query(set_rule!("NULL", ""))
        .bind(account.as_str())
        .bind(i64::from(requires_mfa))
        .bind(at.millis());
    Ok(write.run(set).await? == 1)
}

pub async fn lift(write: &mut Write, grant: &Grant, at: Timestamp) -> Result<Taken, PortError> {
    let Intent::RuleOff { account } = &grant.intent else {
        return Ok(Taken::AlreadyTaken);
    };
    locks::person(write, &grant.user).await?;
    locks::account(write, account).await?;
    if !step_ups::consume(write, grant, Action::RuleOff).await? {
        return Ok(Taken::AlreadyTaken);
    }
    let is_set = set_by_owner(write, account, &grant.user, false, at).await?;
    Ok(if is_set {
        Taken::Taken
    } else {
        Taken::SessionGone
    })
}
