//! Use cases of the set-up. Nothing is active until a code of the pending key has been verified.

use std::time::Duration;

use domain::{
    events::{Action, Event, Outcome},
    ids::{MethodId, UserId},
    people::names::MethodName,
    ports::{
        Activation, Enrolment, HashPermit, KeyActivation, KeyPurpose, MfaSettings, PendingKey,
        TokenSwap,
    },
    second_factor::{
        enrolment::{CodesFor, PENDING_KEY, is_pending},
        lockout::Factor,
        methods::suggested_application_name,
        one_time_code::OneTimeCode,
        step_up::Intent,
        totp::{EnrolmentVerdict, TotpKey, Verdict, verify_enrolment},
    },
    secrets::vault::{SealContext, UnsealError},
    time::TimeStep,
};

use super::{
    backup_codes, qr,
    values::{CodeSheet, MethodChoice, PendingSetUp, SetUpPurpose},
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
    step_up::verification::{check_grant, grant, granted},
};

/// Returns the session's pending key, or creates one. `choice` is what the user chose for a new
/// method; without it, a name is suggested.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_up(
    context: &Context,
    choice: Option<MethodChoice>,
) -> Result<PendingSetUp, UseCaseError> {
    let settings = context.services.mfa.settings(user(context)?).await?;
    let wish = wish(&settings, choice)?;
    let (kept, is_renewed) = if settings.methods.is_empty() {
        keep_for_first(context, wish).await?
    } else {
        (keep_with_grant(context, &settings, wish).await?, false)
    };
    describe(context, &kept, is_renewed).await
}

/// A new method's name, and whether it is to be the default.
type Wish = (MethodName, bool);

fn wish(settings: &MfaSettings, choice: Option<MethodChoice>) -> Result<Wish, UseCaseError> {
    if let Some(choice) = choice {
        let name = choice.name.parse().map_err(|_| UseCaseError::Invalid {
            field: Field::MethodName,
        })?;
        return Ok((name, choice.is_default));
    }
    let is_taken = |name: &str| {
        let mut methods = settings.methods.iter();
        methods.any(|method| method.name.as_str() == name)
    };
    let name = suggested_application_name(is_taken).parse();
    Ok((name.map_err(|_| UseCaseError::Internal)?, false))
}

fn user(context: &Context) -> Result<&UserId, UseCaseError> {
    Ok(&context.caller()?.session.user)
}

/// The password must be fresh for a new key, and fresher for a key that was shown before, because a
/// person who sees the key can enrol their own phone. A key from before the last password is
/// replaced by a new one.
async fn keep_for_first(context: &Context, wish: Wish) -> Result<(PendingKey, bool), UseCaseError> {
    let facts = &context.caller()?.session.facts;
    let waiting = find_pending(context).await?;
    let waiting = waiting.filter(|key| key.purpose == KeyPurpose::First);
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
        .keep_pending(new_key(context, KeyPurpose::First, wish)?, expired)
        .await?;
    Ok((kept.ok_or(UseCaseError::NotSignedIn)?, is_renewed))
}

/// Creates a new key with a grant to add or to reset a method. Without a grant, returns the
/// session's pending key, as long as its verification is fresh. A grant is used even if a key is
/// pending, because with an unused grant the cookie alone could start another key. An old method
/// works until a code of the new key has been verified.
async fn keep_with_grant(
    context: &Context,
    settings: &MfaSettings,
    wish: Wish,
) -> Result<PendingKey, UseCaseError> {
    let granted = granted(context).await?.map(|step_up| step_up.intent);
    let (intent, purpose, wish) = match granted {
        Some(intent @ Intent::Add) => (intent, KeyPurpose::Further, wish),
        Some(Intent::Reset { method }) => {
            let record = settings.find(&method).ok_or(UseCaseError::NoMethod)?;
            let wish = (record.name.clone(), record.is_default);
            let purpose = KeyPurpose::Reset(method.clone());
            (Intent::Reset { method }, purpose, wish)
        }
        _ => return waiting_with_grant(context, settings).await,
    };
    let key = new_key(context, purpose, wish)?;
    let grant = grant(context, intent)?;
    let mfa = &context.services.mfa;
    check_grant(mfa.keep_pending_with_grant(key.clone(), grant).await?)?;
    Ok(key)
}

/// The pending key of an earlier grant.
async fn waiting_with_grant(
    context: &Context,
    settings: &MfaSettings,
) -> Result<PendingKey, UseCaseError> {
    let facts = &context.caller()?.session.facts;
    let waiting = check_pending(find_pending(context).await?, settings);
    waiting
        .ok()
        .filter(|waiting| facts.may_repeat(waiting.proved_at, context.now))
        .ok_or(UseCaseError::VerificationRequired)
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
        purpose: match kept.purpose {
            KeyPurpose::First => SetUpPurpose::First,
            KeyPurpose::Further => SetUpPurpose::Further,
            KeyPurpose::Reset(_) => SetUpPurpose::Reset,
        },
    })
}

fn new_key(
    context: &Context,
    purpose: KeyPurpose,
    (name, is_default): Wish,
) -> Result<PendingKey, UseCaseError> {
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
        purpose,
        name,
        is_default,
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

/// Confirms the pending key by its first code, and activates it. Returns backup codes, except for a
/// further method: the user has codes already.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn confirm(
    context: &Context,
    cookies: &mut Cookies,
    request: Code,
) -> Result<Option<CodeSheet>, UseCaseError> {
    let code: OneTimeCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| UseCaseError::Invalid { field: Field::Code })?;
    let settings = context.services.mfa.settings(user(context)?).await?;
    let pending = check_pending(find_pending(context).await?, &settings)?;
    let draw = match pending.purpose {
        KeyPurpose::Further => None,
        _ => Some(context.services.hasher.acquire_for_set(user(context)?)?),
    };
    count_attempt(context, Factor::Application)
        .await
        .map_err(|error| without_backup_codes(error, Some(&settings)))?;
    let place = SealContext::Pending(&pending.user, &pending.session);
    let opened = context.services.vault.open(&pending.key, place);
    if opened.is_err() {
        record_unopened_key(context, &pending.key).await?;
    }
    let key = opened.map_err(|error| vault_error(&error))?;
    let step = require_accepted(context, verify_enrolment(&key, &code, context.now, None)).await?;

    let (mut shown, enrolment) = enrolment(context, &pending.purpose, draw, &settings).await?;
    let (swap, token) = context.renewal()?;
    let hash = token.hash();
    let activation = activation(context, pending, &key, step, swap, enrolment)?;
    match context.services.mfa.activate(activation).await? {
        KeyActivation::Activated => cookies.set_session(token),
        KeyActivation::KeyGone => return Err(why_gone(context).await?),
        KeyActivation::SessionGone => return Err(UseCaseError::NotSignedIn),
    }
    // A set-up that an account requires ends with this code. If the database does not answer, only
    // this call waits for it, not a second one.
    let viewer = load_viewer(context, hash).await.ok();
    if viewer.is_some() {
        remember_caller(context, cookies).await;
    }
    if let Some(shown) = &mut shown {
        shown.viewer = viewer;
    }
    Ok(shown)
}

/// Draws the codes that the purpose brings. Returns them as shown and as stored.
async fn enrolment(
    context: &Context,
    purpose: &KeyPurpose,
    permit: Option<HashPermit>,
    settings: &MfaSettings,
) -> Result<(Option<CodeSheet>, Enrolment), UseCaseError> {
    let Some(permit) = permit else {
        return Ok((None, Enrolment::Further));
    };
    let session = &context.caller()?.session;
    let reason = match purpose {
        KeyPurpose::Reset(_) => CodesFor::Reset,
        _ => CodesFor::Added,
    };
    let old_left = (!settings.methods.is_empty()).then_some(settings.codes_left);
    let (shown, stored) = backup_codes::draw(context, permit, session, reason, old_left).await?;
    let enrolment = match purpose {
        KeyPurpose::Reset(method) => Enrolment::Reset(method.clone(), stored),
        _ => Enrolment::First(stored),
    };
    Ok((Some(shown), enrolment))
}

/// A user who sets up their first method has no backup codes to unlock it. A caller that takes no
/// backup codes passes no settings.
pub(super) fn without_backup_codes(
    error: UseCaseError,
    settings: Option<&MfaSettings>,
) -> UseCaseError {
    let has_method = settings.is_some_and(|settings| !settings.methods.is_empty());
    match error {
        UseCaseError::Locked { tries } if !has_method => UseCaseError::SessionLocked { tries },
        error => error,
    }
}

/// Checks the pending key: a first key requires that there is no method, a further one that there
/// is one, a reset the method whose key it replaces.
fn check_pending(
    pending: Option<PendingKey>,
    settings: &MfaSettings,
) -> Result<PendingKey, UseCaseError> {
    let has_method = !settings.methods.is_empty();
    let fits = |purpose: &KeyPurpose| match purpose {
        KeyPurpose::First => !has_method,
        KeyPurpose::Further => has_method,
        KeyPurpose::Reset(method) => settings.find(method).is_some(),
    };
    match pending {
        Some(pending) if fits(&pending.purpose) => Ok(pending),
        _ if has_method => Err(UseCaseError::AlreadySetUp),
        _ => Err(UseCaseError::NothingPending),
    }
}

/// Why the pending key was gone when its code was right: another tab was faster, or cancelled.
async fn why_gone(context: &Context) -> Result<UseCaseError, UseCaseError> {
    let settings = context.services.mfa.settings(user(context)?).await?;
    let pending = find_pending(context).await?;
    // A key that another request has replaced in the meantime is not the one of this code.
    Ok(check_pending(pending, &settings)
        .err()
        .unwrap_or(UseCaseError::NothingPending))
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
    enrolment: Enrolment,
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
        key,
        step,
        enrolment,
        at: context.now,
    })
}
