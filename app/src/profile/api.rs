//! What goes over the wire for My profile.

use domain::{roles::Role, time::Timestamp};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

#[cfg(feature = "ssr")]
use super::server;
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

/// The current user and their MFA settings.
#[server(prefix = "/api", endpoint = "profile/view", input = Json)]
pub async fn view() -> Result<Profile, AppError> {
    answer(server::view).await
}
