//! What a refusal names as its reason, and what the input has.

use domain::webauthn::{
    authentication::AuthenticationError, authenticator_data::AuthenticatorDataError,
    cbor::CborError, client_data::ClientDataError, public_key::PublicKeyError,
    registration::RegistrationError,
};
use serde_json::Value as Json;
use webauthn_rs_core::error::WebauthnError;

use crate::{
    case::{Case, Parts},
    cbor_reader::Value,
    judges::{OurError, TheirError},
};

pub fn webauthn(error: &TheirError, names_it: impl Fn(&WebauthnError) -> bool) -> bool {
    matches!(error, TheirError::Webauthn(error) if names_it(error))
}

pub fn json_refused(error: &TheirError) -> bool {
    webauthn(error, |error| {
        matches!(error, WebauthnError::ParseJSONFailure(_))
    })
}

pub fn refused_client_data(error: &OurError, reason: ClientDataError) -> bool {
    match error {
        OurError::Registration(RegistrationError::ClientData(error))
        | OurError::Authentication(AuthenticationError::ClientData(error)) => *error == reason,
        _ => false,
    }
}

pub fn authenticator_data(error: &OurError) -> Option<AuthenticatorDataError> {
    match error {
        OurError::Registration(RegistrationError::AuthenticatorData(error))
        | OurError::Authentication(AuthenticationError::AuthenticatorData(error)) => Some(*error),
        _ => None,
    }
}

pub fn public_key(error: &OurError) -> Option<PublicKeyError> {
    match error {
        OurError::Registration(RegistrationError::PublicKey(error)) => Some(*error),
        _ => None,
    }
}

pub fn cbor(error: &OurError) -> Option<CborError> {
    match (error, authenticator_data(error), public_key(error)) {
        (OurError::Registration(RegistrationError::Cbor(error)), ..) => Some(*error),
        (_, Some(AuthenticatorDataError::Cbor(error)), _) => Some(error),
        (_, _, Some(PublicKeyError::Cbor(error))) => Some(error),
        _ => None,
    }
}

pub fn object(case: &Case) -> Option<Value> {
    Some(Value::read(case.attestation_object.as_deref()?)?.0)
}

/// The key of a registration.
pub fn key(case: &Case) -> Option<Value> {
    Some(Parts::read(&case.authenticator_data)?.key?.0)
}

/// The algorithm of the key: of the new one, or of the one that is asked to sign.
pub fn algorithm(case: &Case) -> Option<i128> {
    if case.attestation_object.is_none() {
        let stored = case
            .stored
            .iter()
            .find(|stored| stored.id.as_bytes() == case.raw_id);
        return stored.map(|stored| stored.public_key.algorithm().cose().into());
    }
    match key(case)?.at_label(3) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    }
}

pub fn text(case: &Case) -> &str {
    std::str::from_utf8(&case.client_data).unwrap_or_default()
}

/// The client data for a full parser of JSON.
pub fn client_data(case: &Case) -> Option<Json> {
    serde_json::from_str(text(case).trim_start_matches('\u{feff}')).ok()
}

pub fn member(case: &Case, name: &str) -> Option<String> {
    Some(client_data(case)?.get(name)?.as_str()?.to_owned())
}

pub fn stored_be(case: &Case) -> bool {
    let stored = case
        .stored
        .iter()
        .find(|stored| stored.id.as_bytes() == case.raw_id);
    stored.is_some_and(|stored| stored.backup_eligible)
}

pub fn sent(case: &Case, flag: u8) -> bool {
    Parts::read(&case.authenticator_data).is_some_and(|data| data.flags & flag != 0)
}
