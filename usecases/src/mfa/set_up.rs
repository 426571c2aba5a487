//! Use cases of the set-up. Nothing is active until a code of the pending key has been verified.

use std::time::Duration;

use domain::{
    events::{Action, Event, Outcome},
    ids::{MethodId, UserId},
    people::names::MethodName,
    ports::{Activation, KeyActivation, MethodRecord, NewCodeSet, PendingKey, TokenSwap},
    second_factor::{
        enrolment::{CodesFor, METHOD_NAME, PENDING_KEY, is_pending},
        lockout::Factor,
        one_time_code::OneTimeCode,
        step_up::Intent,
        totp::{EnrolmentVerdict, TotpKey, Verdict, verify_enrolment},
    },
    secrets::vault::{SealContext, UnsealError},
    time::TimeStep,
};

use super::{
    backup_codes, qr,
    values::{CodeSheet, PendingSetUp},
};
use crate::{
    Context, Cookies, Field, UseCaseError,
    error_events::record_damage,
    secret_text::ResponseSecret,
    session::{
        Code,
        known_browser::remember_caller,
        second_factor::{count_attempt, just_expired_error, record_unopened_key},
        viewer::load_viewer,
    },
    step_up::verification::{check_grant, grant, is_granted},
};

/// Returns the session's pending key, or creates one.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_up(context: &Context) -> Result<PendingSetUp, UseCaseError> {
    let (kept, is_renewed) = match context.services.mfa.method(user(context)?).await? {
        Some(method) => (keep_for_reset(context, method.id).await?, false),
        None => keep_for_first(context).await?,
    };
    describe(context, &kept, is_renewed).await
}

fn user(context: &Context) -> Result<&UserId, UseCaseError> {
    Ok(&context.caller()?.session.user)
}

/// The password must be fresh for a new key, and fresher for a key that was shown before, because a
/// person who sees the key can enrol their own phone. A key from before the last password is
/// replaced by a new one.
async fn keep_for_first(context: &Context) -> Result<(PendingKey, bool), UseCaseError> {
    let facts = &context.caller()?.session.facts;
    let waiting = find_pending(context).await?;
    let waiting = waiting.filter(|key| key.replaces.is_none());
    let is_renewed = waiting
        .as_ref()
        .is_some_and(|key| !facts.drew_first_key_since_password(key.made_at));
    let may_see = match waiting.filter(|_| !is_renewed) {
        Some(key) => facts.may_see_first_key_again(key.made_at, context.now),
        None => facts.has_fresh_password(context.now),
    };
    if !may_see {
        return Err(UseCaseError::PasswordRequired);
    }
    let before_password = facts.password_at.minus(Duration::from_millis(1));
    let expired = context.now.minus(PENDING_KEY).max(before_password);
    let kept = context
        .services
        .mfa
        .keep_pending(new_key(context, None)?, expired)
        .await?;
    Ok((kept.ok_or(UseCaseError::NotSignedIn)?, is_renewed))
}

/// Creates a new key with a grant. Without a grant, returns the session's pending key, as long as
/// its verification is fresh. A grant is used even if a key is pending, because with an unused
/// grant the cookie alone could start another key. The old method works until a code of the new key
/// has been verified.
async fn keep_for_reset(context: &Context, method: MethodId) -> Result<PendingKey, UseCaseError> {
    let facts = &context.caller()?.session.facts;
    if let Some(waiting) = find_pending(context).await?
        && waiting.replaces.as_ref() == Some(&method)
        && facts.may_repeat(waiting.proved_at, context.now)
        && !is_granted(context, &Intent::Reset, &method).await?
    {
        return Ok(waiting);
    }
    let key = new_key(context, Some(method))?;
    let grant = grant(context, Intent::Reset)?;
    let kept = context.services.mfa.keep_pending_reset(key.clone(), grant);
    check_grant(kept.await?)?;
    Ok(key)
}

async fn describe(
    context: &Context,
    kept: &PendingKey,
    is_renewed: bool,
) -> Result<PendingSetUp, UseCaseError> {
    let email = &context.caller()?.session.email;
    let opened = context
        .services
        .vault
        .open(&kept.key, SealContext::Pending(&kept.user, &kept.session));
    if opened.is_err() {
        let event = Event::new(Action::SetUpBegin, Outcome::Damaged).of(&kept.user);
        record_damage(context, Some(event)).await;
    }
    let key = opened.map_err(|error| vault_error(&error))?;
    let uri = key.otpauth_uri(&context.services.settings.brand, email);
    Ok(PendingSetUp {
        email: email.to_string(),
        issuer: context.services.settings.brand.clone(),
        key: ResponseSecret::new(key.base32().to_string()),
        qr: qr::path(&uri)?,
        uri: ResponseSecret::new(uri.to_string()),
        is_renewed,
    })
}

fn new_key(context: &Context, replaces: Option<MethodId>) -> Result<PendingKey, UseCaseError> {
    let caller = context.caller()?;
    let (session, user) = (caller.session.id.clone(), caller.session.user.clone());
    let key = TotpKey::from_random(context.services.entropy.draw()?);
    let nonce = context.services.entropy.draw()?;
    let key = context
        .services
        .vault
        .seal(&key, SealContext::Pending(&user, &session), nonce)
        .map_err(|error| vault_error(&error))?;
    Ok(PendingKey {
        session,
        user,
        key,
        made_at: context.now,
        replaces,
        proved_at: None,
    })
}

fn vault_error(error: &UnsealError) -> UseCaseError {
    tracing::error!(%error, "a pending authenticator key does not open");
    UseCaseError::Internal
}

/// Whether the session has a pending key to confirm.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn has_pending(context: &Context) -> Result<bool, UseCaseError> {
    Ok(find_pending(context).await?.is_some())
}

async fn find_pending(context: &Context) -> Result<Option<PendingKey>, UseCaseError> {
    let pending = context
        .services
        .mfa
        .pending(&context.caller()?.session.id)
        .await?;
    Ok(pending.filter(|pending| is_pending(pending.made_at, context.now)))
}

/// Drops the pending key.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn cancel(context: &Context) -> Result<(), UseCaseError> {
    Ok(context
        .services
        .mfa
        .drop_pending(&context.caller()?.session.id)
        .await?)
}

/// Confirms the pending key by its first code, and activates it.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn confirm(
    context: &Context,
    cookies: &mut Cookies,
    request: Code,
) -> Result<CodeSheet, UseCaseError> {
    let caller = context.caller()?;
    let code: OneTimeCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| UseCaseError::Invalid { field: Field::Code })?;
    let method = context.services.mfa.method(user(context)?).await?;
    let pending = check_pending(find_pending(context).await?, method.as_ref())?;
    let for_hashes = context
        .services
        .hasher
        .acquire_for_set(&caller.session.user)?;
    count_attempt(context, Factor::Application)
        .await
        .map_err(|error| without_backup_codes(error, method.as_ref()))?;
    let place = SealContext::Pending(&pending.user, &pending.session);
    let opened = context.services.vault.open(&pending.key, place);
    if opened.is_err() {
        record_unopened_key(context, &pending.key).await?;
    }
    let key = opened.map_err(|error| vault_error(&error))?;
    let step = require_accepted(context, verify_enrolment(&key, &code, context.now, None)).await?;

    let reason = match pending.replaces {
        Some(_) => CodesFor::Reset,
        None => CodesFor::Added,
    };
    let old_left = method.as_ref().map(|method| method.codes_left);
    let (mut shown, stored) =
        backup_codes::draw(context, for_hashes, &caller.session, reason, old_left).await?;
    let (swap, token) = context.renewal()?;
    let hash = token.hash();
    // A reset keeps the name that the user gave the method.
    let name = method.map_or_else(default_name, |method| Ok(method.name))?;
    match context
        .services
        .mfa
        .activate(activation(
            context,
            pending,
            &key,
            step,
            swap,
            (name, stored),
        )?)
        .await?
    {
        KeyActivation::Activated => cookies.set_session(token),
        KeyActivation::KeyGone => return Err(why_gone(context).await?),
        KeyActivation::SessionGone => return Err(UseCaseError::NotSignedIn),
    }
    // A set-up that an account requires ends with this code. If the database does not answer, only
    // this call waits for it, not a second one.
    shown.viewer = load_viewer(context, hash).await.ok();
    if shown.viewer.is_some() {
        remember_caller(context, cookies).await;
    }
    Ok(shown)
}

/// A user who sets up their first method has no backup codes to unlock it. A caller that takes no
/// backup codes passes no method.
pub(super) fn without_backup_codes(
    error: UseCaseError,
    method: Option<&MethodRecord>,
) -> UseCaseError {
    match error {
        UseCaseError::Locked { tries } if method.is_none() => UseCaseError::SessionLocked { tries },
        error => error,
    }
}

/// Checks the pending key: a first key requires that there is no method, a reset the method that it
/// replaces.
fn check_pending(
    pending: Option<PendingKey>,
    method: Option<&MethodRecord>,
) -> Result<PendingKey, UseCaseError> {
    let replaced = pending.as_ref().and_then(|key| key.replaces.as_ref());
    if method.is_some() && replaced != method.map(|method| &method.id) {
        return Err(UseCaseError::AlreadySetUp);
    }
    pending.ok_or(UseCaseError::NothingPending)
}

/// Why the pending key was gone when its code was right: another tab was faster, or cancelled.
async fn why_gone(context: &Context) -> Result<UseCaseError, UseCaseError> {
    let method = context.services.mfa.method(user(context)?).await?;
    let pending = find_pending(context).await?;
    // A key that another request has replaced in the meantime is not the one of this code.
    Ok(check_pending(pending, method.as_ref())
        .err()
        .unwrap_or(UseCaseError::NothingPending))
}

fn default_name() -> Result<MethodName, UseCaseError> {
    METHOD_NAME.parse().map_err(|_| UseCaseError::Internal)
}

async fn require_accepted(
    context: &Context,
    verdict: EnrolmentVerdict,
) -> Result<TimeStep, UseCaseError> {
    match verdict {
        EnrolmentVerdict::Code(Verdict::Accepted { step }) => Ok(step),
        EnrolmentVerdict::Code(Verdict::JustExpired { step }) => {
            Err(just_expired_error(context, step).await)
        }
        // No step of a pending key has been used, so none of its codes can have been used.
        EnrolmentVerdict::Code(Verdict::Wrong | Verdict::AlreadyUsed { .. }) => {
            Err(UseCaseError::WrongCode)
        }
        EnrolmentVerdict::ClockOff { seconds } => Err(UseCaseError::ClockOff { seconds }),
    }
}

/// Turns the pending key into a method: seals it again, for the method's row.
fn activation(
    context: &Context,
    pending: PendingKey,
    key: &TotpKey,
    step: TimeStep,
    swap: TokenSwap,
    (name, codes): (MethodName, NewCodeSet),
) -> Result<Activation, UseCaseError> {
    let method = MethodId::from_random(context.services.entropy.draw()?);
    let nonce = context.services.entropy.draw()?;
    let key = context
        .services
        .vault
        .seal(key, SealContext::Method(&pending.user, &method), nonce)
        .map_err(|error| vault_error(&error))?;
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
        at: context.now,
    })
}
