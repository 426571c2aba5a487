//! Challenges: used again, elsewhere, for something else, too late.

use serde_json::json;

use super::{keyed, origin};
use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::TestSite,
};

pub fn wa1_a_challenge_twice(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let (mut browser, options) = ada.half(&site);
    let (mut other, _) = ada.half(&site);
    let (first, second) = (ada.key.sign(&options), ada.key.sign(&options));
    browser
        .call("session/verify_key", first.clone())
        .expect_ok();
    for answer in [&first, &second] {
        other
            .call("session/verify_key", answer.clone())
            .expect_refused(409, "challenge_gone");
    }
    // A refused answer uses the challenge up as well.
    let (mut browser, options) = ada.half(&site);
    let right = ada.key.sign(&options);
    "http://elsewhere.example".clone_into(&mut ada.key.origin);
    let wrong = ada.key.sign(&options);
    browser
        .call("session/verify_key", wrong)
        .expect_refused(401, "key_refused");
    browser
        .call("session/verify_key", right)
        .expect_refused(409, "challenge_gone");
    refused(
        3,
        "the answer of a sign-in again, another one to its challenge, a right one after a wrong one",
    )
}

pub fn wa2_a_challenge_of_another_session(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let (_, options) = ada.half(&site);
    let (mut other, _) = ada.half(&site);
    let answer = ada.key.sign(&options);
    other
        .call("session/verify_key", answer.clone())
        .expect_refused(409, "challenge_gone");
    ada.browser
        .call("mfa/test_key", answer)
        .expect_refused(409, "challenge_gone");
    refused(2, "an answer in another session of the user, half and full")
}

pub fn wa3_a_challenge_for_another_purpose(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let profile = ada.browser.ask("profile/view").expect_ok();
    let method = json!({ "method": profile["methods"][0]["id"] });
    let for_a_test = ada.browser.call("mfa/key_challenge", method).expect_ok();
    let generate = json!({ "action": "generate" });
    ada.browser.call("step_up/ask", generate).expect_ok();
    let mut answer = ada.key.sign(&for_a_test);
    answer["action"] = json!("generate");
    ada.browser
        .call("step_up/verify_key", answer)
        .expect_refused(409, "challenge_gone");
    let for_a_step_up = ada.browser.ask("step_up/key_challenge").expect_ok();
    let answer = ada.key.sign(&for_a_step_up);
    ada.browser
        .call("mfa/test_key", answer)
        .expect_refused(409, "challenge_gone");
    ada.browser
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    refused(
        2,
        "the challenge of a test for a verification, and the reverse",
    )
}

pub fn wa4_a_challenge_too_late(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let mut after = |seconds: i64| {
        let (mut browser, options) = ada.half(&site);
        site.clock.advance(seconds);
        browser.call("session/verify_key", ada.key.sign(&options))
    };
    after(4 * 60 + 50).expect_ok();
    after(5 * 60 + 1).expect_refused(409, "challenge_gone");
    refused(2, "an answer after 5 min 1 s (after 4 min 50 s it works)")
}

/// The port of the restarted server is another one, which is part of the origin.
pub fn wa5_a_challenge_after_a_restart(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let (mut used, options) = ada.half(&site);
    let answer = ada.key.sign(&options);
    used.call("session/verify_key", answer.clone()).expect_ok();
    let (mut waiting, options) = ada.half(&site);
    site.restart();
    waiting
        .call("session/verify_key", answer)
        .expect_refused(409, "challenge_gone");
    ada.key.origin = origin(&site);
    let answer = ada.key.sign(&options);
    waiting.call("session/verify_key", answer).expect_ok();
    as_wanted(
        2,
        "a used challenge after a restart: refused; one that waits: works once",
    )
}

pub fn wa20_ids_before_the_password(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    site.browser()
        .ask("session/key_challenge")
        .expect_refused(401, "not_signed_in");
    let mut stranger = site.browser();
    let wrong = stranger.sign_in_as(&ada.person.email, "not the password");
    assert!(!wrong.text().contains(&ada.key.id_text()));
    stranger
        .ask("session/key_challenge")
        .expect_refused(401, "not_signed_in");
    ada.browser
        .ask("session/key_challenge")
        .expect_refused(403, "not_allowed");
    for function in ["step_up/key_challenge", "mfa/accepted_keys"] {
        let (mut half, _) = ada.half(&site);
        half.ask(function).expect_refused(403, "not_allowed");
    }
    refused(
        5,
        "the ids of a user's keys without a session, after a wrong password, with half a session",
    )
}

pub fn wa23_answer_after_answer(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let profile = ada.browser.ask("profile/view").expect_ok();
    let method = json!({ "method": profile["methods"][0]["id"] });
    // Long after the answer of the set-up.
    site.clock.advance(61);
    for _ in 0..20 {
        let options = ada.browser.call("mfa/key_challenge", method.clone());
        let answer = ada.key.sign(&options.expect_ok());
        ada.browser.call("mfa/test_key", answer).expect_ok();
    }
    ada.browser
        .call("mfa/key_challenge", method.clone())
        .expect_refused(429, "too_many");
    ada.sign_in(&site);
    site.clock.advance(61);
    ada.browser.call("mfa/key_challenge", method).expect_ok();
    refused(1, "the twenty-first answer of a session within a minute")
}
