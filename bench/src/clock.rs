//! The wall clock, and the codes that authenticators show.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use totp_rs::{Algorithm, Builder};

/// Seconds a time step (RFC 6238).
const STEP: u64 = 30;

/// Now, in Unix milliseconds.
pub fn millis() -> i64 {
    i64::try_from(now().as_millis()).unwrap_or(i64::MAX)
}

/// The time step that runs now.
pub fn step() -> i64 {
    i64::try_from(now().as_secs() / STEP).unwrap_or(i64::MAX)
}

/// How long it still runs.
pub fn left() -> Duration {
    Duration::from_secs(STEP).saturating_sub(Duration::from_millis(
        u64::try_from(now().as_millis() % 30_000).unwrap_or_default(),
    ))
}

/// The code of a key in a time step.
pub fn code(key: &[u8; 20], step: i64) -> String {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_secret(*key)
        .build_noncompliant();
    totp.generate(u64::try_from(step).unwrap_or_default() * STEP)
        .to_string()
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
