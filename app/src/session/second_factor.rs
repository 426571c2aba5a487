//! The second step of a sign-in, and the judgement of codes wherever one is given: a 6-digit code or a backup code. Each attempt is counted before it is judged, and whatever works once is
//! taken by one conditional update.

use domain::{
    backup_code::BackupCode,
    ids::BackupCodeId,
    lockout::{Budget, Factor, LOCK_AFTER},
    one_time_code::OneTimeCode,
    ports::{BackupCodeUse, CodeUse, MethodRecord, Taken},
    time::TimeStep,
    token::Token,
    totp::{Verdict, verify},
    vault::Place,
};

use super::{
    admission::place_of_caller,
    api::{Code, SignedIn},
    known_browser::BrowserToken,
    server::completed,
};
use crate::{
    call::Call,
    error::{AppError, Field},
    events,
    wire::SecretText,
};

pub(super) async fn verify_code(call: &Call, request: Code) -> Result<SignedIn, AppError> {
    let (method, step) = right_code(call, &request.code).await?;
    let (swap, token) = call.renewal()?;
    let user = call.caller()?.session.user.clone();
    let browser = BrowserToken::of(call, &user).await?;
    let code = CodeUse {
        swap,
        user,
        method: method.id,
        step,
        browser: browser.hash,
        at: call.now,
    };
    match call.services.mfa.use_code(code).await? {
        Taken::Taken => hand_out(call, &token, &browser),
        Taken::AlreadyTaken => return Err(already_used(call, step)),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    Ok(SignedIn {
        viewer: completed(call)?,
        codes_left: None,
        unlocked_after: None,
    })
}

pub(super) async fn verify_backup_code(call: &Call, request: Code) -> Result<SignedIn, AppError> {
    let tries = refused_so_far(call).await?;
    let code = right_backup_code(call, &request.code).await?;
    let (swap, token) = call.renewal()?;
    let user = call.caller()?.session.user.clone();
    let browser = BrowserToken::of(call, &user).await?;
    let code = BackupCodeUse {
        swap,
        user,
        code,
        browser: browser.hash,
        at: call.now,
    };
    let (outcome, left) = call.services.mfa.use_backup_code(code).await?;
    match outcome {
        Taken::Taken => hand_out(call, &token, &browser),
        Taken::AlreadyTaken => return Err(AppError::BackupCodeUsed),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    Ok(SignedIn {
        viewer: completed(call)?,
        codes_left: Some(left),
        unlocked_after: (tries >= LOCK_AFTER).then_some(tries),
    })
}

/// Gives the browser its two tokens.
fn hand_out(call: &Call, session: &Token, browser: &BrowserToken) {
    call.set_cookie(session);
    browser.hand_out(call);
}

async fn refused_so_far(call: &Call) -> Result<u32, AppError> {
    Ok(call
        .services
        .attempts
        .refused_in_a_row(&call.caller()?.session.user)
        .await?)
}

/// Counts and judges a 6-digit code of the caller. Nothing is burnt yet: whoever takes the step does that.
pub(crate) async fn right_code(
    call: &Call,
    typed: &SecretText,
) -> Result<(MethodRecord, TimeStep), AppError> {
    let code: OneTimeCode = typed
        .expose()
        .parse()
        .map_err(|_| AppError::Invalid { field: Field::Code })?;
    let user = &call.caller()?.session.user;
    let method = call
        .services
        .mfa
        .method(user)
        .await?
        .ok_or(AppError::NoMethod)?;
    count(call, Factor::Application).await?;
    let opened = call
        .services
        .vault
        .open(&method.key, Place::Method(user, &method.id));
    let key = match opened {
        Ok(key) => key,
        Err(error) => {
            tracing::error!(method = %method.id, %error, "an authenticator key does not open");
            events::damaged(call, None).await;
            return Err(AppError::Internal);
        }
    };
    match verify(&key, &code, call.now, Some(method.last_step)) {
        Verdict::Accepted { step } => Ok((method, step)),
        Verdict::AlreadyUsed => Err(already_used(call, method.last_step)),
        Verdict::JustExpired => Err(AppError::JustExpired),
        Verdict::Wrong => Err(AppError::WrongCode),
    }
}

/// Counts and judges a backup code of the caller. It is not spent yet.
pub(crate) async fn right_backup_code(
    call: &Call,
    typed: &SecretText,
) -> Result<BackupCodeId, AppError> {
    let code: BackupCode = typed.expose().parse().map_err(|_| AppError::Invalid {
        field: Field::BackupCode,
    })?;
    let user = &call.caller()?.session.user;
    let place = place_of_caller(call)?;
    count(call, Factor::BackupCode).await?;
    let stored = call
        .services
        .mfa
        .find_backup_code(user, call.services.vault.backup_code_index(user, &code))
        .await?;
    let hash = stored.as_ref().map(|stored| &stored.hash);
    let is_right = call
        .services
        .hasher
        .verify(place, code.expose().as_bytes(), hash)
        .await?;
    let stored = stored.filter(|_| is_right).ok_or(AppError::WrongCode)?;
    if stored.is_used {
        return Err(AppError::BackupCodeUsed);
    }
    Ok(stored.id)
}

/// The step is burnt: the next one has the next code.
pub(crate) fn already_used(call: &Call, step: TimeStep) -> AppError {
    AppError::AlreadyUsed {
        seconds: call.now.seconds_until(step.offset(1).start()),
    }
}

/// Counts one attempt of the caller, or says why no more is judged.
pub(crate) async fn count(call: &Call, factor: Factor) -> Result<(), AppError> {
    match call
        .services
        .attempts
        .count_second_factor(&call.caller()?.session.user, factor, call.now)
        .await?
    {
        Budget::Open => Ok(()),
        Budget::Paused { until } => Err(AppError::Paused {
            seconds: call.now.seconds_until(until),
        }),
        Budget::Locked { tries } => Err(AppError::Locked { tries }),
    }
}
