//! Use cases of the Identity verification: asked, verified, and then taken by the action itself.

use domain::{
    ids::MethodId,
    ports::{Grant, MethodRecord, Proof, StepUp, Taken, Verification},
    second_factor::step_up::{GRANT, Intent, RECOVERY, is_asked},
};

use super::api::{AskedFor, NextStep, StepUpCode};
use crate::{
    accounts::owned,
    call::Call,
    error::AppError,
    session::{already_used, right_backup_code, right_code},
};

pub(super) async fn ask(call: &Call, intent: Intent) -> Result<NextStep, AppError> {
    let session = &call.caller()?.session;
    let method = method(call).await?.id;
    check_target(call, &intent).await?;
    if is_granted(call, &intent, &method).await? {
        return Ok(NextStep::Granted);
    }
    let lapsed = call.now.minus(RECOVERY);
    let step_up = StepUp {
        intent,
        method,
        asked_at: call.now,
        granted_at: None,
    };
    let step_ups = &call.services.step_ups;
    if step_up.intent.follows_recovery() && session.recovered_at.is_some_and(|at| at > lapsed) {
        // The backup code was given for the sign-in, not for this, so the password has to be fresh as well.
        if !session.facts.may_repeat(None, call.now) {
            return Err(AppError::PasswordRequired);
        }
        if step_ups
            .grant_by_recovery(
                &session.id,
                &session.user,
                step_up.clone(),
                lapsed,
                session.facts.password_at,
            )
            .await?
        {
            return Ok(NextStep::Granted);
        }
    }
    step_ups.ask(&session.id, &session.user, step_up).await?;
    Ok(NextStep::Verify)
}

/// Whether the session holds a grant for it. One whose action failed is still good: asking again must not take it away from somebody who
/// has no other code.
pub(crate) async fn is_granted(
    call: &Call,
    intent: &Intent,
    method: &MethodId,
) -> Result<bool, AppError> {
    let asked = call
        .services
        .step_ups
        .asked(&call.caller()?.session.id)
        .await?;
    Ok(asked.is_some_and(|step_up| {
        step_up.intent == *intent
            && step_up.method == *method
            && step_up
                .granted_at
                .is_some_and(|at| call.now.since(at) < GRANT)
    }))
}

async fn method(call: &Call) -> Result<MethodRecord, AppError> {
    call.services
        .mfa
        .method(&call.caller()?.session.user)
        .await?
        .ok_or(AppError::NoMethod)
}

/// Nobody gives a code for what will be refused anyway; the action asks again when it is done.
async fn check_target(call: &Call, intent: &Intent) -> Result<(), AppError> {
    match intent {
        Intent::Reset | Intent::Delete | Intent::Generate => Ok(()),
        Intent::RuleOff { account } => owned::check(call, account),
        Intent::MemberReset { account, member } => {
            owned::resettable(call, account, member).await.map(drop)
        }
    }
}

pub(super) async fn asked(call: &Call) -> Result<Option<AskedFor>, AppError> {
    let Some(step_up) = pending(call).await? else {
        return Ok(None);
    };
    let about = match &step_up.intent {
        Intent::Reset | Intent::Delete | Intent::Generate => None,
        Intent::RuleOff { account } => Some(owned::name(call, account)?),
        Intent::MemberReset { account, member } => Some(
            owned::resettable(call, account, member)
                .await?
                .name
                .to_string(),
        ),
    };
    Ok(Some(AskedFor {
        intent: step_up.intent,
        about,
    }))
}

async fn pending(call: &Call) -> Result<Option<StepUp>, AppError> {
    let asked = call
        .services
        .step_ups
        .asked(&call.caller()?.session.id)
        .await?;
    Ok(
        asked
            .filter(|step_up| step_up.granted_at.is_none() && is_asked(step_up.asked_at, call.now)),
    )
}

pub(super) async fn verify_code(call: &Call, request: StepUpCode) -> Result<(), AppError> {
    let step_up = shown(call, &request).await?;
    let (method, step) = right_code(call, &request.code).await?;
    match verify(call, step_up, method.id, Proof::Step(step)).await? {
        Taken::AlreadyTaken => Err(already_used(call, step, step).await),
        outcome => done(outcome),
    }
}

pub(super) async fn verify_backup_code(call: &Call, request: StepUpCode) -> Result<(), AppError> {
    let step_up = shown(call, &request).await?;
    check_own_codes(call).await?;
    let code = right_backup_code(call, &request.code).await?;
    let method = step_up.method.clone();
    match verify(call, step_up, method, Proof::BackupCode(code)).await? {
        Taken::AlreadyTaken => Err(AppError::BackupCodeUsed),
        outcome => done(outcome),
    }
}

/// A session that drew backup codes itself gives its password once more before one of them verifies it.
async fn check_own_codes(call: &Call) -> Result<(), AppError> {
    let session = &call.caller()?.session;
    let drawn_at = call
        .services
        .mfa
        .drew_codes(&session.user, &session.id)
        .await?;
    if session.facts.may_verify_by_backup_code(drawn_at, call.now) {
        Ok(())
    } else {
        Err(AppError::PasswordRequired)
    }
}

const fn done(outcome: Taken) -> Result<(), AppError> {
    match outcome {
        Taken::Taken => Ok(()),
        Taken::AlreadyTaken | Taken::SessionGone => Err(AppError::NothingPending),
    }
}

/// What is asked, if it is still what the person saw; looked up before a code is spent on something else.
async fn shown(call: &Call, request: &StepUpCode) -> Result<StepUp, AppError> {
    pending(call)
        .await?
        .filter(|step_up| step_up.intent == request.intent)
        .ok_or(AppError::NothingPending)
}

async fn verify(
    call: &Call,
    step_up: StepUp,
    method: MethodId,
    proof: Proof,
) -> Result<Taken, AppError> {
    let (swap, token) = call.renewal()?;
    let verification = Verification {
        swap,
        user: call.caller()?.session.user.clone(),
        intent: step_up.intent,
        method,
        proof,
        at: call.now,
    };
    let outcome = call.services.step_ups.verify(verification).await?;
    if outcome == Taken::Taken {
        call.set_cookie(&token);
    }
    Ok(outcome)
}

pub(super) async fn cancel(call: &Call) -> Result<(), AppError> {
    Ok(call
        .services
        .step_ups
        .forget(&call.caller()?.session.id)
        .await?)
}

/// The grant that the caller's action takes.
pub(crate) fn grant(call: &Call, intent: Intent) -> Result<Grant, AppError> {
    let session = &call.caller()?.session;
    Ok(Grant {
        session: session.id.clone(),
        user: session.user.clone(),
        intent,
        lapsed: call.now.minus(GRANT),
    })
}

/// Refuses an action that found no grant, or found that its rules don't hold any more.
pub(crate) const fn taken(outcome: Taken) -> Result<(), AppError> {
    match outcome {
        Taken::Taken => Ok(()),
        Taken::AlreadyTaken => Err(AppError::VerificationRequired),
        Taken::SessionGone => Err(AppError::NotAllowed),
    }
}
