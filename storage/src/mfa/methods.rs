//! Active methods: adding, burning time steps, and removal.

use domain::{
    ids::{MethodId, UserId},
    ports::{Activation, Deletion, GrantUse, KeyActivation, MethodRecord, PortError},
    second_factor::{enrolment::CodesFor, step_up::ProtectedAction},
    time::{TimeStep, Timestamp},
};

use crate::{
    Store,
    engine::{
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    mfa::{backup_codes, pending_keys, step_ups},
    sign_in::{guess_budgets, sessions},
};

const FIND: &str = "
    SELECT m.id, m.name, m.key_id, m.sealed_key, m.last_step, m.added_at, m.used_at, s.saved_at,
        (
            SELECT COUNT(*)
            FROM backup_codes b
            WHERE b.set_id = s.id AND b.used_at IS NULL
        ) AS codes_left
    FROM mfa_methods m
    LEFT JOIN code_sets s ON s.user_id = m.user_id AND s.is_valid = 1
    WHERE m.user_id = $1";

const BURN_STEP: &str = "
    UPDATE mfa_methods
    SET last_step = $3, used_at = $4
    WHERE id = $1 AND user_id = $2 AND last_step < $3";

const INSERT: &str = "
    INSERT INTO mfa_methods (
        id, user_id, name, key_id, sealed_key, last_step, added_at, used_at
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
    ON CONFLICT (user_id) DO NOTHING";

const DELETE_OF_USER: &str = "
    DELETE FROM mfa_methods
    WHERE user_id = $1";

const DELETE_REPLACED: &str = "
    DELETE FROM mfa_methods
    WHERE id = $1 AND user_id = $2";

/// Makes the session one without a second factor, and gives it a new token.
const RESET_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, seen_at = $4,
        second_factor_at = NULL, codes_since = NULL, recovered_at = NULL
    WHERE id = $1 AND token_hash = $2 AND user_id = $5";

/// Completes the session, lets it show the new codes, and gives it a new token.
const COMPLETE_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, second_factor_at = $4, codes_since = $4, codes_for = $6, seen_at = $4
    WHERE id = $1 AND token_hash = $2 AND user_id = $5";

pub async fn find(store: &Store, user: &UserId) -> Result<Option<MethodRecord>, PortError> {
    let Some(row) = store.row(query(FIND).bind(user.as_str())).await? else {
        return Ok(None);
    };
    Ok(Some(MethodRecord {
        id: row.value("id")?,
        name: row.stored_text("name")?,
        key: row.sealed()?,
        last_step: TimeStep::from_number(row.number("last_step")?),
        added_at: row.at("added_at")?,
        used_at: row.maybe_at("used_at")?,
        codes_left: row.count("codes_left")?,
        codes_saved: row.maybe_at("saved_at")?.is_some(),
    }))
}

/// Burns a time step of the user's method and all older ones; true only for the call that did it.
pub async fn burn(
    write: &mut WriteTransaction,
    user: &UserId,
    method: &MethodId,
    step: TimeStep,
    at: Timestamp,
) -> Result<bool, PortError> {
    let burn = burn_step_statement(user, method, step, at);
    Ok(write.run(burn).await? == 1)
}

/// The statement of [`burn`].
pub fn burn_step_statement(
    user: &UserId,
    method: &MethodId,
    step: TimeStep,
    at: Timestamp,
) -> Statement {
    query(BURN_STEP)
        .bind(method.as_str())
        .bind(user.as_str())
        .bind(step.number())
        .bind(at.millis())
}

/// Removes a user's method with its codes, pending keys and attempts, but not the sessions. False
/// if there was no method.
pub async fn remove(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    // Whatever could replace the method must not outlive it.
    backup_codes::delete_sets(write, user).await?;
    pending_keys::delete_of_user(write, user).await?;
    guess_budgets::clear_all(write, user).await?;
    let method = query(DELETE_OF_USER).bind(user.as_str());
    Ok(write.run(method).await? == 1)
}

/// Removes a user's method and ends their sessions, because another person decided it, or the
/// method is lost.
pub async fn reset(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    sessions::end_all(write, user).await?;
    remove(write, user).await
}

pub async fn delete(
    write: &mut WriteTransaction,
    deletion: &Deletion,
) -> Result<GrantUse, PortError> {
    let Deletion { swap, grant, at } = deletion;
    locks::person(write, &grant.user).await?;
    if !step_ups::consume(write, grant, ProtectedAction::Delete).await? {
        return Ok(GrantUse::NoGrant);
    }
    let reset_session = sessions::bind_swap(query(RESET_SESSION), swap, *at);
    let reset_session = reset_session.bind(grant.user.as_str());
    if write.run(reset_session).await? != 1 {
        return Ok(GrantUse::NotAllowed);
    }
    sessions::end_others(write, &grant.user, &swap.session).await?;
    if remove(write, &grant.user).await? {
        Ok(GrantUse::Done)
    } else {
        Ok(GrantUse::NotAllowed)
    }
}

pub async fn activate(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<KeyActivation, PortError> {
    let Activation { swap, user, at, .. } = activation;
    locks::person(write, user).await?;
    let codes_for = match activation.replaces {
        None => CodesFor::Added,
        Some(_) => CodesFor::Reset,
    };
    let complete_session = sessions::bind_swap(query(COMPLETE_SESSION), swap, *at)
        .bind(user.as_str())
        .bind(codes_for.as_str());
    if write.run(complete_session).await? != 1 {
        return Ok(KeyActivation::SessionGone);
    }
    sessions::end_others(write, user, &swap.session).await?;
    // Takes the key first, because removing the replaced method would delete the key too.
    if !pending_keys::take(write, activation).await?
        || !delete_replaced(write, activation).await?
        || write.run(insert_statement(activation)).await? != 1
    {
        return Ok(KeyActivation::KeyGone);
    }
    match activation.replaces {
        None => backup_codes::replace_all(write, user, &activation.codes).await?,
        Some(_) => backup_codes::keep_pending(write, user, &activation.codes).await?,
    }
    guess_budgets::give_back(write, user, &swap.session).await?;
    Ok(KeyActivation::Activated)
}

/// In a reset, removes the old method and every grant based on it.
async fn delete_replaced(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<bool, PortError> {
    let Some(old) = &activation.replaces else {
        return Ok(true);
    };
    let delete = query(DELETE_REPLACED)
        .bind(old.as_str())
        .bind(activation.user.as_str());
    Ok(write.run(delete).await? == 1)
}

fn insert_statement(activation: &Activation) -> Statement {
    query(INSERT)
        .bind(activation.method.as_str())
        .bind(activation.user.as_str())
        .bind(activation.name.as_str())
        .bind(activation.key.key_id.as_str())
        .bind(activation.key.bytes.as_slice())
        .bind(activation.step.number())
        .bind(activation.at.millis())
}
