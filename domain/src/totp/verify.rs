//! The verifier: which code is accepted when.

use std::time::Duration;

use crate::{
    one_time_code::OneTimeCode,
    time::{TimeStep, Timestamp},
    totp::TotpKey,
};

/// How long after its end a step's code is still accepted (RFC 6238 §5.2 allows for the time people need to type).
pub const PREVIOUS_STEP_GRACE: Duration = Duration::from_secs(10);
/// How far a set-up looks around, in steps of 30 s, only to word the hint about a wrong clock: ±10 minutes.
const CLOCK_HINT_STEPS: i64 = 20;

/// What a code is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is right. The caller must burn `step` in the ledger, and may go on only if that changed the row.
    Accepted {
        /// The time step whose code it is.
        step: TimeStep,
    },
    /// It is right but was used before (RFC 6238 §5.2: once only).
    AlreadyUsed,
    /// It is the previous step's code, after the grace.
    JustExpired,
    /// Anything else.
    Wrong,
}

/// What the first code of a new key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentVerdict {
    /// As for any code.
    Code(Verdict),
    /// It would be right at another time within ten minutes: the device's clock is off. Nothing is activated.
    ClockOff {
        /// Seconds by which the device is fast (negative: slow), a multiple of 30.
        seconds: i32,
    },
}

/// Judges a code at `now`: the current step, the previous one during its grace, nothing else, and no step that is not after
/// `last_step`, the newest one burnt.
#[must_use]
pub fn verify(
    key: &TotpKey,
    code: &OneTimeCode,
    now: Timestamp,
    last_step: Option<TimeStep>,
) -> Verdict {
    let current = TimeStep::at(now);
    let previous = current.offset(-1);
    let in_grace = now.since(current.start()) < PREVIOUS_STEP_GRACE;
    // Both are computed always, so that the time taken does not tell which one matched.
    let (is_current, is_previous) = (key.matches(code, current), key.matches(code, previous));
    let step = match (is_current, is_previous) {
        (true, _) => current,
        (false, true) => previous,
        (false, false) => return Verdict::Wrong,
    };
    if last_step.is_some_and(|last| step <= last) {
        Verdict::AlreadyUsed
    } else if step == current || in_grace {
        Verdict::Accepted { step }
    } else {
        Verdict::JustExpired
    }
}

/// Judges the first code of a pending key. A wrong one is looked for around `now`, only to tell a wrong clock from a wrong code.
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
    let current = TimeStep::at(now);
    let nearest_first = (1..=CLOCK_HINT_STEPS).flat_map(|distance| [-distance, distance]);
    nearest_first
        .filter(|&distance| key.matches(code, current.offset(distance)))
        .find_map(|distance| i32::try_from(distance * i64::from(TimeStep::SECONDS)).ok())
        .map_or(EnrolmentVerdict::Code(Verdict::Wrong), |seconds| {
            EnrolmentVerdict::ClockOff { seconds }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::totp::vectors::code_at;
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
    fn the_current_step_always_and_the_previous_for_ten_seconds(
        #[values(0, 1, 9, 10, 11, 29)] second: u64,
        #[values(-3, -2, -1, 0, 1, 2, 3)] distance: i64,
    ) {
        let step = STEP.offset(distance);
        let expected = match (distance, second) {
            (0, _) | (-1, 0..=9) => Verdict::Accepted { step },
            (-1, _) => Verdict::JustExpired,
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
            Verdict::AlreadyUsed
        );
        assert_eq!(
            verify(&key(), &previous, into_step(5), Some(STEP)),
            Verdict::AlreadyUsed
        );
        assert_eq!(
            verify(&key(), &current, into_step(5), Some(STEP.offset(-1))),
            Verdict::Accepted { step: STEP }
        );
    }

    #[rstest]
    #[case(-1, EnrolmentVerdict::Code(Verdict::JustExpired))]
    #[case(-2, EnrolmentVerdict::ClockOff { seconds: -60 })]
    #[case(6, EnrolmentVerdict::ClockOff { seconds: 180 })]
    #[case(20, EnrolmentVerdict::ClockOff { seconds: 600 })]
    #[case(-21, EnrolmentVerdict::Code(Verdict::Wrong))]
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

    proptest! {
        /// Whatever the order and the time of attempts, also with a clock that jumps back, no step is accepted twice.
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
