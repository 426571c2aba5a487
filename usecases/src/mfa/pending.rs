//! What a session is setting up, of any type. Nothing is active until it has been confirmed.

use std::time::Duration;

use domain::{
    ids::UserId,
    people::names::MethodName,
    ports::{KeyPurpose, MfaSettings, PendingFactor, PendingKey},
    second_factor::{
        enrolment::{PENDING_KEY, is_pending},
        methods::MethodType,
        step_up::Intent,
    },
    session::reauthentication::is_fresh,
};

use super::values::{PendingMethod, SetUpPurpose};
use crate::{
    Context, Field, UseCaseError,
    step_up::verification::{check_grant, grant, granted},
};

/// What a new method is to be.
pub(super) struct Wish {
    pub(super) name: MethodName,
    /// Whether it is to be the default.
    pub(super) is_default: bool,
    /// Whether the person chose this in the present request. What they did not choose never
    /// changes the type of what is being set up.
    pub(super) is_chosen: bool,
}

pub(super) fn wish(name: &str, is_default: bool) -> Result<Wish, UseCaseError> {
    let name = name.parse().map_err(|_| UseCaseError::Invalid {
        field: Field::MethodName,
    })?;
    Ok(Wish {
        name,
        is_default,
        is_chosen: true,
    })
}

pub(super) fn user(context: &Context) -> Result<&UserId, UseCaseError> {
    Ok(&context.caller()?.session.user)
}

pub(super) async fn settings(context: &Context) -> Result<MfaSettings, UseCaseError> {
    Ok(context.services.mfa.settings(user(context)?).await?)
}

/// The types of the user's methods.
pub(super) fn types(settings: &MfaSettings) -> impl Iterator<Item = MethodType> {
    let methods = settings.methods.iter();
    methods.map(|method| method.factor.method_type())
}

/// Returns the session's pending key of this type, or stores `factor` as a new one. Also returns
/// whether it replaces one that was drawn before the password was confirmed.
pub(super) async fn keep(
    context: &Context,
    settings: &MfaSettings,
    factor: PendingFactor,
    wish: Wish,
) -> Result<(PendingKey, bool), UseCaseError> {
    if settings.methods.is_empty() {
        keep_for_first(context, factor, wish).await
    } else {
        Ok((
            keep_with_grant(context, settings, factor, wish).await?,
            false,
        ))
    }
}

/// The password must be fresh for a new key, and fresher for a key that was shown before, because a
/// person who sees the key can enrol their own phone. A key from before the last password is
/// replaced by a new one.
async fn keep_for_first(
    context: &Context,
    factor: PendingFactor,
    wish: Wish,
) -> Result<(PendingKey, bool), UseCaseError> {
    let facts = &context.caller()?.session.facts;
    let kind = factor.method_type();
    let waiting = find_pending(context)
        .await?
        .filter(|key| key.purpose == KeyPurpose::First && key.factor.method_type() == kind);
    // A reload chooses nothing, so it changes nothing.
    let kept_name = waiting.as_ref().filter(|_| !wish.is_chosen);
    let kept_name = kept_name.map(|key| key.name.clone());
    let wish = Wish {
        name: kept_name.unwrap_or(wish.name),
        ..wish
    };
    let is_renewed = waiting
        .as_ref()
        .is_some_and(|key| !facts.drew_first_key_since_password(key.made_at));
    // Nothing of a passkey or security key is shown, so it is asked for again like a new one.
    let is_shown = kind == MethodType::Application && !is_renewed;
    let may_see = match waiting.filter(|_| is_shown) {
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
        .keep_pending(new_key(context, factor, KeyPurpose::First, wish)?, expired)
        .await?;
    Ok((kept.ok_or(UseCaseError::NotSignedIn)?, is_renewed))
}

/// Creates a new key with a grant to add or to reset a method. Without a grant, returns the
/// session's pending key, as long as its verification is fresh; the person may change what a
/// further method is to be meanwhile. A grant is used even if a key is pending, because with an
/// unused grant the cookie alone could start another key. An old method works until a code of the
/// new key has been verified.
async fn keep_with_grant(
    context: &Context,
    settings: &MfaSettings,
    factor: PendingFactor,
    wish: Wish,
) -> Result<PendingKey, UseCaseError> {
    let kind = factor.method_type();
    let granted = granted(context).await?.map(|step_up| step_up.intent);
    let (intent, purpose, wish) = match granted {
        Some(Intent::Add) if !kind.has_room(types(settings)) => return Err(UseCaseError::NoRoom),
        Some(intent @ Intent::Add) => (intent, KeyPurpose::Further, wish),
        Some(Intent::Reset { method }) if kind == MethodType::Application => {
            let record = settings.find(&method).ok_or(UseCaseError::NoMethod)?;
            let wish = Wish {
                name: record.name.clone(),
                is_default: record.is_default,
                ..wish
            };
            let purpose = KeyPurpose::Reset(method.clone());
            (Intent::Reset { method }, purpose, wish)
        }
        _ => return waiting_with_grant(context, settings, factor, wish).await,
    };
    let key = new_key(context, factor, purpose, wish)?;
    let grant = grant(context, intent)?;
    let mfa = &context.services.mfa;
    check_grant(mfa.keep_pending_with_grant(key.clone(), grant).await?)?;
    Ok(key)
}

/// The pending key of an earlier grant. Under that grant, the person may choose another name or
/// default for a further method, and instead of a passkey or security key, which their browser may
/// have refused, another type. An application keeps its type and key, because a person may be
/// scanning it.
async fn waiting_with_grant(
    context: &Context,
    settings: &MfaSettings,
    factor: PendingFactor,
    wish: Wish,
) -> Result<PendingKey, UseCaseError> {
    let (facts, kind) = (&context.caller()?.session.facts, factor.method_type());
    let waiting = find_pending(context)
        .await?
        .filter(|waiting| facts.may_repeat(waiting.proved_at, context.now))
        .ok_or(UseCaseError::VerificationRequired)?;
    let is_same_type = waiting.factor.method_type() == kind;
    let may_become = is_same_type || waiting.factor.method_type().key_kind().is_some();
    let is_as_wished =
        is_same_type && (&waiting.name, waiting.is_default) == (&wish.name, wish.is_default);
    let is_changed =
        wish.is_chosen && waiting.purpose == KeyPurpose::Further && may_become && !is_as_wished;
    if !is_changed {
        return check_pending(Some(waiting), settings, kind)
            .map_err(|_| UseCaseError::VerificationRequired);
    }
    // A password that is fresh shows a key again, but it starts no other.
    if !waiting
        .proved_at
        .is_some_and(|at| is_fresh(at, context.now))
    {
        return Err(UseCaseError::VerificationRequired);
    }
    if !kind.has_room(types(settings)) {
        return Err(UseCaseError::NoRoom);
    }
    let before = waiting.made_at;
    let key = if is_same_type {
        PendingKey {
            name: wish.name,
            is_default: wish.is_default,
            ..waiting
        }
    } else {
        PendingKey {
            proved_at: waiting.proved_at,
            ..new_key(context, factor, KeyPurpose::Further, wish)?
        }
    };
    let mfa = &context.services.mfa;
    if mfa.exchange_pending(key.clone(), before).await? {
        Ok(key)
    } else {
        Err(UseCaseError::VerificationRequired)
    }
}

fn new_key(
    context: &Context,
    factor: PendingFactor,
    purpose: KeyPurpose,
    wish: Wish,
) -> Result<PendingKey, UseCaseError> {
    let session = &context.caller()?.session;
    Ok(PendingKey {
        session: session.id.clone(),
        user: session.user.clone(),
        factor,
        made_at: context.now,
        purpose,
        name: wish.name,
        is_default: wish.is_default,
        proved_at: None,
    })
}

/// What the session is setting up.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn pending(context: &Context) -> Result<Option<PendingMethod>, UseCaseError> {
    let pending = find_pending(context).await?;
    Ok(pending.map(|pending| PendingMethod {
        method_type: pending.factor.method_type(),
        purpose: purpose(&pending),
        name: pending.name.to_string(),
        is_default: pending.is_default,
    }))
}

/// What a set-up is for, as pages know it.
pub(super) const fn purpose(pending: &PendingKey) -> SetUpPurpose {
    match pending.purpose {
        KeyPurpose::First => SetUpPurpose::First,
        KeyPurpose::Further => SetUpPurpose::Further,
        KeyPurpose::Reset(_) => SetUpPurpose::Reset,
    }
}

pub(super) async fn find_pending(context: &Context) -> Result<Option<PendingKey>, UseCaseError> {
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

/// Checks the pending key, which must be of this type: a first key requires that there is no
/// method, a further one that there is one, a reset the application whose key it replaces.
pub(super) fn check_pending(
    pending: Option<PendingKey>,
    settings: &MfaSettings,
    kind: MethodType,
) -> Result<PendingKey, UseCaseError> {
    let has_method = !settings.methods.is_empty();
    let fits = |purpose: &KeyPurpose| match purpose {
        KeyPurpose::First => !has_method,
        KeyPurpose::Further => has_method,
        KeyPurpose::Reset(method) => settings
            .find(method)
            .is_some_and(|method| method.factor.method_type() == MethodType::Application),
    };
    match pending {
        Some(pending) if pending.factor.method_type() == kind && fits(&pending.purpose) => {
            Ok(pending)
        }
        _ if has_method => Err(UseCaseError::AlreadySetUp),
        _ => Err(UseCaseError::NothingPending),
    }
}

/// Why the pending key was gone when its code or registration was right: another tab was faster, or
/// cancelled, or took the last room.
pub(super) async fn why_gone(
    context: &Context,
    kind: MethodType,
) -> Result<UseCaseError, UseCaseError> {
    let settings = settings(context).await?;
    let pending = check_pending(find_pending(context).await?, &settings, kind);
    let is_further = |pending: &PendingKey| pending.purpose == KeyPurpose::Further;
    if pending.as_ref().is_ok_and(is_further) && !kind.has_room(types(&settings)) {
        return Ok(UseCaseError::NoRoom);
    }
    // A key that another request has replaced in the meantime is not the one of this code.
    Ok(pending.err().unwrap_or(UseCaseError::NothingPending))
}
