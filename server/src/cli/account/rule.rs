//! Sets the MFA rule of an account as the operator.

use domain::{
    ids::{AccountId, UserId},
    members::MemberState,
    ports::{AccountRecord, MemberQuery, RuleChange},
};
use serde_json::json;
use usecases::Services;

use crate::cli::{
    Failure, Report,
    account::{find, members, unknown},
    args::{RuleArgs, Switch},
};

pub async fn require_mfa(services: &Services, args: &RuleArgs) -> Result<Report, Failure> {
    let account = find(services, &args.name).await?;
    let requires_mfa = args.rule == Switch::On;
    let changed = requires_mfa != account.requires_mfa;
    // An unchanged rule keeps its author and time.
    if changed
        && services
            .accounts
            .set_rule(&account.id, requires_mfa, services.clock.now())
            .await?
            == RuleChange::Refused
    {
        return unknown(services, &args.name).await;
    }
    let without_mfa = without_mfa(services, &account.id).await?;
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
        (_, n) => format!("{n} of {of} have none yet, to be set up on opening this account next"),
    }
}

/// Counts the members without MFA, in any state.
async fn without_mfa(services: &Services, account: &AccountId) -> Result<u32, Failure> {
    let mut count = 0;
    for state in MemberState::ALL
        .into_iter()
        .filter(|state| !state.has_mfa())
    {
        let query = MemberQuery {
            account: account.clone(),
            // The operator is not a user and owns nothing; the count does not depend on the viewer.
            viewer: UserId::from_random([0; 16]),
            search: String::new(),
            state: Some(state),
            offset: 0,
            limit: Some(1),
        };
        count += services.members.page(query).await?.matching;
    }
    Ok(count)
}
