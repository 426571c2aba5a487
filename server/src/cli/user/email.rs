//! Changes a user's address.

use domain::{ids::UserId, ports::UserRecord};
use serde_json::json;
use usecases::operator::{self, Operator, OperatorError, find_user_by_id};

use crate::cli::{
    Failure, Report,
    args::SetEmailArgs,
    user::{find, new_email, parse_email},
};

pub async fn set_email(operator: &Operator, args: &SetEmailArgs) -> Result<Report, Failure> {
    let UserRecord {
        id,
        email: old,
        has_password,
        has_mfa,
        ..
    } = named(operator, &args.email).await?;
    let new = new_email(&args.new_email)?;
    let set = operator::set_email(operator, &id, &new).await;
    set.map_err(|error| match error {
        OperatorError::EmailTaken => Failure::refused(format!(
            "there is a user {new} already; `twinlock user list` shows all"
        )),
        error => error.into(),
    })?;
    let line = if old.as_str() == new.as_str() {
        format!("{new} is their address already.")
    } else if !has_password {
        format!(
            "{old} is {new} from now on; a link to choose a password that was sent still works for its time."
        )
    } else {
        let kept = if has_mfa {
            "password, MFA methods and sessions"
        } else {
            "password and sessions"
        };
        format!("{old} signs in as {new} from now on; {kept} stay.")
    };
    Ok(Report::one(
        line,
        json!({ "id": id, "email": new, "old_email": old }),
    ))
}

/// Finds a user by address, or by the id that `twinlock collisions` shows, because two users may
/// have spellings of one address.
async fn named(operator: &Operator, text: &str) -> Result<UserRecord, Failure> {
    if let Ok(id) = text.parse::<UserId>()
        && let Some(user) = find_user_by_id(operator, &id).await?
    {
        return Ok(user);
    }
    find(operator, &parse_email(text)?).await
}
