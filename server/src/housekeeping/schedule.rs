//! When a task of the housekeeping is due.

use std::time::Duration;

/// The interval of one task, and when the task is due next.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    every: Duration,
    /// Since the start of the housekeeping.
    next: Duration,
}

impl Schedule {
    /// A task that is due at the start, and then after each interval.
    pub const fn every(every: Duration) -> Self {
        Self {
            every,
            next: Duration::ZERO,
        }
    }

    /// Whether the task is due at `now`, a time since the start. If it is, the next run is due one
    /// interval later: missed runs are not made up for.
    pub fn is_due(&mut self, now: Duration) -> bool {
        let is_due = self.next <= now;
        if is_due {
            self.next = now + self.every;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_due_at_the_start_and_then_after_each_interval() {
        let mut schedule = Schedule::every(Duration::from_mins(1));
        for (seconds, expected) in [
            (0, true),
            (0, false),
            (59, false),
            (60, true),
            (61, false),
            // A long turn delays a run, and the interval counts from there.
            (150, true),
            (180, false),
            (210, true),
        ] {
            let now = Duration::from_secs(seconds);
            assert_eq!(schedule.is_due(now), expected, "after {seconds} s");
        }
    }
}
