//! What an attacker can do with a session cookie alone: a tab left open, or a stolen cookie (RA1 to
//! RA3). A user who reloads within five minutes is asked for nothing.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Authenticator, HttpAnswer, MemberWithMfa, RouterBrowser, TestServer, code_list, finish,
};

const FRESH: Duration = Duration::from_mins(5);
const MOMENT: Duration = Duration::from_millis(1);
/// One millisecond less than [`FRESH`].
const ALMOST: Duration = Duration::from_millis(299_999);

/// Returns a session with an old sign-in and a new verification for `action`.
async fn verify_for(server: &TestServer, ada: &MemberWithMfa, action: &str) -> RouterBrowser {
    let mut browser = ada.sign_in(server).await;
    server.clock.advance(Duration::from_mins(40));
    ada.step_up(server, &mut browser, json!({ "action": action }))
        .await;
    browser
}

async fn confirm_password(browser: &mut RouterBrowser, password: &str) -> HttpAnswer {
    let request = json!({ "password": password });
    browser.call("session/confirm_password", request).await
}

fn key(pending: &Value) -> Authenticator {
    Authenticator::new(pending["key"].as_str().unwrap())
}

/// RA1: the key of a reset is shown again only while its verification is valid.
#[tokio::test]
async fn ra1_a_waiting_key_is_not_shown_to_the_cookie_alone() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = verify_for(&server, &ada, "reset").await;
    // The time runs from the verification, not from the first display of the key.
    server.clock.advance(Duration::from_secs(270));
    let first = browser.ask("mfa/set_up").await.expect_ok();
    server.clock.advance(Duration::from_millis(29_999));
    let reloaded = browser.ask("mfa/set_up").await.expect_ok();
    assert_eq!(reloaded["key"], first["key"]);

    server.clock.advance(MOMENT);
    let mut thief = browser.clone();
    for _ in 0..3 {
        thief
            .ask("mfa/set_up")
            .await
            .expect_refused(403, "verification_required");
        server.clock.advance(Duration::from_mins(8));
    }
    // With the password the user gets the same key, which their phone may have scanned already.
    server.clock.next_step();
    let mut other = verify_for(&server, &ada, "reset").await;
    let first = other.ask("mfa/set_up").await.expect_ok();
    server.clock.advance(Duration::from_mins(20));
    let confirmed = confirm_password(&mut other, ada.person.password).await;
    confirmed.expect_ok();
    let again = other.ask("mfa/set_up").await.expect_ok();
    assert_eq!(again["key"], first["key"]);
    let code = json!({ "code": key(&again).code(server.clock.now().millis()) });
    other.call("mfa/confirm", code).await.expect_ok();
}

/// RA1: a new verification gives a new key, and codes of the old key are refused.
#[tokio::test]
async fn ra1_another_verification_brings_another_key() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = verify_for(&server, &ada, "reset").await;
    let first = browser.ask("mfa/set_up").await.expect_ok();
    server.clock.advance(FRESH);
    ada.step_up(&server, &mut browser, json!({ "action": "reset" }))
        .await;
    let second = browser.ask("mfa/set_up").await.expect_ok();
    assert_ne!(second["key"], first["key"]);
    let old = json!({ "code": key(&first).code(server.clock.now().millis()) });
    browser
        .call("mfa/confirm", old)
        .await
        .expect_refused(401, "wrong_code");
}

/// RA1: a verification while a key is pending is used up by the new key. A grant that stayed would
/// let the cookie alone cancel that key and begin another one.
#[tokio::test]
async fn ra1_a_verification_leaves_no_grant_behind_a_waiting_key() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = verify_for(&server, &ada, "reset").await;
    let first = browser.ask("mfa/set_up").await.expect_ok();
    ada.step_up(&server, &mut browser, json!({ "action": "reset" }))
        .await;
    let second = browser.ask("mfa/set_up").await.expect_ok();
    assert_ne!(second["key"], first["key"]);
    let mut thief = browser.clone();
    thief.ask("mfa/cancel").await.expect_ok();
    thief
        .ask("mfa/set_up")
        .await
        .expect_refused(403, "verification_required");
}

/// RA1: a first set-up has no factor, so it requires a fresh password. A key from before that
/// password is replaced, because a thief with the cookie may have requested it, or seen it.
#[tokio::test]
async fn ra1_a_first_key_is_another_behind_a_fresh_password() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    let first = browser.ask("mfa/set_up").await.expect_ok();
    server.clock.advance(ALMOST);
    let again = browser.ask("mfa/set_up").await.expect_ok();
    assert_eq!(again["key"], first["key"]);
    assert_eq!(again["is_renewed"], false);
    server.clock.advance(MOMENT);
    let mut thief = browser.clone();
    browser
        .ask("mfa/set_up")
        .await
        .expect_refused(403, "password_required");
    confirm_password(&mut browser, ada.password)
        .await
        .expect_ok();
    let again = browser.ask("mfa/set_up").await.expect_ok();
    assert_ne!(again["key"], first["key"]);
    assert_eq!(again["is_renewed"], true, "so that the page says it");
    let reloaded = browser.ask("mfa/set_up").await.expect_ok();
    assert_eq!(reloaded["key"], again["key"]);
    assert_eq!(reloaded["is_renewed"], false);
    thief
        .ask("mfa/set_up")
        .await
        .expect_refused(401, "not_signed_in");
    let seen = json!({ "code": key(&first).code(server.clock.now().millis()) });
    browser
        .call("mfa/confirm", seen)
        .await
        .expect_refused(401, "wrong_code");
}

/// RA2: the cookie alone does not get new codes for an unfinished sheet, whatever the sheet was
/// for.
#[rstest]
#[case::added("added")]
#[case::reset("reset")]
#[case::generated("generate")]
#[tokio::test]
async fn ra2_fresh_codes_need_more_than_the_cookie(#[case] reason: &str) {
    let server = TestServer::start().await;
    let (mut browser, password) = shown_codes(&server, reason).await;
    server.clock.advance(ALMOST);
    browser.ask("mfa/backup_codes").await.expect_ok();
    server.clock.advance(MOMENT);
    browser
        .ask("mfa/backup_codes")
        .await
        .expect_refused(403, "password_required");
    server.clock.advance(Duration::from_mins(20));
    browser
        .ask("mfa/backup_codes")
        .await
        .expect_refused(403, "password_required");
    confirm_password(&mut browser, password).await.expect_ok();
    let sheet = browser.ask("mfa/backup_codes").await.expect_ok();
    finish(&mut browser, &sheet).await.expect_ok();
}

/// Returns a browser with an unfinished sheet of codes and an old password, and that password.
async fn shown_codes(server: &TestServer, reason: &str) -> (RouterBrowser, &'static str) {
    if reason == "added" {
        let ada = server.add_owner().await;
        let mut browser = server.browser();
        browser.sign_in(&ada).await.expect_ok();
        server.clock.advance(Duration::from_millis(2 * 300_000 - 1));
        let pending = browser.ask("mfa/set_up").await.expect_ok();
        server.clock.advance(FRESH);
        let code = json!({ "code": key(&pending).code(server.clock.now().millis()) });
        browser.call("mfa/confirm", code).await.expect_ok();
        return (browser, ada.password);
    }
    let ada = MemberWithMfa::on(server).await;
    let mut browser = verify_for(server, &ada, reason).await;
    if reason == "generate" {
        browser.ask("mfa/generate").await.expect_ok();
    } else {
        let pending = browser.ask("mfa/set_up").await.expect_ok();
        let code = json!({ "code": key(&pending).code(server.clock.now().millis()) });
        browser.call("mfa/confirm", code).await.expect_ok();
    }
    (browser, ada.person.password)
}

/// RA2: the codes on an open screen verify nothing in the session that drew them, unless the
/// password is confirmed.
#[tokio::test]
async fn ra2_codes_of_the_session_itself_do_not_step_it_up() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    let pending = browser.ask("mfa/set_up").await.expect_ok();
    let authenticator = key(&pending);
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let sheet = browser.call("mfa/confirm", code).await.expect_ok();
    server.clock.advance(Duration::from_mins(25));
    let delete = json!({ "action": "delete" });
    browser.call("step_up/ask", delete).await.expect_ok();
    let request = json!({ "action": "delete", "code": code_list(&sheet)[0] });
    for _ in 0..6 {
        // The refusal comes before the attempt is counted, so the user's own attempts are not used
        // up.
        let refused = browser.call("step_up/verify_backup_code", request.clone());
        refused.await.expect_refused(403, "password_required");
    }
    // Another session of the user did not draw these codes, so it may use them.
    let mut other = server.browser();
    other.sign_in(&ada).await.expect_ok();
    let code = json!({ "code": code_list(&sheet)[1] });
    other
        .call("session/verify_backup_code", code)
        .await
        .expect_ok();

    confirm_password(&mut browser, ada.password)
        .await
        .expect_ok();
    browser
        .call("step_up/verify_backup_code", request)
        .await
        .expect_ok();
    browser.ask("mfa/delete").await.expect_ok();
}

/// RA2: a waiting set counts as drawn too, so finishing it first does not bypass the rule.
#[tokio::test]
async fn ra2_a_set_that_waits_is_the_sessions_own_too() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = verify_for(&server, &ada, "generate").await;
    let sheet = browser.ask("mfa/generate").await.expect_ok();
    server.clock.advance(FRESH);
    finish(&mut browser, &sheet).await.expect_ok();
    let delete = json!({ "action": "delete" });
    browser.call("step_up/ask", delete).await.expect_ok();
    let request = json!({ "action": "delete", "code": code_list(&sheet)[0] });
    let refused = browser.call("step_up/verify_backup_code", request).await;
    refused.expect_refused(403, "password_required");
}

/// RA2: codes drawn under a fresh password verify nothing under that same password. Otherwise a
/// thief could draw codes with one proof, verify with them just before the password expires, and
/// get a second time window for the key of a reset.
#[rstest]
#[case::generate(true)]
#[case::first_set_up(false)]
#[tokio::test]
async fn ra2_own_codes_do_not_chain_to_a_second_window(#[case] is_generated: bool) {
    let server = TestServer::start().await;
    let owner = server.add_owner().await;
    let ada = MemberWithMfa::of(&server, owner).await;
    let (mut browser, sheet) = if is_generated {
        let mut browser = ada.sign_in(&server).await;
        let intent = json!({ "action": "generate" });
        ada.step_up(&server, &mut browser, intent).await;
        let sheet = browser.ask("mfa/generate").await.expect_ok();
        (browser, code_list(&sheet)[0].clone())
    } else {
        (ada.browser.clone(), ada.codes[0].clone())
    };
    if is_generated {
        // Within five minutes, the thief can request the sheet again and finish it.
        let sheet = browser.ask("mfa/backup_codes").await.expect_ok();
        finish(&mut browser, &sheet).await.expect_ok();
        let reset = json!({ "action": "reset" });
        browser.call("step_up/ask", reset).await.expect_ok();
        let request = json!({ "action": "reset", "code": code_list(&sheet)[0] });
        let refused = browser.call("step_up/verify_backup_code", request).await;
        refused.expect_refused(403, "password_required");
    }
    let reset = json!({ "action": "reset" });
    browser.call("step_up/ask", reset).await.expect_ok();
    let request = json!({ "action": "reset", "code": sheet });
    let refused = browser.call("step_up/verify_backup_code", request).await;
    refused.expect_refused(403, "password_required");
    let pending = browser.ask("mfa/set_up").await;
    assert_eq!(pending.refusal().0, 403, "no key");
}

/// RA3: a sign-in by backup code counts as a verification while its password is fresh, and later
/// together with the password.
#[rstest]
#[case::generate("generate", "mfa/generate")]
#[case::reset("reset", "mfa/set_up")]
#[tokio::test]
async fn ra3_the_carried_grant_asks_for_the_password(#[case] action: &str, #[case] function: &str) {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in_by_backup_code(&server, 0).await;
    let intent = json!({ "action": action });
    server.clock.advance(FRESH);
    let asked = browser.call("step_up/ask", intent.clone()).await;
    asked.expect_refused(403, "password_required");
    browser
        .ask(function)
        .await
        .expect_refused(403, "verification_required");

    confirm_password(&mut browser, ada.person.password)
        .await
        .expect_ok();
    let asked = browser.call("step_up/ask", intent.clone()).await;
    assert_eq!(asked.expect_ok(), "granted");
    browser.ask(function).await.expect_ok();

    let mut late = ada.sign_in_by_backup_code(&server, 1).await;
    server.clock.advance(FRESH * 2);
    assert_eq!(late.call("step_up/ask", intent).await.expect_ok(), "verify");
}

/// RA3: the five minutes of the password, of the grant, of the key and of the sheet do not add up.
#[tokio::test]
async fn ra3_windows_of_time_do_not_chain() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    for (action, function) in [("reset", "mfa/set_up"), ("generate", "mfa/generate")] {
        let mut browser = ada
            .sign_in_by_backup_code(&server, usize::from(action == "generate"))
            .await;
        server.clock.advance(ALMOST);
        let asked = browser
            .call("step_up/ask", json!({ "action": action }))
            .await;
        assert_eq!(asked.expect_ok(), "granted");
        let mut late = browser.clone();
        browser.ask(function).await.expect_ok();
        server.clock.advance(MOMENT);
        late.ask("mfa/set_up")
            .await
            .expect_refused(403, "verification_required");
        late.ask("mfa/generate")
            .await
            .expect_refused(403, "verification_required");
        if action == "generate" {
            late.ask("mfa/backup_codes")
                .await
                .expect_refused(403, "password_required");
        }
    }
    // The rule holds after a verification by a code too.
    let mut browser = verify_for(&server, &ada, "generate").await;
    server.clock.advance(ALMOST);
    browser.ask("mfa/generate").await.expect_ok();
    server.clock.advance(MOMENT);
    browser
        .ask("mfa/backup_codes")
        .await
        .expect_refused(403, "password_required");
}

/// RB4: wrong passwords for the email from elsewhere do not delay an open session, and its own
/// delay affects no other session.
#[tokio::test]
async fn rb4_an_open_session_has_passwords_of_its_own() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut open = ada.sign_in(&server).await;
    open.set_cookie("twinlock-browser-3000", "");
    let wrong = json!({ "email": ada.person.email, "password": "not the password at all" });
    let sign_in = async || {
        let mut browser = server.browser();
        browser.call("session/sign_in", wrong.clone()).await
    };
    for _ in 0..5 {
        sign_in().await.expect_refused(401, "wrong_credentials");
    }
    sign_in().await.expect_refused(429, "too_many");
    confirm_password(&mut open, ada.person.password)
        .await
        .expect_ok();

    for _ in 0..5 {
        confirm_password(&mut open, "not the password at all")
            .await
            .expect_refused(401, "wrong_credentials");
    }
    let refused = confirm_password(&mut open, ada.person.password).await;
    refused.expect_refused(429, "too_many");
    let mut known = ada.browser.clone();
    confirm_password(&mut known, ada.person.password)
        .await
        .expect_ok();
}
