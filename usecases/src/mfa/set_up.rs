//! Use cases of the set-up of an authenticator application.

use domain::{
    events::{Action, Event, Outcome},
    ids::MethodId,
    people::names::suggested_method_name,
    ports::{MfaSettings, NewFactor, PendingFactor, PendingKey},
    second_factor::{
        enrolment::METHOD_NAME,
        lockout::Factor,
        methods::MethodType,
        one_time_code::OneTimeCode,
        totp::{EnrolmentVerdict, TotpKey, Verdict, verify_enrolment},
    },
    secrets::vault::{SealContext, Sealed, UnsealError},
    time::TimeStep,
};

use super::{
    activation::{Confirmed, acquire_permit, activate},
    pending::{Wish, check_pending, find_pending, keep, purpose, settings, wish},
    qr,
    values::{CodeSheet, MethodChoice, PendingSetUp},
};
use crate::{
    Context, Cookies, Field, UseCaseError,
    error_events::record_damage,
    secret_text::ResponseSecret,
    session::{
        Code,
        second_factor::{count_attempt, just_expired_error, record_unopened_key},
    },
};

/// Returns the session's pending key, or creates one. `choice` is what the user chose for a new
/// method; without it, a name is suggested.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_up(
    context: &Context,
    choice: Option<MethodChoice>,
) -> Result<PendingSetUp, UseCaseError> {
    let settings = settings(context).await?;
    let wish = match choice {
        Some(choice) => wish(&choice.name, choice.is_default)?,
        None => suggested(&settings)?,
    };
    let (kept, is_renewed) = keep(context, &settings, new_key(context)?, wish).await?;
    describe(context, &kept, is_renewed).await
}

fn suggested(settings: &MfaSettings) -> Result<Wish, UseCaseError> {
    let is_taken = |name: &str| {
        let mut methods = settings.methods.iter();
        methods.any(|method| method.name.as_str() == name)
    };
    let name = suggested_method_name(METHOD_NAME, is_taken).parse();
    Ok(Wish {
        name: name.map_err(|_| UseCaseError::Internal)?,
        is_default: false,
        is_chosen: false,
    })
}

/// A new key, sealed for the session's pending row.
fn new_key(context: &Context) -> Result<PendingFactor, UseCaseError> {
    let session = &context.caller()?.session;
    let key = TotpKey::from_random(context.services.entropy.draw()?);
    let nonce = context.services.entropy.draw()?;
    let place = SealContext::Pending(&session.user, &session.id);
    let sealed = context.services.vault.seal(&key, place, nonce);
    let sealed = sealed.map_err(|error| vault_error(&error))?;
    Ok(PendingFactor::Application(sealed))
}

/// The sealed key of an application that is being set up.
const fn sealed(pending: &PendingKey) -> Result<&Sealed, UseCaseError> {
    match &pending.factor {
        PendingFactor::Application(key) => Ok(key),
        PendingFactor::PublicKey(_) => Err(UseCaseError::NothingPending),
    }
}

async fn describe(
    context: &Context,
    kept: &PendingKey,
    is_renewed: bool,
) -> Result<PendingSetUp, UseCaseError> {
    let email = &context.caller()?.session.email;
    let place = SealContext::Pending(&kept.user, &kept.session);
    let opened = context.services.vault.open(sealed(kept)?, place);
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
        purpose: purpose(kept),
    })
}

fn vault_error(error: &UnsealError) -> UseCaseError {
    tracing::error!(%error, "a pending authenticator key does not open");
    UseCaseError::Internal
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
    let settings = settings(context).await?;
    let pending = find_pending(context).await?;
    let pending = check_pending(pending, &settings, MethodType::Application)?;
    let permit = acquire_permit(context, &pending.purpose)?;
    count_attempt(context, Factor::Application)
        .await
        .map_err(|error| without_backup_codes(error, Some(&settings)))?;
    let place = SealContext::Pending(&pending.user, &pending.session);
    let opened = context.services.vault.open(sealed(&pending)?, place);
    if opened.is_err() {
        record_unopened_key(context, sealed(&pending)?).await?;
    }
    let key = opened.map_err(|error| vault_error(&error))?;
    let step = require_accepted(context, verify_enrolment(&key, &code, context.now, None)).await?;

    let method = MethodId::from_random(context.services.entropy.draw()?);
    let nonce = context.services.entropy.draw()?;
    let place = SealContext::Method(&pending.user, &method);
    let key = context.services.vault.seal(&key, place, nonce);
    let key = key.map_err(|error| vault_error(&error))?;
    let confirmed = Confirmed {
        pending,
        method,
        factor: NewFactor::Application { key, step },
    };
    activate(context, cookies, confirmed, permit, &settings).await
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
