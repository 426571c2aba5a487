//! The second step of a sign-in: a 6-digit code or a backup code. Each attempt is counted before it is judged, and whatever works once is
//! taken by one conditional update.

use domain::{
    backup_code::BackupCode,
    lockout::{Budget, Factor, LOCK_AFTER},
    one_time_code::OneTimeCode,
    ports::{BackupCodeUse, CodeUse, MethodRecord, Taken, TokenSwap},
    time::TimeStep,
    totp::{Verdict, verify},
    vault::Place,
};

use super::{
    api::{Code, SignedIn},
    server::reread,
};
use crate::{
    call::Call,
    error::{AppError, Field},
};

pub(super) async fn verify_code(call: &Call, request: Code) -> Result<SignedIn, AppError> {
    let caller = call.caller()?;
    let code: OneTimeCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| AppError::Invalid { field: Field::Code })?;
    let method = call
        .services
        .mfa
        .method(&caller.session.user)
        .await?
        .ok_or(AppError::NotSignedIn)?;
    count(call, Factor::Application).await?;
    let step = judge(call, &method, &code)?;

    let token = call.draw_token()?;
    let swap = TokenSwap {
        session: caller.session.id.clone(),
        old: caller.token,
        new: token.hash(),
    };
    let next_code = step.offset(1).start();
    let user = caller.session.user.clone();
    match call
        .services
        .mfa
        .use_code(CodeUse {
            swap,
            user,
            method: method.id,
            step,
            at: call.now,
        })
        .await?
    {
        Taken::Taken => call.set_cookie(&token),
        Taken::AlreadyTaken => {
            return Err(AppError::AlreadyUsed {
                seconds: call.now.seconds_until(next_code),
            });
        }
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    Ok(SignedIn {
        viewer: reread(call, &token).await?,
        codes_left: None,
        unlocked_after: None,
    })
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

fn judge(call: &Call, method: &MethodRecord, code: &OneTimeCode) -> Result<TimeStep, AppError> {
    let user = &call.caller()?.session.user;
    let key = call
        .services
        .vault
        .open(&method.key, Place::Method(user, &method.id))
        .map_err(|error| {
            tracing::error!(method = %method.id, %error, "an authenticator key does not open");
            AppError::Internal
        })?;
    refusal(
        verify(&key, code, call.now, Some(method.last_step)),
        call,
        method.last_step,
    )
}

/// A verdict as the page hears it.
fn refusal(verdict: Verdict, call: &Call, last_step: TimeStep) -> Result<TimeStep, AppError> {
    match verdict {
        Verdict::Accepted { step } => Ok(step),
        Verdict::AlreadyUsed => Err(AppError::AlreadyUsed {
            seconds: call.now.seconds_until(last_step.offset(1).start()),
        }),
        Verdict::JustExpired => Err(AppError::JustExpired),
        Verdict::Wrong => Err(AppError::WrongCode),
    }
}

pub(super) async fn verify_backup_code(call: &Call, request: Code) -> Result<SignedIn, AppError> {
    let caller = call.caller()?;
    let user = caller.session.user.clone();
    let code: BackupCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| AppError::Invalid {
            field: Field::BackupCode,
        })?;
    let tries = refused_so_far(call).await?;
    count(call, Factor::BackupCode).await?;
    let stored = call
        .services
        .mfa
        .find_backup_code(&user, call.services.vault.backup_code_index(&user, &code))
        .await?;
    let hash = stored.as_ref().map(|stored| &stored.hash);
    let is_right = call
        .services
        .hasher
        .verify(code.expose().as_bytes(), hash)
        .await?;
    let stored = stored.filter(|_| is_right).ok_or(AppError::WrongCode)?;
    if stored.is_used {
        return Err(AppError::BackupCodeUsed);
    }

    let token = call.draw_token()?;
    let swap = TokenSwap {
        session: caller.session.id.clone(),
        old: caller.token,
        new: token.hash(),
    };
    let (outcome, left) = call
        .services
        .mfa
        .use_backup_code(BackupCodeUse {
            swap,
            user,
            code: stored.id,
            at: call.now,
        })
        .await?;
    match outcome {
        Taken::Taken => call.set_cookie(&token),
        Taken::AlreadyTaken => return Err(AppError::BackupCodeUsed),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    let unlocked_after = (tries >= LOCK_AFTER).then_some(tries);
    Ok(SignedIn {
        viewer: reread(call, &token).await?,
        codes_left: Some(left),
        unlocked_after,
    })
}

async fn refused_so_far(call: &Call) -> Result<u32, AppError> {
    Ok(call
        .services
        .attempts
        .refused_in_a_row(&call.caller()?.session.user)
        .await?)
}
