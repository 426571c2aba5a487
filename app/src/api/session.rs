//! The server functions of sessions.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use usecases::session;
use usecases::session::{
    AccountOption, AccountSelection, Code, FirstOwnerForm, InvitationForm, Invitee, KeyAnswer,
    KeyOptions, Link, PasswordOnly, SecondFactorResult, SignInForm, Viewer,
};

#[cfg(feature = "ssr")]
use crate::serve::{answer, answer_with_cookies};
use crate::wire::{error::AppError, json_post::JsonPost};

/// The signed-in user; having no session is not an error.
#[server(prefix = "/api", endpoint = "session/whoami", protocol = JsonPost)]
pub async fn whoami() -> Result<Option<Viewer>, AppError> {
    answer(session::whoami).await
}

/// First step: email and password.
#[server(prefix = "/api", endpoint = "session/sign_in", protocol = JsonPost)]
pub async fn sign_in(
    /// What the page sends.
    request: SignInForm,
) -> Result<Viewer, AppError> {
    answer_with_cookies(async |context, cookies| session::sign_in(context, cookies, request).await)
        .await
}

/// Second step, with the authenticator application.
#[server(prefix = "/api", endpoint = "session/verify_code", protocol = JsonPost)]
pub async fn verify_code(
    /// What the page sends.
    request: Code,
) -> Result<SecondFactorResult, AppError> {
    answer_with_cookies(async |context, cookies| {
        session::verify_code(context, cookies, request).await
    })
    .await
}

/// Second step, with a backup code.
#[server(prefix = "/api", endpoint = "session/verify_backup_code", protocol = JsonPost)]
pub async fn verify_backup_code(
    /// What the page sends.
    request: Code,
) -> Result<SecondFactorResult, AppError> {
    answer_with_cookies(async |context, cookies| {
        session::verify_backup_code(context, cookies, request).await
    })
    .await
}

/// A challenge for the keys of the user who signs in.
#[server(prefix = "/api", endpoint = "session/key_challenge", protocol = JsonPost)]
pub async fn key_challenge() -> Result<KeyOptions, AppError> {
    answer(session::key_challenge).await
}

/// Second step, with a passkey or security key.
#[server(prefix = "/api", endpoint = "session/verify_key", protocol = JsonPost)]
pub async fn verify_key(
    /// What the page sends.
    request: KeyAnswer,
) -> Result<SecondFactorResult, AppError> {
    answer_with_cookies(async |context, cookies| {
        session::verify_key(context, cookies, request).await
    })
    .await
}

/// The accounts to choose from, by name.
#[server(prefix = "/api", endpoint = "session/accounts", protocol = JsonPost)]
pub async fn accounts() -> Result<Vec<AccountOption>, AppError> {
    answer(session::accounts).await
}

/// Sets the account that the session works in.
#[server(prefix = "/api", endpoint = "session/choose_account", protocol = JsonPost)]
pub async fn choose_account(
    /// What the page sends.
    request: AccountSelection,
) -> Result<Viewer, AppError> {
    answer(async |context| session::choose_account(context, request).await).await
}

/// The names of the Owners who can help a user who lost their device; none unless the operator
/// allows it.
#[server(prefix = "/api", endpoint = "session/helpers", protocol = JsonPost)]
pub async fn helpers() -> Result<Vec<String>, AppError> {
    answer(session::helpers).await
}

/// Ends the session.
#[server(prefix = "/api", endpoint = "session/sign_out", protocol = JsonPost)]
pub async fn sign_out() -> Result<(), AppError> {
    answer_with_cookies(session::sign_out).await
}

/// Confirms the password, before an action that a stolen open session must not allow.
#[server(prefix = "/api", endpoint = "session/confirm_password", protocol = JsonPost)]
pub async fn confirm_password(
    /// What the page sends.
    request: PasswordOnly,
) -> Result<(), AppError> {
    answer_with_cookies(async |context, cookies| {
        session::confirm_password(context, cookies, request).await
    })
    .await
}

/// Whether a set-up link still works.
#[server(prefix = "/api", endpoint = "session/check_setup_link", protocol = JsonPost)]
pub async fn check_setup_link(
    /// What the page sends.
    request: Link,
) -> Result<(), AppError> {
    answer(async |context| session::check_setup_link(context, request).await).await
}

/// Creates the first account and its Owner, and signs them in.
#[server(prefix = "/api", endpoint = "session/create_first_owner", protocol = JsonPost)]
pub async fn create_first_owner(
    /// What the page sends.
    request: FirstOwnerForm,
) -> Result<Viewer, AppError> {
    answer_with_cookies(async |context, cookies| {
        session::create_first_owner(context, cookies, request).await
    })
    .await
}

/// The user of an open invitation.
#[server(prefix = "/api", endpoint = "session/check_invitation", protocol = JsonPost)]
pub async fn check_invitation(
    /// What the page sends.
    request: Link,
) -> Result<Invitee, AppError> {
    answer(async |context| session::check_invitation(context, request).await).await
}

/// Chooses a password through an invitation.
#[server(prefix = "/api", endpoint = "session/accept_invitation", protocol = JsonPost)]
pub async fn accept_invitation(
    /// What the page sends.
    request: InvitationForm,
) -> Result<(), AppError> {
    answer_with_cookies(async |context, cookies| {
        session::accept_invitation(context, cookies, request).await
    })
    .await
}
