//! Adds, renames and removes accounts.

use domain::{
    ids::AccountId,
    people::{email::Email, names::AccountName, roles::Role},
    ports::{AccountAddition, AccountRemoval, AccountRename, NewAccount},
};
use serde_json::{Value, json};
use usecases::Services;

use crate::cli::{
    Calls, Failure, Report,
    account::{find, members, parse_name, unknown},
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
    if services.accounts.add(account).await? == AccountAddition::NameTaken {
        return Err(taken(services, None, &name).await?);
    }
    Ok(Report::one(
        format!("Account `{name}` added."),
        json!({ "id": id, "name": name }),
    ))
}

/// Refuses a name that another account has, in that account's spelling.
async fn taken(
    services: &Services,
    own: Option<&AccountId>,
    name: &AccountName,
) -> Result<Failure, Failure> {
    let accounts = services.accounts.list().await?;
    let holder = accounts
        .iter()
        .find(|account| Some(&account.id) != own && account.name.search_key() == name.search_key());
    // The other account may have been removed meanwhile.
    let name = holder.map_or(name, |account| &account.name);
    Ok(Failure::refused(format!(
        "there is an account `{name}` already; names that differ only in case, marks on letters or signs that show nothing count as equal"
    )))
}

pub async fn rename(services: &Services, args: &RenameArgs) -> Result<Report, Failure> {
    let account = find(services, &args.name).await?;
    let name = parse_name(&args.new_name)?;
    let rename = services.accounts.rename(&account.id, &name).await?;
    if rename == AccountRename::Refused {
        return Err(taken(services, Some(&account.id), &name).await?);
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

/// Removes an account, even with its last Owner, because nothing is left to own.
pub async fn remove(
    services: &Services,
    args: &AccountArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let account = find(services, &args.name).await?;
    let places = places(services, &account.id).await?;
    let removal = services.accounts.remove(&account.id).await?;
    if removal == AccountRemoval::NoAccount {
        return unknown(services, &args.name).await;
    }
    let belonged = match account.members {
        0 => "it had no members".to_owned(),
        count => format!(
            "{} belonged to it, and {} as {}",
            members(count),
            if count == 1 { "stays" } else { "stay" },
            if count == 1 { "a user" } else { "users" },
        ),
    };
    let name = account.name.as_str();
    let again = places.iter();
    let again = again.map(|(email, role)| calls.add_member(email.as_str(), name, *role));
    let mut commands = vec![calls.add_account(name)];
    commands.extend(again.chain(account.requires_mfa.then(|| calls.require_mfa(name))));
    let bring = match commands.len() {
        1 => "This command brings it back",
        _ => "These commands bring it back",
    };
    let mut lines = vec![
        format!("Account `{name}` removed: {belonged}."),
        format!(
            "The security events of before name it by its id: {}",
            account.id
        ),
        format!("{bring}{}:", calls.condition()),
    ];
    lines.extend(commands);
    let places = places.iter();
    let places: Vec<Value> = places
        .map(|(email, role)| json!({ "email": email, "role": role }))
        .collect();
    Ok(Report::lines(
        lines,
        json!({ "id": account.id, "name": account.name, "members": account.members, "belonged": places }),
    ))
}

/// Returns the members of an account with their roles.
async fn places(services: &Services, account: &AccountId) -> Result<Vec<(Email, Role)>, Failure> {
    let users = services.users.list().await?.into_iter();
    let places = users.filter_map(|user| {
        let place = user.accounts.iter().find(|(of, _)| of.id == *account);
        place.map(|(_, role)| (user.email.clone(), *role))
    });
    Ok(places.collect())
}
