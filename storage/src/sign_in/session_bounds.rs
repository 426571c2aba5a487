//! The maximum number of sessions per user; surplus ones end (`domain::session::bounds`).

use domain::{
    ports::{KnownBrowser, NewSession, PortError},
    session::bounds::{COMPLETE, HALF},
};

use crate::{
    engine::{
        batch::StatementResult,
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    sign_in::session_opening::is_in_known_browser,
};

const END_OLDEST_HALF: &str = "
    DELETE FROM sessions
    WHERE id IN (
        SELECT id
        FROM sessions
        WHERE user_id = $1 AND second_factor_at IS NULL AND in_known_browser = $3
        ORDER BY opened_at DESC, id
        LIMIT 1000000 OFFSET $2
    )";

const END_IDLE: &str = "
    DELETE FROM sessions
    WHERE id IN (
        SELECT id
        FROM sessions
        WHERE user_id = $1 AND in_known_browser = $3
        ORDER BY seen_at DESC, id
        LIMIT 1000000 OFFSET $2
    )";

/// Keeps the session `$2`, which was just completed.
const END_IDLE_COMPLETE: &str = "
    DELETE FROM sessions
    WHERE id IN (
        SELECT id
        FROM sessions
        WHERE user_id = $1 AND second_factor_at IS NOT NULL AND id <> $2
        ORDER BY seen_at DESC, id
        LIMIT 1000000 OFFSET $3
    )";

/// Ends surplus sessions before a new one. Half and complete sessions are counted separately, and
/// so are those of known browsers, because a stranger with the password must not push out a session
/// of a known browser.
pub fn make_room_statement(session: &NewSession) -> Statement {
    let (sql, most) = if session.complete {
        (END_IDLE, COMPLETE)
    } else {
        (END_OLDEST_HALF, HALF)
    };
    query(sql)
        .bind(session.user.as_str())
        .bind(i64::from(most) - 1)
        .bind(i64::from(is_in_known_browser(session)))
}

/// Runs after the statement that completed a session and counted the complete ones: ends the
/// surplus ones.
pub async fn end_surplus_complete(
    write: &mut WriteTransaction,
    stepped_up: &StatementResult,
    browser: &KnownBrowser,
) -> Result<(), PortError> {
    let complete = stepped_up.rows.first();
    let complete = complete.map_or(Ok(0), |row| row.count("complete"))?;
    // Whether the count includes the session that was just completed depends on the engine.
    if complete < COMPLETE {
        return Ok(());
    }
    let idle = query(END_IDLE_COMPLETE)
        .bind(browser.user.as_str())
        .bind(browser.session.as_str())
        .bind(i64::from(COMPLETE) - 1);
    write.run(idle).await.map(drop)
}
