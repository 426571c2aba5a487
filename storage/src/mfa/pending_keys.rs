//! Pending keys: one per session, confirmed by a code from the authenticator.

use domain::{
    ids::SessionId,
    ports::{Activation, PendingKey, PortError},
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::engine::{
    rows::Values,
    statement::{Statement, query},
    transaction::WriteTransaction,
};

pub fn select(session: &SessionId) -> Statement {
    query("SELECT session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at FROM pending_keys WHERE session_id = $1")
        .bind(session.as_str())
}

pub fn read(row: &AnyRow) -> Result<PendingKey, PortError> {
    Ok(PendingKey {
        session: row.value("session_id")?,
        user: row.value("user_id")?,
        key: row.sealed()?,
        made_at: row.at("made_at")?,
        replaces: row.maybe("replaces")?,
        proved_at: row.maybe_at("proved_at")?,
    })
}

/// Stores the key of a first set-up. Replaces only a key made at or before `expired`, or the key of a reset.
pub async fn keep(
    write: &mut WriteTransaction,
    key: &PendingKey,
    expired: Timestamp,
) -> Result<(), PortError> {
    let keep = "INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (session_id) DO UPDATE
                SET user_id = excluded.user_id, key_id = excluded.key_id, sealed_key = excluded.sealed_key, made_at = excluded.made_at,
                    replaces = NULL, proved_at = NULL
                WHERE pending_keys.made_at <= $6 OR pending_keys.replaces IS NOT NULL";
    let keep = bind(keep, key).bind(expired.millis());
    write.run(keep).await.map(drop)
}

/// Stores the key of a reset that was granted at `proved_at`, replacing any other; false if the method to replace is not the user's.
pub async fn keep_reset(
    write: &mut WriteTransaction,
    key: &PendingKey,
    proved_at: Timestamp,
) -> Result<bool, PortError> {
    let Some(method) = &key.replaces else {
        return Ok(false);
    };
    let keep = "INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at)
                SELECT $1, m.user_id, $3, $4, $5, m.id, $7 FROM mfa_methods m WHERE m.id = $6 AND m.user_id = $2
                ON CONFLICT (session_id) DO UPDATE
                SET user_id = excluded.user_id, key_id = excluded.key_id, sealed_key = excluded.sealed_key, made_at = excluded.made_at,
                    replaces = excluded.replaces, proved_at = excluded.proved_at";
    let keep = bind(keep, key).bind(method.as_str());
    Ok(write.run(keep.bind(proved_at.millis())).await? == 1)
}

/// Deletes the verified key; true only for the call that did it. Does not take a key that has
/// replaced it in the meantime, or one made for another purpose.
pub async fn take(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<bool, PortError> {
    let take = "DELETE FROM pending_keys WHERE session_id = $1 AND user_id = $2 AND made_at = $3 AND COALESCE(replaces, '') = $4";
    let take = query(take)
        .bind(activation.swap.session.as_str())
        .bind(activation.user.as_str())
        .bind(activation.made_at.millis());
    let replaces = activation
        .replaces
        .as_ref()
        .map_or("", |method| method.as_str());
    Ok(write.run(take.bind(replaces)).await? == 1)
}

/// Binds `$1` to `$5`: session, user, key (two columns) and creation time.
fn bind(sql: &'static str, key: &PendingKey) -> Statement {
    query(sql)
        .bind(key.session.as_str())
        .bind(key.user.as_str())
        .bind(key.key.key_id.as_str())
        .bind(key.key.bytes.as_slice())
        .bind(key.made_at.millis())
}
