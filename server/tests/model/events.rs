//! Event row ⇔ effect: each action leaves exactly the rows that record it, and there is no row
//! without an effect.

use domain::{
    events::EventRecord, ids::UserId, second_factor::step_up, time::Timestamp, token::Token,
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
    people: [UserId; 3],
    last: i64,
    /// The sum of `times` of all rows that count repeats.
    repeats: i64,
}

/// Actions that an open session can repeat without limit, and that are counted in one row a minute.
const REPEATED: [&str; 3] = ["set_up_begin", "set_up_cancel", "codes_renew"];

/// The events that a call has to leave.
pub enum Due {
    Nothing,
    /// One new row: action, result and its subject.
    Row(&'static str, &'static str, Option<usize>),
    /// A new row, or one more repeat counted in an existing row.
    Repeat(&'static str, &'static str),
    /// A new row, or one more repeat if the code's step was refused before; the number is the sum
    /// of `times` before the call.
    Refused(&'static str, &'static str, Option<usize>, i64),
}

/// What is read from the store before a call, because the answer does not contain it.
#[derive(Default)]
pub struct Before {
    /// The session has a grant for what it asks.
    is_granted: bool,
    /// The session has a pending key.
    is_pending: bool,
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
            Due::Refused(_, _, _, times) if found.is_empty() => {
                assert_eq!(self.times().await, times + 1, "{of}: not counted");
            }
            Due::Row(action, outcome, about) | Due::Refused(action, outcome, about, _) => {
                assert_eq!(found, [format!("{action} {outcome}")], "{of}");
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

impl ModelSite {
    /// Reads from the store what the answer will not contain.
    pub fn before(&self, seat: Seat, function: &str, request: &Value) -> Before {
        let services = &self.server.services;
        let Ok(token) = self.token(seat).parse::<Token>() else {
            return Before::default();
        };
        self.runtime.block_on(async {
            let found = services.sessions.find(token.hash()).await.unwrap();
            let Some(session) = found.map(|session| session.id) else {
                return Before::default();
            };
            let now = self.server.clock.now();
            let holds = |at: Timestamp| now.since(at) < step_up::GRANT;
            Before {
                is_granted: function == "step_up/ask" && {
                    let asked = services.step_ups.asked(&session).await.unwrap();
                    asked.is_some_and(|asked| {
                        serde_json::to_value(&asked.intent).unwrap() == *request
                            && asked.granted_at.is_some_and(holds)
                    })
                },
                is_pending: function == "mfa/cancel"
                    && services.mfa.pending(&session).await.unwrap().is_some(),
                is_required: self.requires_mfa().await,
                times: match tried_action(function) {
                    Some(_) => self.witness.times().await,
                    None => 0,
                },
            }
        })
    }

    /// Returns the events that a call has to leave, according to its answer.
    pub fn due(&self, seat: Seat, function: &str, before: &Before, answer: &HttpAnswer) -> Due {
        let person = Some(person_of(seat));
        let done = |action| Due::Row(action, "succeeded", person);
        if !answer.is_success() {
            return refusal_due(function, person, answer, before.times);
        }
        let has_method = self.journal.keys[person_of(seat)].is_some();
        let told = answer.json();
        match function {
            "session/sign_in" if told["standing"]["standing"] == "half_signed_in" => {
                Due::Row("sign_in", "owed", person)
            }
            "mfa/set_up" => {
                let key = told["key"].as_str();
                if self.journal.pending.get(&seat).map(String::as_str) == key {
                    Due::Nothing
                } else if has_method {
                    done("reset_begin")
                } else {
                    Due::Repeat("set_up_begin", "succeeded")
                }
            }
            "mfa/confirm" if has_method => done("reset_confirm"),
            "mfa/cancel" if before.is_pending => Due::Repeat("set_up_cancel", "succeeded"),
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
        "not_allowed" | "not_found" | "no_reset" | "set_up_required" | "verification_required" => {
            Due::Repeat("access", "denied")
        }
        "paused" | "locked" | "session_locked" | "too_many" => Due::Repeat(tried, "limited"),
        "wrong_code" | "wrong_credentials" | "clock_off" => Due::Row(tried, "failed", about),
        "backup_code_used" => Due::Row(tried, "used", about),
        "just_expired" => Due::Refused(tried, "failed", about, times),
        "already_used" => Due::Refused(tried, "used", about, times),
        "not_signed_in" | "nothing_pending" | "no_method" | "password_required"
        | "already_set_up" => Due::Nothing,
        _ => panic!("{function} was refused as {kind}"),
    }
}

/// Returns the event's action for functions that check a password or a code.
fn tried_action(function: &str) -> Option<&'static str> {
    Some(match function {
        "session/sign_in" => "sign_in",
        "session/verify_code" | "session/verify_backup_code" => "second_factor",
        "session/confirm_password" => "password_confirmation",
        "step_up/verify_code" | "step_up/verify_backup_code" => "step_up",
        "mfa/confirm" => "set_up_confirm",
        "mfa/test" => "method_test",
        _ => return None,
    })
}
