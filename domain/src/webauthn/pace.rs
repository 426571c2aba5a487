//! The pace of a session's answers.

use std::time::Duration;

use crate::time::Timestamp;

/// Answers that a session can give within [`ANSWER_WINDOW`]. A signature takes no time and each
/// answer may write rows, so a program could fill the database without this limit; a person does
/// not come near it. It belongs to the session, so a stranger who knows the password does not
/// stop the user's other sessions.
pub const MAX_ANSWERS: u32 = 20;
/// The time over which answers are counted.
pub const ANSWER_WINDOW: Duration = Duration::from_mins(1);

/// When a session may have its next challenge, if the oldest of its last [`MAX_ANSWERS`] answers
/// was given at `answered_at`; none if it may have one now. An answer of the future counts as none,
/// because a clock that was set back must lock no one out.
#[must_use]
pub fn next_challenge_at(answered_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let next = answered_at.plus(ANSWER_WINDOW);
    (answered_at <= now && now < next).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_answers_a_minute_and_no_wait_after_a_clock_was_set_back() {
        let answered_at = Timestamp::from_millis(1_000_000);
        let wait = |millis: i64| {
            let now = Timestamp::from_millis(1_000_000 + millis);
            next_challenge_at(answered_at, now)
        };
        let next = Some(Timestamp::from_millis(1_060_000));
        assert_eq!(wait(0), next);
        assert_eq!(wait(59_999), next);
        assert_eq!(wait(60_000), None);
        assert_eq!(wait(-1), None);
    }
}
