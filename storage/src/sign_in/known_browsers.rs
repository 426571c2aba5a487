//! Browsers that completed a sign-in before.

use async_trait::async_trait;
use domain::{
    ids::UserId,
    ports::{BrowserRecord, KnownBrowser, KnownBrowsers, PortError},
    session::known_browser::{KEPT, KNOWN, PER_USER},
    time::Timestamp,
    token::TokenHash,
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        batch::{Batch, StatementResult},
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
};

const IS_KNOWN: &str = "
    SELECT 1
    FROM known_browsers
    WHERE token_hash = $1 AND user_id = $2 AND seen_at > $3";

/// Returns how many browsers are known to the user. Whether that includes a new row depends on the
/// engine.
const PUT: &str = "
    INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at, known_since)
    SELECT $1, s.user_id, 0, 0, $4, $4
    FROM sessions s
    WHERE s.id = $2 AND s.user_id = $3
    ON CONFLICT (token_hash) DO UPDATE
    SET seen_at = excluded.seen_at
    WHERE known_browsers.user_id = excluded.user_id
    RETURNING (SELECT COUNT(*) FROM known_browsers k WHERE k.user_id = $3) AS known";

const PUT_FIRST: &str = "
    INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at, known_since)
    VALUES ($1, $2, 0, 0, $3, $3)
    ON CONFLICT (token_hash) DO NOTHING";

/// Keeps the `$2` browsers known longest, and of the others the `$3` that were seen last.
const FORGET_SURPLUS: &str = "
    DELETE FROM known_browsers
    WHERE token_hash IN (
        SELECT token_hash
        FROM known_browsers
        WHERE user_id = $1
            AND token_hash NOT IN (
                SELECT token_hash
                FROM known_browsers
                WHERE user_id = $1
                ORDER BY known_since, token_hash
                LIMIT $2
            )
        ORDER BY seen_at DESC, known_since DESC, token_hash
        LIMIT 1000000 OFFSET $3
    )";

const FORGET_ALL: &str = "
    DELETE FROM known_browsers
    WHERE user_id = $1";

#[async_trait]
impl KnownBrowsers for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "known_browsers.is_known"))]
    async fn is_known(
        &self,
        token: TokenHash,
        user: &UserId,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let is_known = query(IS_KNOWN)
            .bind(token.as_bytes().as_slice())
            .bind(user.as_str())
            .bind(now.minus(KNOWN).millis());
        self.exists(is_known).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "known_browsers.remember"))]
    async fn remember(&self, browser: KnownBrowser) -> Result<BrowserRecord, PortError> {
        let mut write = self.write().await?;
        let remembered =
            locks::admitted(&mut write, &browser.user).await? && put(&mut write, &browser).await?;
        // The sign-in itself is the event.
        write.commit_if(remembered, EventNote::Nothing).await?;
        Ok(if remembered {
            BrowserRecord::Stored
        } else {
            BrowserRecord::NotStored
        })
    }
}

/// Records the browser if the session still exists. Keeps its failures, and does not take over
/// another user's token.
pub async fn put(write: &mut WriteTransaction, browser: &KnownBrowser) -> Result<bool, PortError> {
    let mut batch = Batch::default();
    let put = batch.add(put_statement(browser));
    let results = write.run_batch(batch).await?;
    if results[put].rows.is_empty() {
        return Ok(false);
    }
    forget_surplus(write, &results[put], &browser.user).await?;
    Ok(true)
}

/// The statement of [`put`].
pub fn put_statement(browser: &KnownBrowser) -> Statement {
    query(PUT)
        .bind(browser.token.as_bytes().as_slice())
        .bind(browser.session.as_str())
        .bind(browser.user.as_str())
        .bind(browser.at.millis())
}

/// Enforces the maximum number of known browsers per user, after [`put_statement`].
pub async fn forget_surplus(
    write: &mut WriteTransaction,
    put: &StatementResult,
    user: &UserId,
) -> Result<(), PortError> {
    let known = put.rows.first().map_or(Ok(0), |row| row.count("known"))?;
    if known < PER_USER {
        return Ok(());
    }
    let surplus = query(FORGET_SURPLUS)
        .bind(user.as_str())
        .bind(i64::from(KEPT))
        .bind(i64::from(PER_USER - KEPT));
    write.run(surplus).await.map(drop)
}

/// Records the browser of a user who has just chosen a password through a link. No other browser is
/// known to that user.
pub fn first_statement(token: TokenHash, user: &UserId, at: Timestamp) -> Statement {
    query(PUT_FIRST)
        .bind(token.as_bytes().as_slice())
        .bind(user.as_str())
        .bind(at.millis())
}

/// Deletes all known browsers of a user.
pub async fn forget(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let forget = query(FORGET_ALL).bind(user.as_str());
    write.run(forget).await.map(drop)
}
