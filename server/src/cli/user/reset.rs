//! Help for those whose second factor does not let them in.

use app::services::Services;
use serde_json::json;

use super::{find, parse_email};
use crate::cli::{Failure, Report, args::EmailArgs};

pub async fn unlock(services: &Services, args: &EmailArgs) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(services, &email).await?.user;
    let refused = services
        .attempts
        .unlock(&user, services.vault.email_index(&email))
        .await?;
    let line = format!("{email} may try again; wrong codes in a row until now: {refused}.");
    Ok(Report::one(
        line,
        json!({ "id": user, "email": email, "refused_in_a_row": refused }),
    ))
}

pub async fn reset_mfa(services: &Services, args: &EmailArgs) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(services, &email).await?.user;
    let had_mfa = services.mfa.reset_by_operator(&user).await?;
    let line = if had_mfa {
        format!(
            "MFA of {email} reset: their authenticator and backup codes don't work any more and they are signed out everywhere. \
             They sign in with their password and can set it up anew."
        )
    } else {
        format!("{email} has no MFA: there was nothing to reset.")
    };
    Ok(Report::one(
        line,
        json!({ "id": user, "email": email, "had_mfa": had_mfa }),
    ))
}
