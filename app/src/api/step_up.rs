//! The server functions of an Identity verification within a session.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use usecases::step_up;
use usecases::{
    session::KeyOptions,
    step_up::{IntentRequest, NextStep, StepUpCode, StepUpKey, StepUpRequest},
};

#[cfg(feature = "ssr")]
use crate::serve::{answer, answer_with_cookies};
use crate::wire::{error::AppError, json_post::JsonPost};

/// Stores the requested action, before its code is asked for.
#[server(prefix = "/api", endpoint = "step_up/ask", protocol = JsonPost)]
pub async fn ask(
    /// What the page sends.
    request: IntentRequest,
) -> Result<NextStep, AppError> {
    answer(async |context| step_up::ask(context, request).await).await
}

/// What the session asks to verify for; none if nothing is pending.
#[server(prefix = "/api", endpoint = "step_up/asked", protocol = JsonPost)]
pub async fn asked() -> Result<Option<StepUpRequest>, AppError> {
    answer(step_up::asked).await
}

/// Verifies with a code of the authenticator application.
#[server(prefix = "/api", endpoint = "step_up/verify_code", protocol = JsonPost)]
pub async fn verify_code(
    /// What the page sends.
    request: StepUpCode,
) -> Result<(), AppError> {
    answer_with_cookies(async |context, cookies| {
        step_up::verify_code(context, cookies, request).await
    })
    .await
}

/// Verifies with a backup code, so that a user who lost their device is not locked out.
#[server(prefix = "/api", endpoint = "step_up/verify_backup_code", protocol = JsonPost)]
pub async fn verify_backup_code(
    /// What the page sends.
    request: StepUpCode,
) -> Result<(), AppError> {
    answer_with_cookies(async |context, cookies| {
        step_up::verify_backup_code(context, cookies, request).await
    })
    .await
}

/// A challenge for the keys of the user: to verify the identity, or to change the password.
#[server(prefix = "/api", endpoint = "step_up/key_challenge", protocol = JsonPost)]
pub async fn key_challenge() -> Result<KeyOptions, AppError> {
    answer(step_up::key_challenge).await
}

/// Verifies with a passkey or security key.
#[server(prefix = "/api", endpoint = "step_up/verify_key", protocol = JsonPost)]
pub async fn verify_key(
    /// What the page sends.
    request: StepUpKey,
) -> Result<(), AppError> {
    answer_with_cookies(async |context, cookies| {
        step_up::verify_key(context, cookies, request).await
    })
    .await
}

/// Deletes the request.
#[server(prefix = "/api", endpoint = "step_up/cancel", protocol = JsonPost)]
pub async fn cancel() -> Result<(), AppError> {
    answer(step_up::cancel).await
}
