//! Active methods: adding, burning time steps, and removal.

use domain::{
    ids::{MethodId, UserId},
    ports::{Activation, Deletion, MethodRecord, PortError, Taken},
    second_factor::{enrolment::CodesFor, step_up::Action},
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

pub async fn find(store: &Store, user: &UserId) -> Result<Option<MethodRecord>, PortError> {
    let sql = "SELECT m.id, m.name, m.key_id, m.sealed_key, m.last_step, m.added_at, m.used_at, s.saved_at,
                      (SELECT COUNT(*) FROM backup_codes b WHERE b.set_id = s.id AND b.used_at IS NULL) AS codes_left
               FROM mfa_methods m LEFT JOIN code_sets s ON s.user_id = m.user_id AND s.is_valid = 1
               WHERE m.user_id = $1";
    let Some(row) = store.row(query(sql).bind(user.as_str())).await? else {
        return Ok(None);
    };
    Ok(Some(MethodRecord {
        id: row.value("id")?,
        name: row.kept("name")?,
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
    let burn = "UPDATE mfa_methods SET last_step = $3, used_at = $4 WHERE id = $1 AND user_id = $2 AND last_step < $3";
    let burn = query(burn).bind(method.as_str()).bind(user.as_str());
    burn.bind(step.number()).bind(at.millis())
}

/// Removes a user's method with its codes, pending keys and attempts, but not the sessions. False if there was no method.
pub async fn remove(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    // Whatever could replace the method must not outlive it.
    for sql in [
        "DELETE FROM code_sets WHERE user_id = $1",
        "DELETE FROM pending_keys WHERE user_id = $1",
    ] {
        write.run(query(sql).bind(user.as_str())).await?;
    }
    guess_budgets::clear_all(write, user).await?;
    let method = query("DELETE FROM mfa_methods WHERE user_id = $1").bind(user.as_str());
    Ok(write.run(method).await? == 1)
}

/// Removes a user's method and ends their sessions, because another person decided it, or the method is lost.
pub async fn reset(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    sessions::end_all(write, user).await?;
    remove(write, user).await
}

pub async fn delete(write: &mut WriteTransaction, deletion: &Deletion) -> Result<Taken, PortError> {
    let Deletion { swap, grant, at } = deletion;
    locks::person(write, &grant.user).await?;
    if !step_ups::consume(write, grant, Action::Delete).await? {
        return Ok(Taken::AlreadyTaken);
    }
    let step_down = "UPDATE sessions SET token_hash = $3, seen_at = $4, second_factor_at = NULL, codes_since = NULL, recovered_at = NULL
                     WHERE id = $1 AND token_hash = $2 AND user_id = $5";
    let step_down = sessions::bind_swap(query(step_down), swap, *at).bind(grant.user.as_str());
    if write.run(step_down).await? != 1 {
        return Ok(Taken::SessionGone);
    }
    sessions::end_others(write, &grant.user, &swap.session).await?;
    if remove(write, &grant.user).await? {
        Ok(Taken::Taken)
    } else {
        Ok(Taken::SessionGone)
    }
}

pub async fn activate(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<Taken, PortError> {
    let Activation { swap, user, at, .. } = activation;
    locks::person(write, user).await?;
    let codes_for = match activation.replaces {
        None => CodesFor::Added,
        Some(_) => CodesFor::Reset,
    };
    let step_up = "UPDATE sessions SET token_hash = $3, second_factor_at = $4, codes_since = $4, codes_for = $6, seen_at = $4
                   WHERE id = $1 AND token_hash = $2 AND user_id = $5";
    let step_up = sessions::bind_swap(query(step_up), swap, *at).bind(user.as_str());
    if write.run(step_up.bind(codes_for.as_str())).await? != 1 {
        return Ok(Taken::SessionGone);
    }
    sessions::end_others(write, user, &swap.session).await?;
    // Takes the key first, because removing the replaced method would delete the key too.
    if !pending_keys::take(write, activation).await?
        || !make_room(write, activation).await?
        || write.run(insert(activation)).await? != 1
    {
        return Ok(Taken::AlreadyTaken);
    }
    match activation.replaces {
        None => backup_codes::replace_all(write, user, &activation.codes).await?,
        Some(_) => backup_codes::keep_pending(write, user, &activation.codes).await?,
    }
    guess_budgets::give_back(write, user, &swap.session).await?;
    Ok(Taken::Taken)
}

/// In a reset, removes the old method and every grant based on it.
async fn make_room(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<bool, PortError> {
    let Some(old) = &activation.replaces else {
        return Ok(true);
    };
    let go = query("DELETE FROM mfa_methods WHERE id = $1 AND user_id = $2").bind(old.as_str());
    Ok(write.run(go.bind(activation.user.as_str())).await? == 1)
}

fn insert(activation: &Activation) -> Statement {
    let insert = query(
        "INSERT INTO mfa_methods (id, user_id, name, key_id, sealed_key, last_step, added_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (user_id) DO NOTHING",
    );
    let insert = insert
        .bind(activation.method.as_str())
        .bind(activation.user.as_str())
        .bind(activation.name.as_str());
    let insert = insert
        .bind(activation.key.key_id.as_str())
        .bind(activation.key.bytes.as_slice());
    insert
        .bind(activation.step.number())
        .bind(activation.at.millis())
}
