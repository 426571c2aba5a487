//! The wall clock, and TOTP codes.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use totp_rs::{Algorithm, Builder};

/// Seconds per time step (RFC 6238).
const STEP: u64 = 30;

/// Now, in Unix milliseconds.
pub fn millis() -> i64 {
    i64::try_from(now().as_millis()).unwrap_or(i64::MAX)
}

/// The current time step.
pub fn step() -> i64 {
    i64::try_from(now().as_secs() / STEP).unwrap_or(i64::MAX)
}

/// The code of a key for a time step.
pub fn code(key: &[u8], step: i64) -> String {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_secret(key.to_vec())
        .build_noncompliant();
    totp.generate(u64::try_from(step).unwrap_or_default() * STEP)
        .to_string()
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
