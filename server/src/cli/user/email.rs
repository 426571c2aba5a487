//! Changes a user's address.

use domain::{
    ids::UserId,
    ports::{AddressChange, UserRecord},
};
use serde_json::json;
use usecases::Services;

use crate::cli::{
    Failure, Report,
    args::SetEmailArgs,
    user::{find, new_email, parse_email, unknown},
};

pub async fn set_email(services: &Services, args: &SetEmailArgs) -> Result<Report, Failure> {
    let UserRecord {
        id,
        email: old,
        has_password,
        has_mfa,
        ..
    } = named(services, &args.email).await?;
    let new = new_email(&args.new_email)?;
    if services.users.set_email(&id, &new).await? == AddressChange::Refused {
        return Err(Failure::refused(format!(
            "there is a user {new} already; `twinlock user list` shows all"
        )));
    }
    let line = if old.as_str() == new.as_str() {
        format!("{new} is their address already.")
    } else if !has_password {
        format!(
            "{old} is {new} from now on; a link to choose a password that was sent still works for its time."
        )
    } else {
        let kept = if has_mfa {
            "password, authenticator and sessions"
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

/// Finds a user by address, or by the id that `twinlock collisions` shows, because two users may have spellings of one address.
async fn named(services: &Services, text: &str) -> Result<UserRecord, Failure> {
    if let Ok(id) = text.parse::<UserId>()
        && let Some(user) = services.users.find(&id).await?
    {
        return Ok(user);
    }
    let email = parse_email(text)?;
    let found = find(services, &email).await?;
    let user = services.users.find(&found.user).await?;
    user.ok_or_else(|| unknown(&email))
}
