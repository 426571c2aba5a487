//! Use cases of passkeys and security keys as methods: set-up, confirmation and test.

use domain::{
    ids::MethodId,
    people::names::MethodName,
    ports::{
        CodeUse, MfaSettings, NewFactor, PendingFactor, PendingKey, PublicKeyRecord, TestedKey,
    },
    webauthn::{
        authenticators::{KeyKind, final_name},
        credential::Credential,
        registration::NewCredential,
    },
};

use super::{
    activation::{Confirmed, acquire_permit, activate},
    pending::{Wish, check_pending, find_pending, keep, purpose, settings, wish},
    values::{AcceptedKeys, CodeSheet, KeyChoice, KeySetUp, OneMethod},
};
use crate::{
    Context, Cookies, UseCaseError,
    session::{KeyAnswer, KeyOptions},
    webauthn::{
        Occasion, Signals, check_answer, check_new_key, creation_options, credential_taken,
        draw_for_set_up, relying_party, request_options, signals, used_meanwhile,
    },
};

/// Stores what the user chose for a new key, and returns what the browser needs to make it. Without
/// a choice, returns a fresh challenge for the key that the session is setting up.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_up_key(
    context: &Context,
    choice: Option<KeyChoice>,
) -> Result<KeySetUp, UseCaseError> {
    let settings = settings(context).await?;
    let (kind, wish) = match choice {
        Some(choice) => (choice.kind, wish(&choice.name, choice.is_default)?),
        None => waiting(context, &settings).await?,
    };
    // Before a grant is taken.
    let challenge = draw_for_set_up(context).await?;
    let factor = PendingFactor::PublicKey(kind);
    let (kept, _) = keep(context, &settings, factor, wish).await?;
    let kind = kind_of(&kept)?;
    Ok(KeySetUp {
        kind,
        options: KeyOptions {
            options: creation_options(context, kind, &settings, &challenge).await?,
        },
        purpose: purpose(&kept),
    })
}

/// The key that the session is setting up.
async fn waiting(
    context: &Context,
    settings: &MfaSettings,
) -> Result<(KeyKind, Wish), UseCaseError> {
    let pending = find_pending(context).await?;
    let waiting = pending.and_then(|pending| {
        let kind = kind_of(&pending).ok()?;
        let wish = Wish {
            name: pending.name,
            is_default: pending.is_default,
            is_chosen: false,
        };
        Some((kind, wish))
    });
    waiting.ok_or(if settings.methods.is_empty() {
        UseCaseError::NothingPending
    } else {
        UseCaseError::VerificationRequired
    })
}

const fn kind_of(pending: &PendingKey) -> Result<KeyKind, UseCaseError> {
    match pending.factor {
        PendingFactor::PublicKey(kind) => Ok(kind),
        PendingFactor::Application(_) => Err(UseCaseError::NothingPending),
    }
}

/// Confirms the pending key by the answer of the authenticator that made it, and activates it.
/// Returns backup codes for a first method.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn confirm_key(
    context: &Context,
    cookies: &mut Cookies,
    request: KeyAnswer,
) -> Result<Option<CodeSheet>, UseCaseError> {
    let settings = settings(context).await?;
    let pending = find_pending(context).await?;
    let kind = match pending.as_ref().map(kind_of) {
        Some(Ok(kind)) => kind,
        // Whatever kind: there is none to confirm.
        _ => KeyKind::Passkey,
    };
    let pending = check_pending(pending, &settings, kind.into())?;
    let permit = acquire_permit(context, &pending.purpose)?;
    let new = check_new_key(context, kind, pending.made_at, &request.answer).await?;
    let method = MethodId::from_random(context.services.entropy.draw()?);
    let confirmed = Confirmed {
        factor: NewFactor::PublicKey {
            name: name(&pending, kind, &new, &settings),
            record: record(context, kind, new, &method)?,
        },
        pending,
        method,
    };
    match activate(context, cookies, confirmed, permit, &settings).await {
        Err(UseCaseError::CredentialTaken) => Err(credential_taken(context, kind).await),
        activated => activated,
    }
}

/// The name of a new key, whose maker is known only now.
fn name(
    pending: &PendingKey,
    kind: KeyKind,
    new: &NewCredential,
    settings: &MfaSettings,
) -> MethodName {
    let chosen = &pending.name;
    let is_taken = |name: &str| {
        let mut methods = settings.methods.iter();
        methods.any(|method| method.name.as_str() == name)
    };
    let name = final_name(kind, new.aaguid, chosen.as_str(), is_taken);
    name.parse().unwrap_or_else(|_| chosen.clone())
}

/// The key as stored, sealed for its row.
fn record(
    context: &Context,
    kind: KeyKind,
    new: NewCredential,
    method: &MethodId,
) -> Result<PublicKeyRecord, UseCaseError> {
    let site = relying_party(context)?;
    let user = &context.caller()?.session.user;
    let credential = Credential::new(kind, &new, site);
    let nonce = context.services.entropy.draw()?;
    let vault = &context.services.vault;
    let sealed = vault.seal_credential(&credential, user, method, nonce);
    Ok(PublicKeyRecord {
        kind,
        credential: sealed.map_err(|error| {
            tracing::error!(%error, "a credential can't be sealed");
            UseCaseError::Internal
        })?,
        id: new.id,
        counter: new.counter,
        backup_eligible: new.backup_eligible,
        backed_up: new.backed_up,
        transports: new.transports,
        rp_id: credential.rp_id,
    })
}

/// A challenge to test one key.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn key_challenge(
    context: &Context,
    request: OneMethod,
) -> Result<KeyOptions, UseCaseError> {
    let only = Some(&request.method);
    Ok(KeyOptions {
        options: request_options(context, Occasion::Test, only).await?,
    })
}

/// Tests a key.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn test_key(context: &Context, request: KeyAnswer) -> Result<(), UseCaseError> {
    let key = check_answer(context, Occasion::Test, &request.answer).await?;
    let kind = key.kind;
    let session = &context.caller()?.session;
    let tested = TestedKey {
        session: session.id.clone(),
        user: session.user.clone(),
        key,
        at: context.now,
    };
    match context.services.mfa.test_key(tested).await? {
        CodeUse::Accepted => Ok(()),
        CodeUse::AlreadyUsed => Err(used_meanwhile(context, Occasion::Test, kind).await),
        CodeUse::SessionGone => Err(UseCaseError::NoMethod),
    }
}

/// The keys that the site accepts, for the providers of the caller's keys; none if the user never
/// set one up.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn accepted_keys(context: &Context) -> Result<Option<AcceptedKeys>, UseCaseError> {
    let signals = signals(context).await?;
    Ok(signals.map(|Signals { credentials, user }| AcceptedKeys { credentials, user }))
}
