//! Use cases of the Identity verification: request and verification. The action itself takes the
//! grant.

use domain::{
    ids::MethodId,
    ports::{CodeUse, Grant, GrantUse, MfaSettings, Proof, RecoveryGrant, StepUp, Verification},
    second_factor::{
        methods::MethodType,
        step_up::{GRANT, Intent, RECOVERY, is_asked},
    },
};

use super::values::{IntentRequest, NextStep, StepUpCode, StepUpKey, StepUpRequest};
use crate::{
    Context, Cookies, UseCaseError, ownership,
    session::{
        KeyOptions,
        second_factor::{already_used_error, check_backup_code, check_code},
    },
    webauthn::{Occasion, check_answer, request_options, used_meanwhile},
};

/// Stores the requested action, before its code is asked for.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn ask(context: &Context, request: IntentRequest) -> Result<NextStep, UseCaseError> {
    let settings = settings(context).await?;
    let default = settings.default_method().ok_or(UseCaseError::NoMethod)?;
    let intent = request.resolve(Some(&default.id));
    let intent = intent.ok_or(UseCaseError::NothingPending)?;
    let session = &context.caller()?.session;
    let method = method_about(&settings, &intent)?;
    check_target(context, &settings, &intent).await?;
    if is_granted(context, &intent).await? {
        return Ok(NextStep::Granted);
    }
    let lapsed = context.now.minus(RECOVERY);
    let step_up = StepUp {
        intent,
        method,
        asked_at: context.now,
        granted_at: None,
    };
    let step_ups = &context.services.step_ups;
    if step_up.intent.follows_recovery() && session.recovered_at.is_some_and(|at| at > lapsed) {
        // The backup code was given for the sign-in, not for this action, so the password must be
        // fresh too.
        if !session.facts.may_repeat(None, context.now) {
            return Err(UseCaseError::PasswordRequired);
        }
        let granted = step_ups
            .grant_by_recovery(
                &session.id,
                &session.user,
                step_up.clone(),
                lapsed,
                session.facts.password_at,
            )
            .await?;
        if granted == RecoveryGrant::Granted {
            return Ok(NextStep::Granted);
        }
    }
    step_ups.ask(&session.id, &session.user, step_up).await?;
    Ok(NextStep::Verify)
}

/// The intent that the session has a grant for, if it still has one.
pub(crate) async fn granted(context: &Context) -> Result<Option<StepUp>, UseCaseError> {
    let session = &context.caller()?.session.id;
    let asked = context.services.step_ups.asked(session).await?;
    let is_fresh = |at| context.now.since(at) < GRANT;
    Ok(asked.filter(|step_up| step_up.granted_at.is_some_and(is_fresh)))
}

/// Whether the session has a grant for this intent. A grant whose action failed is still valid. A
/// new request must not remove it, because the user may have no other code.
pub(crate) async fn is_granted(context: &Context, intent: &Intent) -> Result<bool, UseCaseError> {
    let granted = granted(context).await?;
    Ok(granted.is_some_and(|step_up| step_up.intent == *intent))
}

/// The method that the intent is about, else the default one. An intent about a method that is gone
/// has no method.
fn method_about(settings: &MfaSettings, intent: &Intent) -> Result<MethodId, UseCaseError> {
    let method = match intent.method() {
        Some(method) => settings.find(method),
        None => settings.default_method(),
    };
    method
        .map(|method| method.id.clone())
        .ok_or(UseCaseError::NoMethod)
}

async fn settings(context: &Context) -> Result<MfaSettings, UseCaseError> {
    let user = &context.caller()?.session.user;
    Ok(context.services.mfa.settings(user).await?)
}

/// Checks the target first, so that no user gives a code for an action that will be refused. The
/// action checks it again.
async fn check_target(
    context: &Context,
    settings: &MfaSettings,
    intent: &Intent,
) -> Result<(), UseCaseError> {
    match intent {
        Intent::Add if !has_room(settings) => Err(UseCaseError::NoRoom),
        // Only an application has a key that the server made.
        Intent::Reset { method } if !is_application(settings, method) => {
            Err(UseCaseError::NoMethod)
        }
        Intent::Add | Intent::Reset { .. } | Intent::Delete { .. } | Intent::Generate => Ok(()),
        Intent::RuleOff { account } => ownership::check(context, account),
        Intent::MemberReset { account, member } => ownership::resettable(context, account, member)
            .await
            .map(drop),
    }
}

/// Whether the user can add a method of any type.
fn has_room(settings: &MfaSettings) -> bool {
    let methods = settings.methods.iter();
    let existing = methods.map(|method| method.factor.method_type());
    let mut types = MethodType::ALL.into_iter();
    types.any(|kind| kind.has_room(existing.clone()))
}

fn is_application(settings: &MfaSettings, method: &MethodId) -> bool {
    settings
        .find(method)
        .is_some_and(|method| method.factor.method_type() == MethodType::Application)
}

/// What the session asks to verify for; none if nothing is pending.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn asked(context: &Context) -> Result<Option<StepUpRequest>, UseCaseError> {
    let Some(step_up) = find_pending(context).await? else {
        return Ok(None);
    };
    let settings = settings(context).await?;
    let about = match &step_up.intent {
        Intent::Add | Intent::Generate => None,
        Intent::Reset { method } | Intent::Delete { method } => {
            // With one method there is nothing to tell apart.
            let several = settings.methods.len() > 1;
            let method = settings.find(method).filter(|_| several);
            method.map(|method| method.name.to_string())
        }
        Intent::RuleOff { account } => Some(ownership::name(context, account)?),
        Intent::MemberReset { account, member } => Some(
            ownership::resettable(context, account, member)
                .await?
                .name
                .to_string(),
        ),
    };
    Ok(Some(StepUpRequest {
        intent: step_up.intent,
        about,
    }))
}

async fn find_pending(context: &Context) -> Result<Option<StepUp>, UseCaseError> {
    let asked = context
        .services
        .step_ups
        .asked(&context.caller()?.session.id)
        .await?;
    Ok(asked
        .filter(|step_up| step_up.granted_at.is_none() && is_asked(step_up.asked_at, context.now)))
}

/// Verifies with a code of the authenticator application.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify_code(
    context: &Context,
    cookies: &mut Cookies,
    request: StepUpCode,
) -> Result<(), UseCaseError> {
    let step_up = find_shown(context, &request.intent).await?;
    let (method, step) = check_code(context, &request.code).await?;
    let method = method.id;
    match verify(context, cookies, step_up, Proof::Step { method, step }).await? {
        CodeUse::AlreadyUsed => Err(already_used_error(context, step, step).await),
        outcome => check_verified(outcome),
    }
}

/// A challenge for the keys of the caller: to verify the identity, or to change the password.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn key_challenge(context: &Context) -> Result<KeyOptions, UseCaseError> {
    Ok(KeyOptions {
        options: request_options(context, Occasion::StepUp, None).await?,
    })
}

/// Verifies with a passkey or security key.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify_key(
    context: &Context,
    cookies: &mut Cookies,
    request: StepUpKey,
) -> Result<(), UseCaseError> {
    let step_up = find_shown(context, &request.intent).await?;
    let key = check_answer(context, Occasion::StepUp, &request.key.answer).await?;
    let kind = key.kind;
    match verify(context, cookies, step_up, Proof::Key(key)).await? {
        CodeUse::AlreadyUsed => Err(used_meanwhile(context, Occasion::StepUp, kind).await),
        outcome => check_verified(outcome),
    }
}

/// Verifies with a backup code, so that a user who lost their device is not locked out.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify_backup_code(
    context: &Context,
    cookies: &mut Cookies,
    request: StepUpCode,
) -> Result<(), UseCaseError> {
    let step_up = find_shown(context, &request.intent).await?;
    check_own_codes(context).await?;
    let code = check_backup_code(context, &request.code.code).await?;
    match verify(context, cookies, step_up, Proof::BackupCode(code)).await? {
        CodeUse::AlreadyUsed => Err(UseCaseError::BackupCodeUsed),
        outcome => check_verified(outcome),
    }
}

/// If the session drew backup codes itself, the password must be confirmed once more before one of
/// them verifies the identity.
async fn check_own_codes(context: &Context) -> Result<(), UseCaseError> {
    let session = &context.caller()?.session;
    let drawn_at = context
        .services
        .mfa
        .drew_codes(&session.user, &session.id)
        .await?;
    if session
        .facts
        .may_verify_by_backup_code(drawn_at, context.now)
    {
        Ok(())
    } else {
        Err(UseCaseError::PasswordRequired)
    }
}

const fn check_verified(answer: CodeUse) -> Result<(), UseCaseError> {
    match answer {
        CodeUse::Accepted => Ok(()),
        CodeUse::AlreadyUsed | CodeUse::SessionGone => Err(UseCaseError::NothingPending),
    }
}

/// What the session asks, if it is still the action that the page showed. Checked before a code is
/// spent on something else.
async fn find_shown(context: &Context, intent: &IntentRequest) -> Result<StepUp, UseCaseError> {
    find_pending(context)
        .await?
        .filter(|step_up| intent.is_for(&step_up.intent))
        .ok_or(UseCaseError::NothingPending)
}

async fn verify(
    context: &Context,
    cookies: &mut Cookies,
    step_up: StepUp,
    proof: Proof,
) -> Result<CodeUse, UseCaseError> {
    let (swap, token) = context.renewal()?;
    let verification = Verification {
        swap,
        user: context.caller()?.session.user.clone(),
        intent: step_up.intent,
        method: step_up.method,
        proof,
        at: context.now,
    };
    let outcome = context.services.step_ups.verify(verification).await?;
    if outcome == CodeUse::Accepted {
        cookies.set_session(token);
    }
    Ok(outcome)
}

/// Deletes the request.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn cancel(context: &Context) -> Result<(), UseCaseError> {
    Ok(context
        .services
        .step_ups
        .forget(&context.caller()?.session.id)
        .await?)
}

/// The grant that the caller's action takes.
pub(crate) fn grant(context: &Context, intent: Intent) -> Result<Grant, UseCaseError> {
    let session = &context.caller()?.session;
    Ok(Grant {
        session: session.id.clone(),
        user: session.user.clone(),
        intent,
        lapsed: context.now.minus(GRANT),
    })
}

/// Refuses an action that found no grant, or whose rules no longer hold.
pub(crate) const fn check_grant(answer: GrantUse) -> Result<(), UseCaseError> {
    match answer {
        GrantUse::Done => Ok(()),
        GrantUse::NoGrant => Err(UseCaseError::VerificationRequired),
        GrantUse::NotAllowed => Err(UseCaseError::NotAllowed),
    }
}
