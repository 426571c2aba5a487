//! Helps users whose second factor does not let them in.

use serde_json::json;
use usecases::operator::{self, Operator};

use crate::cli::{
    Calls, Failure, Report,
    args::EmailArgs,
    user::{find, obstacle, parse_email},
};

pub async fn unlock(
    operator: &Operator,
    args: &EmailArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(operator, &email).await?;
    let refused = operator::unlock(operator, &found.id, &email).await?;
    let mut line = if refused == 0 {
        format!("{email} had no wrong codes in a row; delays after wrong passwords have ended.")
    } else {
        format!("{email} may try again; wrong codes in a row so far: {refused}.")
    };
    line.extend(obstacle(&found, calls));
    Ok(Report::one(
        line,
        json!({ "id": found.id, "email": email, "refused_in_a_row": refused }),
    ))
}

pub async fn reset_mfa(
    operator: &Operator,
    args: &EmailArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(operator, &email).await?;
    let had_mfa = operator::reset_mfa(operator, &found.id).await?;
    let line = if had_mfa {
        let next = obstacle(&found, calls).unwrap_or_else(|| {
            " They sign in with their password and can set it up again.".to_owned()
        });
        format!(
            "MFA of {email} reset: their MFA methods and backup codes don't work any more and they are signed out everywhere.{next}"
        )
    } else {
        format!("{email} has no MFA: there was nothing to reset.")
    };
    Ok(Report::one(
        line,
        json!({ "id": found.id, "email": email, "had_mfa": had_mfa }),
    ))
}
