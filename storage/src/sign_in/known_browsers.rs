//! Browsers that completed a sign-in before.

use async_trait::async_trait;
use domain::{
    ids::UserId,
    ports::{KnownBrowser, KnownBrowsers, PortError},
    session::known_browser::{KEPT, KNOWN, PER_USER},
    time::Timestamp,
    token::TokenHash,
};
use sqlx::query;

use crate::{
    Store,
    engine::{
        batch::StatementResult,
        connect::Sql,
        locks,
        rows::Values,
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
        // The sign-in is the event.
        write.keep(remembered, EventNote::Nothing).await
    }
}

/// Notes the browser for as long as the session is there. Its failures stay, and a token that is another user's stays theirs.
pub async fn put(write: &mut WriteTransaction, browser: &KnownBrowser) -> Result<bool, PortError> {
    let mut ran = write.run_all(vec![putting(browser)]).await?;
    let Some(put) = ran.pop().filter(|put| !put.rows.is_empty()) else {
        return Ok(false);
    };
    forget_too_many(write, &put, &browser.user).await?;
    Ok(true)
}

/// The statement that does.
pub fn putting(browser: &KnownBrowser) -> Sql {
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

/// Behind that statement: a user has so many known browsers and no more.
pub async fn forget_too_many(
    write: &mut WriteTransaction,
    put: &StatementResult,
    user: &UserId,
) -> Result<(), PortError> {
    let known = put.rows.first().map_or(Ok(0), |row| row.count("known"))?;
    // One engine counts the new row, the other does not yet.
    if known >= PER_USER {
        forget_oldest(write, user).await?;
    }
    Ok(())
}

/// Those known for longest stay, as many as `KEPT`; of the others the ones go that were seen longest ago.
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

/// Notes the browser of a person who has just chosen their password through a link: no other browser is known to them.
pub fn first(token: TokenHash, user: &UserId, at: Timestamp) -> Sql {
    let put = "INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at, known_since) VALUES ($1, $2, 0, 0, $3, $3)
               ON CONFLICT (token_hash) DO NOTHING";
    query(put)
        .bind(token.as_bytes().as_slice())
        .bind(user.as_str())
        .bind(at.millis())
}

/// No browser is known to a user any more.
pub async fn forget(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let forget = query("DELETE FROM known_browsers WHERE user_id = $1").bind(user.as_str());
    write.run(forget).await.map(drop)
}
