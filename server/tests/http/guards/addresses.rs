//! The rate limit for one address, and which peers may name the client's address.

use std::time::Duration;

use domain::session::address_limit::WINDOW;
use rstest::rstest;
use serde_json::json;
use server::config::{LimitArgs, Limits};

use crate::support::{HttpAnswer, Options, RouterBrowser, TestServer, ada};

const PROXY: &str = "10.0.0.1";

/// Starts a server that refuses the third wrong password of one address.
async fn server() -> TestServer {
    let limits = Limits::new(&LimitArgs {
        address_limit: Some("2".to_owned()),
        trusted_proxies: Some("10.0.0.0/8".to_owned()),
    });
    let options = Options {
        limits: limits.unwrap(),
        ..Options::default()
    };
    let server = TestServer::start_with(options, |services| services).await;
    server.add_owner().await;
    server
}

/// Tries a wrong sign-in under a new name.
async fn wrong(browser: &mut RouterBrowser, number: u32) -> HttpAnswer {
    let email = format!("typed{number}@example.com");
    let request = json!({ "email": email, "password": "no password of anybody" });
    browser.call("session/sign_in", request).await
}

async fn wrong_twice(browser: &mut RouterBrowser) {
    for number in 0..2 {
        let answer = wrong(browser, number).await;
        answer.expect_refused(401, "wrong_credentials");
    }
}

#[tokio::test]
async fn refused_sign_ins_of_one_address_add_up_and_pass() {
    let server = server().await;
    let mut here = server.browser().from("203.0.113.9");
    wrong_twice(&mut here).await;
    server.clock.advance(Duration::from_secs(100));
    let refused = wrong(&mut here, 2).await;
    assert_eq!(refused.expect_refused(429, "too_many")["seconds"], 200);
    assert_eq!(refused.header("retry-after"), "200");
    let right = here.sign_in(&ada()).await;
    right.expect_refused(429, "too_many");
    assert_eq!(right.body, refused.body, "a right password is no different");

    let mut elsewhere = server.browser().from("203.0.113.10");
    elsewhere.sign_in(&ada()).await.expect_ok();
    server.clock.advance(WINDOW);
    here.sign_in(&ada()).await.expect_ok();
}

#[tokio::test]
async fn an_office_signs_in_behind_one_address() {
    let server = server().await;
    for _ in 0..10 {
        let mut colleague = server.browser().from("203.0.113.9");
        colleague.sign_in(&ada()).await.expect_ok();
    }
}

#[tokio::test]
async fn what_is_no_email_is_counted_too() {
    let server = server().await;
    let mut here = server.browser().from("203.0.113.9");
    let request = json!({ "email": "no one at all", "password": "no password of anybody" });
    for _ in 0..2 {
        let answer = here.call("session/sign_in", request.clone()).await;
        answer.expect_refused(401, "wrong_credentials");
    }
    let answer = here.call("session/sign_in", request).await;
    answer.expect_refused(429, "too_many");
}

#[tokio::test]
async fn of_an_ipv6_address_the_network_is_counted() {
    let server = server().await;
    wrong_twice(&mut server.browser().from("2001:db8:1:2::7")).await;
    let neighbour = wrong(&mut server.browser().from("2001:db8:1:2:ffff::1"), 2).await;
    neighbour.expect_refused(429, "too_many");
    let other = wrong(&mut server.browser().from("2001:db8:1:3::7"), 2).await;
    other.expect_refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_trusted_proxy_says_who_it_heard() {
    let server = server().await;
    let behind = |forwarded: &str| {
        let browser = server.browser().from(PROXY);
        browser.with_header("x-forwarded-for", forwarded)
    };
    wrong_twice(&mut behind("198.51.100.7, 203.0.113.9, 10.0.0.2")).await;
    let same = wrong(&mut behind("192.0.2.1, 203.0.113.9"), 2).await;
    same.expect_refused(429, "too_many");
    let other = wrong(&mut behind("203.0.113.9, 203.0.113.10"), 2).await;
    other.expect_refused(401, "wrong_credentials");
    // Several header lines are one list.
    let mut lines = behind("203.0.113.10").with_header("x-forwarded-for", "203.0.113.9");
    wrong(&mut lines, 3).await.expect_refused(429, "too_many");
}

/// L5: with any garbage in the header, the limit counts by an address that the sender can't choose.
#[rstest]
#[case::not_trusted("203.0.113.9")]
#[case::proxy(PROXY)]
#[tokio::test]
async fn garbage_is_counted_by_the_last_address_that_is_known(
    #[case] peer: &str,
    #[values("x-forwarded-for", "forwarded", "x-real-ip")] header: &'static str,
) {
    let long = "9".repeat(4096);
    let garbage = [
        "a",
        "fe80::1%eth0",
        "for=198.51.100.7",
        "198.51.100.7, unknown",
        "1.2.3.4.5, 300.1.1.1",
        ",,, ,",
        "\u{fe}\u{ff}",
        &long,
    ];
    let server = server().await;
    wrong_twice(&mut server.browser().from(peer)).await;
    for (number, value) in (2..).zip(garbage) {
        let mut browser = server.browser().from(peer).with_header(header, value);
        let answer = wrong(&mut browser, number).await;
        answer.expect_refused(429, "too_many");
    }
}
