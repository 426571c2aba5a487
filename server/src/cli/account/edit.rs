//! Adds, renames and removes accounts.

use serde_json::{Value, json};
use usecases::operator::{
    Operator, OperatorError, add_account, list_members, remove_account, rename_account,
};

use crate::cli::{
    Calls, Failure, Report,
    account::{explain, find, members, parse_name},
    args::{AccountArgs, RenameArgs},
};

pub async fn add(operator: &Operator, args: &AccountArgs) -> Result<Report, Failure> {
    let name = parse_name(&args.name)?;
    let id = add_account(operator, &name).await.map_err(taken)?;
    Ok(Report::one(
        format!("Account `{name}` added."),
        json!({ "id": id, "name": name }),
    ))
}

/// Names the other account of a name that is taken.
fn taken(error: OperatorError) -> Failure {
    match error {
        OperatorError::NameTaken { holder } => Failure::refused(format!(
            "there is an account `{holder}` already; names that differ only in case, marks on letters or invisible characters count as equal"
        )),
        error => error.into(),
    }
}

pub async fn rename(operator: &Operator, args: &RenameArgs) -> Result<Report, Failure> {
    let account = find(operator, &args.name).await?;
    let name = parse_name(&args.new_name)?;
    let renamed = rename_account(operator, &account.id, &name).await;
    renamed.map_err(taken)?;
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
    operator: &Operator,
    args: &AccountArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let account = find(operator, &args.name).await?;
    let places = list_members(operator, &account.id).await?;
    if let Err(error) = remove_account(operator, &account.id).await {
        return Err(explain(operator, &args.name, error).await);
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
        format!("Earlier security events name it by its id: {}", account.id),
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
