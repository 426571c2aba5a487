//! What holds for both kinds of ceremonies.

use rstest::rstest;

use super::{
    authenticator::{BE, BS, Device, UP, UV},
    cbor_writer::Item,
    site::{
        HANDLE, authenticate, challenge, judge, judge_registration, register, register_as, stored,
    },
};
use crate::webauthn::{
    authentication::EligibilityChange,
    authenticator_data::AuthenticatorDataError,
    authenticators::{Aaguid, KeyKind},
    client_data::ClientDataError,
    public_key::PublicKey,
    registration::NewCredential,
    values::Challenge,
};

#[test]
fn a_key_is_set_up_and_proves_its_user() {
    for mut device in [Device::es256(), Device::ed25519()] {
        device.flags = UP | UV | BE | BS;
        device.aaguid = [0xaa; 16];
        let expected = NewCredential {
            id: device.id.clone().try_into().unwrap(),
            public_key: PublicKey::from_cose(&device.key).unwrap(),
            counter: 0,
            user_verified: true,
            backup_eligible: true,
            backed_up: true,
            aaguid: Aaguid::from_bytes([0xaa; 16]),
            transports: "usb".into(),
        };
        assert_eq!(register(&device), Ok(expected));
        for handle in [None, Some(HANDLE.to_vec())] {
            device.user_handle = handle;
            let proof = (0, EligibilityChange::None, true);
            assert_eq!(authenticate(&device), Ok(proof));
        }
    }
}

#[test]
fn unasked_extensions_are_ignored() {
    let mut device = Device::es256();
    device.extensions = Some(Item::named([("credProtect", Item::Integer(2))]));
    assert!(register(&device).is_ok());
    assert!(authenticate(&device).is_ok());
    device.extensions = Some(Item::Array(vec![]));
    let error = AuthenticatorDataError::Extensions;
    assert_eq!(register(&device), Err(error.into()));
    assert_eq!(authenticate(&device), Err(error.into()));
}

#[rstest]
#[case::same_type_for_both("payment.get")]
#[case::nothing("")]
fn another_type_is_refused(#[case] type_name: &'static str) {
    let mut device = Device::es256();
    device.type_name = Some(type_name);
    assert_eq!(register(&device), Err(ClientDataError::Type.into()));
    assert_eq!(authenticate(&device), Err(ClientDataError::Type.into()));
}

/// The answer to one kind of ceremony is no answer to the other, although its signature is right.
#[test]
fn a_registration_is_no_authentication_and_no_authentication_a_registration() {
    let mut device = Device::es256();
    device.type_name = Some("webauthn.create");
    assert_eq!(authenticate(&device), Err(ClientDataError::Type.into()));
    device.type_name = Some("webauthn.get");
    assert_eq!(register(&device), Err(ClientDataError::Type.into()));
}

#[rstest]
fn a_foreign_origin_is_refused(
    #[values(
        "https://evil.example",
        "https://panel.example.com:8443",
        "https://other.panel.example.com",
        "https://example.com",
        "https://panel.example.com.",
        "http://panel.example.com"
    )]
    origin: &'static str,
) {
    let mut device = Device::es256();
    device.origin = origin;
    assert_eq!(register(&device), Err(ClientDataError::Origin.into()));
    assert_eq!(authenticate(&device), Err(ClientDataError::Origin.into()));
}

#[rstest]
#[case(r#","crossOrigin":true"#)]
#[case(r#","crossOrigin":true,"topOrigin":"https://evil.example""#)]
#[case(r#","topOrigin":"https://panel.example.com""#)]
fn a_frame_is_refused(#[case] more: &'static str) {
    let mut device = Device::es256();
    device.more_client_data = more;
    assert_eq!(register(&device), Err(ClientDataError::CrossOrigin.into()));
    assert_eq!(
        authenticate(&device),
        Err(ClientDataError::CrossOrigin.into())
    );
}

#[test]
fn another_challenge_is_refused() {
    let device = Device::es256();
    let other = Challenge::from_random([8; 32]);
    let error = ClientDataError::Challenge;
    let verdict = judge(
        &[stored(&device, 0, 0)],
        &device.authenticate(&other),
        false,
    );
    assert_eq!(verdict, Err(error.into()));
    let verdict = judge_registration(KeyKind::Passkey, &device.register(&other));
    assert_eq!(verdict, Err(error.into()));
}

#[rstest]
fn a_credential_of_another_site_is_refused(
    #[values("example.com", "other.example.com", "PANEL.example.com", "")] rp_id: &'static str,
) {
    let mut device = Device::es256();
    device.rp_id = rp_id;
    let error = AuthenticatorDataError::RelyingParty;
    assert_eq!(register(&device), Err(error.into()));
    assert_eq!(authenticate(&device), Err(error.into()));
}

#[test]
fn an_answer_without_a_touch_is_refused() {
    let mut device = Device::es256();
    device.flags = UV;
    let error = AuthenticatorDataError::UserNotPresent;
    for kind in [KeyKind::Passkey, KeyKind::SecurityKey] {
        assert_eq!(register_as(kind, &device), Err(error.into()));
    }
    assert_eq!(authenticate(&device), Err(error.into()));
}

#[test]
fn a_passkey_must_verify_its_user_and_a_security_key_need_not() {
    let mut device = Device::es256();
    device.flags = UP;
    let error = AuthenticatorDataError::UserNotVerified;
    assert_eq!(register(&device), Err(error.into()));
    let security_key = register_as(KeyKind::SecurityKey, &device).unwrap();
    assert!(!security_key.user_verified);
    let stored = [stored(&device, 0, 0)];
    let answer = device.authenticate(&challenge());
    assert_eq!(judge(&stored, &answer, true), Err(error.into()));
    let proof = (0, EligibilityChange::None, false);
    assert_eq!(judge(&stored, &answer, false), Ok(proof));
}

#[test]
fn a_synced_key_that_says_it_cannot_be_synced_is_refused() {
    let mut device = Device::es256();
    device.flags = UP | UV | BS;
    let error = AuthenticatorDataError::BackedUpButNotEligible;
    assert_eq!(register(&device), Err(error.into()));
    assert_eq!(authenticate(&device), Err(error.into()));
}
