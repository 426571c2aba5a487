//! Another address for somebody.

use app::services::Services;
use domain::{email::Email, ids::UserId};
use serde_json::json;

use super::{find, new_email, parse_email};
use crate::cli::{Failure, Report, args::SetEmailArgs};

pub async fn set_email(services: &Services, args: &SetEmailArgs) -> Result<Report, Failure> {
    let (user, old) = named(services, &args.email).await?;
    let new = new_email(&args.new_email)?;
    if !services.users.set_email(&user, &new).await? {
        return Err(Failure::refused(format!(
            "there is a user {new} already; `twinlock user list` shows all"
        )));
    }
    Ok(Report::one(
        format!("{old} signs in as {new} from now on; password, authenticator and sessions stay."),
        json!({ "id": user, "email": new, "old_email": old }),
    ))
}

/// By address, or by the id that `twinlock collisions` shows: two people may have spellings of one address.
async fn named(services: &Services, text: &str) -> Result<(UserId, Email), Failure> {
    if let Ok(id) = text.parse::<UserId>()
        && let Some(user) = services.users.find(&id).await?
    {
        return Ok((id, user.email));
    }
    let found = find(services, &parse_email(text)?).await?;
    Ok((found.user, found.email))
}
