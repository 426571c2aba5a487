//! The verifier, which decides when a code is accepted.

use std::time::Duration;

use crate::{
    second_factor::{one_time_code::OneTimeCode, totp::TotpKey},
    time::{TimeStep, Timestamp},
};

/// How long after its end, and how long before its start, a step's code is accepted, because users
/// need time to type, and phones run ahead as often as behind (RFC 6238 §5.2 and §6).
pub const NEIGHBOUR_GRACE: Duration = Duration::from_secs(10);

/// The result of checking a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The code is right. The caller must burn `step` in the ledger, and may continue only if that
    /// changed the row.
    Accepted {
        /// The time step whose code it is.
        step: TimeStep,
    },
    /// The code is right but was used before (RFC 6238 §5.2: once only).
    AlreadyUsed {
        /// The time step whose code it is.
        step: TimeStep,
    },
    /// The code belongs to the previous step, after the grace period.
    JustExpired {
        /// The time step whose code it is.
        step: TimeStep,
    },
    /// Anything else.
    Wrong,
}

/// The result of checking the first code of a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentVerdict {
    /// A result that any code may have.
    Code(Verdict),
    /// The code would be right at another time: the device's clock or its time zone is wrong.
    /// Nothing is activated.
    ClockOff {
        /// Seconds by which the device is fast (negative: slow), a multiple of 30.
        seconds: i32,
    },
}

/// The newest step whose code is accepted at `now`.
#[must_use]
pub fn newest_step(now: Timestamp) -> TimeStep {
    TimeStep::at(now.plus(NEIGHBOUR_GRACE))
}

/// Checks a code at `now`. Accepts the code of the current step, of the previous step in the first
/// ten seconds of the current one, and of the next step in its last ten, but only of steps after
/// `last_step`, the newest one burnt.
#[must_use]
pub fn verify(
    key: &TotpKey,
    code: &OneTimeCode,
    now: Timestamp,
    last_step: Option<TimeStep>,
) -> Verdict {
    let current = TimeStep::at(now);
    let (previous, next) = (current.offset(-1), current.offset(1));
    let is_begun = now.since(current.start()) >= NEIGHBOUR_GRACE;
    // All three are always computed, so that the response time does not reveal which one matched.
    let [is_current, is_previous, is_next] =
        [current, previous, next].map(|step| key.matches(code, step));
    let is_next = is_next && next == newest_step(now);
    let step = if is_current {
        current
    } else if is_next {
        next
    } else if is_previous {
        previous
    } else {
        return Verdict::Wrong;
    };
    if last_step.is_some_and(|last| step <= last) {
        Verdict::AlreadyUsed { step }
    } else if step != previous || !is_begun {
        Verdict::Accepted { step }
    } else {
        Verdict::JustExpired { step }
    }
}

/// Checks the first code of a pending key. A wrong code is searched for around `now`, only to tell
/// a wrong clock from a wrong code.
#[must_use]
pub fn verify_enrolment(
    key: &TotpKey,
    code: &OneTimeCode,
    now: Timestamp,
    last_step: Option<TimeStep>,
) -> EnrolmentVerdict {
    let verdict = verify(key, code, now, last_step);
    if verdict != Verdict::Wrong {
        return EnrolmentVerdict::Code(verdict);
    }
    clock_offset(key, code, now).map_or(EnrolmentVerdict::Code(Verdict::Wrong), |seconds| {
        EnrolmentVerdict::ClockOff { seconds }
    })
}

/// The time offset at which a code would be right, in seconds by which the device is fast
/// (negative: slow); the nearest if there are several.
/// Searches the half hour around `now`, and the two minutes around each quarter of an hour up to a
/// day, because clocks drift by minutes, but time zones, summer time and dates are wrong by whole
/// quarters.
#[must_use]
pub fn clock_offset(key: &TotpKey, code: &OneTimeCode, now: Timestamp) -> Option<i32> {
    let current = TimeStep::at(now);
    let steps = offsets().map(|distance| current.offset(distance));
    let distance = key.find_step(code, steps)?.number() - current.number();
    i32::try_from(distance * i64::from(TimeStep::SECONDS)).ok()
}

/// The distances in steps, the nearest first.
fn offsets() -> impl Iterator<Item = i64> {
    /// Half an hour.
    const AROUND: i64 = 60;
    /// A quarter of an hour, and a day of them.
    const QUARTER: i64 = 30;
    const QUARTERS: i64 = 96;
    /// How far a clock may be off in addition to a wrong zone.
    const BESIDE: i64 = 4;
    let near = 1..=AROUND;
    let zones = (AROUND / QUARTER..=QUARTERS)
        .flat_map(|quarter| quarter * QUARTER - BESIDE..=quarter * QUARTER + BESIDE)
        .filter(|distance| *distance > AROUND);
    near.chain(zones).flat_map(|distance| [-distance, distance])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_factor::totp::vectors::code_at;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::collections::HashSet;

    const STEP: TimeStep = TimeStep::from_number(60_000_000);

    fn key() -> TotpKey {
        TotpKey::from_random(*b"12345678901234567890")
    }

    fn into_step(seconds: u64) -> Timestamp {
        STEP.start().plus(Duration::from_secs(seconds))
    }

    #[rstest]
    fn the_current_step_always_and_its_neighbours_for_ten_seconds(
        #[values(0, 1, 9, 10, 11, 19, 20, 22, 29)] second: u64,
        #[values(-3, -2, -1, 0, 1, 2, 3)] distance: i64,
    ) {
        let step = STEP.offset(distance);
        let expected = match (distance, second) {
            (0, _) | (-1, 0..=9) | (1, 20..=29) => Verdict::Accepted { step },
            (-1, _) => Verdict::JustExpired { step },
            _ => Verdict::Wrong,
        };
        assert_eq!(
            verify(&key(), &code_at(&key(), step), into_step(second), None),
            expected
        );
    }

    #[test]
    fn a_burnt_step_and_those_before_it_are_used() {
        let current = code_at(&key(), STEP);
        let previous = code_at(&key(), STEP.offset(-1));
        assert_eq!(
            verify(&key(), &current, into_step(5), Some(STEP)),
            Verdict::AlreadyUsed { step: STEP }
        );
        assert_eq!(
            verify(&key(), &previous, into_step(5), Some(STEP)),
            Verdict::AlreadyUsed {
                step: STEP.offset(-1)
            }
        );
        assert_eq!(
            verify(&key(), &current, into_step(5), Some(STEP.offset(-1))),
            Verdict::Accepted { step: STEP }
        );
    }

    #[rstest]
    #[case(-1, EnrolmentVerdict::Code(Verdict::JustExpired { step: STEP.offset(-1) }))]
    #[case(-2, EnrolmentVerdict::ClockOff { seconds: -60 })]
    #[case(6, EnrolmentVerdict::ClockOff { seconds: 180 })]
    #[case(20, EnrolmentVerdict::ClockOff { seconds: 600 })]
    #[case(-22, EnrolmentVerdict::ClockOff { seconds: -660 })]
    #[case(60, EnrolmentVerdict::ClockOff { seconds: 1_800 })]
    #[case(-120, EnrolmentVerdict::ClockOff { seconds: -3_600 })]
    #[case(123, EnrolmentVerdict::ClockOff { seconds: 3_690 })]
    #[case(1_440, EnrolmentVerdict::ClockOff { seconds: 43_200 })]
    #[case(-2_880, EnrolmentVerdict::ClockOff { seconds: -86_400 })]
    #[case(75, EnrolmentVerdict::Code(Verdict::Wrong))]
    #[case(2_900, EnrolmentVerdict::Code(Verdict::Wrong))]
    fn a_set_up_tells_a_wrong_clock_from_a_wrong_code(
        #[case] distance: i64,
        #[case] expected: EnrolmentVerdict,
    ) {
        assert_eq!(
            verify_enrolment(
                &key(),
                &code_at(&key(), STEP.offset(distance)),
                into_step(15),
                None
            ),
            expected
        );
    }

    /// P5: ten codes of a phone that is eight seconds ahead, given as they appear, are all
    /// accepted, each once.
    #[test]
    fn p5_a_phone_that_runs_ahead_is_not_refused() {
        let mut last_step = None;
        for turn in 0..10 {
            let step = STEP.offset(turn + 1);
            let now = step.start().minus(Duration::from_secs(8));
            let code = code_at(&key(), step);
            assert_eq!(
                verify(&key(), &code, now, last_step),
                Verdict::Accepted { step }
            );
            last_step = Some(step);
            assert_eq!(
                verify(&key(), &code, now, last_step),
                Verdict::AlreadyUsed { step }
            );
            let earlier = code_at(&key(), step.offset(-1));
            assert_eq!(
                verify(&key(), &earlier, now, last_step),
                Verdict::AlreadyUsed {
                    step: step.offset(-1)
                }
            );
        }
    }

    #[test]
    fn the_newest_step_is_the_next_one_in_the_last_ten_seconds() {
        assert_eq!(newest_step(into_step(19)), STEP);
        assert_eq!(newest_step(into_step(20)), STEP.offset(1));
    }

    proptest! {
        /// No step is accepted twice, in whatever order and at whatever times attempts come, even
        /// if the clock jumps back.
        #[test]
        fn no_step_is_accepted_twice(attempts in prop::collection::vec((0_u64..600, -2_i64..=2), 1..120)) {
            let mut last_step = None;
            let mut accepted = HashSet::new();
            for (seconds, distance) in attempts {
                let now = into_step(seconds);
                let code = code_at(&key(), TimeStep::at(now).offset(distance));
                if let Verdict::Accepted { step } = verify(&key(), &code, now, last_step) {
                    prop_assert!(accepted.insert(step), "step {:?} was accepted twice", step);
                    last_step = Some(step);
                }
            }
        }
    }
}
