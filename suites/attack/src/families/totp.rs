//! T: the authenticator's codes, while the server's clock is moved from outside.

use std::collections::BTreeSet;

use data_encoding::BASE32_NOPAD;
use serde_json::json;

use super::device_clock::t14_a_device_that_is_slow;
use crate::{
    attack::{Attack, AttackOutcome, Effort, as_wanted, attack, refused},
    harness::{
        Authenticator, EnrolledPerson, HttpAnswer, OperatorCommands, STEP, TestSite, spread,
    },
};

/// How long the previous step's code stays valid, in milliseconds of a step.
const GRACE: i64 = 10_000;

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(t1_the_same_code_again),
        attack!(t5_one_code_for_two_purposes),
        attack!(t6_codes_around_the_step),
        attack!(t8_a_clock_of_the_clients_own),
        attack!(t9_the_servers_clock_jumps),
        attack!(t10_many_keys),
        attack!(t11_far_times_and_leading_zeros),
        attack!(t13_the_old_key_after_a_reset),
        attack!(t14_a_device_that_is_slow),
    ]
}

fn t1_the_same_code_again(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let rounds = effort.of(1, 10);
    for _ in 0..rounds {
        site.clock.past_the_pause();
        let mut browser = ada.sign_in(&site);
        let code = ada.code(&site);
        browser.ask("session/sign_out").expect_ok();
        let mut again = ada.half(&site);
        let refusal = again.give_code(&code).expect_refused(409, "already_used");
        assert!(
            refusal["seconds"].as_u64() > Some(0),
            "it says how long to wait"
        );
        // The attempt was counted: four more wrong codes lead to the pause.
        for wrong in ada.app.wrong_codes(site.clock.now()).take(4) {
            again.give_code(&wrong).expect_refused(401, "wrong_code");
        }
        again.give_code(&code).expect_refused(429, "paused");
    }
    refused(
        rounds,
        "sign in, sign out, the same code: already used, and counted as a try",
    )
}

fn t5_one_code_for_two_purposes(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let intent = json!({ "action": "delete" });
    browser.call("step_up/ask", intent.clone()).expect_ok();
    let reused = ada
        .verify(&site, &mut browser, &intent)
        .expect_refused(409, "already_used");
    assert!(reused["seconds"].as_u64() > Some(0));
    browser
        .ask("mfa/delete")
        .expect_refused(403, "verification_required");
    browser
        .call("mfa/test", json!({ "code": ada.code(&site) }))
        .expect_refused(409, "already_used");

    ada.step_up(&site, &mut browser, &intent);
    let mut half = ada.half(&site);
    half.give_code(&ada.code(&site))
        .expect_refused(409, "already_used");
    site.clock.next_step();
    browser
        .call("mfa/test", json!({ "code": ada.code(&site) }))
        .expect_ok();
    half.give_code(&ada.code(&site))
        .expect_refused(409, "already_used");
    refused(
        4,
        "a code of the sign-in for a step-up and a test, of a step-up and of a test for the sign-in: wait for the next",
    )
}

fn t6_codes_around_the_step(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let rounds = effort.of(1, 5);
    let mut tried = 0;
    for _ in 0..rounds {
        for place in [1_000, 9_000, 11_000, 19_000, 21_000, 28_000] {
            for off in [0, -3, -2, -1, 1, 2, 3] {
                let answer = answer_at(&site, &ada, place, off);
                let expected = accepted_at(place, off);
                assert_eq!(
                    answer.is_ok(),
                    expected,
                    "T{off:+} at {place} ms: {}",
                    answer.text()
                );
                tried += 1;
            }
        }
    }
    as_wanted(
        tried,
        "codes of T−3 … T+3 at 1, 9, 11, 19, 21 and 28 s: T always, T−1 at 1 and 9 s, T+1 at 21 and 28 s, nothing else",
    )
}

/// Returns whether the code that is `off` steps away is valid at a place of the current step.
const fn accepted_at(place: i64, off: i64) -> bool {
    match off {
        0 => true,
        -1 => place < GRACE,
        1 => place >= STEP - GRACE,
        _ => false,
    }
}

/// Returns the answer to the code that is `off` steps away, at a place of the current step. The
/// clock runs on meanwhile, so a try is repeated if the machine paused until another rule applied.
fn answer_at(site: &TestSite, ada: &EnrolledPerson, place: i64, off: i64) -> HttpAnswer {
    for _ in 0..10 {
        site.clock.past_the_pause();
        let mut half = ada.half(site);
        site.clock.to_step(place);
        let step = site.clock.step();
        let answer = half.give_code(&ada.app.code_of_step(step + off));
        let at = site.clock.now() - step * STEP;
        if at < STEP
            && [-1, 1]
                .iter()
                .all(|off| accepted_at(at, *off) == accepted_at(place, *off))
        {
            return answer;
        }
    }
    panic!("the clock does not stay where it was set")
}

fn t8_a_clock_of_the_clients_own(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    site.clock.past_the_pause();
    let now = site.clock.now();
    let old = ada.app.code_of_step(site.clock.step() - 20);
    let at = (now - 20 * STEP).to_string();
    let half = ada.half(&site);
    let mut in_headers = half
        .clone()
        .with_header("Date", "Thu, 01 Jan 2026 00:00:15 GMT")
        .with_header("X-Timestamp", &at)
        .with_header("X-Time", &at);
    in_headers.give_code(&old).expect_refused(401, "wrong_code");
    let mut in_cookie = half.clone();
    in_cookie.set_cookie("now", &at);
    in_cookie.give_code(&old).expect_refused(401, "wrong_code");
    let mut in_body = half.clone();
    let claims = json!({ "code": old, "now": now - 20 * STEP, "time": at, "step": 1, "at": at });
    assert_eq!(in_body.call("session/verify_code", claims).status, 401);
    refused(3, "an old code with its time in headers, cookie and body")
}

fn t9_the_servers_clock_jumps(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    ada.sign_in(&site);
    let right = site.clock.now();
    let mut used = BTreeSet::from([site.clock.step()]);
    let mut give = |site: &TestSite| {
        let mut half = ada.half(site);
        let step = site.clock.step();
        let answer = half.give_code(&ada.app.code_of_step(step));
        let is_new = used.insert(step);
        assert!(
            !answer.is_ok() || is_new,
            "the code of step {step} was accepted twice"
        );
        answer
    };
    site.clock.set(right - 10 * 60_000);
    site.clock.next_step();
    give(&site).expect_refused(409, "already_used");
    site.clock.set(right + 60 * 60_000);
    site.clock.next_step();
    give(&site).expect_ok();
    give(&site).expect_refused(409, "already_used");
    site.clock.set(right);
    site.clock.next_step();
    let told = give(&site).expect_refused(409, "already_used");
    let seconds = told["seconds"].as_i64().unwrap();
    assert!(
        (1..=40).contains(&seconds),
        "no countdown is longer than a step: {told}"
    );
    ada.half(&site).give_backup_code(&ada.codes[0]).expect_ok();
    // Once the clock has passed the point where it was before, the next step's code is accepted.
    site.clock.set(right + 61 * 60_000);
    site.clock.next_step();
    give(&site).expect_ok();
    as_wanted(
        6,
        "server's clock −10 min, +1 h, right again: no code twice; the refusal counts down no longer than a step, a backup code signs in meanwhile",
    )
}

/// Draws hundreds of keys and checks their length, repetitions and distribution, and the content of
/// the link.
fn t10_many_keys(effort: Effort) -> AttackOutcome {
    let brand = "Ärger & Söhne?/#%+";
    let site = TestSite::with_settings(&[("TWINLOCK_BRAND", brand)]);
    let person = site.add_user("ada+tag@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&person);
    let (count, mut keys, mut bytes) = (effort.of(60, 1_000), BTreeSet::new(), Vec::new());
    for _ in 0..count {
        let pending = browser.ask("mfa/set_up").expect_ok();
        let key = pending["key"].as_str().unwrap().to_owned();
        assert_eq!(key.len(), 32, "160 bits");
        bytes.extend(BASE32_NOPAD.decode(key.as_bytes()).unwrap());
        check_link(pending["uri"].as_str().unwrap(), &key, brand, &person.email);
        assert!(keys.insert(key), "a key came twice");
        browser.ask("mfa/cancel").expect_ok();
    }
    let flat = spread(&bytes);
    as_wanted(
        count,
        format!(
            "keys of 32 base32 characters, none twice, byte histogram χ² {flat:.0} (p 0.001 is at 330); link escaped and equal to the key (its QR: end2end add-mfa.spec.ts)"
        ),
    )
}

fn check_link(uri: &str, key: &str, brand: &str, email: &str) {
    let (label, query) = uri
        .strip_prefix("otpauth://totp/")
        .unwrap()
        .split_once('?')
        .unwrap();
    assert!(
        uri.is_ascii() && !uri.contains(' ') && !uri.contains('#'),
        "{uri}"
    );
    let (issuer, account) = decode(label)
        .split_once(':')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_eq!((issuer.as_str(), account.as_str()), (brand, email), "{uri}");
    let pairs: Vec<(&str, String)> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name, decode(value)))
        .collect();
    let of = |name: &str| {
        pairs
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(of("secret"), Some(key));
    assert_eq!(of("issuer"), Some(brand));
    for (name, value) in [("algorithm", "SHA1"), ("digits", "6"), ("period", "30")] {
        assert!(of(name).is_none_or(|found| found == value), "{uri}");
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: Vec<u8> = rest.by_ref().take(2).collect();
            let hex = String::from_utf8(hex).unwrap();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The times of RFC 6238 appendix B at which a server can run (the first is in 1970), and codes
/// with leading zeros.
fn t11_far_times_and_leading_zeros(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.clock.set(1_111_111_000_000);
    let ada = site.enrolled_ada();
    let times = [
        1_111_111_109,
        1_111_111_111,
        1_234_567_890,
        2_000_000_000,
        20_000_000_000_i64,
    ];
    let mut half = ada.half(&site);
    for seconds in times {
        site.clock.set(seconds * 1000 - 60_000);
        half = ada.half(&site);
        site.clock.set(seconds * 1000);
        half.give_code(&ada.code(&site)).expect_ok();
    }
    let mut browser = half;
    let zeros = effort.of(10, 200);
    for index in 0..zeros {
        if index % 50 == 49 {
            browser = ada.sign_in(&site);
        }
        let step = (site.clock.step() + 1..i64::MAX)
            .find(|step| ada.app.code_of_step(*step).starts_with('0'));
        site.clock.set(step.unwrap() * STEP + 11_000);
        browser
            .call("mfa/test", json!({ "code": ada.code(&site) }))
            .expect_ok();
    }
    as_wanted(
        times.len() + zeros,
        "the times of RFC 6238 App. B from 2005 to 2603, codes with leading zeros (the RFC's own key: domain/src/second_factor/totp/vectors.rs)",
    )
}

fn t13_the_old_key_after_a_reset(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    ada.step_up(&site, &mut browser, &json!({ "action": "reset" }));
    let key = browser.ask("mfa/set_up").expect_ok()["key"].clone();
    let new = Authenticator::new(key.as_str().unwrap());
    site.clock.next_step();
    let sheet = browser
        .call("mfa/confirm", json!({ "code": new.code(site.clock.now()) }))
        .expect_ok();
    site.clock.next_step();
    let old = ada.code(&site);
    assert_ne!(old, new.code(site.clock.now()));
    browser
        .call("mfa/test", json!({ "code": old }))
        .expect_refused(401, "wrong_code");
    let intent = json!({ "action": "delete" });
    browser.call("step_up/ask", intent.clone()).expect_ok();
    ada.verify(&site, &mut browser, &intent)
        .expect_refused(401, "wrong_code");
    ada.half(&site)
        .give_code(&old)
        .expect_refused(401, "wrong_code");
    browser
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .expect_ok();
    ada.half(&site)
        .give_code(&old)
        .expect_refused(401, "wrong_code");
    refused(
        4,
        "the old key's code after a reset: at the sign-in, in a step-up, in a test, after `Finish`",
    )
}
