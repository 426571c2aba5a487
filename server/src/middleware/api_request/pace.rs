//! Limits the pace of refusals. A refusal is cheap, but hundreds of connections that retry at once
//! keep the async threads so busy that each step of a legitimate request waits behind theirs (RB1,
//! ADR 24).

use std::{
    num::NonZero,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{extract::Request, http::StatusCode};
use domain::session::policy::Standing;
use usecases::Caller;

/// Refusals per second and core that are answered at once: ten times the rate of a core's sign-ins.
const A_SECOND: u32 = 1_000;
/// A burst may contain the refusals of this time.
const BURST: Duration = Duration::from_millis(100);
/// The longest delay of a refusal, so that a flood does not build an endless queue.
const LONGEST: Duration = Duration::from_secs(2);

/// The function that accepts the password of any user.
pub const SIGN_IN: &str = "/api/session/sign_in";

/// How far the session of a request is authenticated.
#[derive(Clone, Copy)]
pub enum ShownSecrets {
    /// There is no session.
    Nothing,
    /// Password only, without a second factor.
    Password,
    /// All factors that are required.
    All,
}

impl ShownSecrets {
    /// Reads what the guards found out. A sign-in counts as [`Self::Nothing`], because the session
    /// says nothing about the email in the request.
    pub fn by(request: &Request) -> Self {
        if request.uri().path() == SIGN_IN {
            return Self::Nothing;
        }
        let caller = request.extensions().get::<Option<Caller>>();
        match caller.and_then(Option::as_ref) {
            None => Self::Nothing,
            Some(caller) if caller.standing == Standing::HalfSignedIn => Self::Password,
            Some(_) => Self::All,
        }
    }
}

/// When the next refusal is due, across the whole server.
pub struct Pace {
    between: Duration,
    due: Mutex<Option<Instant>>,
}

impl Pace {
    /// Creates the pace for the cores that this process may use.
    #[must_use]
    pub fn of_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::of(u32::try_from(cores).unwrap_or(1))
    }

    /// Creates the pace for this many cores.
    fn of(cores: u32) -> Self {
        Self {
            between: Duration::from_secs(1) / (A_SECOND * cores.max(1)),
            due: Mutex::new(None),
        }
    }

    /// Delays a refusal until it is due. Answers to a complete session are never delayed.
    pub async fn keep(&self, status: StatusCode, shown: ShownSecrets) {
        if !is_paced(status, shown) {
            return;
        }
        #[expect(clippy::disallowed_methods, reason = "what is paced is real time")]
        let wait = self.wait(Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes the next slot, and returns the time until then.
    fn wait(&self, now: Instant) -> Duration {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = due.map_or(now, |due| due.max(now));
        let wait = (turn - now).saturating_sub(BURST);
        if wait >= LONGEST {
            return LONGEST;
        }
        *due = Some(turn + self.between);
        wait
    }
}

/// Returns whether the answer refuses a request without a session, or tells a half-authenticated
/// session to wait.
fn is_paced(status: StatusCode, shown: ShownSecrets) -> bool {
    let is_wait = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    match shown {
        ShownSecrets::Nothing => status.is_client_error() || is_wait,
        ShownSecrets::Password => is_wait,
        ShownSecrets::All => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a point to count from")]
    fn start() -> Instant {
        Instant::now()
    }

    /// RB1: requests of 300 connections in a closed loop are answered at 1000 per second and core,
    /// not at full speed.
    #[test]
    fn rb1_a_burst_is_answered_at_once_and_a_flood_at_the_pace() {
        let (pace, now) = (Pace::of(1), start());
        let waits: Vec<_> = (0..300).map(|_| pace.wait(now)).collect();
        assert_eq!(waits[100], Duration::ZERO);
        assert_eq!(waits[101], Duration::from_millis(1));
        assert_eq!(waits[299], Duration::from_millis(199));
        let later = now + Duration::from_secs(1);
        assert_eq!(pace.wait(later), Duration::ZERO, "the flood is over");
    }

    #[test]
    fn more_cores_answer_more() {
        let (pace, now) = (Pace::of(4), start());
        let last = (0..500).map(|_| pace.wait(now)).last();
        assert_eq!(last, Some(Duration::from_micros(24_750)));
    }

    #[test]
    fn nobody_waits_longer_than_the_longest() {
        let (pace, now) = (Pace::of(1), start());
        let longest = (0..10_000).map(|_| pace.wait(now)).max();
        assert_eq!(longest, Some(LONGEST));
        let after = now + LONGEST + 2 * BURST;
        assert_eq!(pace.wait(after), Duration::ZERO, "no debt beyond it");
    }

    #[test]
    fn who_has_shown_something_is_not_held_back() {
        let (wrong, wait) = (StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS);
        assert!(is_paced(wrong, ShownSecrets::Nothing) && is_paced(wait, ShownSecrets::Nothing));
        assert!(!is_paced(StatusCode::OK, ShownSecrets::Nothing));
        assert!(!is_paced(wrong, ShownSecrets::Password) && is_paced(wait, ShownSecrets::Password));
        assert!(!is_paced(wait, ShownSecrets::All));
    }
}
