//! The wall clock behind the port.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::{ports::Clock, time::Timestamp};

/// The operating system's time of day.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port that everyone else takes the time from"
    )]
    fn now(&self) -> Timestamp {
        // A clock before 1970 is not set at all. The epoch then ends every session, which is the
        // safe side.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still, for the history of the demo.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_this_century() {
        let year_2020 = Timestamp::from_millis(1_577_836_800_000);
        assert!(SystemClock.now() > year_2020);
    }
}
