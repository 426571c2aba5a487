//! The W3C's test vectors (WebAuthn Level 3, section "Test Vectors"), judged as a site judges them
//! that offers the algorithms of Twinlock and stands in no frame.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use rstest::rstest;

use super::Ring;
use crate::webauthn::{
    answers::{AuthenticationAnswer, RegistrationAnswer},
    authentication::{
        AuthenticationError, AuthenticationExpectations, StoredCredential, verify_authentication,
    },
    authenticator_data::AuthenticatorData,
    authenticators::KeyKind,
    cbor::CborValue,
    client_data::{ClientData, ClientDataError},
    public_key::{Algorithm, BadSignature, PublicKey, Signatures},
    registration::{
        NewCredential, RegistrationError, RegistrationExpectations, verify_registration,
    },
    relying_party::RelyingParty,
    values::{Challenge, ChallengeHash, CredentialId, Transports, UserHandle},
};

const VECTORS: &str = include_str!("vectors.txt");

/// One credential: its registration and one authentication.
struct Vector {
    registration: BTreeMap<&'static str, Vec<u8>>,
    authentication: BTreeMap<&'static str, Vec<u8>>,
}

fn all() -> BTreeMap<&'static str, Vector> {
    let mut found = BTreeMap::new();
    for block in VECTORS.split("\n[").skip(1) {
        let (name, lines) = block.split_once("]\n").unwrap();
        let value = |line: &'static str| {
            let (name, hex) = line.split_once(" = ").unwrap();
            (name, HEXLOWER.decode(hex.as_bytes()).unwrap())
        };
        let values: Vec<_> = lines
            .lines()
            .filter(|line| !line.is_empty())
            .map(value)
            .collect();
        assert_eq!(values.len(), 8, "{name}");
        let half = |range: std::ops::Range<usize>| values[range].iter().cloned().collect();
        let vector = Vector {
            registration: half(0..4),
            authentication: half(4..8),
        };
        found.insert(name, vector);
    }
    found
}

fn vector(name: &str) -> Vector {
    all().remove(name).unwrap()
}

fn relying_party() -> RelyingParty {
    RelyingParty::new("https://example.org", None).unwrap()
}

fn challenge(values: &BTreeMap<&str, Vec<u8>>) -> ChallengeHash {
    let bits = values["challenge"].as_slice().try_into().unwrap();
    Challenge::from_random(bits).hash()
}

impl Vector {
    fn id(&self) -> CredentialId {
        let id = self.registration["credential_id"].clone();
        id.try_into().unwrap()
    }

    fn registration_answer(&self) -> RegistrationAnswer {
        RegistrationAnswer {
            id: self.id(),
            client_data: self.registration["clientDataJSON"].clone(),
            attestation_object: self.registration["attestationObject"].clone(),
            transports: Transports::default(),
        }
    }

    fn authentication_answer(&self) -> AuthenticationAnswer {
        AuthenticationAnswer {
            id: self.id(),
            client_data: self.authentication["clientDataJSON"].clone(),
            authenticator_data: self.authentication["authenticatorData"].clone(),
            signature: self.authentication["signature"].clone(),
            user_handle: None,
        }
    }

    fn registered(&self) -> Result<NewCredential, RegistrationError> {
        let expected = RegistrationExpectations {
            relying_party: &relying_party(),
            challenge: challenge(&self.registration),
            kind: KeyKind::SecurityKey,
            algorithms: &Algorithm::OFFERED,
        };
        verify_registration(&expected, &self.registration_answer())
    }

    /// The result of the authentication with the key and the flags of the registration.
    fn authenticated(&self) -> Result<(), AuthenticationError> {
        let (public_key, backup_eligible) = self.credential();
        let stored = [StoredCredential {
            id: self.id(),
            public_key,
            counter: 0,
            backup_eligible,
        }];
        let expected = AuthenticationExpectations {
            relying_party: &relying_party(),
            challenge: challenge(&self.authentication),
            user_handle: &UserHandle::from_bytes([0; 64]),
            requires_user_verification: false,
        };
        let answer = self.authentication_answer();
        verify_authentication(&expected, &stored, &answer, &Ring).map(|_| ())
    }

    /// The key and BE, without a judgement of the client data.
    fn credential(&self) -> (PublicKey, bool) {
        let object = CborValue::read(&self.registration["attestationObject"]).unwrap();
        let bytes = object.at("authData").unwrap().as_bytes().unwrap();
        let data = AuthenticatorData::read(bytes).unwrap();
        let key = PublicKey::from_cose(data.credential.unwrap().key).unwrap();
        (key, data.flags.backup_eligible())
    }
}

#[test]
fn the_specification_has_fifteen_vectors() {
    assert_eq!(all().len(), 15);
}

#[rstest]
#[case::no_attestation("none-es256", Algorithm::Es256)]
#[case::self_attestation("packed-self-es256", Algorithm::Es256)]
#[case::id_of_1023_bytes("none-es256-long-credential-id", Algorithm::Es256)]
#[case::packed("packed-es256", Algorithm::Es256)]
#[case::rs256("packed-rs256", Algorithm::Rs256)]
#[case::ed25519("packed-eddsa", Algorithm::EdDsa)]
#[case::tpm("tpm-es256", Algorithm::Es256)]
#[case::android_key("android-key-es256", Algorithm::Es256)]
#[case::apple("apple-es256", Algorithm::Es256)]
#[case::fido_u2f("fido-u2f-es256", Algorithm::Es256)]
fn a_vector_of_an_offered_algorithm_is_accepted(#[case] name: &str, #[case] algorithm: Algorithm) {
    let vector = vector(name);
    let registered = vector.registered().unwrap();
    assert_eq!(registered.public_key.algorithm(), algorithm);
    assert_eq!(registered.counter, 0);
    let stored = registered.public_key.to_cose();
    assert_eq!(PublicKey::from_cose(&stored), Ok(registered.public_key));
    let object = &vector.registration["attestationObject"];
    assert!(object.windows(stored.len()).any(|bytes| bytes == stored));
    assert_eq!(vector.authenticated(), Ok(()));
}

#[rstest]
#[case::cross_origin("none-es256-crossOrigin")]
#[case::top_origin("none-es256-topOrigin")]
fn a_vector_from_a_frame_is_refused_although_its_signature_is_right(#[case] name: &str) {
    let vector = vector(name);
    let error = ClientDataError::CrossOrigin;
    assert_eq!(vector.registered(), Err(error.into()));
    assert_eq!(vector.authenticated(), Err(error.into()));
    let client_data = &vector.authentication["clientDataJSON"];
    let hash = *ClientData::read(client_data).ok().unwrap().hash();
    let signed = [&vector.authentication["authenticatorData"][..], &hash].concat();
    let (key, _) = vector.credential();
    let signature = &vector.authentication["signature"];
    assert_eq!(Ring.verify(&key, &signed, signature), Ok(()));
}

#[rstest]
#[case::es384("packed-es384")]
#[case::ed448("packed-ed448")]
fn a_vector_of_another_algorithm_is_refused(#[case] name: &str) {
    let error = vector(name).registered().unwrap_err();
    assert_eq!(error, RegistrationError::AlgorithmNotOffered);
}

/// The challenge of this vector has 128 bytes, and ours have 32.
#[test]
fn the_vector_of_es512_is_refused_for_its_challenge_and_for_its_algorithm() {
    let mut vector = vector("packed-es512");
    let long = vector.registration["challenge"].clone();
    let ours = vec![7; 32];
    vector.registration.insert("challenge", ours.clone());
    let error = vector.registered().unwrap_err();
    assert_eq!(error, ClientDataError::Challenge.into());
    let text = String::from_utf8(vector.registration["clientDataJSON"].clone()).unwrap();
    let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let text = text.replace(&encode(&long), &encode(&ours));
    vector
        .registration
        .insert("clientDataJSON", text.into_bytes());
    let error = vector.registered().unwrap_err();
    assert_eq!(error, RegistrationError::AlgorithmNotOffered);
}

/// Each bit that is signed counts: of the flags, of the counter and of the client data.
#[rstest]
fn a_flipped_bit_breaks_the_signature(
    #[values("none-es256", "packed-eddsa", "packed-rs256")] name: &str,
    #[values(0, 1, 2, 3, 4, 5, 6, 7)] bit: u8,
) {
    let flip = |part: &str, place: usize| {
        let mut vector = vector(name);
        vector.authentication.get_mut(part).unwrap()[place] ^= 1 << bit;
        vector.authenticated()
    };
    assert_eq!(flip("authenticatorData", 36), Err(BadSignature.into()));
    for place in [0, 20, 40, 63] {
        assert_eq!(flip("signature", place), Err(BadSignature.into()));
    }
    // The last member's value; other places are refused before the signature is looked at.
    let mut vector = vector(name);
    let json = vector.authentication.get_mut("clientDataJSON").unwrap();
    json.splice(1..1, *br#""a":1,"#);
    assert_eq!(vector.authenticated(), Err(BadSignature.into()));
}
