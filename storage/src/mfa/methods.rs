//! Active methods: reading, burning time steps, names, the default, and removal.

use domain::{
    ids::{MethodId, UserId},
    people::names::MethodName,
    ports::{
        Deletion, MethodDeletion, MethodFactor, MethodRecord, MethodSummary, MfaSettings, PortError,
    },
    second_factor::{
        methods::MethodType,
        step_up::{Intent, ProtectedAction},
    },
    time::{TimeStep, Timestamp},
};
use sqlx::any::AnyRow;

use crate::{
    Store,
    engine::{
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    mfa::{backup_codes, challenges, pending_keys, public_keys, step_ups},
    sign_in::{guess_budgets, sessions},
};

/// Each row has the counts of the user's codes. A method without a key of its kind is read too, and
/// fails as damaged: left out, it would read as "no MFA".
const FIND: &str = "
    SELECT m.id, m.name, m.kind, m.is_default, m.added_at, m.used_at,
        CASE WHEN m.kind = 'application' THEN k.key_id ELSE p.key_id END AS key_id,
        CASE WHEN m.kind = 'application' THEN k.sealed_key ELSE p.sealed_key END AS sealed_key,
        k.last_step, p.credential_id, p.counter, p.backup_eligible, p.backed_up, p.transports,
        p.rp_id, s.saved_at,
        (
            SELECT COUNT(*)
            FROM backup_codes b
            WHERE b.set_id = s.id AND b.used_at IS NULL
        ) AS codes_left
    FROM mfa_methods m
    LEFT JOIN app_keys k ON k.method_id = m.id
    LEFT JOIN public_keys p ON p.method_id = m.id
    LEFT JOIN code_sets s ON s.user_id = m.user_id AND s.is_valid = 1
    WHERE m.user_id = $1
    ORDER BY m.is_default DESC, m.added_at, m.id";

const SUMMARIES: &str = "
    SELECT id, name, kind
    FROM mfa_methods
    WHERE user_id = $1
    ORDER BY is_default DESC, added_at, id";

const BURN_STEP: &str = "
    UPDATE app_keys
    SET last_step = $3
    WHERE method_id = $1 AND last_step < $3
        AND EXISTS (SELECT 1 FROM mfa_methods m WHERE m.id = $1 AND m.user_id = $2)";

const NOTE_USE: &str = "
    UPDATE mfa_methods
    SET used_at = $3
    WHERE id = $1 AND user_id = $2";

const COUNT_ALL: &str = "
    SELECT COUNT(*)
    FROM mfa_methods
    WHERE user_id = $1";

const COUNT_OTHERS: &str = "
    SELECT COUNT(*)
    FROM mfa_methods
    WHERE id <> $1 AND user_id = $2";

const KINDS: &str = "
    SELECT kind
    FROM mfa_methods
    WHERE user_id = $1";

const DELETE_OF_USER: &str = "
    DELETE FROM mfa_methods
    WHERE user_id = $1";

const DELETE_ONE: &str = "
    DELETE FROM mfa_methods
    WHERE id = $1 AND user_id = $2
    RETURNING name, is_default";

const RENAME: &str = "
    UPDATE mfa_methods
    SET name = $3
    WHERE id = $1 AND user_id = $2 AND name <> $3";

const IS_DEFAULT: &str = "
    SELECT is_default
    FROM mfa_methods
    WHERE id = $1 AND user_id = $2";

const CLEAR_DEFAULT: &str = "
    UPDATE mfa_methods
    SET is_default = 0
    WHERE user_id = $1 AND is_default = 1";

const SET_DEFAULT: &str = "
    UPDATE mfa_methods
    SET is_default = 1
    WHERE id = $1 AND user_id = $2";

const NEWEST_TO_DEFAULT: &str = "
    UPDATE mfa_methods
    SET is_default = 1
    WHERE id = (
        SELECT m.id
        FROM mfa_methods m
        WHERE m.user_id = $1
        ORDER BY m.added_at DESC, m.id DESC
        LIMIT 1
    )
    RETURNING name";

/// Makes the session one without a second factor, and gives it a new token.
const RESET_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, seen_at = $4,
        second_factor_at = NULL, codes_since = NULL, recovered_at = NULL
    WHERE id = $1 AND token_hash = $2 AND user_id = $5";

pub async fn settings(store: &Store, user: &UserId) -> Result<MfaSettings, PortError> {
    let rows = store.rows(query(FIND).bind(user.as_str())).await?;
    let Some(first) = rows.first() else {
        return Ok(MfaSettings::default());
    };
    Ok(MfaSettings {
        methods: rows.iter().map(record).collect::<Result<_, _>>()?,
        codes_left: first.count("codes_left")?,
        codes_saved: first.maybe_at("saved_at")?.is_some(),
    })
}

fn record(row: &AnyRow) -> Result<MethodRecord, PortError> {
    Ok(MethodRecord {
        id: row.value("id")?,
        name: row.stored_text("name")?,
        is_default: row.flag("is_default")?,
        factor: factor(row)?,
        added_at: row.at("added_at")?,
        used_at: row.maybe_at("used_at")?,
    })
}

fn factor(row: &AnyRow) -> Result<MethodFactor, PortError> {
    let method_type: MethodType = row.value("kind")?;
    Ok(match method_type.key_kind() {
        None => MethodFactor::Application {
            key: row.sealed()?,
            last_step: TimeStep::from_number(row.number("last_step")?),
        },
        Some(kind) => MethodFactor::PublicKey(public_keys::record(row, kind)?),
    })
}

pub async fn summaries(store: &Store, user: &UserId) -> Result<Vec<MethodSummary>, PortError> {
    let rows = store.rows(query(SUMMARIES).bind(user.as_str())).await?;
    let summary = |row: &AnyRow| {
        Ok(MethodSummary {
            id: row.value("id")?,
            name: row.stored_text("name")?,
            method_type: row.value("kind")?,
        })
    };
    rows.iter().map(summary).collect()
}

/// Burns a time step of this method of the user and all older ones; true only for the call that did
/// it.
pub async fn burn(
    write: &mut WriteTransaction,
    user: &UserId,
    method: &MethodId,
    step: TimeStep,
    at: Timestamp,
) -> Result<bool, PortError> {
    if write.run(burn_step_statement(user, method, step)).await? != 1 {
        return Ok(false);
    }
    write.run(note_use_statement(user, method, at)).await?;
    Ok(true)
}

/// The statement that decides in [`burn`].
pub fn burn_step_statement(user: &UserId, method: &MethodId, step: TimeStep) -> Statement {
    of_method(BURN_STEP, user, method).bind(step.number())
}

/// The statement of [`burn`] that records the use.
pub fn note_use_statement(user: &UserId, method: &MethodId, at: Timestamp) -> Statement {
    of_method(NOTE_USE, user, method).bind(at.millis())
}

/// Whether the user has a method. The caller holds the user's row.
pub async fn has_any(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    let all = query(COUNT_ALL).bind(user.as_str());
    Ok(write.count(all).await? > 0)
}

/// Whether the user has a method, and room for one of this type. The caller holds the user's row.
pub async fn may_add(
    write: &mut WriteTransaction,
    user: &UserId,
    method_type: MethodType,
) -> Result<bool, PortError> {
    let rows = write.rows(query(KINDS).bind(user.as_str())).await?;
    let kinds = rows.iter().map(|row| row.value("kind"));
    let kinds: Vec<MethodType> = kinds.collect::<Result<_, _>>()?;
    Ok(!kinds.is_empty() && method_type.has_room(kinds.into_iter()))
}

/// Removes the user's methods with their codes, pending keys and attempts, but not the sessions.
/// False if there was no method.
pub async fn remove_all(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    remove_what_belongs(write, user).await?;
    let methods = query(DELETE_OF_USER).bind(user.as_str());
    Ok(write.run(methods).await? > 0)
}

/// Removes whatever could replace a method, which must not outlive the last one.
async fn remove_what_belongs(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    backup_codes::delete_sets(write, user).await?;
    pending_keys::delete_of_user(write, user).await?;
    challenges::delete_of_user(write, user).await?;
    guess_budgets::clear_all(write, user).await.map(drop)
}

/// Removes a user's methods and ends their sessions, because another person decided it, or the
/// methods are lost.
pub async fn reset(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    sessions::end_all(write, user).await?;
    remove_all(write, user).await
}

/// What a deleted method was.
pub struct DeletedMethod {
    pub name: MethodName,
    pub is_default: bool,
}

/// Deletes one method of the user with its key, pending resets and grants; `None` if there is no
/// such method.
pub async fn delete_one(
    write: &mut WriteTransaction,
    user: &UserId,
    method: &MethodId,
) -> Result<Option<DeletedMethod>, PortError> {
    let deleted = write.row(of_method(DELETE_ONE, user, method)).await?;
    let read = |row: AnyRow| {
        Ok(DeletedMethod {
            name: row.stored_text("name")?,
            is_default: row.flag("is_default")?,
        })
    };
    deleted.map(read).transpose()
}

pub async fn delete(
    write: &mut WriteTransaction,
    deletion: &Deletion,
) -> Result<MethodDeletion, PortError> {
    let Deletion { swap, grant, at } = deletion;
    let user = &grant.user;
    let Intent::Delete { method } = &grant.intent else {
        return Ok(MethodDeletion::NoGrant);
    };
    locks::person(write, user).await?;
    if !step_ups::consume(write, grant, ProtectedAction::Delete).await? {
        return Ok(MethodDeletion::NoGrant);
    }
    let others = of_method(COUNT_OTHERS, user, method);
    let is_last = write.count(others).await? == 0;
    let change_session = if is_last {
        RESET_SESSION
    } else {
        step_ups::RENEW_SESSION
    };
    let change_session = sessions::bind_swap(query(change_session), swap, *at);
    let change_session = change_session.bind(user.as_str());
    if write.run(change_session).await? != 1 {
        return Ok(MethodDeletion::NotAllowed);
    }
    sessions::end_others(write, user, &swap.session).await?;
    let Some(deleted) = delete_one(write, user, method).await? else {
        return Ok(MethodDeletion::NotAllowed);
    };
    let new_default = if is_last {
        remove_what_belongs(write, user).await?;
        None
    } else if deleted.is_default {
        let newest = query(NEWEST_TO_DEFAULT).bind(user.as_str());
        let newest = write.row(newest).await?;
        newest.map(|row| row.stored_text("name")).transpose()?
    } else {
        None
    };
    Ok(MethodDeletion::Deleted { new_default })
}

/// The answer to a change that may find everything as it should be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MethodUpdate {
    Changed,
    Unchanged,
    NoMethod,
}

/// Renames a method of the user. The caller holds the user's row.
pub async fn rename(
    write: &mut WriteTransaction,
    user: &UserId,
    method: &MethodId,
    name: &MethodName,
) -> Result<MethodUpdate, PortError> {
    let rename = of_method(RENAME, user, method).bind(name.as_str());
    if write.run(rename).await? == 1 {
        return Ok(MethodUpdate::Changed);
    }
    Ok(match is_default(write, user, method).await? {
        Some(_) => MethodUpdate::Unchanged,
        None => MethodUpdate::NoMethod,
    })
}

/// Makes a method of the user the only default. The caller holds the user's row.
pub async fn make_default(
    write: &mut WriteTransaction,
    user: &UserId,
    method: &MethodId,
) -> Result<MethodUpdate, PortError> {
    match is_default(write, user, method).await? {
        None => Ok(MethodUpdate::NoMethod),
        Some(true) => Ok(MethodUpdate::Unchanged),
        Some(false) => {
            clear_default(write, user).await?;
            write.run(of_method(SET_DEFAULT, user, method)).await?;
            Ok(MethodUpdate::Changed)
        }
    }
}

/// Leaves the user without a default, so that another method can become it.
pub async fn clear_default(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let clear = query(CLEAR_DEFAULT).bind(user.as_str());
    write.run(clear).await.map(drop)
}

async fn is_default(
    write: &mut WriteTransaction,
    user: &UserId,
    method: &MethodId,
) -> Result<Option<bool>, PortError> {
    let found = write.row(of_method(IS_DEFAULT, user, method)).await?;
    found.map(|row| row.flag("is_default")).transpose()
}

/// Binds `$1` to the method and `$2` to the user.
fn of_method(sql: &'static str, user: &UserId, method: &MethodId) -> Statement {
    query(sql).bind(method.as_str()).bind(user.as_str())
}
