//! The roles of a user in an account.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A user's role in one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sets the account's MFA rule and may reset its members' MFA.
    Owner,
    /// Manages their own sign-in only.
    Member,
}

/// The text is not a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a role is `owner` or `member`")]
pub struct RoleError;

impl Role {
    /// The text used in the database and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        match text {
            "owner" => Ok(Self::Owner),
            "member" => Ok(Self::Member),
            _ => Err(RoleError),
        }
    }
}
