//! Use cases of the backup codes.

use domain::{
    ids::{BackupCodeId, CodeSetId},
    ports::{BackupCodeHash, CodeSetChange, HashPermit, NewCodeSet, SessionRecord},
    second_factor::{
        backup_code::BackupCode,
        enrolment::{CodesFor, may_keep_codes, may_see_codes},
        step_up::Intent,
    },
};

use super::values::{CodeSheet, NextPageData, SavedCodes};
use crate::{
    Context, UseCaseError, profile,
    secret_text::ResponseSecret,
    session::viewer::reload_viewer,
    step_up::verification::{check_grant, grant, is_granted},
};

/// Draws ten codes and hashes them one after the other. Returns the codes to show once and the
/// hashes to store.
pub(super) async fn draw(
    context: &Context,
    permit: HashPermit,
    session: &SessionRecord,
    reason: CodesFor,
    old_left: Option<u32>,
) -> Result<(CodeSheet, NewCodeSet), UseCaseError> {
    let (services, user) = (&context.services, &session.user);
    let mut shown = Vec::with_capacity(BackupCode::PER_SET);
    let mut stored = Vec::with_capacity(BackupCode::PER_SET);
    for _ in 0..BackupCode::PER_SET {
        let code = BackupCode::from_random(services.entropy.draw()?);
        stored.push(BackupCodeHash {
            id: BackupCodeId::from_random(services.entropy.draw()?),
            index: services.vault.backup_code_index(user, &code),
            hash: services
                .hasher
                .hash_in(permit.clone(), code.expose().as_bytes())
                .await?,
        });
        shown.push(ResponseSecret::new(code.to_string()));
    }
    let set = NewCodeSet {
        id: CodeSetId::from_random(services.entropy.draw()?),
        drawn_by: session.id.clone(),
        codes: stored,
        at: context.now,
    };
    let shown_set = set.id.clone();
    Ok((
        CodeSheet {
            set: shown_set,
            reason,
            old_left,
            email: session.email.to_string(),
            made_at: context.now,
            codes: shown,
            viewer: None,
        },
        set,
    ))
}

const fn check_change(change: CodeSetChange) -> Result<(), UseCaseError> {
    match change {
        CodeSetChange::Done => Ok(()),
        CodeSetChange::NothingToFinish | CodeSetChange::SetReplaced => {
            Err(UseCaseError::NothingPending)
        }
    }
}

/// How many codes of the valid set still work.
async fn old_left(context: &Context) -> Result<Option<u32>, UseCaseError> {
    let user = &context.caller()?.session.user;
    let settings = context.services.mfa.settings(user).await?;
    Ok((!settings.methods.is_empty()).then_some(settings.codes_left))
}

/// Draws a fresh set of codes for a reloaded page. The previous set works until [`finish`].
#[tracing::instrument(level = "debug", skip_all)]
pub async fn show_fresh_codes(context: &Context) -> Result<CodeSheet, UseCaseError> {
    let session = &context.caller()?.session;
    let first_shown = session
        .codes_since
        .filter(|&since| may_see_codes(since, context.now))
        .ok_or(UseCaseError::NothingPending)?;
    if !session.facts.may_repeat(Some(first_shown), context.now) {
        return Err(UseCaseError::PasswordRequired);
    }
    let permit = context.services.hasher.acquire_for_set(&session.user)?;
    let old_left = old_left(context).await?;
    let (shown, stored) = draw(context, permit, session, session.codes_for, old_left).await?;
    let kept = context
        .services
        .mfa
        .keep_pending_codes(&session.user, stored);
    // Finish or Keep was faster. If the session has ended, its next call reports that.
    check_change(kept.await?)?;
    Ok(shown)
}

/// Records that the codes on the page are saved. Returns what the next page shows, if it could be
/// looked up.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn finish(
    context: &Context,
    request: SavedCodes,
) -> Result<Option<NextPageData>, UseCaseError> {
    let session = &context.caller()?.session;
    // A pending set expires after half an hour. The first set is already valid, so it does not
    // expire.
    let is_late = session
        .codes_since
        .is_none_or(|since| !may_see_codes(since, context.now));
    if session.codes_for != CodesFor::Added && is_late {
        return Err(UseCaseError::NothingPending);
    }
    let finished = context
        .services
        .mfa
        .finish_codes(&session.user, &session.id, &request.set, context.now)
        .await?;
    check_change(finished)?;
    Ok(load_next_page(context).await.ok())
}

/// Draws new backup codes, with a grant. The old ones work until [`finish`].
#[tracing::instrument(level = "debug", skip_all)]
pub async fn generate(context: &Context) -> Result<CodeSheet, UseCaseError> {
    let session = &context.caller()?.session;
    let settings = context.services.mfa.settings(&session.user).await?;
    if settings.methods.is_empty() {
        return Err(UseCaseError::VerificationRequired);
    }
    // Checked before ten hashes are computed, so that a request without a grant is cheap. The check
    // that counts is the one below.
    if !is_granted(context, &Intent::Generate).await? {
        return Err(UseCaseError::VerificationRequired);
    }
    let old_left = Some(settings.codes_left);
    let permit = context.services.hasher.acquire_for_set(&session.user)?;
    let (shown, stored) = draw(context, permit, session, CodesFor::Generated, old_left).await?;
    let grant = grant(context, Intent::Generate)?;
    check_grant(context.services.mfa.generate(grant, stored).await?)?;
    Ok(shown)
}

/// Discards the codes on the page after a reset, so that the old ones stay.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn keep_codes(context: &Context) -> Result<Option<NextPageData>, UseCaseError> {
    let session = &context.caller()?.session;
    if !may_keep_codes(session.codes_for, old_left(context).await?) {
        return Err(UseCaseError::NothingPending);
    }
    let kept = context
        .services
        .mfa
        .keep_valid_codes(&session.user, &session.id)
        .await?;
    check_change(kept)?;
    Ok(load_next_page(context).await.ok())
}

/// Loads what the next page shows. If this fails, the change still stands and the page loads it
/// again.
async fn load_next_page(context: &Context) -> Result<NextPageData, UseCaseError> {
    Ok(NextPageData {
        viewer: reload_viewer(context).await?,
        profile: profile::view(context).await?,
    })
}
