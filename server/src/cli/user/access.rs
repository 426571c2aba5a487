//! Who may sign in at all.

use app::services::Services;
use domain::{ports::UserRecord, roles::Role};
use serde_json::{Value, json};

use super::{find, judge, obstacle, parse_email, unknown};
use crate::cli::{Failure, Report, args::EmailArgs, undo};

/// Bars somebody or lets them in again. Scripts may repeat it: what is so already is said and no failure.
pub async fn set_disabled(
    services: &Services,
    args: &EmailArgs,
    disabled: bool,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let mut found = find(services, &email).await?;
    let changed = found.disabled != disabled;
    if changed {
        let change = services.users.set_disabled(&found.user, disabled).await?;
        judge(change, &email)?;
    }
    let until = format!("until `twinlock user enable {email}`");
    let mut line = match (disabled, changed) {
        (true, true) if found.password.is_none() => format!(
            "{email} disabled: they have no password yet, and no link to choose one works {until}."
        ),
        (true, true) => {
            format!("{email} disabled: they are signed out everywhere and can't sign in {until}.")
        }
        (true, false) => format!("{email} is disabled already."),
        (false, true) if found.password.is_none() => format!("{email} enabled."),
        (false, true) => format!("{email} enabled: they can sign in again."),
        (false, false) => format!("{email} is not disabled."),
    };
    if !disabled {
        found.disabled = false;
        line.extend(obstacle(&found));
    }
    Ok(Report::one(
        line,
        json!({ "id": found.user, "email": email, "disabled": disabled, "changed": changed }),
    ))
}

/// Asks nothing, as no command does; says what was lost, and which commands bring back what they can.
pub async fn remove(services: &Services, args: &EmailArgs) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(services, &email).await?.user;
    let Some(user) = services.users.find(&user).await? else {
        return Err(unknown(&email));
    };
    judge(services.users.remove(&user.id).await?, &email)?;
    let accounts: Vec<Value> = user
        .accounts
        .iter()
        .map(|(account, role)| json!({ "name": account.name, "role": role }))
        .collect();
    let json =
        json!({ "id": user.id, "email": user.email, "name": user.name, "accounts": accounts });
    let mut lines = vec![
        format!(
            "{} ({}) removed with {}.",
            user.email,
            user.name,
            lost(&user)
        ),
        "It can't be undone. These commands invite them anew, to set up everything again:"
            .to_owned(),
    ];
    lines.extend(undoing(&user));
    Ok(Report::lines(lines, json))
}

/// What somebody had, in words.
fn lost(user: &UserRecord) -> String {
    let roles = user
        .accounts
        .iter()
        .map(|(account, role)| format!("their place as {} of `{}`", role.as_str(), account.name));
    let mut parts: Vec<String> = roles.collect();
    let more = match (user.has_password, user.has_mfa) {
        (false, _) => "their link to choose a password",
        (true, false) => "their password and sessions",
        (true, true) => "their password, authenticator, backup codes and sessions",
    };
    parts.push(more.to_owned());
    parts.join(", ")
}

fn undoing(user: &UserRecord) -> Vec<String> {
    let (email, name) = (user.email.as_str(), user.name.as_str());
    let Some(((first, role), further)) = user.accounts.split_first() else {
        // They belonged to none, and nobody is added to none.
        return vec![undo::add_user(email, name, "ACCOUNT", Role::Member)];
    };
    let further = further
        .iter()
        .map(|(account, role)| undo::add_member(email, account.name.as_str(), *role));
    [undo::add_user(email, name, first.name.as_str(), *role)]
        .into_iter()
        .chain(further)
        .collect()
}
