//! Journey 3: the old authenticator works until the new one is verified; then they are swapped at
//! once (E5, T13).

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Authenticator, MemberWithMfa, RouterBrowser, TestServer, code_list, finish};

/// Returns the new key on the screen of a verified reset.
async fn start(
    server: &TestServer,
    ada: &MemberWithMfa,
    browser: &mut RouterBrowser,
) -> Authenticator {
    ada.step_up(server, browser, json!({ "action": "reset" }))
        .await;
    key(&browser.ask("mfa/set_up").await.expect_ok())
}

fn key(pending: &Value) -> Authenticator {
    Authenticator::new(pending["key"].as_str().unwrap())
}

async fn expect_old_works(server: &TestServer, ada: &MemberWithMfa, new: &Authenticator) {
    server.clock.next_step();
    let mut browser = server.browser();
    browser.sign_in(&ada.person).await.expect_ok();
    let theirs = json!({ "code": new.code(server.clock.now().millis()) });
    browser
        .call("session/verify_code", theirs)
        .await
        .expect_refused(401, "wrong_code");
    browser
        .call("session/verify_code", ada.code(server))
        .await
        .expect_ok();
}

/// E5: a reload, a wrong code, another session or a timeout does not change what works.
#[tokio::test]
async fn an_interrupted_reset_changes_nothing() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let new = start(&server, &ada, &mut browser).await;
    expect_old_works(&server, &ada, &new).await;

    let again = browser.ask("mfa/set_up").await.expect_ok();
    let now = server.clock.now().millis();
    assert_eq!(
        key(&again).code(now),
        new.code(now),
        "a reload shows the same key"
    );
    let wrong = json!({ "code": new.wrong_code(now) });
    let answer = browser.call("mfa/confirm", wrong).await;
    answer.expect_refused(401, "wrong_code");
    expect_old_works(&server, &ada, &new).await;

    let mut other = ada.sign_in(&server).await;
    let stolen = json!({ "code": new.code(server.clock.now().millis()) });
    let answer = other.call("mfa/confirm", stolen).await;
    answer.expect_refused(409, "already_set_up");
    other
        .ask("mfa/set_up")
        .await
        .expect_refused(403, "verification_required");

    server.clock.advance(Duration::from_mins(30));
    let late = json!({ "code": new.code(server.clock.now().millis()) });
    let answer = browser.call("mfa/confirm", late).await;
    answer.expect_refused(409, "already_set_up");
    expect_old_works(&server, &ada, &new).await;
}

/// `Cancel` drops the key, and its grant is used up.
#[tokio::test]
async fn a_cancelled_reset_needs_another_verification() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let new = start(&server, &ada, &mut browser).await;
    browser.ask("mfa/cancel").await.expect_ok();
    browser
        .ask("mfa/set_up")
        .await
        .expect_refused(403, "verification_required");
    expect_old_works(&server, &ada, &new).await;
}

/// T13: after the swap the old key opens nothing, the other sessions have ended, the old codes work
/// until `Finish`.
#[tokio::test]
async fn a_verified_reset_swaps_the_keys() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let mut other = ada.sign_in(&server).await;
    let name = json!({ "name": "My phone" });
    browser.call("mfa/rename", name).await.expect_ok();
    let new = start(&server, &ada, &mut browser).await;
    let code = json!({ "code": new.code(server.clock.now().millis()) });
    let sheet = browser.call("mfa/confirm", code).await.expect_ok();
    assert_eq!(sheet["reason"], "reset");
    assert_eq!(sheet["old_left"], 10);

    other
        .ask("profile/view")
        .await
        .expect_refused(401, "not_signed_in");
    server.clock.next_step();
    let mut late = server.browser();
    late.sign_in(&ada.person).await.expect_ok();
    late.call("session/verify_code", ada.code(&server))
        .await
        .expect_refused(401, "wrong_code");
    let theirs = json!({ "code": new.code(server.clock.now().millis()) });
    late.call("session/verify_code", theirs).await.expect_ok();
    ada.sign_in_by_backup_code(&server, 0).await;

    finish(&mut browser, &sheet).await.expect_ok();
    let profile = browser.ask("profile/view").await.expect_ok();
    assert_eq!(profile["methods"][0]["name"], "My phone", "the name stays");
    assert_eq!(profile["codes_left"], 10);
    let mut late = server.browser();
    late.sign_in(&ada.person).await.expect_ok();
    late.call(
        "session/verify_backup_code",
        json!({ "code": ada.codes[1] }),
    )
    .await
    .expect_refused(401, "wrong_code");
}

#[tokio::test]
async fn the_codes_from_before_may_be_kept() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let new = start(&server, &ada, &mut browser).await;
    let code = json!({ "code": new.code(server.clock.now().millis()) });
    let sheet = browser.call("mfa/confirm", code).await.expect_ok();
    browser.ask("mfa/keep_codes").await.expect_ok();
    finish(&mut browser, &sheet)
        .await
        .expect_refused(409, "nothing_pending");
    browser
        .ask("mfa/keep_codes")
        .await
        .expect_refused(409, "nothing_pending");

    ada.sign_in_by_backup_code(&server, 0).await;
    let mut late = server.browser();
    late.sign_in(&ada.person).await.expect_ok();
    let discarded = json!({ "code": code_list(&sheet)[0] });
    late.call("session/verify_backup_code", discarded)
        .await
        .expect_refused(401, "wrong_code");
}

/// A user who signed in with the last code has no old codes to keep.
#[tokio::test]
async fn no_codes_are_no_codes_to_keep() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    for index in 0..9 {
        ada.sign_in_by_backup_code(&server, index).await;
    }
    let mut browser = ada.sign_in_by_backup_code(&server, 9).await;
    let reset = json!({ "action": "reset" });
    browser.call("step_up/ask", reset).await.expect_ok();
    let new = key(&browser.ask("mfa/set_up").await.expect_ok());
    let code = json!({ "code": new.code(server.clock.now().millis()) });
    let sheet = browser.call("mfa/confirm", code).await.expect_ok();
    assert_eq!(sheet["old_left"], 0);
    browser
        .ask("mfa/keep_codes")
        .await
        .expect_refused(409, "nothing_pending");
    finish(&mut browser, &sheet).await.expect_ok();
}

/// A waiting set expires after half an hour, however long its page stays open.
#[tokio::test]
async fn a_set_is_finished_in_time() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    ada.step_up(&server, &mut browser, json!({ "action": "generate" }))
        .await;
    let sheet = browser.ask("mfa/generate").await.expect_ok();
    server.clock.advance(Duration::from_mins(30));
    finish(&mut browser, &sheet)
        .await
        .expect_refused(409, "nothing_pending");
    ada.sign_in_by_backup_code(&server, 0).await;
}
