//! What goes over the wire for an Identity verification within a session.

use domain::second_factor::step_up::Intent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, posted::Posted, wire::SecretText};

#[cfg(feature = "ssr")]
use super::server;
#[cfg(feature = "ssr")]
use crate::call::answer;

/// What follows from asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// The identity must be verified first.
    Verify,
    /// The sign-in by backup code stands for it: go on.
    Granted,
}

/// What the session asks, as the page names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// The action and its target.
    pub intent: Intent,
    /// The name of the account or member that it is about.
    pub about: Option<String>,
}

/// A code for what the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepUpCode {
    /// What the person saw: another tab may have asked something else since.
    #[serde(flatten)]
    pub intent: Intent,
    /// As typed.
    pub code: SecretText,
}

/// Notes what is wanted, before its code is asked for.
#[server(prefix = "/api", endpoint = "step_up/ask", protocol = Posted)]
pub async fn ask(
    /// What the page sends.
    request: Intent,
) -> Result<NextStep, AppError> {
    answer(async |call| server::ask(call, request).await).await
}

/// What the session asks; none when nothing is pending.
#[server(prefix = "/api", endpoint = "step_up/asked", protocol = Posted)]
pub async fn asked() -> Result<Option<AskedFor>, AppError> {
    answer(server::asked).await
}

/// Verifies by the authenticator application.
#[server(prefix = "/api", endpoint = "step_up/verify_code", protocol = Posted)]
pub async fn verify_code(
    /// What the page sends.
    request: StepUpCode,
) -> Result<(), AppError> {
    answer(async |call| server::verify_code(call, request).await).await
}

/// Verifies by a backup code: the factor that a person has lost is never demanded.
#[server(prefix = "/api", endpoint = "step_up/verify_backup_code", protocol = Posted)]
pub async fn verify_backup_code(
    /// What the page sends.
    request: StepUpCode,
) -> Result<(), AppError> {
    answer(async |call| server::verify_backup_code(call, request).await).await
}

/// Forgets what was asked.
#[server(prefix = "/api", endpoint = "step_up/cancel", protocol = Posted)]
pub async fn cancel() -> Result<(), AppError> {
    answer(server::cancel).await
}
