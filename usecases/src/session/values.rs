//! Inputs and outputs of the use cases of a session. The pages use the same types.

use domain::{
    ids::{AccountId, MethodId},
    people::roles::Role,
    second_factor::methods::MethodType,
    session::policy::Standing,
};
use serde::{Deserialize, Serialize};

use crate::secret_text::{ResponseSecret, SecretText};

/// The signed-in user, and what the session may do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that do not depend on each other"
)]
pub struct Viewer {
    /// The user's full name; the typed address while the second factor is still required.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// What the session may do.
    pub standing: Standing,
    /// The name of the account that the session works in.
    pub account: Option<String>,
    /// Whether the user can switch to another account.
    pub has_several_accounts: bool,
    /// Whether an MFA method is active.
    pub has_mfa: bool,
    /// Whether this session may be shown backup codes that it has not saved yet.
    pub has_unsaved_codes: bool,
    /// Whether the password would be refused as a new one; told by the answer to a sign-in alone.
    #[serde(default)]
    pub has_weak_password: bool,
    /// The methods that give a second factor, the default first.
    #[serde(default)]
    pub methods: Vec<MethodOption>,
    /// The applications that this session may open, by name.
    #[serde(default)]
    pub applications: Vec<ApplicationLink>,
}

/// An application that the session may open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationLink {
    /// Its name.
    pub name: String,
    /// Its origin, to which the link leads.
    pub origin: String,
}

/// A method that can verify the identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodOption {
    /// The method.
    pub id: MethodId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub method_type: MethodType,
}

/// What the browser's `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOptions {
    /// JSON text. It holds a challenge, which one answer may use within five minutes.
    pub options: ResponseSecret,
}

/// The answer of a passkey or security key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyAnswer {
    /// The JSON text of a `PublicKeyCredential`.
    pub answer: SecretText,
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
    /// The method that a 6-digit code is of; none for the default one.
    #[serde(default)]
    pub by: Option<MethodId>,
}

/// A password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordOnly {
    /// As typed.
    pub password: SecretText,
}

/// A link's token, from the URL's fragment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// The token.
    pub token: SecretText,
}

/// An account that the user may work in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOption {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The user's role in it.
    pub role: Role,
    /// Whether it requires MFA.
    pub requires_mfa: bool,
}

/// The account that the user chose to work in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountSelection {
    /// The account.
    pub account: AccountId,
}

/// The result of a second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorResult {
    /// The session after the sign-in.
    pub viewer: Viewer,
    /// How many backup codes are left, if one was used.
    pub codes_left: Option<u32>,
    /// Whether the user has never had backup codes, as after an import. False after a passkey or
    /// security key, whose users got theirs with it.
    #[serde(default)]
    pub has_no_codes_yet: bool,
    /// Wrong codes in a row that had locked the application, in this browser or for strangers, so
    /// that the user learns of a stranger's attempts.
    pub unlocked_after: Option<u32>,
}

/// The first account and its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FirstOwnerForm {
    /// The link's token.
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
    /// The link's token.
    pub token: SecretText,
    /// The new password.
    pub password: SecretText,
}

/// The user whom an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitee {
    /// The address the password will be for.
    pub email: String,
}
