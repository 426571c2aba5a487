//! A right first code or registration: the pending key becomes a method.

use domain::{
    people::names::MethodName,
    ports::{Activation, Enrolment, KeyActivation, NewFactor, PortError},
    second_factor::{enrolment::CodesFor, methods::MethodType},
};

use crate::{
    engine::{
        locks,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    mfa::{
        backup_codes, methods,
        pending_keys::{self, TakenKey},
        public_keys,
    },
    sign_in::{guess_budgets, sessions},
};

/// No row changes if the user has a default already.
const INSERT_METHOD: &str = "
    INSERT INTO mfa_methods (id, user_id, name, added_at, used_at, kind, is_default)
    VALUES ($1, $2, $3, $4, $4, $6, $5)
    ON CONFLICT (user_id) WHERE is_default = 1 DO NOTHING";

const INSERT_APP_KEY: &str = "
    INSERT INTO app_keys (method_id, key_id, sealed_key, last_step)
    VALUES ($1, $2, $3, $4)";

/// Completes the session, lets it show the new codes, and gives it a new token.
const COMPLETE_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, second_factor_at = $4, codes_since = $4, codes_for = $6, seen_at = $4
    WHERE id = $1 AND token_hash = $2 AND user_id = $5";

/// Like [`COMPLETE_SESSION`] without codes, for a session that gave a second factor before.
const RENEW_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, second_factor_at = $4, seen_at = $4
    WHERE id = $1 AND token_hash = $2 AND user_id = $5 AND second_factor_at IS NOT NULL";

pub async fn activate(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<KeyActivation, PortError> {
    let Activation { swap, user, .. } = activation;
    locks::person(write, user).await?;
    if write.run(session_statement(activation)).await? != 1 {
        return Ok(KeyActivation::SessionGone);
    }
    sessions::end_others(write, user, &swap.session).await?;
    // Takes the key first, because removing the replaced method would delete the key too.
    let Some(taken) = pending_keys::take(write, activation).await? else {
        return Ok(KeyActivation::KeyGone);
    };
    let Some((name, is_default)) = place(write, activation, taken).await? else {
        return Ok(KeyActivation::KeyGone);
    };
    let method = query(INSERT_METHOD)
        .bind(activation.method.as_str())
        .bind(user.as_str())
        .bind(name.as_str())
        .bind(activation.at.millis())
        .bind(i64::from(is_default))
        .bind(method_type(&activation.factor).as_str());
    if write.run(method).await? != 1 {
        return Ok(KeyActivation::KeyGone);
    }
    if !insert_factor(write, activation).await? {
        return Ok(KeyActivation::CredentialTaken);
    }
    match &activation.enrolment {
        Enrolment::First(codes) => backup_codes::replace_all(write, user, codes).await?,
        Enrolment::Further => {}
        Enrolment::Reset(_, codes) => backup_codes::keep_pending(write, user, codes).await?,
    }
    if matches!(activation.factor, NewFactor::Application { .. }) {
        guess_budgets::give_back(write, user, &swap.session).await?;
    }
    Ok(KeyActivation::Activated)
}

/// What the new method is.
pub fn method_type(factor: &NewFactor) -> MethodType {
    match factor {
        NewFactor::Application { .. } => MethodType::Application,
        NewFactor::PublicKey { record, .. } => record.kind.into(),
    }
}

fn session_statement(activation: &Activation) -> Statement {
    let Activation { swap, user, at, .. } = activation;
    let bound = |sql| sessions::bind_swap(query(sql), swap, *at).bind(user.as_str());
    match activation.enrolment {
        Enrolment::First(_) => bound(COMPLETE_SESSION).bind(CodesFor::Added.as_str()),
        Enrolment::Further => bound(RENEW_SESSION),
        Enrolment::Reset(..) => bound(COMPLETE_SESSION).bind(CodesFor::Reset.as_str()),
    }
}

/// Makes room for the new method. Returns its name and whether it is the default; `None` if the
/// user's methods do not allow it.
async fn place(
    write: &mut WriteTransaction,
    activation: &Activation,
    taken: TakenKey,
) -> Result<Option<(MethodName, bool)>, PortError> {
    let user = &activation.user;
    let name = match &activation.factor {
        NewFactor::Application { .. } => taken.name,
        NewFactor::PublicKey { name, .. } => name.clone(),
    };
    Ok(match &activation.enrolment {
        Enrolment::First(_) if methods::has_any(write, user).await? => None,
        Enrolment::First(_) => Some((name, true)),
        Enrolment::Further => {
            if !methods::may_add(write, user, method_type(&activation.factor)).await? {
                return Ok(None);
            }
            if taken.is_default {
                methods::clear_default(write, user).await?;
            }
            Some((name, taken.is_default))
        }
        // The name and the default are what they are now, not what they were when the key was made.
        Enrolment::Reset(old, _) => methods::delete_one(write, user, old)
            .await?
            .map(|old| (old.name, old.is_default)),
    })
}

/// Stores what proves that the method is its user's. False if the credential is registered already.
async fn insert_factor(
    write: &mut WriteTransaction,
    activation: &Activation,
) -> Result<bool, PortError> {
    match &activation.factor {
        NewFactor::Application { key, step } => {
            let insert = query(INSERT_APP_KEY)
                .bind(activation.method.as_str())
                .bind(key.key_id.as_str())
                .bind(key.bytes.as_slice())
                .bind(step.number());
            write.run(insert).await?;
            Ok(true)
        }
        NewFactor::PublicKey { record, .. } => {
            public_keys::insert(write, &activation.method, record).await
        }
    }
}
