//! `/profile/password`: a full re-authentication (ASVS V6.2.3, V7.5.1) and a new password, after which nothing of the old one is left.

use domain::{
    ids::MethodId,
    people::password::{Password, PasswordOwner},
    ports::{PasswordChange, Proof, Taken},
    second_factor::one_time_code::OneTimeCode,
};

use super::api::NewPassword;
use crate::{
    call::Call,
    error::{AppError, Field},
    session::{
        already_used, judge, place_of_caller, remember_caller, right_backup_code, right_code,
    },
    wire::SecretText,
};

pub(super) async fn change(call: &Call, request: NewPassword) -> Result<(), AppError> {
    let session = &call.caller()?.session;
    let owner = PasswordOwner {
        brand: &call.services.settings.brand,
        email: session.email.as_str(),
        name: session.name.as_str(),
    };
    // What needs no judgement first: it costs nobody an attempt.
    let new = Password::choose(request.new.expose(), owner)?;
    let code = second_factor(session.subject.has_mfa, request.code)?;
    let current = Password::given(request.current.expose());
    let place = place_of_caller(call)?;
    let judged_by = judge(call, Some(&session.email), &current)
        .await?
        .and_then(|credentials| credentials.password)
        .ok_or(AppError::WrongCredentials)?;
    let proof = match code {
        Some(code) => Some(proof(call, &code).await?),
        None => None,
    };
    let (swap, token) = call.renewal()?;
    let spent = proof.as_ref().map(|(_, proof)| proof.clone());
    let change = PasswordChange {
        swap,
        user: session.user.clone(),
        current: judged_by,
        new: call.services.hasher.hash_in(place, new.expose()).await?,
        proof,
        at: call.now,
    };
    match call
        .services
        .password_changes
        .change_password(change)
        .await?
    {
        Taken::Taken => call.set_cookie(&token),
        Taken::AlreadyTaken => return Err(used(call, spent.as_ref()).await),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    remember_caller(call).await;
    Ok(())
}

/// Who has a method gives a code of it; from others none is taken.
fn second_factor(has_mfa: bool, code: Option<SecretText>) -> Result<Option<SecretText>, AppError> {
    match (has_mfa, code) {
        (false, _) => Ok(None),
        (true, Some(code)) => Ok(Some(code)),
        (true, None) => Err(AppError::Invalid { field: Field::Code }),
    }
}

/// Six digits, else a backup code: the factor that a person has lost is never demanded.
async fn proof(call: &Call, code: &SecretText) -> Result<(MethodId, Proof), AppError> {
    if code.expose().parse::<OneTimeCode>().is_ok() {
        let (method, step) = right_code(call, code).await?;
        return Ok((method.id, Proof::Step(step)));
    }
    let method = call.services.mfa.method(&call.caller()?.session.user);
    let method = method.await?.ok_or(AppError::NoMethod)?;
    let code = right_backup_code(call, code).await?;
    Ok((method.id, Proof::BackupCode(code)))
}

/// Whoever was faster spent it.
async fn used(call: &Call, spent: Option<&Proof>) -> AppError {
    match spent {
        Some(Proof::Step(step)) => already_used(call, *step, *step).await,
        _ => AppError::BackupCodeUsed,
    }
}
