//! Limits how many sessions one person may have, and how fast they open. The delay after wrong
//! passwords does not slow down right ones.

use std::time::Duration;

use crate::time::Timestamp;

/// Sessions of one person that still require the second factor. Opening one more ends the oldest.
pub const HALF: u32 = 5;
/// Complete sessions of one person. Opening one more ends the session that has been idle for the
/// longest time. They are counted apart from half sessions, so that a stranger who knows the
/// password can't end any of them.
pub const COMPLETE: u32 = 20;
/// Sign-ins in [`WINDOW`] with a right password: of one person from all unknown browsers together,
/// and of each known browser.
pub const SIGN_INS: u32 = 30;
/// The window in which [`SIGN_INS`] is counted.
pub const WINDOW: Duration = Duration::from_mins(1);

/// Sign-ins since the first one of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignIns {
    /// When the window began.
    pub since: Timestamp,
    /// How many sign-ins.
    pub count: u32,
}

impl SignIns {
    /// Counts one more sign-in at `now`. A window that starts in the future, because the clock was
    /// set back, counts as ended.
    ///
    /// # Errors
    /// The instant until which sign-ins are refused.
    pub fn count(self, now: Timestamp) -> Result<Self, Timestamp> {
        let until = self.since.plus(WINDOW);
        if self.since > now || now >= until {
            return Ok(Self {
                since: now,
                count: 1,
            });
        }
        if self.count >= SIGN_INS {
            return Err(until);
        }
        Ok(Self {
            count: self.count + 1,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn so_many_a_minute_and_no_more() {
        let full = (0..SIGN_INS).try_fold(SignIns::default(), |sign_ins, _| sign_ins.count(NOW));
        let full = full.unwrap();
        assert_eq!(full.count(NOW), Err(NOW.plus(WINDOW)));
        let next = full.count(NOW.plus(WINDOW)).unwrap();
        assert_eq!((next.since, next.count), (NOW.plus(WINDOW), 1));
    }

    #[test]
    fn a_clock_that_is_put_back_begins_anew() {
        let ahead = SignIns {
            since: NOW.plus(WINDOW),
            count: SIGN_INS,
        };
        assert_eq!(ahead.count(NOW).unwrap().count, 1);
    }
}
