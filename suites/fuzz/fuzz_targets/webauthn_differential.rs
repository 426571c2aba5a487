//! Compares the rules of `domain::webauthn` with those of Kanidm's `webauthn-rs-core`: a software
//! authenticator sets a key up and proves its user twice, with up to three things changed each
//! time, and both sides judge its answers. What one side accepts, the other accepts too, except for
//! the differences that are meant; `differences` lists them.
#![no_main]

#[path = "webauthn_differential/case.rs"]
mod case;
#[path = "webauthn_differential/cbor_reader.rs"]
mod cbor_reader;
#[path = "webauthn_differential/cbor_writer.rs"]
mod cbor_writer;
#[path = "webauthn_differential/choices.rs"]
mod choices;
#[path = "webauthn_differential/client.rs"]
mod client;
#[path = "webauthn_differential/differences.rs"]
mod differences;
#[path = "webauthn_differential/judges.rs"]
mod judges;
#[path = "webauthn_differential/keys.rs"]
mod keys;
#[path = "webauthn_differential/reasons.rs"]
mod reasons;

use domain::webauthn::{
    authentication::StoredCredential, authenticators::KeyKind, public_key::Algorithm,
};

use case::{BE, BS, Case, IDS, Parts, UP, UV};
use choices::Choices;
use client::{CHALLENGE, ORIGIN};
use differences::{ONLY_OURS_ACCEPTS, ONLY_THEIRS_ACCEPTS, explained};
use judges::{Facts, ours, theirs};
use libfuzzer_sys::fuzz_target;
use ring::digest::{SHA256, digest};

fuzz_target!(|input: &[u8]| compare(input));

/// Sets a key up, and lets it prove its user twice.
fn compare(input: &[u8]) {
    let mut choices = Choices(input);
    let algorithm = match choices.below(16) {
        0..12 => Algorithm::Es256,
        12..14 => Algorithm::Rs256,
        _ => Algorithm::EdDsa,
    };
    let registered = judge(&Case::registration(algorithm, &mut choices));
    let second = Algorithm::OFFERED[choices.below(3)];
    let mut stored =
        [(IDS[0], algorithm), (IDS[1], second)].map(|(id, algorithm)| StoredCredential {
            id: id.to_vec().try_into().expect("32 bytes"),
            public_key: keys::public_key(algorithm),
            counter: choices.one_of(&[0, 0, 1, 7, u32::MAX]),
            backup_eligible: choices.bit(),
        });
    if let Some(facts) = registered {
        stored[0].public_key = facts.key.expect("a registration has a key");
        stored[0].counter = facts.counter;
        stored[0].backup_eligible = facts.backup_eligible;
    }
    for _ in 0..2 {
        let case = Case::authentication(algorithm, &stored, &mut choices);
        if let Some(facts) = judge(&case) {
            let used = stored
                .iter_mut()
                .find(|stored| stored.id.as_bytes() == facts.id);
            let used = used.expect("a key of the user");
            used.counter = facts.counter;
            used.backup_eligible = facts.backup_eligible;
        }
    }
}

/// Lets both sides judge, and answers what ours accepts.
fn judge(case: &Case) -> Option<Facts> {
    match (ours(case), theirs(case)) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(
                ours, theirs,
                "both accept, and read different things: {case:#?}"
            );
            Some(ours)
        }
        (Ok(ours), Err(error)) => {
            let difference = explained(ONLY_OURS_ACCEPTS, case, &error);
            assert!(
                difference.is_some(),
                "only our side accepts: {error:?} {case:#?}"
            );
            assert!(
                is_sound(case, &ours),
                "our side accepts too much: {case:#?}"
            );
            Some(ours)
        }
        (Err(error), Ok(_)) => {
            let difference = explained(ONLY_THEIRS_ACCEPTS, case, &error);
            assert!(
                difference.is_some(),
                "only the other side accepts: {error:?} {case:#?}"
            );
            None
        }
        (Err(_), Err(_)) => None,
    }
}

/// Whether an answer says what each accepted one says. The other side stops at its first reason, so
/// a meant difference could hide another one.
fn is_sound(case: &Case, facts: &Facts) -> bool {
    let Some(data) = Parts::read(&case.authenticator_data) else {
        return false;
    };
    let is_registration = case.attestation_object.is_some();
    let requires_user_verification = match is_registration {
        true => case.kind == KeyKind::Passkey,
        false => case.requires_user_verification,
    };
    let rp_id = if case.is_parent {
        "example.com"
    } else {
        "panel.example.com"
    };
    let has = |flag| data.flags & flag != 0;
    // A text may be written in escapes.
    let text = String::from_utf8_lossy(&case.client_data)
        .replace("\\u0077", "w")
        .replace("\\/", "/");
    let type_name = if is_registration {
        "webauthn.create"
    } else {
        "webauthn.get"
    };
    data.rp_id_hash == digest(&SHA256, rp_id.as_bytes()).as_ref()
        && has(UP)
        && (has(UV) || !requires_user_verification)
        && (has(BE) || !has(BS))
        && !data.goes_on
        && data.id.is_some() == is_registration
        && (facts.counter, facts.user_verified) == (data.counter, has(UV))
        && (facts.backup_eligible, facts.backed_up) == (has(BE), has(BS))
        && [type_name, CHALLENGE, ORIGIN]
            .iter()
            .all(|part| text.contains(&format!("\"{part}\"")))
}
