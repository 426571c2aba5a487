//! Accounts come, change their name, and go.

use app::services::Services;
use domain::{ids::AccountId, names::AccountName, ports::NewAccount};
use serde_json::json;

use super::{find, members, parse_name, unknown};
use crate::cli::{
    Failure, Report,
    args::{AccountArgs, RenameArgs},
};

pub async fn add(services: &Services, args: &AccountArgs) -> Result<Report, Failure> {
    let name = parse_name(&args.name)?;
    let id = AccountId::from_random(services.entropy.draw()?);
    let account = NewAccount {
        id: id.clone(),
        name: name.clone(),
        at: services.clock.now(),
    };
    if !services.accounts.add(account).await? {
        return Err(taken(&name));
    }
    Ok(Report::one(
        format!("Account `{name}` added."),
        json!({ "id": id, "name": name }),
    ))
}

fn taken(name: &AccountName) -> Failure {
    Failure::refused(format!(
        "there is an account `{name}` already; names that differ only in case, marks on letters or signs that show nothing count as equal"
    ))
}

pub async fn rename(services: &Services, args: &RenameArgs) -> Result<Report, Failure> {
    let account = find(services, &args.name).await?;
    let name = parse_name(&args.new_name)?;
    if !services.accounts.rename(&account.id, &name).await? {
        return Err(taken(&name));
    }
    let when = if account.name.as_str() == name.as_str() {
        "already"
    } else {
        "now"
    };
    Ok(Report::one(
        format!("Account `{}` is called `{name}` {when}.", account.name),
        json!({ "id": account.id, "name": name, "old_name": account.name }),
    ))
}

/// Its last Owner goes with it: there is nothing left to own.
pub async fn remove(services: &Services, args: &AccountArgs) -> Result<Report, Failure> {
    let account = find(services, &args.name).await?;
    if !services.accounts.remove(&account.id).await? {
        return unknown(services, &args.name).await;
    }
    let belonged = match account.members {
        0 => "nobody belonged to it".to_owned(),
        count => format!(
            "{} belonged to it, and {} as {}",
            members(count),
            if count == 1 { "stays" } else { "stay" },
            if count == 1 { "a user" } else { "users" },
        ),
    };
    Ok(Report::one(
        format!("Account `{}` removed: {belonged}.", account.name),
        json!({ "id": account.id, "name": account.name, "members": account.members }),
    ))
}
