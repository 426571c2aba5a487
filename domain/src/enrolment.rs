//! Setting up an authenticator: a pending key that activates nothing until a code of it has been verified.

use std::time::Duration;

use crate::time::Timestamp;

/// How long a pending key is kept and shown again on reload.
pub const PENDING_KEY: Duration = Duration::from_mins(30);
/// How long after the verification fresh backup codes may be shown to the session that set up or asked for them.
pub const CODES_SHOWN: Duration = Duration::from_mins(30);
/// The name of a new method, until its owner edits it.
pub const METHOD_NAME: &str = "Authenticator application";

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
