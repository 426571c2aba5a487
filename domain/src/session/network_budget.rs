//! A small budget of each network in addition to the common delay of an account name. An attacker
//! who guesses continuously keeps the delay running, so an honest person in an unknown browser
//! could never sign in. This budget admits one attempt an hour from each network while the delay
//! refuses all others.

use std::time::Duration;

use crate::time::Timestamp;

/// The minimum time between two attempts of one network for one account name that are judged while
/// its delay runs.
pub const BETWEEN: Duration = Duration::from_hours(1);
/// Attempts of all networks together for one account name that are judged in [`BETWEEN`] while its
/// delay runs. The delay itself allows 60 an hour, so the rate of guesses at most doubles.
pub const OF_ALL: u32 = 60;

/// Whether an attempt is judged although the delay of its account name refuses it. `own` is the
/// last attempt of its network for this name; `spent` counts the attempts of all networks that this
/// budget admitted within [`BETWEEN`].
#[must_use]
pub fn allows(own: Option<Timestamp>, spent: u32, now: Timestamp) -> bool {
    own.is_none_or(|own| now.since(own) >= BETWEEN) && spent < OF_ALL
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sign_in_delay::LONGEST_DELAY;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn a_network_has_one_an_hour() {
        assert!(allows(None, 0, NOW));
        assert!(!allows(Some(NOW), 0, NOW));
        assert!(allows(Some(NOW), 0, NOW.plus(BETWEEN)));
        // A clock that jumps back admits nothing.
        assert!(!allows(Some(NOW.plus(BETWEEN)), 0, NOW));
    }

    #[test]
    fn all_networks_together_have_as_many_as_the_delay_allows() {
        assert!(allows(None, OF_ALL - 1, NOW));
        assert!(!allows(None, OF_ALL, NOW));
        assert_eq!(
            u64::from(OF_ALL),
            BETWEEN.as_secs() / LONGEST_DELAY.as_secs()
        );
    }
}
