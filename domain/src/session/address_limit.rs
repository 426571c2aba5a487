//! The limit for one address. Only refused sign-ins count, because whole offices share one address.

use std::time::Duration;

use crate::time::Timestamp;

/// Refused sign-ins of one address within [`WINDOW`], unless the operator sets another number.
pub const LIMIT: u32 = 300;
/// The window in which they are counted.
pub const WINDOW: Duration = Duration::from_mins(5);

/// Checks one more sign-in at `now`. `oldest` is the `limit`-th newest refused sign-in, which must
/// have left the window; none if there are fewer.
///
/// # Errors
/// The instant until which sign-ins of this address are refused.
pub fn judge(oldest: Option<Timestamp>, now: Timestamp) -> Result<(), Timestamp> {
    match oldest {
        // If the clock was set back, the wait is not longer than the window.
        Some(at) if now < at.plus(WINDOW) => Err(at.min(now).plus(WINDOW)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_counts_must_have_left_the_window() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        assert_eq!(judge(None, now), Ok(()));
        assert_eq!(judge(Some(now), now), Err(now.plus(WINDOW)));
        assert_eq!(judge(Some(now), now.plus(WINDOW)), Ok(()));
        let day_ahead = now.plus(Duration::from_hours(24));
        assert_eq!(judge(Some(day_ahead), now), Err(now.plus(WINDOW)));
    }
}
