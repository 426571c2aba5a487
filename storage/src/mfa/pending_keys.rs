//! Pending keys: one per session, confirmed by a code from the authenticator or by the answer of a
//! new key. A key's purpose is told by two columns: with `replaces` it is for a reset, else with
//! `proved_at` for a further method, else for a first one.

use domain::{
    ids::{SessionId, UserId},
    people::names::MethodName,
    ports::{Activation, KeyPurpose, PendingFactor, PendingKey, PortError},
    second_factor::{methods::MethodType, step_up::Intent},
    secrets::vault::Sealed,
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    engine::{
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    mfa::{activation, methods},
};

const FIND: &str = "
    SELECT session_id, user_id, kind, key_id, sealed_key, made_at, replaces, proved_at, name,
        is_default
    FROM pending_keys
    WHERE session_id = $1";

const KEEP_FIRST: &str = "
    INSERT INTO pending_keys (
        session_id, user_id, kind, key_id, sealed_key, made_at, name, is_default
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
    ON CONFLICT (session_id) DO UPDATE
    SET user_id = excluded.user_id, kind = excluded.kind,
        key_id = excluded.key_id, sealed_key = excluded.sealed_key,
        made_at = excluded.made_at, replaces = NULL, proved_at = NULL,
        name = excluded.name, is_default = 1
    WHERE pending_keys.made_at <= $8 OR pending_keys.replaces IS NOT NULL
        OR pending_keys.proved_at IS NOT NULL OR pending_keys.kind <> excluded.kind";

const RENAME: &str = "
    UPDATE pending_keys
    SET name = $2
    WHERE session_id = $1";

const KEEP_FURTHER: &str = "
    INSERT INTO pending_keys (
        session_id, user_id, kind, key_id, sealed_key, made_at, name, is_default, proved_at
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (session_id) DO UPDATE
    SET user_id = excluded.user_id, kind = excluded.kind,
        key_id = excluded.key_id, sealed_key = excluded.sealed_key,
        made_at = excluded.made_at, replaces = NULL, proved_at = excluded.proved_at,
        name = excluded.name, is_default = excluded.is_default";

/// Reads the method to replace, so that it must exist, be the user's, and be of the same kind.
const KEEP_FOR_RESET: &str = "
    INSERT INTO pending_keys (
        session_id, user_id, kind, key_id, sealed_key, made_at, name, is_default, replaces,
        proved_at
    )
    SELECT $1, m.user_id, m.kind, $4, $5, $6, m.name, m.is_default, m.id, $8
    FROM mfa_methods m
    WHERE m.id = $7 AND m.user_id = $2 AND m.kind = $3
    ON CONFLICT (session_id) DO UPDATE
    SET user_id = excluded.user_id, kind = excluded.kind,
        key_id = excluded.key_id, sealed_key = excluded.sealed_key,
        made_at = excluded.made_at, replaces = excluded.replaces, proved_at = excluded.proved_at,
        name = excluded.name, is_default = excluded.is_default";

const EXCHANGE: &str = "
    UPDATE pending_keys
    SET kind = $3, key_id = $4, sealed_key = $5, made_at = $6, name = $7, is_default = $8
    WHERE session_id = $1 AND user_id = $2 AND made_at = $9
        AND replaces IS NULL AND proved_at IS NOT NULL";

/// `$4` is the method to replace, or empty; `$5` is 1 for a key that needed a verification. The
/// key of a reset from before version 42 has no time of its verification.
const TAKE: &str = "
    DELETE FROM pending_keys
    WHERE session_id = $1 AND user_id = $2 AND made_at = $3 AND COALESCE(replaces, '') = $4
        AND CASE WHEN replaces IS NULL AND proved_at IS NULL THEN 0 ELSE 1 END = $5
        AND kind = $6
    RETURNING name, is_default";

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
    let proved_at = row.maybe_at("proved_at")?;
    let purpose = match (row.maybe("replaces")?, proved_at) {
        (Some(method), _) => KeyPurpose::Reset(method),
        (None, Some(_)) => KeyPurpose::Further,
        (None, None) => KeyPurpose::First,
    };
    Ok(PendingKey {
        session: row.value("session_id")?,
        user: row.value("user_id")?,
        factor: factor(row)?,
        made_at: row.at("made_at")?,
        purpose,
        name: row.stored_text("name")?,
        is_default: row.flag("is_default")?,
        proved_at,
    })
}

fn factor(row: &AnyRow) -> Result<PendingFactor, PortError> {
    let method_type: MethodType = row.value("kind")?;
    Ok(match method_type.key_kind() {
        None => PendingFactor::Application(row.sealed()?),
        Some(kind) => PendingFactor::PublicKey(kind),
    })
}

/// The intent that a key needs a grant for; none for a first one.
pub fn intent(purpose: &KeyPurpose) -> Option<Intent> {
    match purpose {
        KeyPurpose::First => None,
        KeyPurpose::Further => Some(Intent::Add),
        KeyPurpose::Reset(method) => Some(Intent::Reset {
            method: method.clone(),
        }),
    }
}

/// Stores the key of a first set-up. Replaces only a key made at or before `expired`, one that
/// needed a verification, or one of another type; another one gets the name only. Returns whether
/// `key` was stored.
pub async fn keep(
    write: &mut WriteTransaction,
    key: &PendingKey,
    expired: Timestamp,
) -> Result<bool, PortError> {
    let keep = bind_key(query(KEEP_FIRST), key)
        .bind(key.name.as_str())
        .bind(expired.millis());
    if write.run(keep).await? == 1 {
        return Ok(true);
    }
    let rename = query(RENAME)
        .bind(key.session.as_str())
        .bind(key.name.as_str());
    write.run(rename).await?;
    Ok(false)
}

/// Stores a key that was granted at `proved_at`, replacing any other; false if the user's methods
/// do not allow it.
pub async fn keep_granted(
    write: &mut WriteTransaction,
    key: &PendingKey,
    proved_at: Timestamp,
) -> Result<bool, PortError> {
    let method_type = key.factor.method_type();
    let keep = match &key.purpose {
        KeyPurpose::First => return Ok(false),
        KeyPurpose::Further if !methods::may_add(write, &key.user, method_type).await? => {
            return Ok(false);
        }
        // A key is made anew as a further method; only the secret of an application is replaced.
        KeyPurpose::Reset(_) if method_type != MethodType::Application => return Ok(false),
        KeyPurpose::Further => bind_key(query(KEEP_FURTHER), key)
            .bind(key.name.as_str())
            .bind(i64::from(key.is_default)),
        KeyPurpose::Reset(method) => bind_key(query(KEEP_FOR_RESET), key).bind(method.as_str()),
    };
    Ok(write.run(keep.bind(proved_at.millis())).await? == 1)
}

/// Stores a key for a further method instead of the one of `made_at`, under its grant; false if
/// that one is gone or the user's methods do not allow it.
pub async fn exchange(
    write: &mut WriteTransaction,
    key: &PendingKey,
    made_at: Timestamp,
) -> Result<bool, PortError> {
    if !methods::may_add(write, &key.user, key.factor.method_type()).await? {
        return Ok(false);
    }
    let exchange = bind_key(query(EXCHANGE), key)
        .bind(key.name.as_str())
        .bind(i64::from(key.is_default))
        .bind(made_at.millis());
    Ok(write.run(exchange).await? == 1)
}

/// What a verified key becomes.
pub struct TakenKey {
    pub name: MethodName,
    pub is_default: bool,
}

/// Deletes the verified key and returns what it becomes, only to the call that did it. Does not
/// take a key that has replaced it in the meantime, or one made for another purpose or type.
pub async fn take(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<Option<TakenKey>, PortError> {
    let purpose = activation.enrolment.purpose();
    let replaces = match &purpose {
        KeyPurpose::First | KeyPurpose::Further => "",
        KeyPurpose::Reset(method) => method.as_str(),
    };
    let take = query(TAKE)
        .bind(activation.swap.session.as_str())
        .bind(activation.user.as_str())
        .bind(activation.made_at.millis())
        .bind(replaces.to_owned())
        .bind(i64::from(purpose != KeyPurpose::First))
        .bind(activation::method_type(&activation.factor).as_str());
    let taken = write.row(take).await?;
    let read = |row: AnyRow| {
        Ok(TakenKey {
            name: row.stored_text("name")?,
            is_default: row.flag("is_default")?,
        })
    };
    taken.map(read).transpose()
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

/// Binds `$1` to `$6`: session, user, type, key (two columns) and creation time.
fn bind_key(sql: Statement, key: &PendingKey) -> Statement {
    let sealed = sealed(key);
    sql.bind(key.session.as_str())
        .bind(key.user.as_str())
        .bind(key.factor.method_type().as_str())
        .bind(sealed.map(|sealed| sealed.key_id.as_str()))
        .bind(sealed.map(|sealed| sealed.bytes.clone()))
        .bind(key.made_at.millis())
}

/// The sealed key; none for a passkey or security key.
pub const fn sealed(key: &PendingKey) -> Option<&Sealed> {
    match &key.factor {
        PendingFactor::Application(sealed) => Some(sealed),
        PendingFactor::PublicKey(_) => None,
    }
}
