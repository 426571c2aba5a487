//! Setting up an authenticator with a pending key. The pending key activates nothing until one of
//! its codes has been verified.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::Timestamp;

/// How long a pending key is kept and shown again after a reload.
pub const PENDING_KEY: Duration = Duration::from_mins(30);
/// How long after the verification fresh backup codes may be shown to the session that set up MFA
/// or asked for them.
pub const CODES_SHOWN: Duration = Duration::from_mins(30);
/// The name of a new method, until its user renames it.
pub const METHOD_NAME: &str = "Authenticator application";

/// Why backup codes are shown. The reason decides the effect of their `Finish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodesFor {
    /// The first set of a new method, which is valid at once.
    Added,
    /// New codes after a reset. The old codes work until the new ones are finished, and may be
    /// kept.
    Reset,
    /// New codes that the user asked for. The old codes work until the new ones are finished.
    Generated,
}

/// The text is not one of these reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("codes are for `added`, `reset` or `generated`")]
pub struct CodesForError;

impl CodesFor {
    /// The text used in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Reset => "reset",
            Self::Generated => "generated",
        }
    }
}

impl FromStr for CodesFor {
    type Err = CodesForError;

    fn from_str(text: &str) -> Result<Self, CodesForError> {
        match text {
            "added" => Ok(Self::Added),
            "reset" => Ok(Self::Reset),
            "generated" => Ok(Self::Generated),
            _ => Err(CodesForError),
        }
    }
}

/// Whether the old codes may be kept instead of the new ones: only after a reset, while some old
/// codes are left.
#[must_use]
pub fn may_keep_codes(reason: CodesFor, old_left: Option<u32>) -> bool {
    reason == CodesFor::Reset && old_left.is_some_and(|left| left > 0)
}

/// Whether a pending key made at `made_at` can still be confirmed.
#[must_use]
pub fn is_pending(made_at: Timestamp, now: Timestamp) -> bool {
    now.since(made_at) < PENDING_KEY
}

/// Whether a session that was verified at `verified_at` may still be shown fresh backup codes.
#[must_use]
pub fn may_see_codes(verified_at: Timestamp, now: Timestamp) -> bool {
    now.since(verified_at) < CODES_SHOWN
}
