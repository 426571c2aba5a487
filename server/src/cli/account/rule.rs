//! Sets the MFA rule of an account as the operator.

use domain::ports::{AccountRecord, MfaRule};
use serde_json::json;
use usecases::operator::{Operator, count_without_mfa, set_rule};

use crate::cli::{
    Failure, Report,
    account::{explain, find, members},
    args::{RuleArgs, Switch},
};

pub async fn require_mfa(operator: &Operator, args: &RuleArgs) -> Result<Report, Failure> {
    let account = find(operator, &args.name).await?;
    let rule = match args.rule {
        Switch::On => MfaRule::Required,
        Switch::Off => MfaRule::Optional,
    };
    let requires_mfa = rule == MfaRule::Required;
    // A rule that stands already needs no write, so the command works on a locked database too.
    let changed = requires_mfa != account.requires_mfa
        && match set_rule(operator, &account.id, rule).await {
            Ok(changed) => changed,
            Err(error) => return Err(explain(operator, &args.name, error).await),
        };
    let without_mfa = count_without_mfa(operator, &account.id).await?;
    let json = json!({
        "id": account.id, "name": account.name, "requires_mfa": requires_mfa, "changed": changed,
        "members": account.members, "without_mfa": without_mfa,
    });
    let fact = match (requires_mfa, changed) {
        (true, true) => "requires MFA now",
        (true, false) => "requires MFA already",
        (false, true) => "does not require MFA any more",
        (false, false) => "does not require MFA anyway",
    };
    let effect = effect(&account, requires_mfa, without_mfa);
    Ok(Report::one(
        format!("Account `{}` {fact}: {effect}.", account.name),
        json,
    ))
}

fn effect(account: &AccountRecord, requires_mfa: bool, without_mfa: u32) -> String {
    let of = members(account.members);
    match (account.members, without_mfa) {
        (0, _) => "it has no members yet".to_owned(),
        (all, without) if !requires_mfa && all == without => "no member has it".to_owned(),
        _ if !requires_mfa => "who has MFA keeps it".to_owned(),
        (_, 0) => "every member has it".to_owned(),
        (_, 1) => format!("1 of {of} has none yet, to be set up on opening this account next"),
        (_, n) => {
            format!("{n} of {of} have none yet and set it up when they next open this account")
        }
    }
}
