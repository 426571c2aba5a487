//! What goes over the wire for the MFA wizard.

use domain::{ids::CodeSetId, second_factor::enrolment::CodesFor, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    posted::Posted,
    profile::api::Profile,
    session::api::{Code, Viewer},
    wire::Disclosed,
};

#[cfg(feature = "ssr")]
use super::{codes, method, server};
#[cfg(feature = "ssr")]
use crate::call::answer;

/// A pending key, as the set-up page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSetUp {
    /// The account in the authenticator: the user's address.
    pub email: String,
    /// The issuer in the authenticator: the brand.
    pub issuer: String,
    /// The key in base32, without blanks.
    pub key: Disclosed,
    /// The otpauth URI.
    pub uri: Disclosed,
    /// The URI as a QR code.
    pub qr: QrPath,
    /// Whether it takes the place of a key that was drawn before the password was confirmed: that one works no more, and the phone may
    /// have it.
    pub is_renewed: bool,
}

/// A QR code as one SVG path on a grid of modules, without the quiet zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrPath {
    /// Modules a side.
    pub size: u32,
    /// The path's `d`.
    pub path: Disclosed,
}

/// Ten backup codes, in the only answer that ever shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSheet {
    /// Which set this is.
    pub set: CodeSetId,
    /// What it is for.
    pub reason: CodesFor,
    /// How many codes from before work until `Finish`; none when these are valid as they are shown.
    pub old_left: Option<u32>,
    /// The user's address, for the download and the print-out.
    pub email: String,
    /// When they were made.
    pub made_at: Timestamp,
    /// The codes, `XXXX-XXXX-XXXX-XXXX` each.
    pub codes: Vec<Disclosed>,
    /// What the session may do by now, where the call that made them changed it and could look.
    pub viewer: Option<Viewer>,
}

/// The codes that their owner has saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedCodes {
    /// Which set.
    pub set: CodeSetId,
}

/// What the next page shows, in one answer with what leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What the session may do by now.
    pub viewer: Viewer,
    /// What My profile shows.
    pub profile: Profile,
}

/// A method's new name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewName {
    /// As typed.
    pub name: String,
}

/// The session's pending key: the one that waits, else a new one.
#[server(prefix = "/api", endpoint = "mfa/set_up", protocol = Posted)]
pub async fn set_up() -> Result<PendingSetUp, AppError> {
    answer(server::set_up).await
}

/// Whether the session has a pending key to prove.
#[server(prefix = "/api", endpoint = "mfa/pending", protocol = Posted)]
pub async fn pending() -> Result<bool, AppError> {
    answer(server::pending).await
}

/// Proves the pending key by its first code, and activates it.
#[server(prefix = "/api", endpoint = "mfa/confirm", protocol = Posted)]
pub async fn confirm(
    /// What the page sends.
    request: Code,
) -> Result<CodeSheet, AppError> {
    answer(async |call| server::confirm(call, request).await).await
}

/// Drops the pending key.
#[server(prefix = "/api", endpoint = "mfa/cancel", protocol = Posted)]
pub async fn cancel() -> Result<(), AppError> {
    answer(server::cancel).await
}

/// A fresh set of codes for the page that was reloaded; the set before works until `finish`.
#[server(prefix = "/api", endpoint = "mfa/backup_codes", protocol = Posted)]
pub async fn backup_codes() -> Result<CodeSheet, AppError> {
    answer(codes::show_fresh).await
}

/// Notes that the codes on the page are saved; answers what comes next, if it could be looked up.
#[server(prefix = "/api", endpoint = "mfa/finish", protocol = Posted)]
pub async fn finish(
    /// What the page sends.
    request: SavedCodes,
) -> Result<Option<Settled>, AppError> {
    answer(async |call| codes::finish(call, request).await).await
}

/// After a reset: discards the codes on the page, so that the ones from before stay.
#[server(prefix = "/api", endpoint = "mfa/keep_codes", protocol = Posted)]
pub async fn keep_codes() -> Result<Option<Settled>, AppError> {
    answer(codes::keep).await
}

/// New backup codes, by a grant; the ones from before work until `finish`.
#[server(prefix = "/api", endpoint = "mfa/generate", protocol = Posted)]
pub async fn generate() -> Result<CodeSheet, AppError> {
    answer(codes::generate).await
}

/// Deletes the method, by a grant; answers what the session may do by then.
#[server(prefix = "/api", endpoint = "mfa/delete", protocol = Posted)]
pub async fn delete() -> Result<Viewer, AppError> {
    answer(method::delete).await
}

/// Renames the method; answers the name as it is kept.
#[server(prefix = "/api", endpoint = "mfa/rename", protocol = Posted)]
pub async fn rename(
    /// What the page sends.
    request: NewName,
) -> Result<String, AppError> {
    answer(async |call| method::rename(call, request).await).await
}

/// Tests the authenticator: counts as an attempt and burns the code's step.
#[server(prefix = "/api", endpoint = "mfa/test", protocol = Posted)]
pub async fn test(
    /// What the page sends.
    request: Code,
) -> Result<(), AppError> {
    answer(async |call| method::test(call, request).await).await
}
