//! Browsers that completed a sign-in before.

use async_trait::async_trait;
use domain::{
    ids::UserId,
    ports::{KnownBrowser, KnownBrowsers, PortError},
    session::known_browser::{KEPT, KNOWN, PER_USER},
    time::Timestamp,
    token::TokenHash,
};

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

#[async_trait]
impl KnownBrowsers for Store {
    async fn is_known(
        &self,
        token: TokenHash,
        user: &UserId,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let sql =
            "SELECT 1 FROM known_browsers WHERE token_hash = $1 AND user_id = $2 AND seen_at > $3";
        let sql = query(sql)
            .bind(token.as_bytes().as_slice())
            .bind(user.as_str());
        self.exists(sql.bind(now.minus(KNOWN).millis())).await
    }

    async fn remember(&self, browser: KnownBrowser) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        let remembered =
            locks::admitted(&mut write, &browser.user).await? && put(&mut write, &browser).await?;
        // The sign-in itself is the event.
        write.commit_if(remembered, EventNote::Nothing).await?;
        Ok(remembered)
    }
}

/// Records the browser if the session still exists. Keeps its failures, and does not take over another user's token.
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
    let put = "INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at, known_since)
               SELECT $1, s.user_id, 0, 0, $4, $4 FROM sessions s WHERE s.id = $2 AND s.user_id = $3
               ON CONFLICT (token_hash) DO UPDATE SET seen_at = excluded.seen_at
               WHERE known_browsers.user_id = excluded.user_id
               RETURNING (SELECT COUNT(*) FROM known_browsers k WHERE k.user_id = $3) AS known";
    let put = query(put)
        .bind(browser.token.as_bytes().as_slice())
        .bind(browser.session.as_str())
        .bind(browser.user.as_str());
    put.bind(browser.at.millis())
}

/// Enforces the maximum number of known browsers per user, after [`put_statement`].
pub async fn forget_surplus(
    write: &mut WriteTransaction,
    put: &StatementResult,
    user: &UserId,
) -> Result<(), PortError> {
    let known = put.rows.first().map_or(Ok(0), |row| row.count("known"))?;
    // Whether the count includes the new row depends on the engine.
    if known >= PER_USER {
        forget_oldest(write, user).await?;
    }
    Ok(())
}

/// Keeps the `KEPT` browsers known longest; of the others, deletes those not seen for the longest time.
async fn forget_oldest(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let oldest = "DELETE FROM known_browsers WHERE token_hash IN
                  (SELECT token_hash FROM known_browsers
                   WHERE user_id = $1
                   AND token_hash NOT IN (SELECT token_hash FROM known_browsers WHERE user_id = $1 ORDER BY known_since, token_hash LIMIT $2)
                   ORDER BY seen_at DESC, known_since DESC, token_hash LIMIT 1000000 OFFSET $3)";
    let oldest = query(oldest)
        .bind(user.as_str())
        .bind(i64::from(KEPT))
        .bind(i64::from(PER_USER - KEPT));
    write.run(oldest).await.map(drop)
}

/// Records the browser of a user who has just chosen a password through a link. No other browser is known to that user.
pub fn first_statement(token: TokenHash, user: &UserId, at: Timestamp) -> Statement {
    let put = "INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at, known_since) VALUES ($1, $2, 0, 0, $3, $3)
               ON CONFLICT (token_hash) DO NOTHING";
    query(put)
        .bind(token.as_bytes().as_slice())
        .bind(user.as_str())
        .bind(at.millis())
}

/// Deletes all known browsers of a user.
pub async fn forget(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let forget = query("DELETE FROM known_browsers WHERE user_id = $1").bind(user.as_str());
    write.run(forget).await.map(drop)
}
