//! The set-up and use of an authenticator across browsers, through every layer.

use std::{future::poll_fn, pin::pin, task::Poll};

use serde_json::json;

use crate::support::{HttpAnswer, MemberWithMfa, TestServer};

/// Signs in up to the second factor, and sends the code.
async fn sign_in_with(server: &TestServer, function: &str, code: &str) -> HttpAnswer {
    let mut browser = server.browser();
    let viewer = browser.sign_in(&crate::support::ada()).await.expect_ok();
    assert_eq!(viewer["standing"]["standing"], "half_signed_in");
    browser
        .ask("profile/view")
        .await
        .expect_refused(403, "not_allowed");
    let answer = browser.call(function, json!({ "code": code })).await;
    if answer.is_success() {
        browser.ask("profile/view").await.expect_ok();
    }
    answer
}

#[tokio::test]
async fn a_code_signs_in_once() {
    let server = TestServer::start().await;
    let MemberWithMfa { authenticator, .. } = MemberWithMfa::on(&server).await;
    server.clock.next_step();
    let code = authenticator.code(server.clock.now().millis());
    sign_in_with(&server, "session/verify_code", &code)
        .await
        .expect_ok();
    let again = sign_in_with(&server, "session/verify_code", &code).await;
    assert_eq!(again.expect_refused(409, "already_used")["seconds"], 15);
    let wrong = authenticator.wrong_code(server.clock.now().millis());
    let answer = sign_in_with(&server, "session/verify_code", &wrong).await;
    answer.expect_refused(401, "wrong_code");
}

#[tokio::test]
async fn so_does_each_backup_code() {
    let server = TestServer::start().await;
    let MemberWithMfa { codes, .. } = MemberWithMfa::on(&server).await;
    assert_eq!(codes.len(), 10);
    let signed_in = sign_in_with(&server, "session/verify_backup_code", &codes[3]).await;
    assert_eq!(signed_in.expect_ok()["codes_left"], 9);
    let again = sign_in_with(&server, "session/verify_backup_code", &codes[3]).await;
    again.expect_refused(409, "backup_code_used");
}

#[tokio::test]
async fn a_pause_says_how_long() {
    let server = TestServer::start().await;
    let MemberWithMfa { authenticator, .. } = MemberWithMfa::on(&server).await;
    let wrong = authenticator.wrong_code(server.clock.now().millis());
    for _ in 0..5 {
        let answer = sign_in_with(&server, "session/verify_code", &wrong).await;
        answer.expect_refused(401, "wrong_code");
    }
    let paused = sign_in_with(&server, "session/verify_code", &wrong).await;
    let seconds = paused.expect_refused(429, "paused")["seconds"].to_string();
    assert_eq!(seconds, "900");
    assert_eq!(paused.header("retry-after"), seconds);
}

/// A browser resends a request when its connection closes before the answer: this is not a second
/// attempt.
#[tokio::test]
async fn p3_a_code_that_is_sent_twice_signs_in_once_and_a_stolen_cookie_brings_nothing() {
    let server = TestServer::start().await;
    let MemberWithMfa { authenticator, .. } = MemberWithMfa::on(&server).await;
    server.clock.next_step();
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let mut owing = server.browser();
    owing.sign_in(&crate::support::ada()).await.expect_ok();
    let sent = || {
        owing
            .clone()
            .with_header("idempotency-key", "0123456789abcdef")
    };
    let mut first = sent();
    first
        .call("session/verify_code", code.clone())
        .await
        .expect_ok();
    // With two servers, only the one that handled the request knows its answer.
    let mut again = sent();
    if again.call("session/verify_code", code.clone()).await.status != 200 {
        again = sent();
        let answer = again.call("session/verify_code", code.clone()).await;
        answer.expect_ok();
    }
    again.ask("profile/view").await.expect_ok();
    for key in ["fedcba9876543210", ""] {
        let mut thief = owing.clone().with_header("idempotency-key", key);
        let answer = thief.call("session/verify_code", code.clone()).await;
        answer.expect_refused(401, "not_signed_in");
    }
    let other = json!({ "code": "000000" });
    let answer = sent().call("session/verify_code", other).await;
    answer.expect_refused(401, "not_signed_in");
}

/// A connection may close at any moment, also while the session gets its new token. The server
/// completes what it began, and the request that is sent again gets its answer.
#[tokio::test]
async fn p3_a_request_that_is_cut_off_anywhere_is_answered_when_it_comes_again() {
    let server = TestServer::start().await;
    let MemberWithMfa { authenticator, .. } = MemberWithMfa::on(&server).await;
    let mut looks = 0;
    loop {
        looks += 1;
        server.clock.next_step();
        let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
        let mut owing = server.browser();
        owing.sign_in(&crate::support::ada()).await.expect_ok();
        let key = format!("0123456789abcdef{looks}");
        let sent = || owing.clone().with_header("idempotency-key", &key);
        let was_answered = {
            let mut first = sent();
            let mut first = pin!(first.call("session/verify_code", code.clone()));
            let mut left = looks;
            poll_fn(move |context| {
                let answered = first.as_mut().poll(context).is_ready();
                left -= 1;
                if answered || left == 0 {
                    Poll::Ready(answered)
                } else {
                    Poll::Pending
                }
            })
            .await
        };
        let mut again = sent();
        // With two servers, only the one that handled the request knows its answer.
        if again.call("session/verify_code", code.clone()).await.status != 200 {
            again = sent();
            let answer = again.call("session/verify_code", code.clone()).await;
            assert_eq!(answer.status, 200, "cut off at look {looks}");
        }
        again.ask("profile/view").await.expect_ok();
        if was_answered {
            break;
        }
    }
    assert!(looks > 1, "nothing was cut off");
}
