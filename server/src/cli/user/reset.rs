//! Helps users whose second factor does not let them in.

use domain::ports::MethodChange;
use serde_json::json;
use usecases::Services;

use crate::cli::{
    Calls, Failure, Report,
    args::EmailArgs,
    user::{find, obstacle, parse_email},
};

pub async fn unlock(
    services: &Services,
    args: &EmailArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(services, &email).await?;
    let refused = services
        .attempts
        .unlock(&found.user, services.vault.email_index(&email))
        .await?;
    let mut line = if refused == 0 {
        format!("{email} had no wrong codes in a row; delays after wrong passwords have ended.")
    } else {
        format!("{email} may try again; wrong codes in a row until now: {refused}.")
    };
    line.extend(obstacle(&found, calls));
    Ok(Report::one(
        line,
        json!({ "id": found.user, "email": email, "refused_in_a_row": refused }),
    ))
}

pub async fn reset_mfa(
    services: &Services,
    args: &EmailArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(services, &email).await?;
    let answer = services.mfa.reset_by_operator(&found.user).await?;
    let had_mfa = answer == MethodChange::Done;
    let line = if had_mfa {
        let next = obstacle(&found, calls).unwrap_or_else(|| {
            " They sign in with their password and can set it up again.".to_owned()
        });
        format!(
            "MFA of {email} reset: their authenticator and backup codes don't work any more and they are signed out everywhere.{next}"
        )
    } else {
        format!("{email} has no MFA: there was nothing to reset.")
    };
    Ok(Report::one(
        line,
        json!({ "id": found.user, "email": email, "had_mfa": had_mfa }),
    ))
}
