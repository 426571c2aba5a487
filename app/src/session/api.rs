//! What goes over the wire for sessions.

use domain::{ids::AccountId, people::roles::Role, session::policy::Standing};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, posted::Posted, wire::SecretText};

#[cfg(feature = "ssr")]
use super::{first_start, invitation, places, second_factor, server};
#[cfg(feature = "ssr")]
use crate::call::answer;

/// Who is signed in, and what the session may do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The user's full name; while the second factor is owed, the address that they typed.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// What the session may do.
    pub standing: Standing,
    /// The name of the account worked in.
    pub account: Option<String>,
    /// Whether there is another account to change to.
    pub has_several_accounts: bool,
    /// Whether an MFA method is active.
    pub has_mfa: bool,
    /// Whether this session may be shown backup codes that it has not saved yet.
    pub has_unsaved_codes: bool,
}

/// Email and password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignInForm {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: SecretText,
}

/// A 6-digit code or a backup code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    /// As typed.
    pub code: SecretText,
}

/// A password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordOnly {
    /// As typed.
    pub password: SecretText,
}

/// A link's token, out of the address's fragment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// The token.
    pub token: SecretText,
}

/// An account that the person may work in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceToWork {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: Role,
    /// Whether it requires MFA.
    pub requires_mfa: bool,
}

/// The account that the person chose to work in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chosen {
    /// Which.
    pub account: AccountId,
}

/// What a second factor brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The session now.
    pub viewer: Viewer,
    /// After a backup code: how many are left.
    pub codes_left: Option<u32>,
    /// Wrong codes in a row that had locked the application, in this browser or for strangers, so that an honest person hears of a
    /// stranger's tries.
    pub unlocked_after: Option<u32>,
}

/// The first account and its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FirstOwnerForm {
    /// Out of the link.
    pub token: SecretText,
    /// The account's name.
    pub account: String,
    /// The owner's full name.
    pub name: String,
    /// The owner's address.
    pub email: String,
    /// The owner's password.
    pub password: SecretText,
}

/// A password chosen through an invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvitationForm {
    /// Out of the link.
    pub token: SecretText,
    /// The new password.
    pub password: SecretText,
}

/// Whose invitation a link is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The address the password will be for.
    pub email: String,
}

/// Who is signed in; nobody is no error.
#[server(prefix = "/api", endpoint = "session/whoami", protocol = Posted)]
pub async fn whoami() -> Result<Option<Viewer>, AppError> {
    answer(server::whoami).await
}

/// First step: email and password.
#[server(prefix = "/api", endpoint = "session/sign_in", protocol = Posted)]
pub async fn sign_in(
    /// What the page sends.
    request: SignInForm,
) -> Result<Viewer, AppError> {
    answer(async |call| server::sign_in(call, request).await).await
}

/// Second step, with the authenticator application.
#[server(prefix = "/api", endpoint = "session/verify_code", protocol = Posted)]
pub async fn verify_code(
    /// What the page sends.
    request: Code,
) -> Result<SignedIn, AppError> {
    answer(async |call| second_factor::verify_code(call, request).await).await
}

/// Second step, with a backup code.
#[server(prefix = "/api", endpoint = "session/verify_backup_code", protocol = Posted)]
pub async fn verify_backup_code(
    /// What the page sends.
    request: Code,
) -> Result<SignedIn, AppError> {
    answer(async |call| second_factor::verify_backup_code(call, request).await).await
}

/// The accounts to choose from, by name.
#[server(prefix = "/api", endpoint = "session/accounts", protocol = Posted)]
pub async fn accounts() -> Result<Vec<PlaceToWork>, AppError> {
    answer(places::accounts).await
}

/// Works in that account from now on.
#[server(prefix = "/api", endpoint = "session/choose_account", protocol = Posted)]
pub async fn choose_account(
    /// What the page sends.
    request: Chosen,
) -> Result<Viewer, AppError> {
    answer(async |call| places::choose(call, request).await).await
}

/// The names of those who can really help a person who lost their device; none unless the operator allows it.
#[server(prefix = "/api", endpoint = "session/helpers", protocol = Posted)]
pub async fn helpers() -> Result<Vec<String>, AppError> {
    answer(places::helpers).await
}

/// Ends the session.
#[server(prefix = "/api", endpoint = "session/sign_out", protocol = Posted)]
pub async fn sign_out() -> Result<(), AppError> {
    answer(server::sign_out).await
}

/// Gives the password again, before something that a stolen open session must not do.
#[server(prefix = "/api", endpoint = "session/confirm_password", protocol = Posted)]
pub async fn confirm_password(
    /// What the page sends.
    request: PasswordOnly,
) -> Result<(), AppError> {
    answer(async |call| server::confirm_password(call, request).await).await
}

/// Whether a set-up link still works.
#[server(prefix = "/api", endpoint = "session/check_setup_link", protocol = Posted)]
pub async fn check_setup_link(
    /// What the page sends.
    request: Link,
) -> Result<(), AppError> {
    answer(async |call| first_start::check_link(call, request).await).await
}

/// Makes the first account and its owner, signed in.
#[server(prefix = "/api", endpoint = "session/create_first_owner", protocol = Posted)]
pub async fn create_first_owner(
    /// What the page sends.
    request: FirstOwnerForm,
) -> Result<Viewer, AppError> {
    answer(async |call| first_start::create(call, request).await).await
}

/// Whose invitation a link is, while it works.
#[server(prefix = "/api", endpoint = "session/check_invitation", protocol = Posted)]
pub async fn check_invitation(
    /// What the page sends.
    request: Link,
) -> Result<Invited, AppError> {
    answer(async |call| invitation::check(call, request).await).await
}

/// Chooses a password through an invitation.
#[server(prefix = "/api", endpoint = "session/accept_invitation", protocol = Posted)]
pub async fn accept_invitation(
    /// What the page sends.
    request: InvitationForm,
) -> Result<(), AppError> {
    answer(async |call| invitation::accept(call, request).await).await
}
