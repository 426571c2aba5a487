//! The growing delay after wrong passwords, for each account name. The delay never locks
//! permanently, and is separate from the guess budget.

use std::time::Duration;

use crate::time::Timestamp;

/// Wrong passwords that cause no delay, because people mistype.
pub const FREE_FAILURES: u32 = 4;
const FIRST_DELAY: Duration = Duration::from_secs(5);
/// The longest delay, so that an attacker who keeps guessing can't lock the owner out for long.
pub const LONGEST_DELAY: Duration = Duration::from_mins(1);
/// Failures older than this are forgotten.
pub const MEMORY: Duration = Duration::from_hours(24);

/// Password attempts for one account name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PasswordAttempts {
    /// Attempts since the last right password.
    pub failures: u32,
    /// When the next attempt is judged.
    pub allowed_at: Timestamp,
}

impl PasswordAttempts {
    /// Counts one more attempt at `now`, before the password is judged.
    ///
    /// # Errors
    /// The instant until which attempts are refused. If the clock was set back, the wait is not
    /// longer than the delay.
    pub fn count(self, now: Timestamp) -> Result<Self, Timestamp> {
        // Without a delay no attempt is too early: a request that began a moment before another one
        // is often counted after it.
        if now < self.allowed_at && !delay_after(self.failures).is_zero() {
            let delay = delay_after(self.failures);
            return Err(self.allowed_at.min(now.plus(delay)));
        }
        let forgotten = now.since(self.allowed_at) >= MEMORY;
        let failures = if forgotten {
            1
        } else {
            self.failures.saturating_add(1)
        };
        Ok(Self {
            failures,
            allowed_at: now.plus(delay_after(failures)),
        })
    }
}

/// The delay of the next attempt after this many failures.
#[must_use]
pub fn delay_after(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(FREE_FAILURES + 1) else {
        return Duration::ZERO;
    };
    FIRST_DELAY
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_is_bounded() {
        let seconds: Vec<u64> = (0..11)
            .map(|failures| delay_after(failures).as_secs())
            .collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 5, 10, 20, 40, 60, 60]);
        assert_eq!(delay_after(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn s29_a_clock_that_was_put_back_makes_no_countdown_of_a_day() {
        let day = Duration::from_hours(24);
        let now = Timestamp::from_millis(1_800_000_000_000);
        let counted = PasswordAttempts {
            failures: 20,
            allowed_at: now.plus(day),
        };
        assert_eq!(counted.count(now), Err(now.plus(LONGEST_DELAY)));
    }

    #[test]
    fn of_two_at_once_the_one_that_began_first_may_be_counted_last() {
        let now = Timestamp::from_millis(1_000_000);
        let counted = PasswordAttempts::default()
            .count(now.plus(Duration::from_millis(5)))
            .unwrap();
        assert_eq!(counted.count(now).unwrap().failures, 2);
    }

    #[test]
    fn an_attempt_within_the_delay_is_refused_and_does_not_count() {
        let now = Timestamp::from_millis(1_000_000);
        let fifth = (0..5)
            .try_fold(PasswordAttempts::default(), |attempts, _| {
                attempts.count(now)
            })
            .unwrap();
        assert_eq!(fifth.count(now), Err(now.plus(FIRST_DELAY)));
        assert_eq!(fifth.count(now.plus(FIRST_DELAY)).unwrap().failures, 6);
    }

    #[test]
    fn a_day_without_attempts_forgets() {
        let now = Timestamp::from_millis(1_000_000);
        let many = PasswordAttempts {
            failures: 30,
            allowed_at: now,
        };
        assert_eq!(many.count(now.plus(MEMORY)).unwrap().failures, 1);
    }
}
