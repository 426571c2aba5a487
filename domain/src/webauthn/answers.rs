//! The answers of browsers, in the JSON of `RegistrationResponseJSON` and
//! `AuthenticationResponseJSON` (WebAuthn §5.1) as far as the rules need it.
//!
//! The page writes `rawId` and `response` by hand, because `toJSON()` fails with some password
//! managers.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;

use super::values::{CredentialId, Transports};

/// The longest answer, in bytes: with the longest id, an RSA key and an attestation that no one
/// asked for, about 8 KiB.
const MAX_BYTES: usize = 16 * 1024;

/// What a browser answers when a key is set up.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationAnswer {
    /// The id of the new credential.
    pub id: CredentialId,
    /// The client data as the browser hashed them.
    pub client_data: Vec<u8>,
    /// The attestation object, which holds the new credential.
    pub attestation_object: Vec<u8>,
    /// How browsers reach the authenticator.
    pub transports: Transports,
}

/// What a browser answers when a key proves its user.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticationAnswer {
    /// The id of the credential that signed.
    pub id: CredentialId,
    /// The client data as the browser hashed them.
    pub client_data: Vec<u8>,
    /// The authenticator data as the authenticator signed them.
    pub authenticator_data: Vec<u8>,
    /// The signature over authenticator data and the hash of the client data.
    pub signature: Vec<u8>,
    /// The user handle, if the authenticator keeps one. Older browsers send an empty one instead of
    /// none.
    pub user_handle: Option<Vec<u8>>,
}

/// Answers hold a challenge and a user handle, which no log shows.
macro_rules! opaque {
    ($($name:ident)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

opaque! { RegistrationAnswer AuthenticationAnswer }

/// The text is not the answer of a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the answer of a browser to a WebAuthn ceremony")]
pub struct AnswerError;

/// Bytes in base64url without padding.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Encoded(Vec<u8>);

impl TryFrom<String> for Encoded {
    type Error = AnswerError;

    fn try_from(text: String) -> Result<Self, AnswerError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| AnswerError)
    }
}

/// The members that both kinds of answers have.
#[derive(Deserialize)]
struct Credential<R> {
    #[serde(rename = "rawId")]
    id: Encoded,
    response: R,
}

#[derive(Deserialize)]
struct NewKey {
    #[serde(rename = "clientDataJSON")]
    client_data: Encoded,
    #[serde(rename = "attestationObject")]
    attestation_object: Encoded,
    #[serde(default)]
    transports: Transports,
}

#[derive(Deserialize)]
struct Proof {
    #[serde(rename = "clientDataJSON")]
    client_data: Encoded,
    #[serde(rename = "authenticatorData")]
    authenticator_data: Encoded,
    signature: Encoded,
    #[serde(rename = "userHandle", default)]
    user_handle: Option<Encoded>,
}

fn read<R: DeserializeOwned>(json: &str) -> Result<(CredentialId, R), AnswerError> {
    if json.len() > MAX_BYTES {
        return Err(AnswerError);
    }
    let credential: Credential<R> = serde_json::from_str(json).map_err(|_| AnswerError)?;
    let id = credential.id.0.try_into().map_err(|_| AnswerError)?;
    Ok((id, credential.response))
}

impl RegistrationAnswer {
    /// Reads the JSON of a `PublicKeyCredential` with an `AuthenticatorAttestationResponse`.
    pub fn from_json(json: &str) -> Result<Self, AnswerError> {
        let (id, response) = read::<NewKey>(json)?;
        Ok(Self {
            id,
            client_data: response.client_data.0,
            attestation_object: response.attestation_object.0,
            transports: response.transports,
        })
    }
}

impl AuthenticationAnswer {
    /// Reads the JSON of a `PublicKeyCredential` with an `AuthenticatorAssertionResponse`.
    pub fn from_json(json: &str) -> Result<Self, AnswerError> {
        let (id, response) = read::<Proof>(json)?;
        let handle = response.user_handle.map(|handle| handle.0);
        Ok(Self {
            id,
            client_data: response.client_data.0,
            authenticator_data: response.authenticator_data.0,
            signature: response.signature.0,
            user_handle: handle.filter(|handle| !handle.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ID: &str = "AQEBAQEBAQEBAQEBAQEBAQ";

    fn registration(id: &str, more: &str) -> String {
        format!(
            r#"{{"rawId":"{id}","type":"public-key","response":{{"clientDataJSON":"e30",
            "attestationObject":"oA"{more}}}}}"#
        )
    }

    fn authentication(more: &str) -> String {
        format!(
            r#"{{"rawId":"{ID}","response":{{"clientDataJSON":"e30","authenticatorData":"AQ",
            "signature":"Ag"{more}}}}}"#
        )
    }

    #[test]
    fn an_answer_to_a_registration_is_read() {
        let json = registration(
            ID,
            r#","transports":["internal","hybrid"],"publicKey":"AA""#,
        );
        let expected = RegistrationAnswer {
            id: vec![1; 16].try_into().unwrap(),
            client_data: b"{}".to_vec(),
            attestation_object: vec![0xa0],
            transports: vec!["internal".to_owned(), "hybrid".to_owned()].into(),
        };
        assert_eq!(RegistrationAnswer::from_json(&json), Ok(expected));
        let without = RegistrationAnswer::from_json(&registration(ID, "")).unwrap();
        assert_eq!(without.transports, Transports::default());
    }

    #[rstest]
    #[case::given(r#","userHandle":"Bwc""#, Some(vec![7, 7]))]
    #[case::absent("", None)]
    #[case::null(r#","userHandle":null"#, None)]
    #[case::empty(r#","userHandle":"""#, None)]
    fn an_answer_to_an_authentication_is_read(#[case] more: &str, #[case] handle: Option<Vec<u8>>) {
        let expected = AuthenticationAnswer {
            id: vec![1; 16].try_into().unwrap(),
            client_data: b"{}".to_vec(),
            authenticator_data: vec![1],
            signature: vec![2],
            user_handle: handle,
        };
        let answer = AuthenticationAnswer::from_json(&authentication(more));
        assert_eq!(answer, Ok(expected));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_object("[]")]
    #[case::short_id(&registration("AQ", ""))]
    #[case::padded_id(&registration("AQEBAQEBAQEBAQEBAQEBAQ==", ""))]
    #[case::standard_alphabet(&registration("//////////////////////", ""))]
    #[case::member_twice(&registration(ID, r#","attestationObject":"oA""#))]
    #[case::transports_in_words(&registration(ID, r#","transports":"usb""#))]
    #[case::answer_of_the_other_kind(&authentication(""))]
    #[case::too_long(&registration(ID, &format!(r#","a":"{}""#, "a".repeat(MAX_BYTES))))]
    fn anything_else_is_refused(#[case] json: &str) {
        assert_eq!(RegistrationAnswer::from_json(json), Err(AnswerError));
    }
}
