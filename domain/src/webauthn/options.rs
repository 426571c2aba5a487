//! What the server asks of browsers, in the JSON that `PublicKeyCredential`'s
//! `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` read (WebAuthn §5.1.8, §5.1.9).

use std::{str::FromStr, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use thiserror::Error;

use super::{
    authenticators::KeyKind,
    public_key::Algorithm,
    relying_party::RelyingParty,
    values::{Challenge, CredentialId, Transports, UserHandle},
};
use crate::time::Timestamp;

/// How long a person has for a ceremony, and how long its challenge is valid (WebAuthn §15.1
/// recommends five minutes).
pub const CEREMONY: Duration = Duration::from_mins(5);

/// Challenges that a session can have at once: one for each of a few tabs.
pub const MAX_CHALLENGES: u32 = 5;

/// What an answer to a challenge is for. An answer for one purpose is refused for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengePurpose {
    /// To set a key up.
    SetUp,
    /// To complete a sign-in.
    SignIn,
    /// To verify the identity within a session.
    StepUp,
    /// To test a key.
    Test,
}

/// The text is not a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no such purpose of a challenge")]
pub struct ChallengePurposeError;

impl ChallengePurpose {
    /// All purposes.
    pub const ALL: [Self; 4] = [Self::SetUp, Self::SignIn, Self::StepUp, Self::Test];

    /// The text in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
            Self::Test => "test",
        }
    }
}

impl FromStr for ChallengePurpose {
    type Err = ChallengePurposeError;

    fn from_str(text: &str) -> Result<Self, ChallengePurposeError> {
        let mut all = Self::ALL.into_iter();
        all.find(|purpose| purpose.as_str() == text)
            .ok_or(ChallengePurposeError)
    }
}

/// Whether a challenge made at `made_at` can still be answered.
#[must_use]
pub fn is_answerable(made_at: Timestamp, now: Timestamp) -> bool {
    now.since(made_at) < CEREMONY
}

/// A credential that the options name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialDescriptor {
    /// The id.
    pub id: CredentialId,
    /// The transports as stored.
    pub transports: Transports,
}

/// What a new key is made for.
#[derive(Clone, Copy)]
pub struct CreationOptions<'a> {
    /// The own site.
    pub relying_party: &'a RelyingParty,
    /// The name of the site as browsers show it: the brand.
    pub site_name: &'a str,
    /// The handle of the user.
    pub user_handle: &'a UserHandle,
    /// The name that tells the user's accounts apart: the email address.
    pub user_name: &'a str,
    /// The full name of the user.
    pub display_name: &'a str,
    /// A fresh challenge.
    pub challenge: &'a Challenge,
    /// What the person sets up.
    pub kind: KeyKind,
    /// The algorithms, the preferred one first.
    pub algorithms: &'a [Algorithm],
    /// All keys of the user, so that no device is set up twice.
    pub existing: &'a [CredentialDescriptor],
}

/// Which keys may answer.
#[derive(Clone, Copy)]
pub struct RequestOptions<'a> {
    /// The own site.
    pub relying_party: &'a RelyingParty,
    /// A fresh challenge.
    pub challenge: &'a Challenge,
    /// The keys that may answer: all of the user's, or the one to test.
    pub allowed: &'a [CredentialDescriptor],
}

impl CreationOptions<'_> {
    /// The options as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let algorithms = self
            .algorithms
            .iter()
            .map(|algorithm| json!({ "type": "public-key", "alg": algorithm.cose() }));
        let mut options = json!({
            "rp": { "id": self.relying_party.id(), "name": self.site_name },
            "user": {
                "id": BASE64URL_NOPAD.encode(self.user_handle.as_bytes()),
                "name": self.user_name,
                "displayName": self.display_name,
            },
            "challenge": self.challenge.expose(),
            "pubKeyCredParams": algorithms.collect::<Value>(),
            "timeout": timeout(),
            "excludeCredentials": descriptors(self.existing),
            "attestation": "none",
            "authenticatorSelection": selection(self.kind),
        });
        if self.kind == KeyKind::SecurityKey {
            options["hints"] = json!(["security-key"]);
        }
        options.to_string()
    }
}

impl RequestOptions<'_> {
    /// The options as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({
            "challenge": self.challenge.expose(),
            "timeout": timeout(),
            "rpId": self.relying_party.id(),
            "allowCredentials": descriptors(self.allowed),
            "userVerification": "preferred",
        })
        .to_string()
    }
}

/// What browsers tell the providers of keys about a user (WebAuthn §5.1.10), so that a provider
/// stops offering a deleted key and shows the present name.
#[derive(Clone, Copy)]
pub struct ProviderSignals<'a> {
    /// The own site.
    pub relying_party: &'a RelyingParty,
    /// The handle of the user.
    pub user_handle: &'a UserHandle,
}

impl ProviderSignals<'_> {
    /// The JSON text for `signalAllAcceptedCredentials`. A provider may hide a key that is missing
    /// among `credentials`.
    #[must_use]
    pub fn accepted_credentials(&self, credentials: &[CredentialId]) -> String {
        let ids = credentials.iter();
        json!({
            "rpId": self.relying_party.id(),
            "userId": BASE64URL_NOPAD.encode(self.user_handle.as_bytes()),
            "allAcceptedCredentialIds": ids
                .map(|id| Value::from(BASE64URL_NOPAD.encode(id.as_bytes())))
                .collect::<Value>(),
        })
        .to_string()
    }

    /// The JSON text for `signalCurrentUserDetails`.
    #[must_use]
    pub fn user_details(&self, user_name: &str, display_name: &str) -> String {
        json!({
            "rpId": self.relying_party.id(),
            "userId": BASE64URL_NOPAD.encode(self.user_handle.as_bytes()),
            "name": user_name,
            "displayName": display_name,
        })
        .to_string()
    }
}

/// What an authenticator must be able to do.
fn selection(kind: KeyKind) -> Value {
    match kind {
        // A key that asks for no user name can serve a sign-in without a password one day.
        KeyKind::Passkey => json!({
            "residentKey": "required",
            // For browsers of Level 1, which do not know `residentKey`.
            "requireResidentKey": true,
            "userVerification": "required",
        }),
        // Many keys have little room for entries, and some have no PIN.
        KeyKind::SecurityKey => json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "preferred",
        }),
    }
}

fn descriptors(credentials: &[CredentialDescriptor]) -> Value {
    let descriptor = |credential: &CredentialDescriptor| {
        let mut descriptor = json!({
            "type": "public-key",
            "id": BASE64URL_NOPAD.encode(credential.id.as_bytes()),
        });
        // Without any, browsers try every way; an empty list may mean none.
        if !credential.transports.as_slice().is_empty() {
            descriptor["transports"] = json!(credential.transports.as_slice());
        }
        descriptor
    };
    credentials.iter().map(descriptor).collect()
}

fn timeout() -> u64 {
    CEREMONY.as_secs() * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_is_read_back() {
        for purpose in ChallengePurpose::ALL {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert!("sign-in".parse::<ChallengePurpose>().is_err());
    }

    #[test]
    fn a_challenge_is_answered_within_five_minutes() {
        let made_at = Timestamp::from_millis(1_000_000);
        let after = |millis: i64| Timestamp::from_millis(1_000_000 + millis);
        assert!(is_answerable(made_at, after(299_999)));
        assert!(!is_answerable(made_at, after(300_000)));
    }

    fn credentials() -> [CredentialDescriptor; 2] {
        let credential = |byte, transports: &str| CredentialDescriptor {
            id: vec![byte; 16].try_into().unwrap(),
            transports: transports.into(),
        };
        [credential(1, "hybrid internal"), credential(2, "")]
    }

    fn named() -> Value {
        json!([
            {
                "type": "public-key",
                "id": "AQEBAQEBAQEBAQEBAQEBAQ",
                "transports": ["hybrid", "internal"],
            },
            { "type": "public-key", "id": "AgICAgICAgICAgICAgICAg" },
        ])
    }

    fn creation(kind: KeyKind) -> Value {
        let relying_party = RelyingParty::new("https://panel.example.com:8443", None).unwrap();
        let options = CreationOptions {
            relying_party: &relying_party,
            site_name: "Customer \"Control\" Panel",
            user_handle: &UserHandle::from_bytes([0; 64]),
            user_name: "ada@example.com",
            display_name: "Ada Lovelace",
            challenge: &Challenge::from_random([7; 32]),
            kind,
            algorithms: &Algorithm::OFFERED,
            existing: &credentials(),
        };
        serde_json::from_str(&options.to_json()).unwrap()
    }

    #[test]
    fn a_passkey_is_discoverable_and_verifies_its_user() {
        let expected = json!({
            "rp": { "id": "panel.example.com", "name": "Customer \"Control\" Panel" },
            "user": {
                "id": "A".repeat(86),
                "name": "ada@example.com",
                "displayName": "Ada Lovelace",
            },
            "challenge": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
            "pubKeyCredParams": [
                { "type": "public-key", "alg": -7 },
                { "type": "public-key", "alg": -8 },
                { "type": "public-key", "alg": -257 },
            ],
            "timeout": 300_000,
            "excludeCredentials": named(),
            "attestation": "none",
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
        });
        assert_eq!(creation(KeyKind::Passkey), expected);
    }

    #[test]
    fn a_security_key_is_a_device_apart_that_needs_no_room() {
        let options = creation(KeyKind::SecurityKey);
        let expected = json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "preferred",
        });
        assert_eq!(options["authenticatorSelection"], expected);
        assert_eq!(options["hints"], json!(["security-key"]));
        assert_eq!(options["excludeCredentials"], named());
    }

    #[test]
    fn providers_learn_which_keys_work_and_what_their_user_is_called() {
        let signals = ProviderSignals {
            relying_party: &RelyingParty::new("http://localhost:3000", None).unwrap(),
            user_handle: &UserHandle::from_bytes([0; 64]),
        };
        let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let accepted = json!({
            "rpId": "localhost",
            "userId": "A".repeat(86),
            "allAcceptedCredentialIds": ["AQEBAQEBAQEBAQEBAQEBAQ"],
        });
        let ids = [credentials()[0].id.clone()];
        assert_eq!(read(signals.accepted_credentials(&ids)), accepted);
        let details = json!({
            "rpId": "localhost",
            "userId": "A".repeat(86),
            "name": "ada@example.com",
            "displayName": "Ada Lovelace",
        });
        let sent = signals.user_details("ada@example.com", "Ada Lovelace");
        assert_eq!(read(sent), details);
    }

    #[test]
    fn a_request_names_the_keys_with_their_transports_unchanged() {
        let options = RequestOptions {
            relying_party: &RelyingParty::new("http://localhost:3000", None).unwrap(),
            challenge: &Challenge::from_random([7; 32]),
            allowed: &credentials(),
        };
        let expected = json!({
            "challenge": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
            "timeout": 300_000,
            "rpId": "localhost",
            "allowCredentials": named(),
            "userVerification": "preferred",
        });
        let options: Value = serde_json::from_str(&options.to_json()).unwrap();
        assert_eq!(options, expected);
    }
}
