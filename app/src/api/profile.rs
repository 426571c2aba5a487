//! The server functions of My profile.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use usecases::profile;
use usecases::profile::{NewPassword, Profile};

#[cfg(feature = "ssr")]
use crate::serve::{answer, answer_with_cookies};
use crate::wire::{error::AppError, json_post::JsonPost};

/// The current user and their MFA settings.
#[server(prefix = "/api", endpoint = "profile/view", protocol = JsonPost)]
pub async fn view() -> Result<Profile, AppError> {
    answer(profile::view).await
}

/// Changes the caller's own password.
#[server(prefix = "/api", endpoint = "profile/change_password", protocol = JsonPost)]
pub async fn change_password(
    /// What the page sends.
    request: NewPassword,
) -> Result<(), AppError> {
    answer_with_cookies(async |context, cookies| {
        profile::change_password(context, cookies, request).await
    })
    .await
}
