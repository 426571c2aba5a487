//! Limits warnings that strangers can cause: each names what the operator may have to fix, and a
//! flood of them would hide the rest.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// At most this many warnings are logged …
const MOST: u32 = 30;
/// … in this time.
const WINDOW: Duration = Duration::from_mins(1);
/// The longest client-supplied text (a host or an origin) that is logged.
const LONGEST: usize = 100;

/// Counts warnings.
#[derive(Default)]
pub struct WarningLimit(Mutex<Option<(Instant, u32)>>);

impl WarningLimit {
    /// Returns whether another warning may be logged.
    #[expect(clippy::disallowed_methods, reason = "what is counted is real time")]
    pub fn allows(&self) -> bool {
        self.allows_at(Instant::now())
    }

    fn allows_at(&self, now: Instant) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = window
            .filter(|(since, _)| now.saturating_duration_since(*since) < WINDOW)
            .unwrap_or((now, 0));
        *window = Some((since, count.saturating_add(1)));
        count < MOST
    }
}

/// Returns a client-supplied host or origin in a form safe for the log: without possible secrets,
/// without control characters, truncated.
pub fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let (scheme, rest) = text.split_once("://").unwrap_or(("", &text));
    // A host contains none of these: after the first comes a path, a query or a fragment, and
    // before the last `@` a password.
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    let joint = if scheme.is_empty() { "" } else { "://" };
    let whole = format!("{scheme}{joint}{host}");
    let cut: String = whole.chars().take(LONGEST).collect();
    cut.escape_default().to_string()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a point to count from")]
    fn s17_a_flood_leaves_a_bounded_number_of_warnings() {
        let (sparing, start) = (WarningLimit::default(), Instant::now());
        let allowed = (0..1_000).filter(|_| sparing.allows_at(start)).count();
        assert_eq!(allowed, MOST as usize);
        assert!(sparing.allows_at(start + WINDOW), "the next minute");
    }

    #[rstest]
    #[case("https://evil.example", "https://evil.example")]
    #[case("evil.example:8080", "evil.example:8080")]
    #[case("null", "null")]
    #[case("https://u:hunter2@evil.example/setup#hunter2", "https://evil.example")]
    #[case("evil.example\n2026 INFO forged", "evil.example\\n2026 INFO forged")]
    fn s17_what_is_shown_of_a_stranger_is_a_host(#[case] value: &str, #[case] text: &str) {
        assert_eq!(shown(value.as_bytes()), text);
        assert_eq!(shown(&[b'a'; 1_000]).len(), LONGEST);
    }
}
