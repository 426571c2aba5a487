//! The wall clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use testkit::authenticator::STEP;

/// Now, in Unix milliseconds.
pub fn millis() -> i64 {
    i64::try_from(now().as_millis()).unwrap_or(i64::MAX)
}

/// The current time step.
pub fn step() -> i64 {
    millis() / STEP
}

/// The current time of a monotonic clock.
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
pub fn instant() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server judges by the real clock"
)]
fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
