//! Pending keys: one per session, confirmed by a code from the authenticator.

use domain::{
    ids::{SessionId, UserId},
    ports::{Activation, PendingKey, PortError},
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::engine::{
    rows::Values,
    statement::{Statement, query},
    transaction::WriteTransaction,
};

const FIND: &str = "
    SELECT session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at
    FROM pending_keys
    WHERE session_id = $1";

const KEEP_FIRST: &str = "
    INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (session_id) DO UPDATE
    SET user_id = excluded.user_id, key_id = excluded.key_id, sealed_key = excluded.sealed_key,
        made_at = excluded.made_at, replaces = NULL, proved_at = NULL
    WHERE pending_keys.made_at <= $6 OR pending_keys.replaces IS NOT NULL";

/// Reads the method to replace, so that it must exist and be the user's.
const KEEP_FOR_RESET: &str = "
    INSERT INTO pending_keys (
        session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at
    )
    SELECT $1, m.user_id, $3, $4, $5, m.id, $7
    FROM mfa_methods m
    WHERE m.id = $6 AND m.user_id = $2
    ON CONFLICT (session_id) DO UPDATE
    SET user_id = excluded.user_id, key_id = excluded.key_id, sealed_key = excluded.sealed_key,
        made_at = excluded.made_at, replaces = excluded.replaces, proved_at = excluded.proved_at";

const TAKE: &str = "
    DELETE FROM pending_keys
    WHERE session_id = $1 AND user_id = $2 AND made_at = $3 AND COALESCE(replaces, '') = $4";

const DROP: &str = "
    DELETE FROM pending_keys
    WHERE session_id = $1
    RETURNING user_id";

const DELETE_OF_USER: &str = "
    DELETE FROM pending_keys
    WHERE user_id = $1";

pub fn find_statement(session: &SessionId) -> Statement {
    query(FIND).bind(session.as_str())
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

/// Stores the key of a first set-up. Replaces only a key made at or before `expired`, or the key of
/// a reset.
pub async fn keep(
    write: &mut WriteTransaction,
    key: &PendingKey,
    expired: Timestamp,
) -> Result<(), PortError> {
    let keep = bind_key(query(KEEP_FIRST), key).bind(expired.millis());
    write.run(keep).await.map(drop)
}

/// Stores the key of a reset that was granted at `proved_at`, replacing any other; false if the
/// method to replace is not the user's.
pub async fn keep_reset(
    write: &mut WriteTransaction,
    key: &PendingKey,
    proved_at: Timestamp,
) -> Result<bool, PortError> {
    let Some(method) = &key.replaces else {
        return Ok(false);
    };
    let keep = bind_key(query(KEEP_FOR_RESET), key)
        .bind(method.as_str())
        .bind(proved_at.millis());
    Ok(write.run(keep).await? == 1)
}

/// Deletes the verified key; true only for the call that did it. Does not take a key that has
/// replaced it in the meantime, or one made for another purpose.
pub async fn take(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<bool, PortError> {
    let replaces = activation.replaces.as_ref();
    let take = query(TAKE)
        .bind(activation.swap.session.as_str())
        .bind(activation.user.as_str())
        .bind(activation.made_at.millis())
        .bind(replaces.map_or("", |method| method.as_str()));
    Ok(write.run(take).await? == 1)
}

/// Drops the session's key. Returns its user, if there was one.
pub async fn drop_of_session(
    write: &mut WriteTransaction,
    session: &SessionId,
) -> Result<Option<UserId>, PortError> {
    let dropped = write.row(query(DROP).bind(session.as_str())).await?;
    dropped.map(|row| row.value("user_id")).transpose()
}

pub async fn delete_of_user(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let delete = query(DELETE_OF_USER).bind(user.as_str());
    write.run(delete).await.map(drop)
}

/// Binds `$1` to `$5`: session, user, key (two columns) and creation time.
fn bind_key(sql: Statement, key: &PendingKey) -> Statement {
    sql.bind(key.session.as_str())
        .bind(key.user.as_str())
        .bind(key.key.key_id.as_str())
        .bind(key.key.bytes.as_slice())
        .bind(key.made_at.millis())
}
