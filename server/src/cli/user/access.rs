//! Who may sign in at all.

use app::services::Services;
use serde_json::json;

use super::{find, judge, parse_email};
use crate::cli::{Failure, Report, args::EmailArgs};

/// Bars somebody or lets them in again. Scripts may repeat it: what is so already is said and no failure.
pub async fn set_disabled(
    services: &Services,
    args: &EmailArgs,
    disabled: bool,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(services, &email).await?;
    let changed = found.disabled != disabled;
    if changed {
        let change = services.users.set_disabled(&found.user, disabled).await?;
        judge(change, &email)?;
    }
    let line = match (disabled, changed) {
        (true, true) => format!(
            "{email} disabled: they are signed out everywhere and can't sign in until `twinlock user enable {email}`."
        ),
        (true, false) => format!("{email} is disabled already."),
        (false, true) => format!("{email} enabled: they can sign in again."),
        (false, false) => format!("{email} is not disabled."),
    };
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
