//! The differences that are meant. Each names the step of ADR 40 or the source that asks for it. It
//! holds only if the input has what it is about and the refusing side names that as its reason.

use domain::webauthn::{
    authentication::AuthenticationError,
    authenticator_data::AuthenticatorDataError,
    cbor::CborError,
    client_data::ClientDataError,
    public_key::{Algorithm, PublicKeyError},
    registration::RegistrationError,
};
use serde_json::Value as Json;
use url::Url;
use webauthn_rs_core::error::WebauthnError;

use crate::{
    case::{AT, BE, BS, Case, HANDLE, Parts},
    cbor_reader::{Strange, Value},
    client::{CHALLENGE, ORIGIN},
    judges::{OurError, TheirError},
    reasons::{
        algorithm, authenticator_data, cbor, client_data, json_refused, key, member, object,
        public_key, refused_client_data, sent, stored_be, text, webauthn,
    },
};

pub struct Difference<E> {
    pub name: &'static str,
    holds: fn(&Case, &E) -> bool,
}

/// Looks for the difference that explains a refusal of one side.
pub fn explained<E>(list: &[Difference<E>], case: &Case, error: &E) -> Option<&'static str> {
    list.iter()
        .find(|difference| (difference.holds)(case, error))
        .map(|difference| difference.name)
}

/// What the other side refuses and our side accepts.
pub const ONLY_OURS_ACCEPTS: &[Difference<TheirError>] = &[
    Difference {
        name: "§7.1 step 20: EdDSA, which the other side cannot check",
        holds: |case, error| {
            let is_offered = algorithm(case) == Some(Algorithm::EdDsa.cose().into());
            webauthn(error, |error| {
                matches!(error, WebauthnError::SshPublicKeyEDUnsupported)
            }) && is_offered
        },
    },
    Difference {
        name: "§7.1 steps 21 to 24: an attestation that no one asked for is ignored",
        holds: |case, error| {
            let is_none = object(case)
                .is_some_and(|it| it.at("fmt") == Some(&Value::Text("none".to_owned())));
            webauthn(error, |error| {
                format!("{error:?}").starts_with("Attestation")
            }) && !is_none
        },
    },
    Difference {
        name: "RSA keys: up to 4096 bits are accepted, and 2048 on the other side",
        holds: |case, error| {
            let length = key(case).and_then(|key| Some(key.at_label(-1)?.as_bytes()?.len()));
            let is_longer = length.is_some_and(|length| (257..=512).contains(&length));
            webauthn(error, |error| {
                matches!(error, WebauthnError::COSEKeyRSANEInvalid)
            }) && is_longer
        },
    },
    Difference {
        name: "\"What domain does not check\": a point off its curve, which proves nothing later",
        holds: |case, error| {
            let is_point = algorithm(case) == Some(Algorithm::Es256.cose().into());
            let names_it = webauthn(error, |error| {
                matches!(error, WebauthnError::EcdsaPointInvalid)
            });
            names_it && is_point && case.attestation_object.is_some()
        },
    },
    Difference {
        name: "§7.1 step 5, §7.2 step 8: a byte order mark is taken away",
        holds: |case, error| json_refused(error) && text(case).starts_with('\u{feff}'),
    },
    Difference {
        name: "§7.1 step 6, §7.2 step 9: members that do not count may be anything",
        holds: |case, error| {
            let binding =
                client_data(case).and_then(|mut data| Some(data.get_mut("tokenBinding")?.take()));
            let is_known = |binding: &Json| {
                let id = binding
                    .get("id")
                    .is_none_or(|id| id.is_string() || id.is_null());
                binding.is_null() || binding.get("status").is_some_and(Json::is_string) && id
            };
            let twice = text(case).matches("\"tokenBinding\":").count() > 1;
            json_refused(error) && (twice || binding.is_some_and(|binding| !is_known(&binding)))
        },
    },
    Difference {
        name: "§7.1 step 6, §7.2 step 9: their numbers, escapes and levels are not judged",
        holds: |case, error| json_refused(error) && client_data(case).is_none(),
    },
    Difference {
        name: "§7.1 step 28, §7.2 step 23: what extensions say is ignored",
        holds: |case, error| {
            let data = Parts::read(&case.authenticator_data);
            let extensions = data
                .and_then(|data| data.extensions)
                .map(|(extensions, _)| extensions);
            let is_strange = |extensions: Value| {
                let is_of_registration = case.attestation_object.is_some();
                extensions
                    .entries()
                    .iter()
                    .any(|(name, value)| match (name, value) {
                        (Value::Text(name), value)
                            if name == "credProtect" && is_of_registration =>
                        {
                            !matches!(value, Value::Integer(1..=3))
                        }
                        (Value::Text(name), value)
                            if name == "hmac-secret" && is_of_registration =>
                        {
                            *value != Value::Other
                        }
                        (Value::Text(_), Value::Integer(number)) => i64::try_from(*number).is_err(),
                        (name, _) => !matches!(name, Value::Text(_)),
                    })
            };
            webauthn(error, |error| {
                matches!(error, WebauthnError::ParseNOMFailure)
            }) && extensions.is_some_and(is_strange)
        },
    },
    Difference {
        name: "§7.1 step 13: the three named members are read, none of CTAP or under a number",
        holds: |case, error| {
            let is_other = |name: &Value| match name {
                Value::Text(name) => name == "epAtt" || name == "largeBlobKey",
                // The other side counts members, and takes 0 for fmt.
                name => matches!(name, Value::Integer(_)),
            };
            let object = object(case);
            let has_one =
                object.is_some_and(|it| it.entries().iter().any(|(name, _)| is_other(name)));
            webauthn(error, |error| {
                matches!(error, WebauthnError::ParseCBORFailure(_))
            }) && has_one
        },
    },
    Difference {
        name: "§7.2 step 22: the counter of a synced key does not count",
        holds: |case, error| {
            let is_synced = stored_be(case) || sent(case, BE);
            webauthn(error, |error| {
                matches!(error, WebauthnError::CredentialPossibleCompromise)
            }) && is_synced
        },
    },
    Difference {
        name: "§7.2 step 19: a lost BE is noted",
        holds: |case, error| {
            let names_it = |error: &_| {
                matches!(
                    error,
                    WebauthnError::CredentialBackupEligibilityInconsistent
                )
            };
            webauthn(error, names_it) && stored_be(case) && !sent(case, BE)
        },
    },
    Difference {
        name: "§7.2 step 19: a gained BE is noted, and BS is judged by the BE that came with it",
        holds: |case, error| {
            let names_it =
                |error: &_| matches!(error, WebauthnError::CredentialMayNotBeHardwareBound);
            webauthn(error, names_it) && !stored_be(case) && sent(case, BE) && sent(case, BS)
        },
    },
];

/// What our side refuses and the other side accepts.
pub const ONLY_THEIRS_ACCEPTS: &[Difference<OurError>] = &[
    Difference {
        name: "answers: base64url is not padded",
        holds: |case, error| matches!(error, OurError::Answer) && case.is_padded,
    },
    Difference {
        name: "§7.1 step 25: an id has 16 to 1023 bytes",
        holds: |case, error| {
            let is_id = (16..=1023).contains(&case.raw_id.len());
            matches!(error, OurError::Answer) && !is_id
        },
    },
    Difference {
        name: "§7.1 step 25: the browser names the id that the authenticator made",
        holds: |case, error| {
            let id = Parts::read(&case.authenticator_data).and_then(|data| data.id);
            let names_it = matches!(
                error,
                OurError::Registration(RegistrationError::CredentialId)
            );
            names_it && id.is_some_and(|id| id != case.raw_id)
        },
    },
    Difference {
        name: "§7.1 step 5, §7.2 step 8: client data have at most 4 KiB",
        holds: |case, error| {
            refused_client_data(error, ClientDataError::Malformed) && case.client_data.len() > 4096
        },
    },
    Difference {
        name: "§5.8.1 of WebAuthn: crossOrigin is a boolean, not null",
        holds: |case, error| {
            let value = client_data(case).and_then(|data| data.get("crossOrigin").cloned());
            refused_client_data(error, ClientDataError::Malformed) && value == Some(Json::Null)
        },
    },
    Difference {
        name: "§7.1 step 8, §7.2 step 11: the challenge is not padded",
        holds: |case, error| {
            let is_padded = member(case, "challenge")
                .is_some_and(|it| it != CHALLENGE && it.trim_end_matches('=') == CHALLENGE);
            refused_client_data(error, ClientDataError::Challenge) && is_padded
        },
    },
    Difference {
        name: "§7.1 step 9, §7.2 step 12: an origin is compared letter by letter, not as a URL",
        holds: |case, error| {
            let is_equal = |origin: String| {
                let url = Url::parse(&origin).map(|url| url.origin().ascii_serialization());
                origin != ORIGIN && url.is_ok_and(|url| url == ORIGIN)
            };
            refused_client_data(error, ClientDataError::Origin)
                && member(case, "origin").is_some_and(is_equal)
        },
    },
    Difference {
        name: "§7.2 step 13: crossOrigin is judged at authentications too",
        holds: |case, error| {
            let value = client_data(case).and_then(|data| data.get("crossOrigin").cloned());
            let is_authentication = case.attestation_object.is_none();
            refused_client_data(error, ClientDataError::CrossOrigin)
                && is_authentication
                && value == Some(Json::Bool(true))
        },
    },
    Difference {
        name: "§7.1 step 11, §7.2 step 14: topOrigin is refused",
        holds: |case, error| {
            let has_one = client_data(case).is_some_and(|data| data.get("topOrigin").is_some());
            let is_twice = text(case).matches("\"topOrigin\":").count() > 1;
            has_one
                && (refused_client_data(error, ClientDataError::CrossOrigin)
                    || is_twice && refused_client_data(error, ClientDataError::Malformed))
        },
    },
    Difference {
        name: "§7.2 step 6: a user handle is that of the user",
        holds: |case, error| {
            let names_it = matches!(
                error,
                OurError::Authentication(AuthenticationError::UserHandle)
            );
            names_it
                && case
                    .user_handle
                    .as_ref()
                    .is_some_and(|handle| *handle != HANDLE)
        },
    },
    Difference {
        name: "§6.1 of WebAuthn: an authentication holds no new credential",
        holds: |case, error| {
            let names_it = matches!(
                error,
                OurError::Authentication(AuthenticationError::NewCredential)
            );
            names_it && sent(case, AT)
        },
    },
    Difference {
        name: "§6.1 of WebAuthn: nothing follows what the flags announce",
        holds: |case, error| {
            let goes_on = Parts::read(&case.authenticator_data).is_some_and(|data| data.goes_on);
            authenticator_data(error) == Some(AuthenticatorDataError::Trailing) && goes_on
        },
    },
    Difference {
        name: "CTAP 2.1 §8: canonical CBOR only",
        holds: |case, error| {
            let whole = case
                .attestation_object
                .as_deref()
                .and_then(Value::read)
                .map(|(_, strange, _)| strange);
            let data = Parts::read(&case.authenticator_data);
            let (key, extensions) = data.map_or((None, None), |data| (data.key, data.extensions));
            let strange = [whole, key.map(|it| it.1), extensions.map(|it| it.1)];
            let strange = strange
                .into_iter()
                .flatten()
                .fold(Strange::default(), |all, one| all | one);
            match cbor(error) {
                Some(CborError::NotCanonical) => strange.form,
                Some(CborError::Type) => strange.kind,
                Some(CborError::Key) => strange.key,
                Some(CborError::DuplicateKey) => strange.twice,
                Some(CborError::TooDeep) => strange.deep,
                _ => false,
            }
        },
    },
    Difference {
        name: "§6.5.4 of WebAuthn: fmt is a text, authData are bytes, and both have their names",
        holds: |case, error| {
            let object = object(case);
            let is_text = |value: Option<&Value>| matches!(value, Some(Value::Text(_)));
            let has_both = object.as_ref().is_some_and(|object| {
                is_text(object.at("fmt")) && matches!(object.at("authData"), Some(Value::Bytes(_)))
            });
            let has_statement = object.is_some_and(|object| object.at("attStmt").is_some());
            matches!(
                error,
                OurError::Registration(RegistrationError::AttestationObject)
            ) && !(has_both && has_statement)
        },
    },
    Difference {
        name: "§6.5.1 of WebAuthn: a key has the required members only",
        holds: |case, error| {
            let required = if algorithm(case) == Some(Algorithm::Es256.cose().into()) {
                5
            } else {
                4
            };
            let has_more = key(case).is_some_and(|key| key.entries().len() > required);
            public_key(error) == Some(PublicKeyError::Members) && has_more
        },
    },
    Difference {
        name: "§5.8.5 of WebAuthn: ES256 is for P-256 only",
        holds: |case, error| {
            let is_other =
                key(case).is_some_and(|key| key.at_label(-1) != Some(&Value::Integer(1)));
            let is_es256 = algorithm(case) == Some(Algorithm::Es256.cose().into());
            public_key(error) == Some(PublicKeyError::Members) && is_es256 && is_other
        },
    },
    Difference {
        name: "RSA keys: the exponent is 65537, as everywhere",
        holds: |case, error| {
            let exponent =
                key(case).and_then(|key| key.at_label(-2)?.as_bytes().map(<[u8]>::to_vec));
            public_key(error) == Some(PublicKeyError::RsaExponent)
                && exponent.is_some_and(|it| it != [1, 0, 1])
        },
    },
    Difference {
        name: "RSA keys: the modulus has 2048 bits or more, without leading zeros",
        holds: |case, error| {
            let modulus =
                key(case).and_then(|key| key.at_label(-1)?.as_bytes().map(<[u8]>::to_vec));
            let is_short = modulus.is_some_and(|modulus| modulus.len() == 256 && modulus[0] < 0x80);
            public_key(error) == Some(PublicKeyError::RsaModulus) && is_short
        },
    },
];
