//! Use cases of the backup codes.

use domain::{
    ids::{BackupCodeId, CodeSetId},
    ports::{BackupCodeHash, NewCodeSet, Place, SessionRecord},
    second_factor::{
        backup_code::BackupCode,
        enrolment::{CodesFor, may_keep_codes, may_see_codes},
        step_up::Intent,
    },
};

use super::api::{CodeSheet, SavedCodes, Settled};
use crate::{
    call::Call,
    error::AppError,
    profile::profile,
    session::now,
    step_up::{grant, is_granted},
    wire::Disclosed,
};

/// Draws ten codes, hashed one after the other: what is shown once, and what is stored.
pub(super) async fn draw(
    call: &Call,
    place: Place,
    session: &SessionRecord,
    reason: CodesFor,
    old_left: Option<u32>,
) -> Result<(CodeSheet, NewCodeSet), AppError> {
    let (services, user) = (&call.services, &session.user);
    let mut shown = Vec::with_capacity(BackupCode::PER_SET);
    let mut stored = Vec::with_capacity(BackupCode::PER_SET);
    for _ in 0..BackupCode::PER_SET {
        let code = BackupCode::from_random(services.entropy.draw()?);
        stored.push(BackupCodeHash {
            id: BackupCodeId::from_random(services.entropy.draw()?),
            index: services.vault.backup_code_index(user, &code),
            hash: services
                .hasher
                .hash_in(place.clone(), code.expose().as_bytes())
                .await?,
        });
        shown.push(Disclosed::new(code.to_string()));
    }
    let set = NewCodeSet {
        id: CodeSetId::from_random(services.entropy.draw()?),
        drawn_by: session.id.clone(),
        codes: stored,
        at: call.now,
    };
    let shown_set = set.id.clone();
    Ok((
        CodeSheet {
            set: shown_set,
            reason,
            old_left,
            email: session.email.to_string(),
            made_at: call.now,
            codes: shown,
            viewer: None,
        },
        set,
    ))
}

/// How many codes of the valid set still work.
async fn old_left(call: &Call) -> Result<Option<u32>, AppError> {
    let method = call
        .services
        .mfa
        .method(&call.caller()?.session.user)
        .await?;
    Ok(method.map(|method| method.codes_left))
}

pub(super) async fn show_fresh(call: &Call) -> Result<CodeSheet, AppError> {
    let session = &call.caller()?.session;
    let first_shown = session
        .codes_since
        .filter(|&since| may_see_codes(since, call.now))
        .ok_or(AppError::NothingPending)?;
    if !session.facts.may_repeat(Some(first_shown), call.now) {
        return Err(AppError::PasswordRequired);
    }
    let place = call.services.hasher.place_for_set(&session.user)?;
    let old_left = old_left(call).await?;
    let (shown, stored) = draw(call, place, session, session.codes_for, old_left).await?;
    let kept = call.services.mfa.keep_pending_codes(&session.user, stored);
    // Finish or Keep came first; a session that has ended hears of that by its next call.
    kept.await?.then_some(shown).ok_or(AppError::NothingPending)
}

pub(super) async fn finish(call: &Call, request: SavedCodes) -> Result<Option<Settled>, AppError> {
    let session = &call.caller()?.session;
    // A set that waits does so for half an hour; the first one is valid already.
    let is_late = session
        .codes_since
        .is_none_or(|since| !may_see_codes(since, call.now));
    if session.codes_for != CodesFor::Added && is_late {
        return Err(AppError::NothingPending);
    }
    let finished = call
        .services
        .mfa
        .finish_codes(&session.user, &session.id, &request.set, call.now)
        .await?;
    finished.then_some(()).ok_or(AppError::NothingPending)?;
    Ok(settled(call).await.ok())
}

pub(super) async fn generate(call: &Call) -> Result<CodeSheet, AppError> {
    let session = &call.caller()?.session;
    let method = call.services.mfa.method(&session.user).await?;
    let method = method.ok_or(AppError::VerificationRequired)?;
    // Looked up before ten hashes, so that asking without a grant costs nothing; what counts is the one that is taken below.
    if !is_granted(call, &Intent::Generate, &method.id).await? {
        return Err(AppError::VerificationRequired);
    }
    let old_left = Some(method.codes_left);
    let place = call.services.hasher.place_for_set(&session.user)?;
    let (shown, stored) = draw(call, place, session, CodesFor::Generated, old_left).await?;
    let grant = grant(call, Intent::Generate)?;
    if !call.services.mfa.generate(grant, stored).await? {
        return Err(AppError::VerificationRequired);
    }
    Ok(shown)
}

pub(super) async fn keep(call: &Call) -> Result<Option<Settled>, AppError> {
    let session = &call.caller()?.session;
    if !may_keep_codes(session.codes_for, old_left(call).await?) {
        return Err(AppError::NothingPending);
    }
    let kept = call
        .services
        .mfa
        .keep_valid_codes(&session.user, &session.id)
        .await?;
    kept.then_some(()).ok_or(AppError::NothingPending)?;
    Ok(settled(call).await.ok())
}

/// What was done stays done when this fails: the page asks again then.
async fn settled(call: &Call) -> Result<Settled, AppError> {
    Ok(Settled {
        viewer: now(call).await?,
        profile: profile(call).await?,
    })
}
