//! Use cases of the set-up. Nothing is active before a code of the pending key has been verified.

use std::time::Duration;

use domain::{
    events::{Action, Event, Outcome},
    ids::{MethodId, UserId},
    people::names::MethodName,
    ports::{Activation, MethodRecord, NewCodeSet, PendingKey, Taken, TokenSwap},
    second_factor::{
        enrolment::{CodesFor, METHOD_NAME, PENDING_KEY, is_pending},
        lockout::Factor,
        one_time_code::OneTimeCode,
        step_up::Intent,
        totp::{EnrolmentVerdict, TotpKey, Verdict, verify_enrolment},
    },
    secrets::vault::{OpenError, Place},
    time::TimeStep,
};

use super::{
    api::{CodeSheet, PendingSetUp},
    codes, qr,
};
use crate::{
    call::Call,
    error::{AppError, Field},
    events,
    session::{api::Code, count, just_expired, not_opened, remember_caller, reread},
    step_up::{grant, is_granted},
    wire::Disclosed,
};

pub(super) async fn set_up(call: &Call) -> Result<PendingSetUp, AppError> {
    let (kept, is_renewed) = match call.services.mfa.method(user(call)?).await? {
        Some(method) => (keep_for_reset(call, method.id).await?, false),
        None => keep_for_first(call).await?,
    };
    shown(call, &kept, is_renewed).await
}

fn user(call: &Call) -> Result<&UserId, AppError> {
    Ok(&call.caller()?.session.user)
}

/// The password must be fresh for a new key, and fresher for one that was shown before: a person who sees the key can enrol
/// their own phone. A key from before the newest password gives way to a new one.
async fn keep_for_first(call: &Call) -> Result<(PendingKey, bool), AppError> {
    let facts = &call.caller()?.session.facts;
    let waiting = find_pending(call).await?;
    let waiting = waiting.filter(|key| key.replaces.is_none());
    let is_renewed = waiting
        .as_ref()
        .is_some_and(|key| !facts.drew_first_key_since_password(key.made_at));
    let may_see = match waiting.filter(|_| !is_renewed) {
        Some(key) => facts.may_see_first_key_again(key.made_at, call.now),
        None => facts.has_fresh_password(call.now),
    };
    if !may_see {
        return Err(AppError::PasswordRequired);
    }
    let before_password = facts.password_at.minus(Duration::from_millis(1));
    let expired = call.now.minus(PENDING_KEY).max(before_password);
    let kept = call
        .services
        .mfa
        .keep_pending(new_key(call, None)?, expired)
        .await?;
    Ok((kept.ok_or(AppError::NotSignedIn)?, is_renewed))
}

/// A new key by a grant; without one the key that waits for this session, for as long as its verification stands. A grant is used up
/// even where a key waits, because a grant that is left would let the cookie alone begin another key. The method works until a code of
/// the new key has been verified.
async fn keep_for_reset(call: &Call, method: MethodId) -> Result<PendingKey, AppError> {
    let facts = &call.caller()?.session.facts;
    if let Some(waiting) = find_pending(call).await?
        && waiting.replaces.as_ref() == Some(&method)
        && facts.may_repeat(waiting.proved_at, call.now)
        && !is_granted(call, &Intent::Reset, &method).await?
    {
        return Ok(waiting);
    }
    let key = new_key(call, Some(method))?;
    let grant = grant(call, Intent::Reset)?;
    if !call
        .services
        .mfa
        .keep_pending_reset(key.clone(), grant)
        .await?
    {
        return Err(AppError::VerificationRequired);
    }
    Ok(key)
}

async fn shown(call: &Call, kept: &PendingKey, is_renewed: bool) -> Result<PendingSetUp, AppError> {
    let email = &call.caller()?.session.email;
    let opened = call
        .services
        .vault
        .open(&kept.key, Place::Pending(&kept.user, &kept.session));
    if opened.is_err() {
        let event = Event::new(Action::SetUpBegin, Outcome::Damaged).of(&kept.user);
        events::damaged(call, Some(event)).await;
    }
    let key = opened.map_err(|error| sealed_badly(&error))?;
    let uri = key.otpauth_uri(&call.services.settings.brand, email);
    Ok(PendingSetUp {
        email: email.to_string(),
        issuer: call.services.settings.brand.clone(),
        key: Disclosed::new(key.base32().to_string()),
        qr: qr::path(&uri)?,
        uri: Disclosed::new(uri.to_string()),
        is_renewed,
    })
}

fn new_key(call: &Call, replaces: Option<MethodId>) -> Result<PendingKey, AppError> {
    let caller = call.caller()?;
    let (session, user) = (caller.session.id.clone(), caller.session.user.clone());
    let key = TotpKey::from_random(call.services.entropy.draw()?);
    let nonce = call.services.entropy.draw()?;
    let key = call
        .services
        .vault
        .seal(&key, Place::Pending(&user, &session), nonce)
        .map_err(|error| sealed_badly(&error))?;
    Ok(PendingKey {
        session,
        user,
        key,
        made_at: call.now,
        replaces,
        proved_at: None,
    })
}

fn sealed_badly(error: &OpenError) -> AppError {
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
    let caller = call.caller()?;
    let code: OneTimeCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| AppError::Invalid { field: Field::Code })?;
    let method = call.services.mfa.method(user(call)?).await?;
    let pending = to_confirm(find_pending(call).await?, method.as_ref())?;
    let for_hashes = call.services.hasher.place_for_set(&caller.session.user)?;
    count(call, Factor::Application)
        .await
        .map_err(|refusal| without_backup_codes(refusal, method.as_ref()))?;
    let place = Place::Pending(&pending.user, &pending.session);
    let opened = call.services.vault.open(&pending.key, place);
    if opened.is_err() {
        not_opened(call, &pending.key).await?;
    }
    let key = opened.map_err(|error| sealed_badly(&error))?;
    let step = accepted(call, verify_enrolment(&key, &code, call.now, None)).await?;

    let reason = match pending.replaces {
        Some(_) => CodesFor::Reset,
        None => CodesFor::Added,
    };
    let old_left = method.as_ref().map(|method| method.codes_left);
    let (mut shown, stored) =
        codes::draw(call, for_hashes, &caller.session, reason, old_left).await?;
    let (swap, token) = call.renewal()?;
    // A reset keeps the name that its owner gave.
    let name = method.map_or_else(default_name, |method| Ok(method.name))?;
    match call
        .services
        .mfa
        .activate(activation(call, pending, &key, step, swap, (name, stored))?)
        .await?
    {
        Taken::Taken => call.set_cookie(&token),
        Taken::AlreadyTaken => return Err(AppError::AlreadySetUp),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    // A set-up that an account requires is over with the code. A database that does not answer by now is waited for once, not twice.
    shown.viewer = reread(call, &token).await.ok();
    if shown.viewer.is_some() {
        remember_caller(call).await;
    }
    Ok(shown)
}

/// Who sets up their first method has no backup codes to unlock it with; a place that takes none passes no method.
pub(super) fn without_backup_codes(refusal: AppError, method: Option<&MethodRecord>) -> AppError {
    match refusal {
        AppError::Locked { tries } if method.is_none() => AppError::SessionLocked { tries },
        refusal => refusal,
    }
}

/// A first key must find no method, a reset the one it replaces.
fn to_confirm(
    pending: Option<PendingKey>,
    method: Option<&MethodRecord>,
) -> Result<PendingKey, AppError> {
    let replaced = pending.as_ref().and_then(|key| key.replaces.as_ref());
    if method.is_some() && replaced != method.map(|method| &method.id) {
        return Err(AppError::AlreadySetUp);
    }
    pending.ok_or(AppError::NothingPending)
}

fn default_name() -> Result<MethodName, AppError> {
    METHOD_NAME.parse().map_err(|_| AppError::Internal)
}

async fn accepted(call: &Call, verdict: EnrolmentVerdict) -> Result<TimeStep, AppError> {
    match verdict {
        EnrolmentVerdict::Code(Verdict::Accepted { step }) => Ok(step),
        EnrolmentVerdict::Code(Verdict::JustExpired { step }) => {
            Err(just_expired(call, step).await)
        }
        // A pending key has burnt no step, so none of its codes can have been used.
        EnrolmentVerdict::Code(Verdict::Wrong | Verdict::AlreadyUsed { .. }) => {
            Err(AppError::WrongCode)
        }
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
    (name, codes): (MethodName, NewCodeSet),
) -> Result<Activation, AppError> {
    let method = MethodId::from_random(call.services.entropy.draw()?);
    let nonce = call.services.entropy.draw()?;
    let key = call
        .services
        .vault
        .seal(key, Place::Method(&pending.user, &method), nonce)
        .map_err(|error| sealed_badly(&error))?;
    Ok(Activation {
        swap,
        user: pending.user,
        made_at: pending.made_at,
        method,
        name,
        key,
        step,
        codes,
        replaces: pending.replaces,
        at: call.now,
    })
}
