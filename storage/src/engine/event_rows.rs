//! Rows of security events: how they are inserted, updated, merged and deleted.
//!
//! A row changes only while it is not sealed. The statements say that as `COALESCE(seq, 0) = 0`,
//! which keeps the planner from the index of unsealed rows: the statistics show that index as
//! nearly empty, so the planner would scan all of it instead of looking up the row by its id.

use std::time::Duration;

use domain::{
    events::{Action, Event, MethodKind, Origin, Outcome},
    ids::{AccountId, UserId},
    network::client_address::ClientAddress,
    time::Timestamp,
};

use crate::engine::statement::{Statement, query};

/// How long an event's row may still change: longer than the longest request.
const OPEN: Duration = Duration::from_secs(35);
/// Repetitions within this time are counted in one row.
const REPEATS_MILLIS: i64 = 60_000;

const INSERT: &str = "
    INSERT INTO security_events (
        at, actor, subject, account, action, outcome, method, email_index, detail,
        address, browser, open_until, times
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    RETURNING id";

const INSERT_REPEATED: &str = "
    INSERT INTO security_events (
        at, actor, subject, account, action, outcome, method, email_index, detail,
        address, browser, open_until, times, repeats
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13)
    ON CONFLICT (repeats) DO UPDATE
    SET times = security_events.times + 1
    WHERE security_events.seq IS NULL";

const UPDATE: &str = "
    UPDATE security_events
    SET at = $1, actor = $2, subject = $3, account = $4, action = $5, outcome = $6, method = $7,
        email_index = $8, detail = $9, address = $10, browser = $11, open_until = $12
    WHERE id = $13 AND COALESCE(seq, 0) = 0";

const SET_OUTCOME: &str = "
    UPDATE security_events
    SET outcome = $2, open_until = 0
    WHERE id = $1 AND COALESCE(seq, 0) = 0";

const DELETE: &str = "
    DELETE FROM security_events
    WHERE id = $1 AND COALESCE(seq, 0) = 0";

/// Inserts an event in a row of its own.
pub fn insert_statement(origin: &Origin, event: &Event) -> Statement {
    insert_times_statement(origin, event, 1)
}

/// Inserts several events that were counted in memory, as one row.
pub fn insert_times_statement(origin: &Origin, event: &Event, times: u32) -> Statement {
    bind_event(INSERT, origin, event, 0).bind(i64::from(times))
}

/// Inserts an event whose row may still change until the request has ended. Returns the row's id.
pub fn insert_open_statement(origin: &Origin, event: &Event) -> Statement {
    let open_until = origin.at.plus(OPEN).millis();
    bind_event(INSERT, origin, event, open_until).bind(1_i64)
}

/// Inserts an event, or counts it in the row of the equal event of this minute.
pub fn insert_repeated_statement(origin: &Origin, event: &Event) -> Statement {
    let minute = origin.at.millis().div_euclid(REPEATS_MILLIS);
    let end = Timestamp::from_millis((minute + 1).saturating_mul(REPEATS_MILLIS)).plus(OPEN);
    bind_event(INSERT_REPEATED, origin, event, end.millis()).bind(repeats(origin, event, minute))
}

/// Makes a row the record of another event.
pub fn update_statement(origin: &Origin, event: &Event, id: i64) -> Statement {
    bind_event(UPDATE, origin, event, 0).bind(id)
}

/// Sets the final outcome of a row.
pub fn set_outcome_statement(id: i64, outcome: Outcome) -> Statement {
    query(SET_OUTCOME).bind(id).bind(outcome.as_str())
}

/// Deletes a row, because another row records its event.
pub fn delete_statement(id: i64) -> Statement {
    query(DELETE).bind(id)
}

/// Binds `$1` to `$12`.
fn bind_event(sql: &'static str, origin: &Origin, event: &Event, open_until: i64) -> Statement {
    let by = event.by.as_ref().map(UserId::as_str);
    query(sql)
        .bind(origin.at.millis())
        .bind(by.unwrap_or_else(|| origin.actor.as_str()))
        .bind(event.subject.as_ref().map(UserId::as_str))
        .bind(event.account.as_ref().map(AccountId::as_str))
        .bind(event.action.as_str())
        .bind(event.outcome.as_str())
        .bind(event.method.map(MethodKind::as_str))
        .bind(event.email.map(|index| index.as_bytes().to_vec()))
        .bind(event.detail.clone())
        .bind(origin.address.map(|address| address.to_string()))
        .bind(origin.browser.clone())
        .bind(open_until)
}

/// The key by which equal events are merged: what, about whom, from which session or address, in
/// which minute. An address counts as its rate limit bucket, so that a host that rotates addresses
/// within a /64 does not create a row each time. Refused proofs are merged over sessions and
/// reasons, because a stranger who knows a password can open many and invent reasons.
fn repeats(origin: &Origin, event: &Event, minute: i64) -> String {
    let is_proof = matches!(
        event.action,
        Action::SecondFactor
            | Action::StepUp
            | Action::PasswordChange
            | Action::MethodTest
            | Action::SetUpConfirm
            | Action::CounterFell
    );
    let is_refused_proof = is_proof && event.outcome == Outcome::Failed;
    let session = origin.session.as_ref().filter(|_| !is_refused_proof);
    let whence = match (session, origin.address) {
        (Some(session), _) => session.to_string(),
        (None, Some(address)) => ClientAddress::new(address).counted().as_str().to_owned(),
        (None, None) => origin.actor.as_str().to_owned(),
    };
    let email = event.email.map(|index| format!("{:x?}", index.as_bytes()));
    let email = email.unwrap_or_default();
    let subject = event.subject.as_ref().map_or("", |user| user.as_str());
    let detail = event.detail.as_deref().filter(|_| !is_refused_proof);
    let detail = detail.unwrap_or_default();
    format!(
        "{minute}|{}|{}|{whence}|{subject}|{email}|{detail}",
        event.action, event.outcome
    )
}

#[cfg(test)]
mod tests {
    use domain::events::Actor;

    use super::*;

    fn key(event: &Event) -> String {
        repeats(&Origin::here(Actor::Nobody, Timestamp::default()), event, 7)
    }

    /// A copy of a key can invent a counter each time, and a false answer a fault.
    #[test]
    fn refused_proofs_are_one_row_whatever_the_reason_and_other_events_are_not() {
        let user = UserId::from_random([1; 16]);
        for action in [
            Action::SecondFactor,
            Action::StepUp,
            Action::PasswordChange,
            Action::MethodTest,
            Action::SetUpConfirm,
            Action::CounterFell,
        ] {
            let of = |outcome, reason: &str| {
                let event = Event::new(action, outcome).of(&user);
                key(&event.saying(reason))
            };
            let failed = |reason| of(Outcome::Failed, reason);
            assert_eq!(failed("3 after 5"), failed("4 after 5"), "{action}");
            assert_ne!(failed("3 after 5"), of(Outcome::Succeeded, "3 after 5"));
            let other = Event::new(action, Outcome::Failed).of(&UserId::from_random([2; 16]));
            assert_ne!(failed("3 after 5"), key(&other), "{action}");
        }
        let denied = |function: &str| {
            let event = Event::new(Action::Access, Outcome::Denied);
            key(&event.saying(function))
        };
        assert_ne!(denied("mfa/delete"), denied("mfa/test"));
    }
}
