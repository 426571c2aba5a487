//! Reads what browsers and authenticators send in ceremonies with passkeys.
#![no_main]

use domain::webauthn::{
    answers::{AuthenticationAnswer, RegistrationAnswer},
    authentication::{AuthenticationExpectations, StoredCredential, verify_authentication},
    authenticator_data::AuthenticatorData,
    authenticators::KeyKind,
    cbor::CborValue,
    client_data::ClientData,
    public_key::{Algorithm, BadSignature, PublicKey, Signatures},
    registration::{RegistrationExpectations, verify_registration},
    relying_party::RelyingParty,
    values::{Challenge, Transports, UserHandle},
};
use libfuzzer_sys::fuzz_target;

/// Accepts every signature, so that what stands behind the check is reached.
struct Any;

impl Signatures for Any {
    fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<(), BadSignature> {
        Ok(())
    }

    fn is_on_curve(&self, _: &PublicKey) -> bool {
        true
    }
}

fuzz_target!(|input: &[u8]| {
    let _ = CborValue::read(input);
    let _ = ClientData::read(input);
    if let Ok(key) = PublicKey::from_cose(input) {
        // The stored form reads as the same key.
        assert_eq!(PublicKey::from_cose(&key.to_cose()), Ok(key));
    }
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = RegistrationAnswer::from_json(text);
        let _ = AuthenticationAnswer::from_json(text);
    }
    register(input);
    authenticate(input);
});

/// Client data that are right for the site of the W3C's test vectors, which are the seeds.
fn client_data(type_name: &str) -> Vec<u8> {
    let challenge = Challenge::from_random([7; 32]).expose();
    let start = format!(r#"{{"type":"{type_name}","challenge":"{challenge}""#);
    format!(r#"{start},"origin":"https://example.org"}}"#).into_bytes()
}

fn relying_party() -> RelyingParty {
    RelyingParty::new("https://example.org", None).expect("an origin")
}

/// Registers the credential in an attestation object.
fn register(attestation_object: &[u8]) {
    // The id is taken from the object, because nothing would guess 16 equal bytes.
    let object = CborValue::read(attestation_object);
    let data = object.as_ref().ok().and_then(|object| object.at("authData"));
    let data = data.and_then(CborValue::as_bytes);
    let Some(Ok(data)) = data.map(AuthenticatorData::read) else {
        return;
    };
    let id = data.credential.map(|credential| credential.id.to_vec());
    let Some(Ok(id)) = id.map(TryInto::try_into) else {
        return;
    };
    let relying_party = relying_party();
    let expected = RegistrationExpectations {
        relying_party: &relying_party,
        challenge: Challenge::from_random([7; 32]).hash(),
        kind: KeyKind::Passkey,
        algorithms: &Algorithm::OFFERED,
    };
    let answer = RegistrationAnswer {
        id,
        client_data: client_data("webauthn.create"),
        attestation_object: attestation_object.to_vec(),
        transports: Transports::default(),
    };
    if let Ok(credential) = verify_registration(&expected, &answer) {
        assert!(credential.user_verified);
        assert!(credential.backup_eligible || !credential.backed_up);
    }
}

/// Signs in with authenticator data.
fn authenticate(authenticator_data: &[u8]) {
    let id: Vec<u8> = vec![1; 16];
    let answer = AuthenticationAnswer {
        id: id.try_into().expect("16 bytes"),
        client_data: client_data("webauthn.get"),
        authenticator_data: authenticator_data.to_vec(),
        signature: Vec::new(),
        user_handle: None,
    };
    let stored = [StoredCredential {
        id: answer.id.clone(),
        public_key: PublicKey::EdDsa([9; 32]),
        counter: 7,
        backup_eligible: false,
    }];
    let relying_party = relying_party();
    let expected = AuthenticationExpectations {
        relying_party: &relying_party,
        challenge: Challenge::from_random([7; 32]).hash(),
        user_handle: &UserHandle::from_bytes([0; 64]),
        requires_user_verification: false,
    };
    if let Ok(proof) = verify_authentication(&expected, &stored, &answer, &Any) {
        assert!(proof.counter > 7 || proof.backup_eligible);
        assert!(proof.backup_eligible || !proof.backed_up);
    }
}
