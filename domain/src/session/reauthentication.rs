//! Decides what an open session may see or repeat without reauthentication (ASVS V7.5.1, V7.5.3; SP
//! 800-63B-4 §4.1.2.1).
//!
//! A session cookie alone proves little, because the tab may have been left open, or the cookie
//! stolen. Every place that shows a key or backup codes again, draws new ones, or relies on an
//! earlier factor uses this one rule.

use std::time::Duration;

use crate::{session::facts::SessionFacts, time::Timestamp};

/// How long a password, or a factor given for one purpose, counts as a proof of identity.
pub const FRESH: Duration = Duration::from_mins(5);

/// Whether a proof given at `at` is still fresh at `now`.
#[must_use]
pub fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    now.since(at) < FRESH
}

impl SessionFacts {
    /// Whether the session may repeat what it was allowed to do before: either the password is
    /// fresh, or the factor given in this session for the same purpose is. `proved_at` is when that
    /// factor was given, `None` if there was none.
    #[must_use]
    pub fn may_repeat(&self, proved_at: Option<Timestamp>, now: Timestamp) -> bool {
        is_fresh(self.password_at, now) || proved_at.is_some_and(|at| is_fresh(at, now))
    }

    /// Whether the key of a first set-up, made at `made_at`, may be shown again. A first set-up has
    /// no factor. The key required a fresh password, so that password counts for `FRESH` more, but
    /// never longer than a new set-up would be allowed.
    #[must_use]
    pub fn may_see_first_key_again(&self, made_at: Timestamp, now: Timestamp) -> bool {
        let proved_at = self.has_fresh_password(now).then_some(made_at);
        self.may_repeat(proved_at, now)
    }

    /// Whether the key of a first set-up, made at `made_at`, is newer than the session's last
    /// password. An older key may have been requested by a thief with only the cookie. The next
    /// password invalidates that cookie, and the thief's key must not become the user's own.
    #[must_use]
    pub fn drew_first_key_since_password(&self, made_at: Timestamp) -> bool {
        made_at >= self.password_at
    }

    /// Whether the session may verify an identity by a backup code. Codes that the session drew
    /// itself, at `drawn_at`, prove no more than its cookie does, because the session showed them.
    /// So the password is required again after they were drawn. An earlier password is not enough,
    /// because a thief could draw codes with one proof and start a second time window with them.
    #[must_use]
    pub fn may_verify_by_backup_code(&self, drawn_at: Option<Timestamp>, now: Timestamp) -> bool {
        drawn_at.is_none_or(|at| self.password_at > at && self.may_repeat(None, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::facts::FRESH_PASSWORD;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const MOMENT: Duration = Duration::from_millis(1);

    fn signed_in_at(password_at: Timestamp) -> SessionFacts {
        SessionFacts {
            opened_at: password_at,
            seen_at: password_at,
            password_at,
            second_factor_at: Some(password_at),
            account: None,
        }
    }

    #[test]
    fn a_password_stands_for_five_minutes() {
        let session = signed_in_at(START);
        assert!(session.may_repeat(None, START.plus(FRESH).minus(MOMENT)));
        assert!(!session.may_repeat(None, START.plus(FRESH)));
    }

    #[test]
    fn a_factor_stands_for_five_minutes_whatever_the_password() {
        let (session, proved_at) = (signed_in_at(START), START.plus(Duration::from_hours(2)));
        let last = proved_at.plus(FRESH).minus(MOMENT);
        assert!(session.may_repeat(Some(proved_at), last));
        assert!(!session.may_repeat(Some(proved_at), proved_at.plus(FRESH)));
        assert!(!session.may_repeat(None, last), "for another purpose");
    }

    #[test]
    fn the_first_key_is_shown_again_only_while_another_could_be_begun() {
        let session = signed_in_at(START);
        let made_at = START.plus(FRESH_PASSWORD).minus(Duration::from_mins(2));
        let reload = made_at.plus(Duration::from_mins(1));
        assert!(session.may_see_first_key_again(made_at, reload));
        let past = START.plus(FRESH_PASSWORD);
        assert!(!session.may_see_first_key_again(made_at, past));
        let early = START.plus(MOMENT);
        let later = early.plus(FRESH);
        assert!(!session.may_see_first_key_again(early, later));
    }

    #[test]
    fn a_password_ends_the_keys_from_before() {
        let session = signed_in_at(START);
        assert!(session.drew_first_key_since_password(START));
        assert!(!session.drew_first_key_since_password(START.minus(MOMENT)));
    }

    #[test]
    fn codes_of_the_session_itself_need_the_password_too() {
        let session = signed_in_at(START);
        let (before, later) = (START.minus(MOMENT), START.plus(FRESH));
        assert!(session.may_verify_by_backup_code(Some(before), later.minus(MOMENT)));
        assert!(!session.may_verify_by_backup_code(Some(before), later));
        assert!(session.may_verify_by_backup_code(None, later));
        // The password of the sign-in, and codes that were drawn after it.
        for drawn_at in [START, START.plus(MOMENT)] {
            assert!(!session.may_verify_by_backup_code(Some(drawn_at), later.minus(MOMENT)));
        }
    }
}
