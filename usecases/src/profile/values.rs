//! Inputs and outputs of the use cases of My profile. The pages use the same types.

use domain::{
    ids::MethodId, people::roles::Role, second_factor::methods::MethodType, time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::secret_text::SecretText;

/// The current user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Full name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Accounts, by name, with the role in each.
    pub accounts: Vec<ProfileAccount>,
    /// The last complete sign-in, which is the current one.
    pub last_sign_in: Option<Timestamp>,
    /// The MFA methods, the default first.
    pub methods: Vec<Method>,
    /// Backup codes that still work.
    pub codes_left: u32,
    /// Whether the user confirmed that they are saved.
    pub codes_saved: bool,
}

/// A user's role in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileAccount {
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
    /// The identifier.
    pub id: MethodId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub method_type: MethodType,
    /// Whether a sign-in asks for it first.
    pub is_default: bool,
    /// Whether the provider of a key synced it at its last use; none for an authenticator
    /// application.
    pub is_synced: Option<bool>,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a code or signature of it was accepted last.
    pub used_at: Option<Timestamp>,
}

/// A new password, and the proof that its owner chose it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPassword {
    /// The current password.
    pub current: SecretText,
    /// The new password.
    pub new: SecretText,
    /// With MFA on: a 6-digit code or a backup code, unless a key answers.
    pub code: Option<SecretText>,
    /// The method that a 6-digit code is of; none for the default one.
    #[serde(default)]
    pub by: Option<MethodId>,
    /// With MFA on: the answer of a key to a challenge of `step_up/key_challenge`, the JSON text of
    /// a `PublicKeyCredential`.
    #[serde(default)]
    pub key: Option<SecretText>,
}
