//! What goes over the wire for My profile.

use domain::{people::roles::Role, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, posted::Posted, wire::SecretText};

#[cfg(feature = "ssr")]
use super::{password, server};
#[cfg(feature = "ssr")]
use crate::call::answer;

/// The current user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Full name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Accounts, by name, with the role in each.
    pub accounts: Vec<Place>,
    /// The last complete sign-in: this one.
    pub last_sign_in: Option<Timestamp>,
    /// The MFA method, if there is one.
    pub method: Option<Method>,
}

/// A user's role in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The account's name.
    pub account: String,
    /// The role.
    pub role: Role,
    /// Whether the account requires MFA.
    pub requires_mfa: bool,
}

/// An active MFA method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a code of it was accepted last.
    pub used_at: Option<Timestamp>,
    /// Backup codes that still work.
    pub codes_left: u32,
    /// Whether their owner confirmed that they are saved.
    pub codes_saved: bool,
}

/// A new password, and what proves that its owner chose it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPassword {
    /// The password until now.
    pub current: SecretText,
    /// The password from now on.
    pub new: SecretText,
    /// With MFA on: a 6-digit code or a backup code.
    pub code: Option<SecretText>,
}

/// The current user and their MFA settings.
#[server(prefix = "/api", endpoint = "profile/view", protocol = Posted)]
pub async fn view() -> Result<Profile, AppError> {
    answer(server::view).await
}

/// Changes the own password.
#[server(prefix = "/api", endpoint = "profile/change_password", protocol = Posted)]
pub async fn change_password(
    /// What the page sends.
    request: NewPassword,
) -> Result<(), AppError> {
    answer(async |call| password::change(call, request).await).await
}
