//! The confirmation of a pending key: it becomes a method, and a first method brings backup codes.

use domain::{
    ids::MethodId,
    ports::{
        Activation, Enrolment, HashPermit, KeyActivation, KeyPurpose, MfaSettings, NewFactor,
        PendingKey,
    },
    second_factor::enrolment::CodesFor,
};

use super::{
    backup_codes,
    pending::{user, why_gone},
    values::CodeSheet,
};
use crate::{
    Context, Cookies, UseCaseError,
    session::{known_browser::remember_caller, viewer::load_viewer},
};

/// The permit to hash the codes that a set-up brings; none for a further method, whose user has
/// codes already.
pub(super) fn acquire_permit(
    context: &Context,
    purpose: &KeyPurpose,
) -> Result<Option<HashPermit>, UseCaseError> {
    Ok(match purpose {
        KeyPurpose::Further => None,
        _ => Some(context.services.hasher.acquire_for_set(user(context)?)?),
    })
}

/// What a pending key becomes.
pub(super) struct Confirmed {
    pub(super) pending: PendingKey,
    pub(super) method: MethodId,
    pub(super) factor: NewFactor,
}

/// Turns a pending key into a method. Returns the backup codes that it brings.
pub(super) async fn activate(
    context: &Context,
    cookies: &mut Cookies,
    confirmed: Confirmed,
    permit: Option<HashPermit>,
    settings: &MfaSettings,
) -> Result<Option<CodeSheet>, UseCaseError> {
    let Confirmed {
        pending,
        method,
        factor,
    } = confirmed;
    let (mut shown, enrolment) = enrolment(context, &pending.purpose, permit, settings).await?;
    let (swap, token) = context.renewal()?;
    let hash = token.hash();
    let activation = Activation {
        swap,
        user: pending.user,
        made_at: pending.made_at,
        method,
        factor,
        enrolment,
        at: context.now,
    };
    match context.services.mfa.activate(activation).await? {
        KeyActivation::Activated => cookies.set_session(token),
        KeyActivation::KeyGone => {
            return Err(why_gone(context, pending.factor.method_type()).await?);
        }
        KeyActivation::CredentialTaken => return Err(UseCaseError::CredentialTaken),
        KeyActivation::SessionGone => return Err(UseCaseError::NotSignedIn),
    }
    // A set-up that an account requires ends with this call. If the database does not answer, only
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
