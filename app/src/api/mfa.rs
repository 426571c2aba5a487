//! The server functions of the MFA wizard.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use usecases::mfa;
use usecases::{
    mfa::{
        AcceptedKeys as KeySignals, CodeSheet, DeletedMethod, KeyChoice, KeySetUp, MethodChoice,
        NewName, NextPageData, OneMethod, PendingMethod, PendingSetUp, SavedCodes,
    },
    session::{Code, KeyAnswer, KeyOptions},
};

#[cfg(feature = "ssr")]
use crate::serve::{answer, answer_with_cookies};
use crate::wire::{error::AppError, json_post::JsonPost};

/// Returns the session's pending key, or creates one.
#[server(prefix = "/api", endpoint = "mfa/set_up", protocol = JsonPost)]
pub async fn set_up(
    /// What the page sends: what the user chose for a new method.
    request: Option<MethodChoice>,
) -> Result<PendingSetUp, AppError> {
    answer(async |context| mfa::set_up(context, request).await).await
}

/// Stores what the user chose for a new passkey or security key, and returns what the browser needs
/// to make it. Without a choice, returns a fresh challenge for the key that is being set up.
#[server(prefix = "/api", endpoint = "mfa/set_up_key", protocol = JsonPost)]
pub async fn set_up_key(
    /// What the page sends.
    request: Option<KeyChoice>,
) -> Result<KeySetUp, AppError> {
    answer(async |context| mfa::set_up_key(context, request).await).await
}

/// What the session is setting up.
#[server(prefix = "/api", endpoint = "mfa/pending", protocol = JsonPost)]
pub async fn pending() -> Result<Option<PendingMethod>, AppError> {
    answer(mfa::pending).await
}

/// Confirms the pending key by its first code, and activates it. Returns backup codes, except for a
/// further method.
#[server(prefix = "/api", endpoint = "mfa/confirm", protocol = JsonPost)]
pub async fn confirm(
    /// What the page sends.
    request: Code,
) -> Result<Option<CodeSheet>, AppError> {
    answer_with_cookies(async |context, cookies| mfa::confirm(context, cookies, request).await)
        .await
}

/// Confirms the pending passkey or security key by the answer of its authenticator, and activates
/// it. Returns backup codes for a first method.
#[server(prefix = "/api", endpoint = "mfa/confirm_key", protocol = JsonPost)]
pub async fn confirm_key(
    /// What the page sends.
    request: KeyAnswer,
) -> Result<Option<CodeSheet>, AppError> {
    answer_with_cookies(async |context, cookies| mfa::confirm_key(context, cookies, request).await)
        .await
}

/// Drops the pending key.
#[server(prefix = "/api", endpoint = "mfa/cancel", protocol = JsonPost)]
pub async fn cancel() -> Result<(), AppError> {
    answer(mfa::cancel).await
}

/// Draws a fresh set of codes for a reloaded page. The previous set works until `finish`.
#[server(prefix = "/api", endpoint = "mfa/backup_codes", protocol = JsonPost)]
pub async fn backup_codes() -> Result<CodeSheet, AppError> {
    answer(mfa::show_fresh_codes).await
}

/// Records that the codes on the page are saved. Returns what the next page shows, if it could be
/// looked up.
#[server(prefix = "/api", endpoint = "mfa/finish", protocol = JsonPost)]
pub async fn finish(
    /// What the page sends.
    request: SavedCodes,
) -> Result<Option<NextPageData>, AppError> {
    answer(async |context| mfa::finish(context, request).await).await
}

/// Discards the codes on the page after a reset, so that the old ones stay.
#[server(prefix = "/api", endpoint = "mfa/keep_codes", protocol = JsonPost)]
pub async fn keep_codes() -> Result<Option<NextPageData>, AppError> {
    answer(mfa::keep_codes).await
}

/// Draws new backup codes, with a grant. The old ones work until `finish`.
#[server(prefix = "/api", endpoint = "mfa/generate", protocol = JsonPost)]
pub async fn generate() -> Result<CodeSheet, AppError> {
    answer(mfa::generate).await
}

/// Deletes the method, with a grant. Returns what the session may do afterwards.
#[server(prefix = "/api", endpoint = "mfa/delete", protocol = JsonPost)]
pub async fn delete(
    /// What the page sends; none for the default method.
    request: Option<OneMethod>,
) -> Result<DeletedMethod, AppError> {
    answer_with_cookies(async |context, cookies| mfa::delete(context, cookies, request).await).await
}

/// Makes a method the default, which a sign-in asks for first.
#[server(prefix = "/api", endpoint = "mfa/make_default", protocol = JsonPost)]
pub async fn make_default(
    /// What the page sends.
    request: OneMethod,
) -> Result<(), AppError> {
    answer(async |context| mfa::make_default(context, request).await).await
}

/// Renames the method. Returns the name as stored.
#[server(prefix = "/api", endpoint = "mfa/rename", protocol = JsonPost)]
pub async fn rename(
    /// What the page sends.
    request: NewName,
) -> Result<String, AppError> {
    answer(async |context| mfa::rename(context, request).await).await
}

/// Tests the authenticator. The test counts as an attempt and uses up the code's step.
#[server(prefix = "/api", endpoint = "mfa/test", protocol = JsonPost)]
pub async fn test(
    /// What the page sends.
    request: Code,
) -> Result<(), AppError> {
    answer(async |context| mfa::test(context, request).await).await
}

/// A challenge to test one passkey or security key.
#[server(prefix = "/api", endpoint = "mfa/key_challenge", protocol = JsonPost)]
pub async fn key_challenge(
    /// What the page sends.
    request: OneMethod,
) -> Result<KeyOptions, AppError> {
    answer(async |context| mfa::key_challenge(context, request).await).await
}

/// Tests a passkey or security key.
#[server(prefix = "/api", endpoint = "mfa/test_key", protocol = JsonPost)]
pub async fn test_key(
    /// What the page sends.
    request: KeyAnswer,
) -> Result<(), AppError> {
    answer(async |context| mfa::test_key(context, request).await).await
}

/// The keys that the site accepts, for the providers of the user's keys.
#[server(prefix = "/api", endpoint = "mfa/accepted_keys", protocol = JsonPost)]
pub async fn accepted_keys() -> Result<Option<KeySignals>, AppError> {
    answer(mfa::accepted_keys).await
}
