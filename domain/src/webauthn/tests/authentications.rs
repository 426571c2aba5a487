//! What holds for authentications only.

use rstest::rstest;

use super::{
    authenticator::{BE, BS, Device, UP, UV, key_off_the_curve},
    site::{authenticate, challenge, judge, stored},
};
use crate::webauthn::{
    authentication::{AuthenticationError, EligibilityChange},
    public_key::{BadSignature, PublicKey},
};

#[rstest]
#[case::bound_and_bound(0, 0, EligibilityChange::None)]
#[case::synced_and_synced(BE, BE | BS, EligibilityChange::None)]
#[case::bound_then_synced(0, BE, EligibilityChange::Gained)]
#[case::synced_then_bound(BE, 0, EligibilityChange::Lost)]
fn a_change_of_backup_eligibility_is_accepted_and_noted(
    #[case] before: u8,
    #[case] now: u8,
    #[case] change: EligibilityChange,
) {
    let mut device = Device::es256();
    device.flags = UP | UV | now;
    let answer = device.authenticate(&challenge());
    let proof = judge(&[stored(&device, 0, before)], &answer, false);
    assert_eq!(proof, Ok((0, change, true)));
}

#[rstest]
#[case::never_counts(0, 0, true)]
#[case::begins_to_count(0, 1, true)]
#[case::rises(7, 8, true)]
#[case::rises_by_many(7, u32::MAX, true)]
#[case::equal(7, 7, false)]
#[case::lower(7, 6, false)]
#[case::back_to_zero(7, 0, false)]
fn the_counter_of_a_device_bound_key_has_to_rise(
    #[case] before: u32,
    #[case] sent: u32,
    #[case] is_accepted: bool,
) {
    let mut device = Device::es256();
    device.counter = sent;
    let answer = device.authenticate(&challenge());
    let bound = judge(&[stored(&device, before, 0)], &answer, false);
    let fell = AuthenticationError::CounterFell {
        stored: before,
        sent,
    };
    let proof = Ok((sent, EligibilityChange::None, true));
    assert_eq!(bound, if is_accepted { proof } else { Err(fell) });
    // The counter of a synced key proves nothing, also if the key says now that it is bound.
    let lost = judge(&[stored(&device, before, BE)], &answer, false);
    assert_eq!(lost, Ok((sent, EligibilityChange::Lost, true)));
    device.flags |= BE;
    let answer = device.authenticate(&challenge());
    let synced = judge(&[stored(&device, before, BE)], &answer, false);
    assert_eq!(synced, proof);
    // A copy of a bound key that says that it is synced counts like the key.
    let gained = judge(&[stored(&device, before, 0)], &answer, false);
    let proof = Ok((sent, EligibilityChange::Gained, true));
    assert_eq!(gained, if is_accepted { proof } else { Err(fell) });
}

#[test]
fn only_the_holder_of_a_key_can_make_its_counter_fall() {
    let device = Device::es256();
    let mut answer = device.authenticate(&challenge());
    answer.signature = Device::es256().authenticate(&challenge()).signature;
    let verdict = judge(&[stored(&device, 7, 0)], &answer, false);
    assert_eq!(verdict, Err(BadSignature.into()));
}

#[test]
fn a_credential_of_another_user_or_an_unknown_one_is_refused() {
    let mut device = Device::es256();
    let mut other = stored(&device, 0, 0);
    other.id = vec![0xc2; 32].try_into().unwrap();
    let error = AuthenticationError::UnknownCredential;
    let answer = device.authenticate(&challenge());
    assert_eq!(judge(&[other.clone()], &answer, false), Err(error));
    assert_eq!(judge(&[], &answer, false), Err(error));
    // The id of another key of the same user does not help either.
    device.raw_id = vec![0xc2; 32];
    other.public_key = PublicKey::from_cose(&Device::ed25519().key).unwrap();
    let credentials = [stored(&device, 0, 0), other];
    let answer = device.authenticate(&challenge());
    assert_eq!(
        judge(&credentials, &answer, false),
        Err(BadSignature.into())
    );
}

#[rstest]
#[case::of_another([0x1e; 64].to_vec())]
#[case::shorter([0x1d; 63].to_vec())]
#[case::longer([0x1d; 65].to_vec())]
fn a_foreign_user_handle_is_refused(#[case] handle: Vec<u8>) {
    let mut device = Device::es256();
    device.user_handle = Some(handle);
    assert_eq!(authenticate(&device), Err(AuthenticationError::UserHandle));
}

/// The rules do not compute with points: the check of signatures refuses the key, whatever was
/// signed.
#[test]
fn a_key_off_its_curve_proves_nothing() {
    let device = Device::es256();
    let mut stored = stored(&device, 0, 0);
    stored.public_key = key_off_the_curve();
    let answer = device.authenticate(&challenge());
    assert_eq!(judge(&[stored], &answer, false), Err(BadSignature.into()));
}

#[test]
fn every_flipped_bit_of_a_signed_answer_is_refused() {
    let mut device = Device::ed25519();
    device.counter = 1;
    let stored = [stored(&device, 0, 0)];
    let answer = device.authenticate(&challenge());
    assert!(judge(&stored, &answer, false).is_ok());
    let bits = |length: usize| (0..length * 8).map(|bit| (bit / 8, 1 << (bit % 8)));
    for (place, bit) in bits(answer.authenticator_data.len()) {
        let mut changed = answer.clone();
        changed.authenticator_data[place] ^= bit;
        assert!(judge(&stored, &changed, false).is_err(), "{place}, {bit}");
    }
    for (place, bit) in bits(answer.client_data.len()) {
        let mut changed = answer.clone();
        changed.client_data[place] ^= bit;
        assert!(judge(&stored, &changed, false).is_err(), "{place}, {bit}");
    }
    for (place, bit) in bits(answer.signature.len()) {
        let mut changed = answer.clone();
        changed.signature[place] ^= bit;
        let verdict = judge(&stored, &changed, false);
        assert_eq!(verdict, Err(BadSignature.into()), "{place}, {bit}");
    }
}

#[test]
fn an_authentication_with_a_new_credential_is_refused() {
    let device = Device::es256();
    let answer = device.authenticate_with(&challenge(), Some(device.credential()));
    let verdict = judge(&[stored(&device, 0, 0)], &answer, false);
    assert_eq!(verdict, Err(AuthenticationError::NewCredential));
}
