//! What goes in and comes out of the use cases of a session. The pages send and read the same types.

use domain::{ids::AccountId, people::roles::Role, session::policy::Standing};
use serde::{Deserialize, Serialize};

use crate::secret_text::SecretText;

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
pub struct AccountOption {
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
