//! An attacker with a user's password or with one of their sessions can't lock the user out
//! elsewhere (RB4 and RA4).

use std::time::Duration;

use domain::{people::roles::Role, time::TimeStep};
use serde_json::{Value, json};

use crate::support::{Authenticator, MemberWithMfa, RouterBrowser, TestServer, max};

const NO_CODE: &str = "AAAA-AAAA-AAAA-AAAA";
const NEW: &str = "a lamp behind the third door";
const QUARTER: Duration = Duration::from_mins(15);

/// Returns a browser that is known to the user, and signed out.
async fn known_browser(server: &TestServer, ada: &MemberWithMfa) -> RouterBrowser {
    let mut browser = ada.sign_in(server).await;
    browser.ask("session/sign_out").await.expect_ok();
    browser
}

/// Signs in with the right password up to the second factor.
async fn half(browser: &mut RouterBrowser, ada: &MemberWithMfa) {
    let half = browser.sign_in(&ada.person).await.expect_ok();
    assert_eq!(half["standing"]["standing"], "half_signed_in");
}

/// Sends five wrong codes that are checked; the sixth is refused.
async fn spend(browser: &mut RouterBrowser, function: &str, request: &Value) {
    for _ in 0..5 {
        let answer = browser.call(function, request.clone()).await;
        answer.expect_refused(401, "wrong_code");
    }
    let paused = browser.call(function, request.clone()).await;
    assert_eq!(paused.refusal().0, 429, "{function}");
}

fn wrong(server: &TestServer, ada: &MemberWithMfa) -> Value {
    json!({ "code": ada.authenticator.wrong_code(server.clock.now().millis()) })
}

/// A stranger with the password makes 15 guesses in half an hour: ten codes, then the five backup
/// codes that strangers have a day.
async fn besiege(server: &TestServer, ada: &MemberWithMfa) {
    for round in 0..3 {
        if round > 0 {
            server.clock.advance(QUARTER);
        }
        let mut stranger = server.browser();
        half(&mut stranger, ada).await;
        if round < 2 {
            spend(&mut stranger, "session/verify_code", &wrong(server, ada)).await;
        } else {
            let code = json!({ "code": NO_CODE });
            spend(&mut stranger, "session/verify_backup_code", &code).await;
        }
    }
    server.clock.next_step();
    let mut stranger = server.browser();
    half(&mut stranger, ada).await;
    let right = stranger.call("session/verify_code", ada.code(server)).await;
    right.expect_refused(429, "locked");
    let backup = json!({ "code": ada.codes[9] });
    let right = stranger.call("session/verify_backup_code", backup).await;
    right.expect_refused(429, "paused");
}

#[tokio::test]
async fn rb4_a_known_browser_signs_in_by_code_and_its_user_hears_of_the_guesses() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = known_browser(&server, &ada).await;
    besiege(&server, &ada).await;
    half(&mut mine, &ada).await;
    let signed_in = mine.call("session/verify_code", ada.code(&server)).await;
    let signed_in = signed_in.expect_ok();
    assert_eq!(signed_in["unlocked_after"], 15);
    assert_eq!(signed_in["codes_left"], Value::Null);
    // A complete sign-in unlocks the sign-in for strangers too.
    server.clock.advance(QUARTER);
    ada.sign_in(&server).await;
}

#[tokio::test]
async fn rb4_a_known_browser_signs_in_by_backup_code() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = known_browser(&server, &ada).await;
    besiege(&server, &ada).await;
    half(&mut mine, &ada).await;
    let backup = json!({ "code": ada.codes[0] });
    let signed_in = mine.call("session/verify_backup_code", backup).await;
    let signed_in = signed_in.expect_ok();
    assert_eq!(signed_in["unlocked_after"], 15);
    assert_eq!(signed_in["codes_left"], 9);
}

#[tokio::test]
async fn rb4_an_open_session_verifies_and_changes_the_password() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut open = ada.sign_in(&server).await;
    besiege(&server, &ada).await;
    open.call("mfa/test", ada.code(&server)).await.expect_ok();
    ada.step_up(&server, &mut open, json!({ "action": "generate" }))
        .await;
    server.clock.next_step();
    let mut change = ada.code(&server);
    change["current"] = json!(ada.person.password);
    change["new"] = json!(NEW);
    let changed = open.call("profile/change_password", change).await;
    changed.expect_ok();
}

#[tokio::test]
async fn ra4_wrong_codes_within_a_session_pause_that_session_alone() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = known_browser(&server, &ada).await;
    let (mut open, mut other) = (ada.sign_in(&server).await, ada.sign_in(&server).await);
    spend(&mut open, "mfa/test", &wrong(&server, &ada)).await;

    // Every function of that session uses the session's budget.
    server.clock.next_step();
    let delete = json!({ "action": "delete" });
    open.call("step_up/ask", delete.clone()).await.expect_ok();
    let verified = ada.verify(&server, &mut open, &delete).await;
    verified.expect_refused(429, "paused");
    let mut backup = delete.clone();
    backup["code"] = json!(ada.codes[0]);
    let verified = open.call("step_up/verify_backup_code", backup).await;
    verified.expect_refused(429, "paused");
    let mut change = ada.code(&server);
    change["current"] = json!(ada.person.password);
    change["new"] = json!(NEW);
    let changed = open.call("profile/change_password", change).await;
    changed.expect_refused(429, "paused");

    other.call("mfa/test", ada.code(&server)).await.expect_ok();
    server.clock.next_step();
    half(&mut mine, &ada).await;
    let signed_in = mine.call("session/verify_code", ada.code(&server)).await;
    assert_eq!(signed_in.expect_ok()["unlocked_after"], Value::Null);
    ada.sign_in(&server).await;

    server.clock.advance(QUARTER);
    server.clock.next_step();
    open.call("mfa/test", ada.code(&server)).await.expect_ok();
}

/// An attacker with the known browser's cookie and the password gets the guesses of that one
/// browser only.
#[tokio::test]
async fn wrong_codes_in_a_known_browser_pause_that_browser_alone() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = known_browser(&server, &ada).await;
    half(&mut mine, &ada).await;
    spend(&mut mine, "session/verify_code", &wrong(&server, &ada)).await;
    // A second session in the same browser has no budget of its own.
    half(&mut mine, &ada).await;
    let again = mine.call("session/verify_code", ada.code(&server)).await;
    again.expect_refused(429, "paused");
    ada.sign_in(&server).await;
    server.clock.next_step();
    let again = mine.call("session/verify_code", ada.code(&server)).await;
    again.expect_refused(429, "paused");

    server.clock.advance(QUARTER);
    half(&mut mine, &ada).await;
    spend(&mut mine, "session/verify_code", &wrong(&server, &ada)).await;
    server.clock.advance(QUARTER);
    half(&mut mine, &ada).await;
    let locked = mine.call("session/verify_code", ada.code(&server)).await;
    assert_eq!(locked.expect_refused(429, "locked")["tries"], 10);
    let backup = json!({ "code": ada.codes[0] });
    let unlocked = mine.call("session/verify_backup_code", backup).await;
    assert_eq!(unlocked.expect_ok()["unlocked_after"], 10);
}

/// The cookie of a browser that is known to one user has no effect for another user.
#[tokio::test]
async fn a_browser_that_is_known_to_somebody_else_is_a_stranger() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let max = max();
    server.add_user(&max, Role::Member).await;
    let mut maxs = server.browser();
    maxs.sign_in(&max).await.expect_ok();
    besiege(&server, &ada).await;
    half(&mut maxs, &ada).await;
    let answer = maxs.call("session/verify_code", ada.code(&server)).await;
    answer.expect_refused(429, "locked");
}

#[tokio::test]
async fn the_operator_unlocks_every_browser_and_session() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = known_browser(&server, &ada).await;
    let mut open = ada.sign_in(&server).await;
    besiege(&server, &ada).await;
    half(&mut mine, &ada).await;
    spend(&mut mine, "session/verify_code", &wrong(&server, &ada)).await;
    spend(&mut open, "mfa/test", &wrong(&server, &ada)).await;
    let index = ada.person.email.parse().unwrap();
    let index = server.services.vault.email_index(&index);
    let user = server.user(&ada.person).await;
    let unlocked = server.services.attempts.unlock(&user, index).await;
    assert_eq!(unlocked.unwrap(), 15);
    open.call("mfa/test", ada.code(&server)).await.expect_ok();
    server.clock.next_step();
    mine.call("session/verify_code", ada.code(&server))
        .await
        .expect_ok();
    ada.sign_in(&server).await;
}

/// A right code that is refused as used or expired counts once, because a repeat reveals nothing.
/// Therefore a double click, or a second attempt before the next code appears, does not bring the
/// pause nearer.
#[tokio::test]
async fn the_code_of_one_step_spends_the_budget_once() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut open = ada.sign_in(&server).await;
    let used = ada.code(&server);
    let mut other = server.browser();
    half(&mut other, &ada).await;
    let store = storage::Store::open(&server.database.url).await.unwrap();
    let rows = async || store.events_after(0).await.unwrap().len();
    for (browser, function) in [(&mut other, "session/verify_code"), (&mut open, "mfa/test")] {
        for _ in 0..2 {
            let again = browser.call(function, used.clone()).await;
            again.expect_refused(409, "already_used");
        }
        let before = rows().await;
        for _ in 0..20 {
            let again = browser.call(function, used.clone()).await;
            again.expect_refused(409, "already_used");
        }
        assert_eq!(rows().await, before, "{function}: counted in one row");
        for _ in 0..4 {
            let wrong = browser.call(function, wrong(&server, &ada)).await;
            wrong.expect_refused(401, "wrong_code");
        }
        let paused = browser.call(function, used.clone()).await;
        paused.expect_refused(429, "paused");
    }
}

/// Likewise, a code that has just expired counts once, in a set-up too; the current code is
/// accepted.
#[tokio::test]
async fn a_code_that_has_just_expired_spends_the_budget_once() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut half_in = server.browser();
    half(&mut half_in, &ada).await;
    server.add_user(&max(), Role::Member).await;
    let mut sets_up = server.browser();
    sets_up.sign_in(&max()).await.expect_ok();
    let key = sets_up.ask("mfa/set_up").await.expect_ok()["key"].clone();
    let maxs = Authenticator::new(key.as_str().unwrap());
    let gone = |authenticator: &Authenticator| {
        let step = TimeStep::at(server.clock.now()).offset(-1);
        json!({ "code": authenticator.code_of_step(step.number()) })
    };
    let step = TimeStep::at(server.clock.now()).offset(2);
    server.clock.set(step.start().plus(Duration::from_secs(15)));
    for _ in 0..8 {
        let expired = half_in.call("session/verify_code", gone(&ada.authenticator));
        expired.await.expect_refused(401, "just_expired");
        let expired = sets_up.call("mfa/confirm", gone(&maxs)).await;
        expired.expect_refused(401, "just_expired");
    }
    let right = half_in.call("session/verify_code", ada.code(&server)).await;
    right.expect_ok();
    let code = json!({ "code": maxs.code(server.clock.now().millis()) });
    sets_up.call("mfa/confirm", code).await.expect_ok();
}
