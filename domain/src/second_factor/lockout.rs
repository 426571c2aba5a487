//! The guess budget of the second factor (NIST 800-63B-4 §3.2.2, RFC 4226 §7.3). Every place that
//! takes a code uses this budget and counts the attempt before it judges the code. The rule applies
//! to each holder of a budget ([`crate::second_factor::guess_holder`]) separately.

use std::time::Duration;

use crate::time::Timestamp;

/// Attempts allowed within [`PAUSE_WINDOW`]; the next one must wait.
pub const PAUSE_AFTER: usize = 5;
/// The window in which attempts are counted for a pause.
pub const PAUSE_WINDOW: Duration = Duration::from_mins(15);
/// Refused codes in a row that lock the authenticator application.
pub const LOCK_AFTER: u32 = 10;
/// Attempts with backup codes that a locked holder may make within [`BACKUP_WINDOW`].
pub const BACKUP_WHEN_LOCKED: usize = 5;
/// The window of [`BACKUP_WHEN_LOCKED`].
pub const BACKUP_WINDOW: Duration = Duration::from_hours(24);

/// The kind of second factor that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A 6-digit code of the authenticator application.
    Application,
    /// A backup code.
    BackupCode,
}

/// The stored attempts of a holder. The instants are sorted newest first; the epoch means "never".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuessHistory {
    /// The last five attempts that were counted.
    pub recent: [Timestamp; PAUSE_AFTER],
    /// Refused codes since the budget was cleared. A complete sign-in clears the budgets of the
    /// user and of a known browser.
    pub in_a_row: u32,
    /// The last five attempts with backup codes while locked.
    pub backup: [Timestamp; BACKUP_WHEN_LOCKED],
}

/// How many codes in a row were refused before a right one, in the budgets that a sign-in clears.
/// `spent` includes the right code.
/// `strangers` is the common budget, if the sign-in came from a known browser, which spent its own
/// budget.
#[must_use]
pub fn refused_before(spent: u32, strangers: Option<u32>) -> u32 {
    spent.saturating_sub(1).max(strangers.unwrap_or(0))
}

/// Whether one more attempt is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// The attempt is judged, and has been counted.
    Open,
    /// Too many recent attempts: all attempts must wait.
    Paused {
        /// When the next attempt is judged.
        until: Timestamp,
    },
    /// Too many refused codes in a row: a backup code, an Owner or the operator unlocks the
    /// application.
    Locked {
        /// How many codes were refused.
        tries: u32,
    },
    /// The holder no longer exists: nothing was counted, and nothing is judged.
    Gone,
}

impl GuessHistory {
    /// Checks whether one more attempt is allowed.
    #[must_use]
    pub fn budget(&self, factor: Factor, now: Timestamp) -> Budget {
        // If the clock was set back, it is unknown when it will be right, so the reported wait is
        // never longer than the window.
        let full_again = |oldest: Timestamp, window: Duration| {
            (now < oldest.plus(window)).then(|| oldest.min(now).plus(window))
        };
        let locked = self.in_a_row >= LOCK_AFTER;
        if locked && factor == Factor::Application {
            return Budget::Locked {
                tries: self.in_a_row,
            };
        }
        let pause = full_again(self.recent[PAUSE_AFTER - 1], PAUSE_WINDOW);
        let day = if locked {
            full_again(self.backup[BACKUP_WHEN_LOCKED - 1], BACKUP_WINDOW)
        } else {
            None
        };
        pause
            .max(day)
            .map_or(Budget::Open, |until| Budget::Paused { until })
    }

    /// The attempts after one more that was counted at `now`.
    #[must_use]
    pub fn counted(&self, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.recent.rotate_right(1);
        next.recent[0] = now;
        next.in_a_row = self.in_a_row.saturating_add(1);
        if self.in_a_row >= LOCK_AFTER {
            next.backup.rotate_right(1);
            next.backup[0] = now;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn after(count: usize, gap: Duration) -> GuessHistory {
        (0..count).fold(GuessHistory::default(), |attempts, i| {
            attempts.counted(START.plus(gap * u32::try_from(i).unwrap()))
        })
    }

    #[test]
    fn s29_a_clock_that_was_put_back_makes_no_countdown_of_a_day() {
        let ahead = after(5, Duration::ZERO);
        let now = START.minus(Duration::from_hours(24));
        let until = now.plus(PAUSE_WINDOW);
        assert_eq!(
            ahead.budget(Factor::Application, now),
            Budget::Paused { until }
        );
    }

    #[test]
    fn five_in_fifteen_minutes_pause_every_path() {
        assert_eq!(
            after(4, Duration::ZERO).budget(Factor::Application, START),
            Budget::Open
        );
        let paused = Budget::Paused {
            until: START.plus(PAUSE_WINDOW),
        };
        for factor in [Factor::Application, Factor::BackupCode] {
            assert_eq!(
                after(5, Duration::ZERO).budget(factor, START.plus(Duration::from_secs(1))),
                paused
            );
            assert_eq!(
                after(5, Duration::ZERO).budget(factor, START.plus(PAUSE_WINDOW)),
                Budget::Open
            );
        }
    }

    #[test]
    fn ten_in_a_row_lock_the_application_but_not_the_backup_codes() {
        let hour = Duration::from_hours(1);
        let locked = after(10, hour);
        let later = START.plus(hour * 10);
        assert_eq!(
            locked.budget(Factor::Application, later),
            Budget::Locked { tries: 10 }
        );
        assert_eq!(
            locked.budget(Factor::Application, later.plus(hour * 1000)),
            Budget::Locked { tries: 10 }
        );
        assert_eq!(locked.budget(Factor::BackupCode, later), Budget::Open);
    }

    #[test]
    fn a_locked_user_has_five_backup_codes_a_day() {
        let hour = Duration::from_hours(1);
        let spent = after(15, hour);
        let first_when_locked = START.plus(hour * 10);
        let until = first_when_locked.plus(BACKUP_WINDOW);
        assert_eq!(
            spent.budget(Factor::BackupCode, START.plus(hour * 15)),
            Budget::Paused { until }
        );
        assert_eq!(spent.budget(Factor::BackupCode, until), Budget::Open);
    }

    proptest! {
        #[test]
        fn no_window_of_fifteen_minutes_judges_more_than_five(gaps in prop::collection::vec(0_u64..400, 1..60)) {
            let mut now = START;
            let mut attempts = GuessHistory::default();
            let mut judged = Vec::new();
            for gap in gaps {
                now = now.plus(Duration::from_secs(gap));
                if attempts.budget(Factor::BackupCode, now) == Budget::Open {
                    attempts = attempts.counted(now);
                    judged.push(now);
                }
            }
            for (index, first) in judged.iter().enumerate() {
                let window = judged[index..].iter().filter(|at| at.since(*first) < PAUSE_WINDOW);
                prop_assert!(window.count() <= PAUSE_AFTER);
            }
        }
    }
}
