//! Who may sign in at all.

use app::services::Services;
use serde_json::json;

use super::{find, judge, obstacle, parse_email};
use crate::cli::{Failure, Report, args::EmailArgs};

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

pub async fn remove(services: &Services, args: &EmailArgs) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(services, &email).await?.user;
    judge(services.users.remove(&user).await?, &email)?;
    Ok(Report::one(
        format!(
            "{email} removed with all that was theirs: memberships, authenticator, backup codes and sessions."
        ),
        json!({ "id": user, "email": email }),
    ))
}
