//! A new key: the options for the browser, and the judgement of its answer.

use domain::{
    events::{Action, MethodKind},
    ports::MfaSettings,
    second_factor::methods::MethodType,
    time::Timestamp,
    webauthn::{
        answers::RegistrationAnswer,
        authenticator_data::AuthenticatorDataError,
        authenticators::KeyKind,
        options::{ChallengePurpose, CreationOptions},
        public_key::Algorithm,
        registration::{
            NewCredential, RegistrationError, RegistrationExpectations, verify_registration,
        },
        values::Challenge,
    },
};

use super::{
    challenges::{Refusal, draw, relying_party, take, user_handle},
    own_keys::descriptors,
};
use crate::{
    Context, UseCaseError,
    secret_text::{ResponseSecret, SecretText},
};

/// A fresh challenge for a new key of the caller. Drawn before anything is stored for the set-up,
/// because the session may have to wait for it.
pub(crate) async fn draw_for_set_up(context: &Context) -> Result<Challenge, UseCaseError> {
    relying_party(context)?;
    draw(context, ChallengePurpose::SetUp, None).await
}

/// What the browser needs to make a key for this challenge.
pub(crate) async fn creation_options(
    context: &Context,
    kind: KeyKind,
    settings: &MfaSettings,
    challenge: &Challenge,
) -> Result<ResponseSecret, UseCaseError> {
    let session = &context.caller()?.session;
    let options = CreationOptions {
        relying_party: relying_party(context)?,
        site_name: &context.services.settings.brand,
        user_handle: &user_handle(context).await?,
        user_name: session.email.as_str(),
        display_name: session.name.as_str(),
        challenge,
        kind,
        algorithms: &Algorithm::OFFERED,
        existing: &descriptors(settings),
    };
    Ok(ResponseSecret::new(options.to_json()))
}

/// Judges a new key of the caller, for a set-up that began at `begin`.
pub(crate) async fn check_new_key(
    context: &Context,
    kind: KeyKind,
    begin: Timestamp,
    answer: &SecretText,
) -> Result<NewCredential, UseCaseError> {
    match judge(context, kind, begin, answer).await? {
        Ok(credential) => Ok(credential),
        Err(refusal) => Err(noted(context, kind, refusal).await),
    }
}

/// Refuses a key that is registered already, for this user or another.
pub(crate) async fn credential_taken(context: &Context, kind: KeyKind) -> UseCaseError {
    let reason = "the credential is registered already";
    let refusal = Refusal::with(UseCaseError::CredentialTaken, reason);
    noted(context, kind, refusal).await
}

async fn noted(context: &Context, kind: KeyKind, refusal: Refusal) -> UseCaseError {
    let method = MethodKind::from(MethodType::from(kind));
    refusal
        .noted(context, Action::SetUpConfirm, Some(method))
        .await
}

async fn judge(
    context: &Context,
    kind: KeyKind,
    begin: Timestamp,
    answer: &SecretText,
) -> Result<Result<NewCredential, Refusal>, UseCaseError> {
    let relying_party = relying_party(context)?;
    let answer = match RegistrationAnswer::from_json(answer.expose()) {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(Refusal::key(error))),
    };
    let purpose = ChallengePurpose::SetUp;
    let challenge = match take(context, &answer.client_data, purpose, Some(begin)).await? {
        Ok(challenge) => challenge,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let expected = RegistrationExpectations {
        relying_party,
        challenge: challenge.hash,
        kind,
        algorithms: &Algorithm::OFFERED,
    };
    let new = match verify_registration(&expected, &answer) {
        Ok(new) => new,
        Err(error) => return Ok(Err(refusal(error))),
    };
    if context.services.signatures.is_on_curve(&new.public_key) {
        Ok(Ok(new))
    } else {
        Ok(Err(Refusal::key("the key is not a point of its curve")))
    }
}

fn refusal(error: RegistrationError) -> Refusal {
    let unverified = AuthenticatorDataError::UserNotVerified;
    if error == RegistrationError::AuthenticatorData(unverified) {
        Refusal::with(UseCaseError::UserNotVerified, error)
    } else {
        Refusal::key(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_that_did_not_verify_its_user_is_told_apart() {
        let of = |error| refusal(RegistrationError::AuthenticatorData(error));
        let unverified = of(AuthenticatorDataError::UserNotVerified);
        assert_eq!(unverified.error, UseCaseError::UserNotVerified);
        let absent = of(AuthenticatorDataError::UserNotPresent);
        assert_eq!(absent.error, UseCaseError::KeyRefused);
    }
}
