//! Users of a site under test.

use serde_json::Value;

/// The password of all users, so that a password does not identify a user.
pub const PASSWORD: &str = "correct horse battery staple";

/// A user who can sign in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The email address.
    pub email: String,
    /// The password.
    pub password: &'static str,
}

impl Person {
    /// Returns the user with this email address and [`PASSWORD`].
    pub fn with_email(email: &str) -> Self {
        Self {
            email: email.to_owned(),
            password: PASSWORD,
        }
    }
}

/// Returns the backup codes of a sheet, as `mfa/confirm` and `mfa/generate` answer it.
pub fn code_list(sheet: &Value) -> Vec<String> {
    let codes = sheet["codes"].as_array().unwrap();
    let text = |code: &Value| code.as_str().unwrap().to_owned();
    codes.iter().map(text).collect()
}
