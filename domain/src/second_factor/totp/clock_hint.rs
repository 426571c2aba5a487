//! Decides when a sign-in reports that a device's clock is wrong. A hint after one code would tell
//! an attacker that a guess was the code of another time. Only an authenticator produces a second
//! code at the same distance, of a later step.

use crate::{
    second_factor::{
        one_time_code::OneTimeCode,
        totp::{TotpKey, clock_offset},
    },
    time::{TimeStep, Timestamp},
};

/// A refused code that would have been right at another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffTimeCode {
    /// The time step of the code.
    pub step: TimeStep,
    /// Seconds by which the device was fast (negative: slow), a multiple of 30.
    pub seconds: i32,
}

impl OffTimeCode {
    /// Searches for a refused code in the steps around `now`, as far as [`clock_offset`] does.
    #[must_use]
    pub fn of(key: &TotpKey, code: &OneTimeCode, now: Timestamp) -> Option<Self> {
        let seconds = clock_offset(key, code, now)?;
        let steps = i64::from(seconds) / i64::from(TimeStep::SECONDS);
        Some(Self {
            step: TimeStep::at(now).offset(steps),
            seconds,
        })
    }

    /// Whether this code shows the same clock offset as the code refused before it. Repeating a
    /// code confirms nothing.
    #[must_use]
    pub const fn confirms(self, before: Self) -> bool {
        let apart = self.seconds.abs_diff(before.seconds);
        self.step.number() > before.step.number() && apart <= TimeStep::SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_factor::totp::vectors::code_at;
    use rstest::rstest;

    const NOW: TimeStep = TimeStep::from_number(60_000_000);

    fn off(step: i64, seconds: i32) -> OffTimeCode {
        OffTimeCode {
            step: NOW.offset(step),
            seconds,
        }
    }

    /// S2: the second code at one offset confirms it, whichever of two neighbouring steps the clock
    /// shows.
    #[rstest]
    #[case(off(120, 3600), off(121, 3600), true)]
    #[case(off(120, 3600), off(122, 3630), true)]
    #[case(off(-119, -3570), off(-118, -3600), true)]
    #[case(off(120, 3600), off(120, 3600), false)]
    #[case(off(120, 3600), off(120, 3570), false)]
    #[case(off(120, 3600), off(119, 3600), false)]
    #[case(off(120, 3600), off(125, 3690), false)]
    fn s2_a_later_step_at_the_same_offset_confirms(
        #[case] before: OffTimeCode,
        #[case] now: OffTimeCode,
        #[case] tells: bool,
    ) {
        assert_eq!(now.confirms(before), tells);
    }

    #[test]
    fn a_code_is_looked_up_where_clocks_go_wrong() {
        let key = TotpKey::from_random(*b"12345678901234567890");
        let at = |distance: i64| {
            OffTimeCode::of(&key, &code_at(&key, NOW.offset(distance)), NOW.start())
        };
        assert_eq!(at(2), Some(off(2, 60)));
        assert_eq!(at(-120), Some(off(-120, -3600)));
        assert_eq!(at(75), None);
    }
}
