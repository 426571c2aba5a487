//! `twinlock account`.

use app::services::Services;
use domain::{
    ids::AccountId,
    names::AccountName,
    ports::{AccountRecord, NewAccount},
};
use serde_json::json;

use super::{Failure, Report, args::AccountArgs};

/// How many names a refusal lists.
const MAX_LISTED: usize = 20;

pub(super) async fn add(services: &Services, args: &AccountArgs) -> Result<Report, Failure> {
    let name = parse_name(&args.name)?;
    let id = AccountId::from_random(services.entropy.draw()?);
    let account = NewAccount {
        id: id.clone(),
        name: name.clone(),
        at: services.clock.now(),
    };
    if !services.accounts.add(account).await? {
        return Err(Failure::refused(format!(
            "there is an account `{name}` already; names that differ in case only count as equal"
        )));
    }
    Ok(Report::one(
        format!("Account `{name}` added."),
        json!({ "id": id, "name": name }),
    ))
}

fn parse_name(text: &str) -> Result<AccountName, Failure> {
    text.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is no name for an account: {error}",
            text.escape_debug()
        ))
    })
}

pub(super) async fn list(services: &Services) -> Result<Report, Failure> {
    let accounts = services.accounts.list().await?;
    Ok(Report::list(
        accounts.iter().map(listed),
        "There are no accounts. Add one with `twinlock account add NAME`.",
    ))
}

fn listed(account: &AccountRecord) -> (String, serde_json::Value) {
    let AccountRecord {
        id,
        name,
        requires_mfa,
        members,
    } = account;
    let noun = if *members == 1 { "member" } else { "members" };
    let rule = if *requires_mfa {
        "MFA required"
    } else {
        "MFA optional"
    };
    let json = json!({ "id": id, "name": name, "members": members, "requires_mfa": requires_mfa });
    (format!("{name}: {members} {noun}, {rule}"), json)
}

/// The account of a name, or a refusal that says which there are.
pub(super) async fn find(services: &Services, name: &str) -> Result<AccountRecord, Failure> {
    match services.accounts.find(&parse_name(name)?).await? {
        Some(account) => Ok(account),
        None => Err(unknown(name, &services.accounts.list().await?)),
    }
}

fn unknown(name: &str, accounts: &[AccountRecord]) -> Failure {
    let known: Vec<String> = accounts
        .iter()
        .take(MAX_LISTED)
        .map(|account| format!("`{}`", account.name))
        .collect();
    let known = match (known.is_empty(), accounts.len() > MAX_LISTED) {
        (true, _) => "there are none yet, add it with `twinlock account add NAME`".to_owned(),
        (false, true) => format!("the first of {} are {}", accounts.len(), known.join(", ")),
        (false, false) => format!("there are {}", known.join(", ")),
    };
    Failure::refused(format!("there is no account `{name}`: {known}"))
}
