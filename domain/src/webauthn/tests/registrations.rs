//! What holds for registrations only.

use rstest::rstest;

use super::{
    authenticator::Device,
    cbor_writer::Item,
    site::{challenge, expected, judge_registration, register, relying_party},
};
use crate::webauthn::{
    answers::RegistrationAnswer,
    authenticators::KeyKind,
    cbor::CborError,
    public_key::{Algorithm, PublicKeyError},
    registration::{NewCredential, RegistrationError, verify_registration},
    relying_party::RelyingParty,
};

fn judge(answer: &RegistrationAnswer) -> Result<NewCredential, RegistrationError> {
    judge_registration(KeyKind::Passkey, answer)
}

#[test]
fn an_attestation_that_no_one_asked_for_is_ignored() {
    let mut device = Device::es256();
    device.format = Item::Text("of the future".to_owned());
    let chain = Item::Array(vec![Item::Bytes(vec![0; 700])]);
    device.statement = Item::named([("x5c", chain), ("sig", Item::Bytes(vec![0; 70]))]);
    assert!(register(&device).is_ok());
}

#[test]
fn a_key_of_the_parent_domain_works_if_it_is_configured() {
    let mut device = Device::es256();
    device.rp_id = "example.com";
    let parent = RelyingParty::new("https://panel.example.com", Some("example.com")).unwrap();
    let expected = expected(&parent, &Algorithm::OFFERED);
    assert!(verify_registration(&expected, &device.register(&challenge())).is_ok());
}

#[test]
fn a_credential_id_is_bound_to_its_key() {
    let mut device = Device::es256();
    device.raw_id = vec![0xc2; 32];
    assert_eq!(register(&device), Err(RegistrationError::CredentialId));
    let mut device = Device::es256();
    device.id = vec![0xc1; 1024];
    assert_eq!(register(&device), Err(RegistrationError::CredentialId));
}

#[test]
fn an_algorithm_that_was_not_offered_is_refused() {
    let answer = Device::ed25519().register(&challenge());
    let offered = |algorithms| {
        let relying_party = relying_party();
        verify_registration(&expected(&relying_party, algorithms), &answer)
    };
    assert!(offered(&[Algorithm::EdDsa]).is_ok());
    let error = RegistrationError::AlgorithmNotOffered;
    assert_eq!(offered(&[Algorithm::Es256, Algorithm::Rs256]), Err(error));
}

#[test]
fn a_short_rsa_key_is_refused() {
    let mut device = Device::es256();
    let modulus = Item::Bytes(vec![0xff; 128]);
    device.key = Item::labelled(vec![
        (1, Item::Integer(3)),
        (3, Item::Integer(-257)),
        (-1, modulus),
        (-2, Item::Bytes(vec![1, 0, 1])),
    ])
    .written();
    let error = RegistrationError::PublicKey(PublicKeyError::RsaModulus);
    assert_eq!(register(&device), Err(error));
}

#[test]
fn a_registration_without_a_credential_is_refused() {
    let answer = Device::es256().register_with(&challenge(), None);
    assert_eq!(judge(&answer), Err(RegistrationError::NoCredential));
}

#[rstest]
#[case::nested(vec![0x81; 16 * 1024], CborError::TooDeep.into())]
#[case::nested_maps([0xa1, 0x00].repeat(8 * 1024), CborError::TooDeep.into())]
#[case::too_long(vec![0x40; 16 * 1024 + 1], CborError::TooLong.into())]
#[case::empty(Vec::new(), CborError::Truncated.into())]
#[case::no_members(Item::named([]).written(), RegistrationError::AttestationObject)]
#[case::format_of_bytes(
    Item::named([
        ("fmt", Item::Bytes(vec![])),
        ("attStmt", Item::Null),
        ("authData", Item::Bytes(vec![0; 37])),
    ])
    .written(),
    RegistrationError::AttestationObject,
)]
#[case::member_twice(
    Item::named([("fmt", Item::Null), ("fmt", Item::Null)]).written(),
    CborError::DuplicateKey.into(),
)]
fn a_malformed_attestation_object_is_refused(
    #[case] object: Vec<u8>,
    #[case] error: RegistrationError,
) {
    let mut answer = Device::es256().register(&challenge());
    answer.attestation_object = object;
    assert_eq!(judge(&answer), Err(error));
}
