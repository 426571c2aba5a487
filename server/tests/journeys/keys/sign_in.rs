//! The second step of a sign-in by a key, and answers that are not for it.

use std::time::Duration;

use domain::people::roles::Role;
use serde_json::{Value, json};

use super::{AdaWithKey, ORIGIN, add_to, events, newest_event, passkey};
use crate::support::{MemberWithMfa, RouterBrowser, SoftwareKey, TestServer, max};

#[tokio::test]
async fn a_key_completes_the_sign_in() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let (mut browser, options) = ada.half(&server).await;
    let viewer = browser.ask("session/whoami").await.expect_ok();
    assert_eq!(viewer["standing"]["standing"], "half_signed_in");
    assert_eq!(viewer["methods"][0]["method_type"], "passkey");
    assert_eq!(viewer["methods"][0]["name"], "Passkey");
    assert!(ada.key.is_allowed_by(&options));
    let before = browser.cookie("twinlock-3000-session").map(str::to_owned);
    let answer = ada.key.sign(&options);
    let result = browser.call("session/verify_key", answer).await.expect_ok();
    assert_eq!(result["viewer"]["standing"]["standing"], "full");
    assert_eq!(result["codes_left"], Value::Null);
    let after = browser.cookie("twinlock-3000-session").map(str::to_owned);
    assert!(before != after || before.is_none(), "a new token");
    assert_eq!(
        newest_event(&server).await,
        "second_factor succeeded passkey: -"
    );
    browser.ask("profile/view").await.expect_ok();
}

#[tokio::test]
async fn a_lock_of_the_application_does_not_stop_a_key_which_clears_it() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let mut key = SoftwareKey::new(ORIGIN);
    add_to(
        &server,
        &ada,
        &mut browser,
        passkey("Passkey", false),
        &mut key,
    )
    .await;
    let mut half = server.browser();
    let viewer = half.sign_in(&ada.person).await.expect_ok();
    assert_eq!(viewer["methods"].as_array().unwrap().len(), 2);
    let now = server.clock.now().millis();
    for (number, wrong) in ada.authenticator.wrong_codes(now).take(12).enumerate() {
        if number > 0 && number % 5 == 0 {
            server.clock.advance(Duration::from_mins(16));
            half.sign_in(&ada.person).await.expect_ok();
        }
        half.call("session/verify_code", json!({ "code": wrong }))
            .await;
    }
    half.call("session/verify_code", ada.code(&server))
        .await
        .expect_refused(429, "locked");
    let options = half.ask("session/key_challenge").await.expect_ok();
    let result = half.call("session/verify_key", key.sign(&options)).await;
    assert_eq!(result.expect_ok()["unlocked_after"], 10);
    ada.sign_in(&server).await;
}

/// Sends an answer in a new half session for its own challenge, changed by `change`.
async fn refused(
    server: &TestServer,
    ada: &mut AdaWithKey,
    change: impl Fn(&mut SoftwareKey),
) -> (RouterBrowser, Value) {
    let (mut browser, options) = ada.half(server).await;
    change(&mut ada.key);
    let answer = ada.key.sign(&options);
    let refused = browser.call("session/verify_key", answer.clone()).await;
    refused.expect_refused(401, "key_refused");
    (browser, answer)
}

#[tokio::test]
async fn a_refused_answer_uses_its_challenge_up_and_is_an_event() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let elsewhere = |key: &mut SoftwareKey| "http://evil.example".clone_into(&mut key.origin);
    let (mut browser, answer) = refused(&server, &mut ada, elsewhere).await;
    assert_eq!(
        newest_event(&server).await,
        "second_factor failed passkey: the answer was made for another origin"
    );
    // Refusals of one minute are one row, with the first reason.
    let again = browser.call("session/verify_key", answer.clone()).await;
    again.expect_refused(409, "challenge_gone");
    let events = events(&server).await;
    let refusals = events.iter().filter(|event| event.outcome == "failed");
    let counts: Vec<_> = refusals.map(|event| event.times).collect();
    assert_eq!(counts, [2]);
    server.clock.advance(Duration::from_mins(1));
    let again = browser.call("session/verify_key", answer).await;
    again.expect_refused(409, "challenge_gone");
    assert_eq!(
        newest_event(&server).await,
        "second_factor failed -: the session has no such challenge"
    );
    ORIGIN.clone_into(&mut ada.key.origin);
    ada.sign_in(&server).await;
}

#[tokio::test]
async fn a_challenge_works_once_within_five_minutes_in_its_session_for_its_purpose() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let (mut browser, options) = ada.half(&server).await;
    let (mut other, _) = ada.half(&server).await;
    let answer = ada.key.sign(&options);
    let elsewhere = other.call("session/verify_key", answer.clone()).await;
    elsewhere.expect_refused(409, "challenge_gone");
    browser
        .call("session/verify_key", answer.clone())
        .await
        .expect_ok();
    let twice = other.call("session/verify_key", answer).await;
    twice.expect_refused(409, "challenge_gone");

    let (mut browser, options) = ada.half(&server).await;
    server.clock.advance(Duration::from_mins(5));
    let late = browser
        .call("session/verify_key", ada.key.sign(&options))
        .await;
    late.expect_refused(409, "challenge_gone");

    let method = super::id_of(&mut ada.browser, "Passkey").await;
    let request = json!({ "method": method });
    let options = ada.browser.call("mfa/key_challenge", request).await;
    let options = options.expect_ok();
    ada.browser
        .call("step_up/ask", json!({ "action": "generate" }))
        .await
        .expect_ok();
    let mut answer = ada.key.sign(&options);
    answer["action"] = json!("generate");
    let for_a_test = ada.browser.call("step_up/verify_key", answer).await;
    for_a_test.expect_refused(409, "challenge_gone");
    assert_eq!(
        newest_event(&server).await,
        "step_up failed -: the challenge was for another purpose"
    );
}

#[tokio::test]
async fn a_session_has_five_challenges_and_the_oldest_go() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let (mut browser, oldest) = ada.half(&server).await;
    let mut newest = Value::Null;
    for _ in 0..5 {
        server.clock.advance(Duration::from_secs(1));
        newest = browser.ask("session/key_challenge").await.expect_ok();
    }
    let gone = browser
        .call("session/verify_key", ada.key.sign(&oldest))
        .await;
    gone.expect_refused(409, "challenge_gone");
    browser
        .call("session/verify_key", ada.key.sign(&newest))
        .await
        .expect_ok();
}

#[tokio::test]
async fn the_key_of_another_user_opens_nothing() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    server.add_user(&max(), Role::Member).await;
    let mut max = AdaWithKey::of(&server, max()).await;
    let (mut browser, options) = ada.half(&server).await;
    let answer = browser
        .call("session/verify_key", max.key.sign(&options))
        .await;
    answer.expect_refused(401, "key_refused");
    server.clock.advance(Duration::from_mins(1));
    let foreign_handle = max.key.user_handle.clone();
    let change = |key: &mut SoftwareKey| key.user_handle.clone_from(&foreign_handle);
    refused(&server, &mut ada, change).await;
    assert_eq!(
        newest_event(&server).await,
        "second_factor failed passkey: the credential belongs to another user"
    );
    ada.key.user_handle = None;
    ada.sign_in(&server).await;
}

#[tokio::test]
async fn what_is_no_answer_is_refused() {
    let server = TestServer::start().await;
    let ada = AdaWithKey::on(&server).await;
    let (mut browser, _) = ada.half(&server).await;
    let long = "[".repeat(12_000);
    for answer in ["", "{}", "null", r#"{"rawId":"AQ"}"#, &long] {
        let request = json!({ "answer": answer });
        let refused = browser.call("session/verify_key", request).await;
        refused.expect_refused(401, "key_refused");
    }
}

/// Before the right password nothing of the keys leaves the server.
#[tokio::test]
async fn without_the_password_there_is_no_challenge() {
    let server = TestServer::start().await;
    AdaWithKey::on(&server).await;
    let mut browser = server.browser();
    let answer = browser.ask("session/key_challenge").await;
    answer.expect_refused(401, "not_signed_in");
}

/// Pages of before there were keys name no method with a code.
#[tokio::test]
async fn a_code_without_a_method_is_of_the_application_even_if_a_key_is_the_default() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let mut key = SoftwareKey::new(ORIGIN);
    add_to(
        &server,
        &ada,
        &mut browser,
        passkey("Passkey", true),
        &mut key,
    )
    .await;
    ada.sign_in(&server).await;
    server.clock.next_step();
    let mut half = server.browser();
    let viewer = half.sign_in(&ada.person).await.expect_ok();
    assert_eq!(viewer["methods"][0]["method_type"], "passkey");
    let mut request = ada.code(&server);
    request["by"] = viewer["methods"][0]["id"].clone();
    let answer = half.call("session/verify_code", request).await;
    answer.expect_refused(409, "no_method");
}

#[tokio::test]
async fn a_user_whose_only_method_is_a_key_signs_in_by_a_backup_code() {
    let server = TestServer::start().await;
    let ada = AdaWithKey::on(&server).await;
    let (mut browser, _) = ada.half(&server).await;
    let code = json!({ "code": "000000" });
    let answer = browser.call("session/verify_code", code).await;
    answer.expect_refused(409, "no_method");
    let code = json!({ "code": ada.codes[0] });
    browser
        .call("session/verify_backup_code", code)
        .await
        .expect_ok();
}
