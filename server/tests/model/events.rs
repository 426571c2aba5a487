//! Event row ⇔ effect: each action leaves exactly the rows that record it, and there is no row
//! without an effect.

use std::time::Duration;

use domain::{
    events::EventRecord,
    ids::UserId,
    ports::{KeyPurpose, PendingKey},
    second_factor::{
        enrolment::PENDING_KEY,
        step_up::{GRANT, Intent},
    },
    time::Timestamp,
};
use serde_json::Value;
use storage::Store;

use crate::{
    actions::Seat,
    site::{ModelSite, person_of},
    support::HttpAnswer,
};

/// Reads the events that follow each action.
pub struct Witness {
    store: Store,
    pub people: [UserId; 3],
    last: i64,
    /// The sum of `times` of all rows that count repeats.
    repeats: i64,
}

/// Actions that an open session can repeat without limit, and that are counted in one row a minute.
const REPEATED: [&str; 5] = [
    "set_up_begin",
    "set_up_cancel",
    "codes_renew",
    "method_rename",
    "method_default",
];

/// The events that a call has to leave.
pub enum Due {
    Nothing,
    /// One new row: action, result and its subject.
    Row(&'static str, &'static str, Option<usize>),
    /// A new row, or one more repeat counted in an existing row.
    Repeat(&'static str, &'static str),
    /// A new row, or one more repeat if the same code was refused, or a key accepted or refused,
    /// within the minute; the number is the sum of `times` before the call.
    RowOrRepeat(&'static str, &'static str, Option<usize>, i64),
}

/// What is read from the store before a call, because the answer does not contain it.
pub struct Before {
    /// The session has a grant for what it asks.
    is_granted: bool,
    /// The session's pending key.
    pending: Option<PendingKey>,
    /// A pending first key of this time or before is replaced.
    expired: Timestamp,
    /// The method has the name already, or is the default.
    is_unchanged: bool,
    /// The strict account requires MFA already.
    is_required: bool,
    /// The sum of `times` of all rows, for functions that check a secret.
    times: i64,
}

impl Witness {
    /// Starts after the existing events.
    pub async fn new(url: &str, people: [UserId; 3]) -> Self {
        let store = Store::open(url).await.unwrap();
        let stands = store.events_after(0).await.unwrap();
        let mut witness = Self {
            store,
            people,
            last: stands.last().map_or(0, |row| row.id),
            repeats: 0,
        };
        witness.repeats = witness.count_events().await;
        witness
    }

    /// Reads the new events and compares them with those that are due.
    pub async fn expect(&mut self, due: &Due, of: &str) {
        let rows = self.store.events_after(self.last).await.unwrap();
        self.last = rows.last().map_or(self.last, |row| row.id);
        let told = |row: &EventRecord| format!("{} {}", row.action, row.outcome);
        let found: Vec<String> = rows.iter().map(told).collect();
        match due {
            Due::Nothing => assert!(found.is_empty(), "{of} left {found:?}"),
            Due::RowOrRepeat(_, _, _, times) if found.is_empty() => {
                assert_eq!(self.times().await, times + 1, "{of}: not counted");
            }
            Due::Row(action, outcome, about) | Due::RowOrRepeat(action, outcome, about, _) => {
                assert_eq!(found, [format!("{action} {outcome}")], "{of}");
                // A further method begins with a row of its own.
                self.repeats += i64::from(REPEATED.contains(action));
                let about = about.map(|person| self.people[person].as_str());
                assert_eq!(rows[0].subject.as_deref(), about, "{of}: whom it is about");
            }
            Due::Repeat(action, outcome) => {
                self.repeats += 1;
                if found.is_empty() {
                    assert_eq!(self.count_events().await, self.repeats, "{of}: not counted");
                } else {
                    assert_eq!(found, [format!("{action} {outcome}")], "{of}");
                    assert_eq!(rows[0].times, 1, "{of}");
                }
            }
        }
    }

    /// Returns the sum of `times` of all rows that count repeats.
    async fn count_events(&self) -> i64 {
        let is_counted = |row: &EventRecord| {
            ["denied", "limited"].contains(&&*row.outcome) || REPEATED.contains(&&*row.action)
        };
        self.times_of(is_counted).await
    }

    /// Returns the sum of `times` of all rows.
    async fn times(&self) -> i64 {
        self.times_of(|_| true).await
    }

    async fn times_of(&self, is_counted: impl Fn(&EventRecord) -> bool) -> i64 {
        let (mut last, mut times) = (0, 0);
        loop {
            let page = self.store.events_after(last).await.unwrap();
            let Some(newest) = page.last() else {
                return times;
            };
            last = newest.id;
            let rows = page.iter().filter(|row| is_counted(row));
            times += rows.map(|row| row.times).sum::<i64>();
        }
    }
}

impl Before {
    /// Whether an accepted `mfa/set_up_key` has stored a set-up, and not only drawn a challenge.
    fn makes_key_pending(&self, told: &Value) -> bool {
        if told["purpose"] == "further" {
            return self.is_granted;
        }
        let is_kept = |pending: &PendingKey| {
            pending.purpose == KeyPurpose::First
                && told["kind"] == pending.factor.method_type().as_str()
                && pending.made_at > self.expired
        };
        !self.pending.as_ref().is_some_and(is_kept)
    }

    fn is_reset(&self) -> bool {
        let pending = self.pending.as_ref();
        pending.is_some_and(|pending| matches!(pending.purpose, KeyPurpose::Reset(_)))
    }
}

impl ModelSite {
    /// Reads from the store what the answer will not contain.
    pub fn before(&self, seat: Seat, function: &str, request: &Value) -> Before {
        let services = &self.server.services;
        let now = self.server.clock.now();
        let reads_session = function == "step_up/ask" || function.starts_with("mfa/");
        let session = reads_session.then(|| self.session(seat)).flatten();
        self.runtime.block_on(async {
            let mut before = Before {
                is_granted: false,
                pending: None,
                expired: now,
                is_unchanged: false,
                is_required: function == "accounts/require_mfa" && self.requires_mfa().await,
                times: match tried_action(function) {
                    Some(_) => self.witness.times().await,
                    None => 0,
                },
            };
            let Some(session) = session else {
                return before;
            };
            let asked = services.step_ups.asked(&session.id).await.unwrap();
            let granted = asked.filter(|asked| {
                let holds = |at: Timestamp| now.since(at) < GRANT;
                asked.granted_at.is_some_and(holds)
            });
            before.is_granted = granted.is_some_and(|granted| match function {
                "mfa/set_up_key" => granted.intent == Intent::Add,
                _ => serde_json::to_value(&granted.intent).unwrap() == *request,
            });
            before.pending = services.mfa.pending(&session.id).await.unwrap();
            let password_at = session.facts.password_at;
            let before_password = password_at.minus(Duration::from_millis(1));
            before.expired = now.minus(PENDING_KEY).max(before_password);
            let settings = services.mfa.settings(&session.user).await.unwrap();
            let mut methods = settings.methods.iter();
            before.is_unchanged = methods.any(|method| {
                let is_it = request["method"] == method.id.as_str();
                let is_named = request["name"] == method.name.as_str();
                is_it && (is_named || function == "mfa/make_default" && method.is_default)
            });
            before
        })
    }

    /// Returns the events that a call has to leave, according to its answer.
    pub fn due(&self, seat: Seat, function: &str, before: &Before, answer: &HttpAnswer) -> Due {
        let person = Some(person_of(seat));
        let done = |action| Due::Row(action, "succeeded", person);
        if !answer.is_success() {
            return refusal_due(function, person, answer, before.times);
        }
        let told = answer.json();
        match function {
            "session/sign_in" if told["standing"]["standing"] == "half_signed_in" => {
                Due::Row("sign_in", "owed", person)
            }
            "mfa/set_up" | "mfa/set_up_key" => {
                let is_known = match function {
                    "mfa/set_up" => {
                        self.journal.pending.get(&seat).map(String::as_str) == told["key"].as_str()
                    }
                    _ => !before.makes_key_pending(&told),
                };
                match told["purpose"].as_str() {
                    _ if is_known => Due::Nothing,
                    Some("first") => Due::Repeat("set_up_begin", "succeeded"),
                    Some("further") => done("set_up_begin"),
                    _ => done("reset_begin"),
                }
            }
            "mfa/confirm" if before.is_reset() => done("reset_confirm"),
            "mfa/cancel" if before.pending.is_some() => Due::Repeat("set_up_cancel", "succeeded"),
            "mfa/rename" if !before.is_unchanged => Due::Repeat("method_rename", "succeeded"),
            "mfa/make_default" if !before.is_unchanged => {
                Due::Repeat("method_default", "succeeded")
            }
            "mfa/backup_codes" => Due::Repeat("codes_renew", "succeeded"),
            "mfa/finish" => done("codes_finish"),
            "mfa/keep_codes" => done("codes_keep"),
            "mfa/generate" => done("codes_generate"),
            "mfa/delete" => done("method_delete"),
            "step_up/ask" if told == "granted" && !before.is_granted => done("step_up"),
            // If the account requires MFA already, nothing changes.
            "accounts/require_mfa" if before.is_required => Due::Nothing,
            "accounts/require_mfa" => Due::Row("rule_on", "succeeded", None),
            "accounts/lift_rule" => Due::Row("rule_off", "succeeded", None),
            "accounts/reset_member" => Due::Row("member_reset", "succeeded", Some(1)),
            "session/sign_out" => done("sign_out"),
            "step_up/verify_key" => Due::RowOrRepeat("step_up", "succeeded", person, before.times),
            "mfa/test_key" => Due::RowOrRepeat("method_test", "succeeded", person, before.times),
            _ => tried_action(function).map_or(Due::Nothing, done),
        }
    }
}

/// Returns the events that a refusal has to leave.
fn refusal_due(function: &str, person: Option<usize>, answer: &HttpAnswer, times: i64) -> Due {
    let told = answer.json();
    let kind = told["kind"].as_str().unwrap();
    // The row of a wrong password has a blind index of the address instead of the user.
    let about = if ["session/sign_in", "session/confirm_password"].contains(&function) {
        None
    } else {
        person
    };
    let tried = tried_action(function).unwrap_or("nothing");
    match kind {
        // The pace of a session's answers refuses a challenge before anything is tried.
        "too_many" if tried_action(function).is_none() => Due::Nothing,
        "not_allowed" | "not_found" | "no_reset" | "set_up_required" | "verification_required" => {
            Due::Repeat("access", "denied")
        }
        "paused" | "locked" | "session_locked" | "too_many" => Due::Repeat(tried, "limited"),
        "wrong_code" | "wrong_credentials" | "clock_off" => Due::Row(tried, "failed", about),
        "backup_code_used" => Due::Row(tried, "used", about),
        "just_expired" => Due::RowOrRepeat(tried, "failed", about, times),
        "already_used" => Due::RowOrRepeat(tried, "used", about, times),
        "key_refused" | "user_not_verified" | "challenge_gone" => {
            Due::RowOrRepeat(tried, "failed", about, times)
        }
        "counter_fell" => Due::RowOrRepeat("counter_fell", "failed", about, times),
        "not_signed_in" | "nothing_pending" | "no_method" | "password_required"
        | "already_set_up" | "no_room" | "credential_taken" => Due::Nothing,
        _ => panic!("{function} was refused as {kind}"),
    }
}

/// Returns the event's action for functions that check a password, a code or a key.
fn tried_action(function: &str) -> Option<&'static str> {
    Some(match function {
        "session/sign_in" => "sign_in",
        "session/verify_code" | "session/verify_backup_code" | "session/verify_key" => {
            "second_factor"
        }
        "session/confirm_password" => "password_confirmation",
        "step_up/verify_code" | "step_up/verify_backup_code" | "step_up/verify_key" => "step_up",
        "mfa/confirm" | "mfa/confirm_key" => "set_up_confirm",
        "mfa/test" | "mfa/test_key" => "method_test",
        _ => return None,
    })
}
