//! A small budget of each network beside the common delay of an account name. A stranger who guesses without end keeps the delay running,
//! and an honest person in a browser that is not known would never be judged. This budget lets each network have one attempt an hour
//! judged, while the delay refuses all others.

use std::time::Duration;

use crate::time::Timestamp;

/// The time between two attempts of one network that are judged for one account name while its delay runs.
pub const BETWEEN: Duration = Duration::from_hours(1);
/// Attempts of all networks together that are judged for one account name in [`BETWEEN`] while its delay runs. The delay itself allows 60 an
/// hour, so that the rate of guesses at most doubles.
pub const OF_ALL: u32 = 60;

/// Whether an attempt is judged that the delay of its account name refuses. `own` is the last attempt of its network for this name;
/// `spent` counts those of all networks that this budget let through within [`BETWEEN`].
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
        // A clock that jumps back opens nothing.
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
