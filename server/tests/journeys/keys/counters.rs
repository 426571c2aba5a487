//! Signature counters: a key that is bound to its device has to count up.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use testkit::software_key::{BE, BS, UP, UV};

use super::{AdaWithKey, ORIGIN, events, newest_event, passkey, set_up};
use crate::support::{SoftwareKey, TestServer};

/// A copy of the key counts from where it was copied.
#[rstest]
#[case::equal(5)]
#[case::lower(3)]
#[tokio::test]
async fn a_counter_that_does_not_rise_is_refused_and_an_event_of_its_own(#[case] of_the_copy: u32) {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.key.counter = 4;
    ada.sign_in(&server).await;
    let (mut browser, options) = ada.half(&server).await;
    ada.key.counter = of_the_copy - 1;
    let answer = ada.key.sign(&options);
    let refused = browser.call("session/verify_key", answer).await;
    refused.expect_refused(401, "counter_fell");
    let told =
        format!("counter_fell failed passkey: the signature counter is {of_the_copy} after 5");
    assert_eq!(newest_event(&server).await, told);
    ada.key.counter = 5;
    ada.sign_in(&server).await;
}

/// The key answered both tabs in turn, and the answers arrived in the other order.
#[tokio::test]
async fn an_answer_that_another_tab_overtook_is_no_copy() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let (mut first, options) = ada.half(&server).await;
    let (mut second, others) = ada.half(&server).await;
    server.clock.advance(Duration::from_secs(2));
    let (overtaken, newer) = (ada.key.sign(&options), ada.key.sign(&others));
    second.call("session/verify_key", newer).await.expect_ok();
    let refused = first.call("session/verify_key", overtaken).await;
    refused.expect_refused(409, "challenge_gone");
    let told = "second_factor failed passkey: the key signed something else meanwhile";
    assert_eq!(newest_event(&server).await, told);
    let again = first.ask("session/key_challenge").await.expect_ok();
    let answer = ada.key.sign(&again);
    first.call("session/verify_key", answer).await.expect_ok();
}

#[tokio::test]
async fn a_key_that_never_counts_is_accepted() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.key.step = 0;
    for _ in 0..2 {
        ada.sign_in(&server).await;
    }
}

/// Copies of a synced key are normal.
#[tokio::test]
async fn the_counter_of_a_synced_key_means_nothing() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.step_up(json!({ "action": "add" })).await.expect_ok();
    let mut synced = SoftwareKey::synced(ORIGIN);
    let choice = passkey("Synced", false);
    set_up(&mut ada.browser, choice, &mut synced)
        .await
        .expect_ok();
    for counter in [9, 2, 2] {
        let (mut browser, options) = ada.half(&server).await;
        synced.counter = counter;
        let answer = synced.sign(&options);
        browser.call("session/verify_key", answer).await.expect_ok();
    }
    let fell = events(&server).await;
    assert!(fell.iter().all(|event| event.action != "counter_fell"));
}

/// A provider that begins to sync a key is believed, but its counter still has to rise.
#[tokio::test]
async fn a_copy_that_says_that_it_is_synced_is_told_by_its_counter() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.key.counter = 50;
    ada.sign_in(&server).await;
    let (mut thief, options) = ada.half(&server).await;
    ada.key.flags = UP | UV | BE | BS;
    ada.key.counter = 0;
    let answer = ada.key.sign(&options);
    let refused = thief.call("session/verify_key", answer).await;
    refused.expect_refused(401, "counter_fell");
    ada.key.counter = 51;
    ada.sign_in(&server).await;
}

/// Of two answers that were judged by one counter, one is accepted.
#[tokio::test]
async fn two_answers_at_once_count_once() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let (mut first, options) = ada.half(&server).await;
    let (mut second, others) = ada.half(&server).await;
    let (one, step) = (ada.key.sign(&options), ada.key.step);
    ada.key.counter -= step;
    let other = ada.key.sign(&others);
    let (one, other) = tokio::join!(
        first.call("session/verify_key", one),
        second.call("session/verify_key", other)
    );
    let accepted = [&one, &other]
        .iter()
        .filter(|answer| answer.is_success())
        .count();
    assert_eq!(accepted, 1, "{} {}", one.text(), other.text());
}
