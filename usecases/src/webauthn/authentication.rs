//! The proof by a key: the options for the browser, and the judgement of its answer.

use domain::{
    events::{Action, MethodKind},
    ids::MethodId,
    ports::{KeyUse, MfaSettings},
    webauthn::{
        answers::AuthenticationAnswer,
        authentication::{
            AuthenticationError, AuthenticationExpectations, EligibilityChange, StoredCredential,
            verify_authentication,
        },
        authenticators::KeyKind,
        options::{ChallengePurpose, CredentialDescriptor, RequestOptions},
    },
};

use super::{
    challenges::{Refusal, draw, relying_party, take, user_handle},
    own_keys::{self, OwnKeys},
};
use crate::{
    Context, UseCaseError,
    secret_text::{ResponseSecret, SecretText},
};

/// What a key proves its user for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// To complete a sign-in.
    SignIn,
    /// To verify the identity within a session.
    StepUp,
    /// To change the password. Its challenge is one of [`Self::StepUp`].
    PasswordChange,
    /// To see whether the key works.
    Test,
}

impl Occasion {
    /// The purpose of its challenges.
    const fn purpose(self) -> ChallengePurpose {
        match self {
            Self::SignIn => ChallengePurpose::SignIn,
            Self::StepUp | Self::PasswordChange => ChallengePurpose::StepUp,
            Self::Test => ChallengePurpose::Test,
        }
    }

    /// The action of its events.
    const fn action(self) -> Action {
        match self {
            Self::SignIn => Action::SecondFactor,
            Self::StepUp => Action::StepUp,
            Self::PasswordChange => Action::PasswordChange,
            Self::Test => Action::MethodTest,
        }
    }
}

/// A fresh challenge for all keys of the caller, or for `only` one.
pub(crate) async fn request_options(
    context: &Context,
    occasion: Occasion,
    only: Option<&MethodId>,
) -> Result<ResponseSecret, UseCaseError> {
    let site = relying_party(context)?;
    let settings = settings(context).await?;
    if !has_key(&settings, only) {
        return Err(UseCaseError::NoMethod);
    }
    let mut keys = own_keys::open(context, &settings, occasion.action()).await?;
    let is_asked = |method: &MethodId| only.is_none_or(|only| only == method);
    keys.usable.retain(|key| is_asked(&key.method));
    if keys.usable.is_empty() {
        return Err(why_none(&keys));
    }
    let allowed: Vec<CredentialDescriptor> =
        keys.usable.into_iter().map(|key| key.descriptor).collect();
    let options = RequestOptions {
        relying_party: site,
        challenge: &draw(context, occasion.purpose(), only).await?,
        allowed: &allowed,
    };
    Ok(ResponseSecret::new(options.to_json()))
}

async fn settings(context: &Context) -> Result<MfaSettings, UseCaseError> {
    let user = &context.caller()?.session.user;
    Ok(context.services.mfa.settings(user).await?)
}

/// Whether the user has this key, or any.
fn has_key(settings: &MfaSettings, only: Option<&MethodId>) -> bool {
    let mut methods = settings.methods.iter();
    methods.any(|method| {
        let is_asked = only.is_none_or(|only| *only == method.id);
        is_asked && method.factor.method_type().key_kind().is_some()
    })
}

/// Why no key of a user who has keys can answer.
const fn why_none(keys: &OwnKeys) -> UseCaseError {
    if keys.damaged.is_empty() {
        UseCaseError::NoKeysHere
    } else {
        UseCaseError::Internal
    }
}

/// Judges the answer of a key of the caller. Nothing is stored yet: the caller of this function
/// does that, together with what the key was used for.
pub(crate) async fn check_answer(
    context: &Context,
    occasion: Occasion,
    answer: &SecretText,
) -> Result<KeyUse, UseCaseError> {
    relying_party(context)?;
    let action = occasion.action();
    let answer = match AuthenticationAnswer::from_json(answer.expose()) {
        Ok(answer) => answer,
        Err(error) => return Err(Refusal::key(error).noted(context, action, None).await),
    };
    let challenge = match take(context, &answer.client_data, occasion.purpose(), None).await? {
        Ok(challenge) => challenge,
        Err(refusal) => return Err(refusal.noted(context, action, None).await),
    };
    let settings = settings(context).await?;
    let mut keys = own_keys::open(context, &settings, action).await?;
    let only = challenge.only.as_ref();
    keys.usable
        .retain(|key| only.is_none_or(|only| *only == key.method));
    if keys.damaged.contains(&answer.id) {
        return Err(UseCaseError::Internal);
    }
    let key = keys
        .usable
        .iter()
        .find(|key| key.credential.id == answer.id);
    let kind = key.map(|key| key.credential.kind);
    let stored: Vec<StoredCredential> = keys.usable.iter().map(own_keys::OwnKey::stored).collect();
    let expected = AuthenticationExpectations {
        relying_party: relying_party(context)?,
        challenge: challenge.hash,
        user_handle: &user_handle(context).await?,
        requires_user_verification: false,
    };
    let signatures = context.services.signatures.as_ref();
    let judged = verify_authentication(&expected, &stored, &answer, signatures);
    let (key, proof) = match (key, judged) {
        (Some(key), Ok(proof)) => (key, proof),
        (None, Ok(_)) => return Err(UseCaseError::Internal),
        (_, Err(error)) => {
            let used_at = key.and_then(|key| settings.find(&key.method)?.used_at);
            let is_overtaken = used_at.is_some_and(|used_at| used_at > challenge.made_at);
            let (action, refusal) = refusal(occasion, error, is_overtaken);
            return Err(refusal.noted(context, action, kind.map(method_kind)).await);
        }
    };
    if proof.eligibility_change != EligibilityChange::None {
        let change = proof.eligibility_change;
        tracing::info!(method = %key.method, ?change, "a key changed whether it may be synced");
    }
    Ok(KeyUse {
        method: key.method.clone(),
        kind: key.credential.kind,
        judged_by: key.counter,
        counter: proof.counter,
        backup_eligible: proof.backup_eligible,
        backed_up: proof.backed_up,
    })
}

fn method_kind(kind: KeyKind) -> MethodKind {
    MethodKind::from(domain::second_factor::methods::MethodType::from(kind))
}

/// The action of the event, and what the page learns. `is_overtaken` says that the key was used
/// after the challenge was made: then its owner has answered in two tabs, and a smaller counter is
/// no sign of a copy.
fn refusal(
    occasion: Occasion,
    error: AuthenticationError,
    is_overtaken: bool,
) -> (Action, Refusal) {
    match error {
        AuthenticationError::CounterFell { .. } if is_overtaken => (
            occasion.action(),
            Refusal::with(UseCaseError::ChallengeGone, USED_MEANWHILE),
        ),
        AuthenticationError::CounterFell { .. } => (
            Action::CounterFell,
            Refusal::with(UseCaseError::CounterFell, error),
        ),
        _ => (occasion.action(), Refusal::key(error)),
    }
}

const USED_MEANWHILE: &str = "the key signed something else meanwhile";

/// Refuses an answer that was right, because the key signed something else while it was judged.
pub(crate) async fn used_meanwhile(
    context: &Context,
    occasion: Occasion,
    kind: KeyKind,
) -> UseCaseError {
    let refusal = Refusal::with(UseCaseError::ChallengeGone, USED_MEANWHILE);
    refusal
        .noted(context, occasion.action(), Some(method_kind(kind)))
        .await
}

#[cfg(test)]
mod tests {
    use domain::webauthn::client_data::ClientDataError;

    use super::*;

    #[test]
    fn a_counter_that_fell_is_an_event_of_its_own() {
        let fell = AuthenticationError::CounterFell { stored: 5, sent: 3 };
        let (action, said) = refusal(Occasion::SignIn, fell, false);
        assert_eq!(action, Action::CounterFell);
        assert_eq!(said.error, UseCaseError::CounterFell);
        assert_eq!(said.reason, "the signature counter is 3 after 5");
    }

    #[test]
    fn a_key_that_answered_in_another_tab_meanwhile_is_no_copy() {
        let fell = AuthenticationError::CounterFell { stored: 5, sent: 4 };
        let (action, said) = refusal(Occasion::SignIn, fell, true);
        assert_eq!(
            (action, said.error),
            (Action::SecondFactor, UseCaseError::ChallengeGone)
        );
        assert_eq!(said.reason, "the key signed something else meanwhile");
    }

    #[test]
    fn any_other_refusal_is_an_event_of_what_was_tried() {
        for (occasion, tried) in [
            (Occasion::SignIn, Action::SecondFactor),
            (Occasion::StepUp, Action::StepUp),
            (Occasion::PasswordChange, Action::PasswordChange),
            (Occasion::Test, Action::MethodTest),
        ] {
            let error = AuthenticationError::ClientData(ClientDataError::Origin);
            let (action, said) = refusal(occasion, error, false);
            assert_eq!((action, said.error), (tried, UseCaseError::KeyRefused));
            assert_eq!(said.reason, "the answer was made for another origin");
        }
    }
}
