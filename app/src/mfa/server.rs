//! Use cases of the set-up. Nothing is active before a code of the pending key has been verified.

use domain::{
    enrolment::{METHOD_NAME, PENDING_KEY, is_pending},
    ids::MethodId,
    lockout::Factor,
    one_time_code::OneTimeCode,
    ports::{Activation, PendingKey, Taken, TokenSwap},
    time::TimeStep,
    totp::{EnrolmentVerdict, TotpKey, Verdict, verify_enrolment},
    vault::{OpenError, Place},
};

use super::{
    api::{CodeSheet, PendingSetUp},
    codes, qr,
};
use crate::{
    call::Call,
    caller::Caller,
    error::{AppError, Field},
    session::{api::Code, count},
    wire::Disclosed,
};

pub(super) async fn set_up(call: &Call) -> Result<PendingSetUp, AppError> {
    let caller = caller_without_method(call)?;
    // Also for a key that waits already: whoever sees it can enrol their own phone.
    if !caller.session.facts.has_fresh_password(call.now) {
        return Err(AppError::PasswordRequired);
    }
    let kept = call
        .services
        .mfa
        .keep_pending(new_key(call, caller)?, call.now.minus(PENDING_KEY))
        .await?;
    let key = call
        .services
        .vault
        .open(&kept.key, Place::Pending(&kept.user, &kept.session))
        .map_err(sealed_badly)?;
    let uri = key.otpauth_uri(&call.services.settings.brand, &caller.session.email);
    Ok(PendingSetUp {
        email: caller.session.email.to_string(),
        issuer: call.services.settings.brand.clone(),
        key: Disclosed::new(key.base32().to_string()),
        qr: qr::path(&uri)?,
        uri: Disclosed::new(uri.to_string()),
    })
}

fn caller_without_method(call: &Call) -> Result<&Caller, AppError> {
    let caller = call.caller()?;
    if caller.session.subject.has_mfa {
        Err(AppError::AlreadySetUp)
    } else {
        Ok(caller)
    }
}

fn new_key(call: &Call, caller: &Caller) -> Result<PendingKey, AppError> {
    let (session, user) = (caller.session.id.clone(), caller.session.user.clone());
    let key = TotpKey::from_random(call.services.entropy.draw()?);
    let nonce = call.services.entropy.draw()?;
    let key = call
        .services
        .vault
        .seal(&key, Place::Pending(&user, &session), nonce)
        .map_err(sealed_badly)?;
    Ok(PendingKey {
        session,
        user,
        key,
        made_at: call.now,
    })
}

fn sealed_badly(error: OpenError) -> AppError {
    tracing::error!(%error, "a pending authenticator key does not open");
    AppError::Internal
}

pub(super) async fn pending(call: &Call) -> Result<bool, AppError> {
    Ok(find_pending(call).await?.is_some())
}

async fn find_pending(call: &Call) -> Result<Option<PendingKey>, AppError> {
    let pending = call
        .services
        .mfa
        .pending(&call.caller()?.session.id)
        .await?;
    Ok(pending.filter(|pending| is_pending(pending.made_at, call.now)))
}

pub(super) async fn cancel(call: &Call) -> Result<(), AppError> {
    Ok(call
        .services
        .mfa
        .drop_pending(&call.caller()?.session.id)
        .await?)
}

pub(super) async fn confirm(call: &Call, request: Code) -> Result<CodeSheet, AppError> {
    let caller = caller_without_method(call)?;
    let code: OneTimeCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| AppError::Invalid { field: Field::Code })?;
    let pending = find_pending(call).await?.ok_or(AppError::NothingPending)?;
    count(call, Factor::Application).await?;
    let key = call
        .services
        .vault
        .open(
            &pending.key,
            Place::Pending(&pending.user, &pending.session),
        )
        .map_err(sealed_badly)?;
    let step = accepted(verify_enrolment(&key, &code, call.now, None))?;

    let (shown, stored) = codes::draw(call, &caller.session).await?;
    let token = call.draw_token()?;
    let swap = TokenSwap {
        session: caller.session.id.clone(),
        old: caller.token,
        new: token.hash(),
    };
    match call
        .services
        .mfa
        .activate(activation(call, pending, &key, step, swap, stored)?)
        .await?
    {
        Taken::Taken => call.set_cookie(&token),
        Taken::AlreadyTaken => return Err(AppError::AlreadySetUp),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    Ok(shown)
}

fn accepted(verdict: EnrolmentVerdict) -> Result<TimeStep, AppError> {
    match verdict {
        EnrolmentVerdict::Code(Verdict::Accepted { step }) => Ok(step),
        EnrolmentVerdict::Code(Verdict::JustExpired) => Err(AppError::JustExpired),
        // A pending key has burnt no step, so none of its codes can have been used.
        EnrolmentVerdict::Code(Verdict::Wrong | Verdict::AlreadyUsed) => Err(AppError::WrongCode),
        EnrolmentVerdict::ClockOff { seconds } => Err(AppError::ClockOff { seconds }),
    }
}

/// The pending key becomes a method: it is sealed anew, for the method's row.
fn activation(
    call: &Call,
    pending: PendingKey,
    key: &TotpKey,
    step: TimeStep,
    swap: TokenSwap,
    codes: domain::ports::NewCodeSet,
) -> Result<Activation, AppError> {
    let method = MethodId::from_random(call.services.entropy.draw()?);
    let nonce = call.services.entropy.draw()?;
    let key = call
        .services
        .vault
        .seal(key, Place::Method(&pending.user, &method), nonce)
        .map_err(sealed_badly)?;
    let name = METHOD_NAME.parse().map_err(|_| AppError::Internal)?;
    Ok(Activation {
        swap,
        user: pending.user,
        made_at: pending.made_at,
        method,
        name,
        key,
        step,
        codes,
        at: call.now,
    })
}
