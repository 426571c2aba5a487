//! What goes over the wire for the MFA wizard.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use usecases::mfa;
use usecases::{
    mfa::{CodeSheet, NewName, PendingSetUp, SavedCodes, Settled},
    session::{Code, Viewer},
};

#[cfg(feature = "ssr")]
use crate::serve::{answer, answer_with_cookies};
use crate::wire::{error::AppError, json_post::Posted};

/// The session's pending key: the one that waits, else a new one.
#[server(prefix = "/api", endpoint = "mfa/set_up", protocol = Posted)]
pub async fn set_up() -> Result<PendingSetUp, AppError> {
    answer(mfa::set_up).await
}

/// Whether the session has a pending key to prove.
#[server(prefix = "/api", endpoint = "mfa/pending", protocol = Posted)]
pub async fn pending() -> Result<bool, AppError> {
    answer(mfa::has_pending).await
}

/// Proves the pending key by its first code, and activates it.
#[server(prefix = "/api", endpoint = "mfa/confirm", protocol = Posted)]
pub async fn confirm(
    /// What the page sends.
    request: Code,
) -> Result<CodeSheet, AppError> {
    answer_with_cookies(async |context, cookies| mfa::confirm(context, cookies, request).await)
        .await
}

/// Drops the pending key.
#[server(prefix = "/api", endpoint = "mfa/cancel", protocol = Posted)]
pub async fn cancel() -> Result<(), AppError> {
    answer(mfa::cancel).await
}

/// A fresh set of codes for the page that was reloaded; the set before works until `finish`.
#[server(prefix = "/api", endpoint = "mfa/backup_codes", protocol = Posted)]
pub async fn backup_codes() -> Result<CodeSheet, AppError> {
    answer(mfa::show_fresh_codes).await
}

/// Notes that the codes on the page are saved; answers what comes next, if it could be looked up.
#[server(prefix = "/api", endpoint = "mfa/finish", protocol = Posted)]
pub async fn finish(
    /// What the page sends.
    request: SavedCodes,
) -> Result<Option<Settled>, AppError> {
    answer(async |context| mfa::finish(context, request).await).await
}

/// After a reset: discards the codes on the page, so that the ones from before stay.
#[server(prefix = "/api", endpoint = "mfa/keep_codes", protocol = Posted)]
pub async fn keep_codes() -> Result<Option<Settled>, AppError> {
    answer(mfa::keep_codes).await
}

/// New backup codes, by a grant; the ones from before work until `finish`.
#[server(prefix = "/api", endpoint = "mfa/generate", protocol = Posted)]
pub async fn generate() -> Result<CodeSheet, AppError> {
    answer(mfa::generate).await
}

/// Deletes the method, by a grant; answers what the session may do by then.
#[server(prefix = "/api", endpoint = "mfa/delete", protocol = Posted)]
pub async fn delete() -> Result<Viewer, AppError> {
    answer_with_cookies(mfa::delete).await
}

/// Renames the method; answers the name as it is kept.
#[server(prefix = "/api", endpoint = "mfa/rename", protocol = Posted)]
pub async fn rename(
    /// What the page sends.
    request: NewName,
) -> Result<String, AppError> {
    answer(async |context| mfa::rename(context, request).await).await
}

/// Tests the authenticator: counts as an attempt and burns the code's step.
#[server(prefix = "/api", endpoint = "mfa/test", protocol = Posted)]
pub async fn test(
    /// What the page sends.
    request: Code,
) -> Result<(), AppError> {
    answer(async |context| mfa::test(context, request).await).await
}
