//! The races of the attack list (family R), started at a barrier.

mod at_once;
mod step_up;

use std::time::Duration;

use domain::session::bounds::HALF;
use serde_json::json;

use crate::{
    races::at_once::at_once,
    support::{HttpAnswer, MemberWithMfa, RouterBrowser, TestServer, ada},
};

const PARALLEL: usize = 32;

/// How often a race runs here: a quarter of the contract's rounds, which owns the statements that
/// decide, because each round needs sign-ins or a server of its own.
fn rounds() -> usize {
    (testkit::rounds::rounds() / 4).max(2)
}

/// Returns a browser that has given its password only.
async fn half_signed_in(server: &TestServer) -> RouterBrowser {
    let mut browser = server.browser();
    let viewer = browser.sign_in(&ada()).await.expect_ok();
    assert_eq!(viewer["standing"]["standing"], "half_signed_in");
    browser
}

/// Returns as many half sessions as one user may have (RC7), each in several tabs.
async fn half_sessions(server: &TestServer) -> Vec<RouterBrowser> {
    let mut sessions = Vec::new();
    for _ in 0..HALF {
        sessions.push(half_signed_in(server).await);
    }
    sessions.into_iter().cycle().take(PARALLEL).collect()
}

/// Sends the same code from all browsers at once.
async fn same_code(
    browsers: Vec<RouterBrowser>,
    function: &'static str,
    code: &str,
) -> Vec<(RouterBrowser, HttpAnswer)> {
    let call = |browser| (browser, function, json!({ "code": code }));
    at_once(browsers.into_iter().map(call).collect()).await
}

/// Expects that exactly one browser was let in, and that every other browser has no access.
async fn expect_one_inside(answers: Vec<(RouterBrowser, HttpAnswer)>, round: usize) {
    let inside = answers.iter().filter(|(_, answer)| answer.is_success());
    assert_eq!(inside.count(), 1, "round {round}");
    for (mut browser, answer) in answers {
        let profile = browser.ask("profile/view").await;
        assert_eq!(profile.is_success(), answer.is_success(), "round {round}");
    }
}

/// R1: many sign-ins, one code.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_signs_in_one_of_many() {
    let server = TestServer::start().await;
    let MemberWithMfa { authenticator, .. } = MemberWithMfa::on(&server).await;
    for round in 0..rounds() {
        // Wait, so that refused codes of the last round do not pause this one.
        server.clock.advance(Duration::from_mins(16));
        let browsers = half_sessions(&server).await;
        let code = authenticator.code(server.clock.now().millis());
        expect_one_inside(
            same_code(browsers, "session/verify_code", &code).await,
            round,
        )
        .await;
    }
}

/// R2: one sign-in, one code, many tabs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_half_sign_in_becomes_one_session() {
    let server = TestServer::start().await;
    let MemberWithMfa { authenticator, .. } = MemberWithMfa::on(&server).await;
    for round in 0..rounds() {
        server.clock.advance(Duration::from_mins(16));
        let tabs = vec![half_signed_in(&server).await; PARALLEL];
        let code = authenticator.code(server.clock.now().millis());
        expect_one_inside(same_code(tabs, "session/verify_code", &code).await, round).await;
    }
}

/// R3: many sign-ins, one backup code; a set lasts ten rounds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_backup_code_signs_in_one_of_many() {
    for ten in 0..rounds().div_ceil(10) {
        let server = TestServer::start().await;
        let MemberWithMfa { codes, .. } = MemberWithMfa::on(&server).await;
        for (index, code) in codes.iter().enumerate() {
            server.clock.advance(Duration::from_mins(16));
            let browsers = half_sessions(&server).await;
            let answers = same_code(browsers, "session/verify_backup_code", code).await;
            expect_one_inside(answers, 10 * ten + index).await;
        }
        let email = ada().email.parse().unwrap();
        let user = server.services.users.credentials(&email);
        let user = user.await.unwrap().unwrap().user;
        let settings = server.services.mfa.settings(&user).await.unwrap();
        assert_eq!(settings.codes_left, 0, "each code was spent once");
    }
}
