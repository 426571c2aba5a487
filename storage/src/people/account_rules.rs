//! An account's MFA rule. Only an Owner or the operator may set it.

use domain::{
    ids::{AccountId, UserId},
    ports::{Grant, MfaRule, PortError, RuleChange, RuleLift, RuleRecord},
    second_factor::step_up::{Intent, ProtectedAction},
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    engine::{locks, rows::Values, statement::query, transaction::WriteTransaction},
    mfa::step_ups,
};

/// The columns `rule_by` and `rule_at`.
pub fn read(row: &AnyRow) -> Result<Option<RuleRecord>, PortError> {
    let Some(at) = row.maybe_at("rule_at")? else {
        return Ok(None);
    };
    Ok(Some(RuleRecord {
        by: row.maybe("rule_by")?,
        at,
    }))
}

pub async fn set_by_owner(
    write: &mut WriteTransaction,
    account: &AccountId,
    owner: &UserId,
    rule: MfaRule,
    at: Timestamp,
) -> Result<RuleChange, PortError> {
    const SET: &str = "
        UPDATE accounts
        SET require_mfa = $3, rule_by = (SELECT name FROM users WHERE id = $2), rule_at = $4
        WHERE id = $1
          AND require_mfa <> $3
          AND EXISTS (SELECT 1
                      FROM memberships p JOIN users u ON u.id = p.user_id
                      WHERE p.account_id = $1
                        AND p.user_id = $2
                        AND p.role = 'owner'
                        AND u.disabled = 0)";
    /// Whether the account exists and the user owns it.
    const OWNED: &str = "
        SELECT 1
        FROM memberships p JOIN users u ON u.id = p.user_id
        WHERE p.account_id = $1
          AND p.user_id = $2
          AND p.role = 'owner'
          AND u.disabled = 0";
    locks::account(write, account).await?;
    let set = query(SET)
        .bind(account.as_str())
        .bind(owner.as_str())
        .bind(i64::from(rule == MfaRule::Required))
        .bind(at.millis());
    if write.run(set).await? == 1 {
        return Ok(RuleChange::Changed);
    }
    let is_owner = query(OWNED).bind(account.as_str()).bind(owner.as_str());
    Ok(same_if(write.row(is_owner).await?.is_some()))
}

pub async fn set_by_operator(
    write: &mut WriteTransaction,
    account: &AccountId,
    rule: MfaRule,
    at: Timestamp,
) -> Result<RuleChange, PortError> {
    const SET: &str = "
        UPDATE accounts
        SET require_mfa = $2, rule_by = NULL, rule_at = $3
        WHERE id = $1 AND require_mfa <> $2";
    const EXISTS: &str = "SELECT 1 FROM accounts WHERE id = $1";
    let set = query(SET)
        .bind(account.as_str())
        .bind(i64::from(rule == MfaRule::Required))
        .bind(at.millis());
    if write.run(set).await? == 1 {
        return Ok(RuleChange::Changed);
    }
    let exists = query(EXISTS).bind(account.as_str());
    Ok(same_if(write.row(exists).await?.is_some()))
}

const fn same_if(is_there: bool) -> RuleChange {
    if is_there {
        RuleChange::Same
    } else {
        RuleChange::Refused
    }
}

pub async fn lift(
    write: &mut WriteTransaction,
    grant: &Grant,
    at: Timestamp,
) -> Result<RuleLift, PortError> {
    let Intent::RuleOff { account } = &grant.intent else {
        return Ok(RuleLift::NoGrant);
    };
    locks::person(write, &grant.user).await?;
    locks::account(write, account).await?;
    if !step_ups::consume(write, grant, ProtectedAction::RuleOff).await? {
        return Ok(RuleLift::NoGrant);
    }
    let set = set_by_owner(write, account, &grant.user, MfaRule::Optional, at).await?;
    Ok(if set == RuleChange::Refused {
        RuleLift::NotOwner
    } else {
        RuleLift::Lifted
    })
}
