//! The stored facts of a session. Rights are never stored: `policy::decide` derives them on each
//! request.

use std::time::Duration;

use crate::{ids::AccountId, time::Timestamp};

/// A session without requests for this long has ended (ASVS V7.3.1).
pub const IDLE: Duration = Duration::from_hours(1);
/// A session of this age has ended, even if it is in use (ASVS V7.3.2).
pub const ABSOLUTE: Duration = Duration::from_hours(24);
/// How long a user may take between the password and the second factor.
pub const HALF_SIGNED_IN: Duration = Duration::from_mins(10);
/// How long a password counts as fresh. Only within this time an authenticator may be enrolled.
pub const FRESH_PASSWORD: Duration = Duration::from_mins(10);

/// The facts of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// When the person signed in.
    pub opened_at: Timestamp,
    /// When the last request came.
    pub seen_at: Timestamp,
    /// When the password was given last.
    pub password_at: Timestamp,
    /// When a second factor was given; a set-up counts as one.
    pub second_factor_at: Option<Timestamp>,
    /// The account that the person chose to work in; none if they have not chosen yet, or need not.
    pub account: Option<AccountId>,
}

impl SessionFacts {
    /// Whether the session has ended because of its age or inactivity.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= IDLE || now.since(self.opened_at) >= ABSOLUTE
    }

    /// Whether the password is fresh enough to enrol an authenticator, because a stolen open
    /// session must not enrol a stranger's phone.
    #[must_use]
    pub fn has_fresh_password(&self, now: Timestamp) -> bool {
        now.since(self.password_at) < FRESH_PASSWORD
    }
}
