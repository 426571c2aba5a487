//! Set-ups of keys that must not be, and deletions.

use serde_json::{Value, json};
use testkit::software_key::p256_key;

use super::{choice, keyed, origin, set_up};
use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{OperatorCommands, SoftwareKey, TestSite, accepted, at_once},
};

fn add() -> Value {
    json!({ "action": "add" })
}

pub fn wa13_one_key_for_two_users(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = keyed(&site, &site.ada());
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut his = site.signed_in(&max);
    // The id of her key with a key of his own.
    let mut key = SoftwareKey::new(&origin(&site));
    key.id.clone_from(&ada.key.id);
    for kind in ["passkey", "security_key"] {
        set_up(&mut his, kind, &mut key).expect_refused(409, "credential_taken");
    }
    let profile = his.ask("profile/view").expect_ok();
    assert_eq!(profile["methods"], json!([]));
    refused(2, "the id of another user's key for a key of one's own")
}

/// A key of P-384, which is not offered; RSA of 1024 bits; a map without an algorithm; no map.
pub fn wa14_keys_that_are_none(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    let p384_start = [0xa5, 1, 2, 3, 0x38, 34, 0x20, 2, 0x21, 0x58, 48];
    let p384 = [&p384_start[..], &[1; 48], &[0x22, 0x58, 48], &[1; 48]].concat();
    let rsa_start = [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x58, 128];
    let short_rsa = [&rsa_start[..], &[0xff; 128], &[0x21, 0x43, 1, 0, 1]].concat();
    let even_start = [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0];
    let even_rsa = [&even_start[..], &[0xfe; 256], &[0x21, 0x43, 1, 0, 1]].concat();
    let wrong = [
        p384,
        short_rsa,
        even_rsa,
        vec![0xa1, 1, 2],
        vec![0x80],
        vec![],
    ];
    let tried = wrong.len();
    for bytes in wrong {
        let mut key = SoftwareKey::new(&origin(&site));
        key.key = bytes;
        set_up(&mut browser, "passkey", &mut key).expect_refused(401, "key_refused");
    }
    let profile = browser.ask("profile/view").expect_ok();
    assert_eq!(profile["methods"], json!([]));
    // A point off the curve makes no signature right.
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    ada.step_up(&site, &mut browser, &add());
    let mut key = SoftwareKey::new(&origin(&site));
    key.key = p256_key(&[1; 32], &[1; 32]);
    let taken = set_up(&mut browser, "security_key", &mut key);
    if taken.is_ok() {
        let mut half = ada.half(&site);
        let options = half.ask("session/key_challenge").expect_ok();
        half.call("session/verify_key", key.sign(&options))
            .expect_refused(401, "key_refused");
    }
    refused(
        tried + 1,
        "keys of other algorithms, short and even RSA, maps that are no keys, a point off the curve",
    )
}

pub fn wa17_a_half_session_adds_a_key(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut full = ada.sign_in(&site);
    ada.step_up(&site, &mut full, &add());
    let set_up = full.call("mfa/set_up_key", choice("passkey")).expect_ok();
    let answer = SoftwareKey::new(&origin(&site)).create(&set_up);
    let mut half = ada.half(&site);
    half.call("mfa/set_up_key", choice("passkey"))
        .expect_refused(403, "not_allowed");
    half.call("mfa/confirm_key", answer.clone())
        .expect_refused(403, "not_allowed");
    // Nor does another full session with the answer.
    ada.sign_in(&site)
        .call("mfa/confirm_key", answer)
        .expect_refused(409, "already_set_up");
    refused(
        3,
        "a key in a half session, with its own choice and with the answer of a full one",
    )
}

pub fn wa18_a_key_in_place_of_an_application(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let mut key = SoftwareKey::new(&origin(&site));
    // The grant is used by the application, and the grant of a reset is for one.
    ada.step_up(&site, &mut browser, &add());
    browser.ask("mfa/set_up").expect_ok();
    browser
        .call("mfa/set_up_key", choice("passkey"))
        .expect_refused(403, "verification_required");
    ada.step_up(&site, &mut browser, &json!({ "action": "reset" }));
    browser
        .call("mfa/set_up_key", choice("passkey"))
        .expect_refused(403, "verification_required");
    // The answer to a key's set-up for the application that replaced it.
    ada.step_up(&site, &mut browser, &add());
    let set_up = browser
        .call("mfa/set_up_key", choice("passkey"))
        .expect_ok();
    ada.step_up(&site, &mut browser, &add());
    browser.ask("mfa/set_up").expect_ok();
    browser
        .call("mfa/confirm_key", key.create(&set_up))
        .expect_refused(409, "already_set_up");
    let profile = browser.ask("profile/view").expect_ok();
    assert_eq!(profile["methods"].as_array().map(Vec::len), Some(1));
    refused(
        3,
        "a key with the grant that an application used, with a reset's, for a pending application",
    )
}

pub fn wa19_the_last_two_methods_at_once(effort: Effort) -> AttackOutcome {
    let rounds = effort.of(2, 10);
    for _ in 0..rounds {
        let site = TestSite::with_owner();
        let ada = site.enrolled_ada();
        let mut browser = ada.sign_in(&site);
        ada.step_up(&site, &mut browser, &add());
        let mut key = SoftwareKey::new(&origin(&site));
        set_up(&mut browser, "passkey", &mut key).expect_ok();
        let profile = browser.ask("profile/view").expect_ok();
        let method = |number: usize| json!({ "method": profile["methods"][number]["id"] });
        let mut calls = Vec::new();
        for number in 0..2 {
            let mut session = ada.sign_in(&site);
            let mut intent = method(number);
            intent["action"] = json!("delete");
            ada.step_up(&site, &mut session, &intent);
            calls.push((session, "mfa/delete", method(number)));
        }
        assert_eq!(accepted(&at_once(calls)), 1);
        let mut half = site.signed_in(&ada.person);
        assert_eq!(half.standing(), "half_signed_in");
    }
    as_wanted(
        rounds,
        "two sessions delete one each of the last two methods at once: one is deleted",
    )
}

pub fn wa22_deep_and_long_answers(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    // Arrays, maps and tags in each other; lengths that promise more than there is.
    let objects = [
        vec![0x81; 11_000],
        [0xa1, 0x60].repeat(5_500),
        vec![0xc1; 11_000],
        vec![0x9f; 11_000],
        vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        Vec::new(),
    ];
    let tried = objects.len();
    for object in objects {
        let mut key = SoftwareKey::new(&origin(&site));
        key.attestation_object = Some(object);
        set_up(&mut browser, "passkey", &mut key).expect_refused(401, "key_refused");
    }
    let mut key = SoftwareKey::new(&origin(&site));
    key.attestation_object = Some(vec![0x81; 16 * 1024]);
    let long = set_up(&mut browser, "passkey", &mut key);
    assert!(!long.is_ok() && long.status < 500, "{}", long.status);
    browser.ask("profile/view").expect_ok();
    refused(
        tried + 1,
        "CBOR nested 11,000 times, of endless lengths, of 16 KiB; the server goes on",
    )
}
