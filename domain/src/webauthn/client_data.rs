//! The client data: what the browser says about a ceremony (WebAuthn §5.8.1). The authenticator
//! signs its hash, so that no page of another site can make an answer for this one.

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    relying_party::RelyingParty,
    values::{Challenge, ChallengeHash},
};

/// The longest client data, in bytes. Browsers send less than 500.
const MAX_BYTES: usize = 4 * 1024;

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A key is set up.
    Registration,
    /// A key proves its user.
    Authentication,
}

impl Ceremony {
    /// The word of the specification.
    const fn type_name(self) -> &'static str {
        match self {
            Self::Registration => "webauthn.create",
            Self::Authentication => "webauthn.get",
        }
    }
}

/// Client data that was read and not judged yet.
#[derive(Clone)]
pub struct ClientData {
    fields: Fields,
    challenge: Challenge,
    hash: [u8; 32],
}

/// Why client data is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClientDataError {
    /// The bytes are not the JSON that browsers send, or too long.
    #[error("the client data is malformed")]
    Malformed,
    /// The answer is of the other kind of ceremony.
    #[error("the answer is of another kind of ceremony")]
    Type,
    /// The challenge is not the one that was asked.
    #[error("the answer is for another challenge")]
    Challenge,
    /// The page that asked is of another origin.
    #[error("the answer was made for another origin")]
    Origin,
    /// The page that asked stands in a frame of another site.
    #[error("the answer was made in a frame of another site")]
    CrossOrigin,
}

/// The members that count. Browsers may add others at any time.
#[derive(Clone, Deserialize)]
struct Fields {
    #[serde(rename = "type")]
    type_name: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_cross_origin: bool,
    #[serde(rename = "topOrigin", default, deserialize_with = "is_present")]
    has_top_origin: bool,
}

/// Answers true for a member that stands there, even as `null`.
fn is_present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl ClientData {
    /// Reads client data as sent. Its challenge finds the ceremony that it answers.
    pub fn read(json: &[u8]) -> Result<Self, ClientDataError> {
        if json.len() > MAX_BYTES {
            return Err(ClientDataError::Malformed);
        }
        let text = std::str::from_utf8(json).map_err(|_| ClientDataError::Malformed)?;
        // "UTF-8 decode" of the specification takes a byte order mark away.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // The reader would also take a list of the values.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(ClientDataError::Malformed);
        }
        let fields: Fields = serde_json::from_str(text).map_err(|_| ClientDataError::Malformed)?;
        let challenge = fields.challenge.parse();
        Ok(Self {
            challenge: challenge.map_err(|_| ClientDataError::Challenge)?,
            hash: Sha256::digest(json).into(),
            fields,
        })
    }

    /// The challenge that the browser answers.
    #[must_use]
    pub const fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The SHA-256 of the client data, which authenticators sign.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Judges client data (WebAuthn §7.1 steps 7 to 11, §7.2 steps 10 to 14).
    pub fn check(
        &self,
        ceremony: Ceremony,
        challenge: &ChallengeHash,
        relying_party: &RelyingParty,
    ) -> Result<(), ClientDataError> {
        if self.fields.type_name != ceremony.type_name() {
            return Err(ClientDataError::Type);
        }
        if self.challenge.hash() != *challenge {
            return Err(ClientDataError::Challenge);
        }
        if self.fields.origin != relying_party.origin() {
            return Err(ClientDataError::Origin);
        }
        // No page of ours can be framed (`frame-ancestors 'none'`).
        if self.fields.is_cross_origin || self.fields.has_top_origin {
            return Err(ClientDataError::CrossOrigin);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rstest::rstest;

    use super::*;

    const ORIGIN: &str = "https://panel.example.com";
    const CHALLENGE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    fn judged(json: &str) -> Result<(), ClientDataError> {
        let relying_party = RelyingParty::new(ORIGIN, None).unwrap();
        let challenge = Challenge::from_random([7; 32]).hash();
        ClientData::read(json.as_bytes())?.check(
            Ceremony::Authentication,
            &challenge,
            &relying_party,
        )
    }

    /// Client data with an origin, and with members after it.
    fn with(origin: &str, more: &str) -> String {
        let start = format!(r#"{{"type":"webauthn.get","challenge":"{CHALLENGE}""#);
        format!(r#"{start},"origin":"{origin}"{more}}}"#)
    }

    #[rstest]
    #[case::as_chromium_writes_it(r#","crossOrigin":false"#)]
    #[case::without_cross_origin("")]
    #[case::with_more(r#","crossOrigin":false,"other":{"keys":[1,2.5,null]},"tokenBinding":1"#)]
    fn client_data_of_our_pages_is_accepted(#[case] more: &str) {
        assert_eq!(judged(&with(ORIGIN, more)), Ok(()));
        let with_mark = format!("\u{feff}{}", with(ORIGIN, more));
        assert_eq!(judged(&with_mark), Ok(()));
    }

    #[rstest]
    fn a_foreign_origin_is_refused(
        #[values(
            "https://example.com",
            "https://evil.panel.example.com",
            "https://panel.example.com.evil.example",
            "https://panel.example.com:8443",
            "https://panel.example.com:443",
            "https://panel.example.com.",
            "https://panel.example.com/",
            "https://Panel.example.com",
            "http://panel.example.com",
            "https://panel.example.com@evil.example",
            " https://panel.example.com",
            "android:apk-key-hash:abc",
            "null",
            ""
        )]
        origin: &str,
    ) {
        assert_eq!(judged(&with(origin, "")), Err(ClientDataError::Origin));
    }

    #[rstest]
    #[case(r#","crossOrigin":true"#)]
    #[case(r#","topOrigin":"https://evil.example""#)]
    #[case(r#","topOrigin":"https://panel.example.com""#)]
    #[case(r#","crossOrigin":false,"topOrigin":null"#)]
    fn a_frame_is_refused(#[case] more: &str) {
        assert_eq!(
            judged(&with(ORIGIN, more)),
            Err(ClientDataError::CrossOrigin)
        );
    }

    #[rstest]
    #[case::registration("webauthn.create")]
    #[case::payment("payment.get")]
    #[case::other_case("webauthn.Get")]
    #[case::nothing("")]
    fn another_kind_of_ceremony_is_refused(#[case] type_name: &str) {
        let json = with(ORIGIN, "").replace("webauthn.get", type_name);
        assert_eq!(judged(&json), Err(ClientDataError::Type));
    }

    #[rstest]
    #[case::of_another_ceremony("CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg")]
    #[case::padded("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=")]
    #[case::half("BwcHBwcHBwcHBwcHBwcHBw")]
    #[case::nothing("")]
    fn another_challenge_is_refused(#[case] challenge: &str) {
        let json = with(ORIGIN, "").replace(CHALLENGE, challenge);
        assert_eq!(judged(&json), Err(ClientDataError::Challenge));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_object("[]")]
    #[case::list_of_the_values(&format!(r#"["webauthn.get","{CHALLENGE}","{ORIGIN}"]"#))]
    #[case::no_members("{}")]
    #[case::cross_origin_in_words(&with(ORIGIN, r#","crossOrigin":"false""#))]
    #[case::origin_twice(&with(ORIGIN, r#","origin":"https://panel.example.com""#))]
    #[case::type_twice(&with(ORIGIN, r#","type":"webauthn.create""#))]
    #[case::cross_origin_twice(&with(ORIGIN, r#","crossOrigin":true,"crossOrigin":false"#))]
    #[case::more_after_the_end(&format!("{}}}", with(ORIGIN, "")))]
    #[case::deeply_nested(&with(ORIGIN, &format!(r#","a":{}"#, "[".repeat(2000))))]
    #[case::too_long(&with(ORIGIN, &format!(r#","a":"{}""#, "a".repeat(MAX_BYTES))))]
    fn malformed_client_data_is_refused(#[case] json: &str) {
        assert_eq!(judged(json), Err(ClientDataError::Malformed));
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused() {
        let mut json = with(ORIGIN, r#","a":"X""#).into_bytes();
        let place = json.len() - 3;
        json[place] = 0xff;
        assert_eq!(
            ClientData::read(&json).err(),
            Some(ClientDataError::Malformed)
        );
    }

    proptest! {
        #[test]
        fn no_client_data_panics(json in vec(any::<u8>(), 0..200), text in ".{0,100}") {
            let _ = ClientData::read(&json);
            let _ = judged(&with(&text, &text));
        }

        #[test]
        fn only_our_origin_is_accepted(origin in "https?://[a-z.:0-9@/]{0,30}") {
            prop_assume!(origin != ORIGIN);
            prop_assert_eq!(judged(&with(&origin, "")), Err(ClientDataError::Origin));
        }
    }
}
