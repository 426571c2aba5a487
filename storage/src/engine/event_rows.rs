//! Rows of security events: how they are inserted, updated and merged.

use domain::{
    events::{Event, Origin},
    network::client_address::ClientAddress,
};
use sqlx::query;

use crate::engine::connect::Sql;

/// Inserts a new event.
pub const INSERT: &str = "
    INSERT INTO security_events (at, actor, subject, account, action, outcome, method, email_index, detail, times, address, browser,
                                 open_until, repeats)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13)";

/// Like [`INSERT`], but for an event that occurred `$13` times. Later events do not merge into this row.
const MERGED: &str = "
    INSERT INTO security_events (at, actor, subject, account, action, outcome, method, email_index, detail, address, browser, open_until,
                                 times)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Uses the parameter numbers of [`INSERT`]. `COALESCE` keeps the planner from the index of unsealed rows, because the
/// statistics show it as nearly empty and the planner would scan all of it instead of looking up the row by its id.
pub const UPDATE: &str = "
    UPDATE security_events
    SET at = $1, actor = $2, subject = $3, account = $4, action = $5, outcome = $6, method = $7, email_index = $8, detail = $9,
        address = $10, browser = $11, open_until = $12
    WHERE id = $13 AND COALESCE(seq, 0) = 0";

/// Binds every parameter except `$13`.
pub fn bound(sql: String, origin: &Origin, event: &Event, open_until: i64) -> Sql {
    let by = event.by.as_ref().map(|user| user.as_str().to_owned());
    let sql: Sql = query(sqlx::AssertSqlSafe(sql))
        .bind(origin.at.millis())
        .bind(by.unwrap_or_else(|| origin.actor.as_str().to_owned()))
        .bind(event.subject.as_ref().map(|user| user.as_str().to_owned()))
        .bind(
            event
                .account
                .as_ref()
                .map(|account| account.as_str().to_owned()),
        );
    sql.bind(event.action.as_str())
        .bind(event.outcome.as_str())
        .bind(event.method.map(domain::events::MethodKind::as_str))
        .bind(event.email.map(|index| index.as_bytes().to_vec()))
        .bind(event.detail.clone())
        .bind(origin.address.map(|address| address.to_string()))
        .bind(origin.browser.clone())
        .bind(open_until)
}

/// Several events that were counted in memory, as one row.
pub fn merged(origin: &Origin, event: &Event, times: u32) -> Sql {
    bound(MERGED.to_owned(), origin, event, 0).bind(i64::from(times))
}

/// The key by which equal events are merged: what, about whom, from which session or address, in which minute. An address
/// counts as its rate limit bucket, so that a host that rotates addresses within a /64 does not create a row each time.
pub fn repeats(origin: &Origin, event: &Event, minute: i64) -> String {
    let whence = match (&origin.session, origin.address) {
        (Some(session), _) => session.to_string(),
        (None, Some(address)) => ClientAddress::new(address).counted().as_str().to_owned(),
        (None, None) => origin.actor.as_str().to_owned(),
    };
    let email = event.email.map(|index| format!("{:x?}", index.as_bytes()));
    let email = email.unwrap_or_default();
    let subject = event.subject.as_ref().map_or("", |user| user.as_str());
    let detail = event.detail.as_deref().unwrap_or_default();
    format!(
        "{minute}|{}|{}|{whence}|{subject}|{email}|{detail}",
        event.action, event.outcome
    )
}
