//! Disables, enables and removes users.

use domain::{
    people::roles::Role,
    ports::{UserRecord, UserStatus},
};
use serde_json::{Value, json};
use usecases::operator::{self, Operator, remove_user};

use crate::cli::{
    Calls, Failure, Report,
    args::EmailArgs,
    output::report::joined,
    user::{explain, find, obstacle, parse_email},
};

/// Disables or enables a user. Scripts may repeat the command: an unchanged state is reported and
/// is no failure.
pub async fn set_status(
    operator: &Operator,
    args: &EmailArgs,
    status: UserStatus,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let mut found = find(operator, &email).await?;
    let disabled = status == UserStatus::Disabled;
    let changed = operator::set_status(operator, &found, status).await;
    let changed = changed.map_err(|error| explain(&email, error))?;
    let until = format!("until `{}`", calls.enable(email.as_str()));
    let mut line = match (disabled, changed) {
        (true, true) if !found.has_password => format!(
            "{email} disabled: they have no password yet, and no link to choose one works {until}."
        ),
        (true, true) => {
            format!("{email} disabled: they are signed out everywhere and can't sign in {until}.")
        }
        (true, false) => format!("{email} is disabled already."),
        (false, true) if !found.has_password => format!("{email} enabled."),
        (false, true) => format!("{email} enabled: they can sign in again."),
        (false, false) => format!("{email} is not disabled."),
    };
    if !disabled {
        found.disabled = false;
        line.extend(obstacle(&found, calls));
    }
    Ok(Report::one(
        line,
        json!({ "id": found.id, "email": email, "disabled": disabled, "changed": changed }),
    ))
}

/// Removes a user without a confirmation, like every command. Reports what was lost, and the
/// commands that restore what can be restored.
pub async fn remove(
    operator: &Operator,
    args: &EmailArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(operator, &email).await?;
    let removed = remove_user(operator, &user.id).await;
    removed.map_err(|error| explain(&email, error))?;
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
            describe_losses(&user)
        ),
        format!(
            "The security events of before name them by their id: {}",
            user.id
        ),
    ];
    lines.extend(undoing(&user, calls));
    Ok(Report::lines(lines, json))
}

/// Describes what the user had.
fn describe_losses(user: &UserRecord) -> String {
    let roles = user
        .accounts
        .iter()
        .map(|(account, role)| format!("their place as {} of `{}`", role.as_str(), account.name));
    let mut parts: Vec<String> = roles.collect();
    let more: &[&str] = match (user.has_password, user.has_mfa) {
        (false, _) => &["their link to choose a password"],
        (true, false) => &["their password", "sessions"],
        (true, true) => &["their password", "MFA methods", "backup codes", "sessions"],
    };
    parts.extend(more.iter().map(|part| (*part).to_owned()));
    joined(&parts)
}

/// Returns a sentence about the commands that restore what can be restored, followed by each
/// command.
fn undoing(user: &UserRecord, calls: &Calls) -> Vec<String> {
    let (email, name) = (user.email.as_str(), user.name.as_str());
    let mut commands = match user.accounts.split_first() {
        // The user belonged to no account, but `user add` needs one.
        None => vec![calls.add_user(email, name, "ACCOUNT", Role::Member)],
        Some(((first, role), _)) => vec![calls.add_user(email, name, first.name.as_str(), *role)],
    };
    let further = user.accounts.iter().skip(1);
    commands.extend(
        further.map(|(account, role)| calls.add_member(email, account.name.as_str(), *role)),
    );
    commands.extend(user.disabled.then(|| calls.disable(email)));
    let invite = match commands.len() {
        1 => "This command invites them",
        _ => "These commands invite them",
    };
    let disabled = if user.disabled {
        ", disabled as they were"
    } else {
        ""
    };
    let account = if user.accounts.is_empty() {
        "; they were in no account, so replace ACCOUNT by the name of one"
    } else {
        ""
    };
    let mut lines = vec![format!(
        "It can't be undone. {invite} again{disabled}, and they set up everything \
        again{account}{}:",
        calls.condition()
    )];
    lines.extend(commands);
    lines
}
