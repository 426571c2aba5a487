//! Time as the rules use it: the caller passes the instant; the rules never read a clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A UTC instant in milliseconds since 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Wraps milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(span)))
    }

    /// The instant `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis_of(span)))
    }

    /// How long ago `earlier` was; zero if it is in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds until `later`, rounded up; zero if it has passed. A countdown shows this
    /// number.
    #[must_use]
    pub fn seconds_until(self, later: Self) -> u32 {
        u32::try_from(later.since(self).as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

fn millis_of(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Number of a 30-second time step (RFC 6238 §4.2, `T` with `X = 30`, `T0 = 0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeStep(i64);

impl TimeStep {
    /// Length of a time step in seconds.
    pub const SECONDS: u32 = 30;
    const MILLIS: i64 = 30_000;

    /// The step that contains `now`.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(now.0.div_euclid(Self::MILLIS))
    }

    /// Wraps a step number as stored.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The step's number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The step `count` later (earlier when negative).
    #[must_use]
    pub const fn offset(self, count: i64) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// The instant at which the step starts.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(Self::MILLIS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_lasts_thirty_seconds() {
        let start = TimeStep::from_number(7).start();
        assert_eq!(TimeStep::at(start), TimeStep::from_number(7));
        assert_eq!(
            TimeStep::at(start.plus(Duration::from_millis(29_999))),
            TimeStep::from_number(7)
        );
        assert_eq!(
            TimeStep::at(start.plus(Duration::from_secs(30))),
            TimeStep::from_number(8)
        );
    }

    #[test]
    fn a_countdown_rounds_up_and_stops_at_zero() {
        let now = Timestamp::from_millis(1_000);
        assert_eq!(now.seconds_until(Timestamp::from_millis(2_001)), 2);
        assert_eq!(now.seconds_until(Timestamp::from_millis(500)), 0);
    }
}
