//! Attacks on the set-up (family E of the attack list).

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Authenticator, HttpAnswer, TestServer, ada, enrol};

/// E3: a pending key is valid in its own session only, and for thirty minutes.
#[tokio::test]
async fn a_pending_key_is_confirmed_by_its_own_session_in_time_only() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let (mut mine, mut other) = (server.browser(), server.browser());
    mine.sign_in(&ada).await.expect_ok();
    other.sign_in(&ada).await.expect_ok();
    let pending = mine.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(pending["key"].as_str().unwrap());

    let code = authenticator.code(server.clock.now().millis());
    let stolen = other.call("mfa/confirm", json!({ "code": code })).await;
    stolen.expect_refused(409, "nothing_pending");
    let theirs = other.ask("mfa/set_up").await.expect_ok();
    assert_ne!(theirs["key"], pending["key"]);

    server.clock.advance(Duration::from_mins(30));
    let late = json!({ "code": authenticator.code(server.clock.now().millis()) });
    mine.call("mfa/confirm", late)
        .await
        .expect_refused(409, "nothing_pending");
}

/// Two tabs: one sends the right code, the other cancels while the backup codes are hashed.
#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_a_cancel_overtakes_says_that_nothing_is_pending() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = server.browser();
    mine.sign_in(&ada).await.expect_ok();
    let mut refused = 0;
    for _ in 0..3 {
        let mut other = mine.clone();
        let pending = mine.ask("mfa/set_up").await.expect_ok();
        let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
        let code = authenticator.code(server.clock.now().millis());
        let request = json!({ "code": code });
        let (confirmed, cancelled) =
            tokio::join!(mine.call("mfa/confirm", request), other.ask("mfa/cancel"));
        cancelled.expect_ok();
        if confirmed.status == 200 {
            break;
        }
        confirmed.expect_refused(409, "nothing_pending");
        refused += 1;
    }
    assert!(refused > 0, "each confirmation came first");
}

/// E2: an open session whose password is older than ten minutes can't begin a set-up.
#[tokio::test]
async fn a_set_up_needs_a_fresh_password() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    server.clock.advance(Duration::from_mins(10));
    browser
        .ask("mfa/set_up")
        .await
        .expect_refused(403, "password_required");
    let before = browser.cookie("twinlock-3000").unwrap().to_owned();
    browser
        .call(
            "session/confirm_password",
            json!({ "password": ada.password }),
        )
        .await
        .expect_ok();
    assert_ne!(
        browser.cookie("twinlock-3000").unwrap(),
        before,
        "a new token"
    );
    browser.ask("mfa/set_up").await.expect_ok();
}

/// E7: activating ends every other session, and the key is never shown again (E8).
#[tokio::test]
async fn a_set_up_ends_the_other_sessions_and_hides_the_key() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let (mut mine, mut other) = (server.browser(), server.browser());
    mine.sign_in(&ada).await.expect_ok();
    other.sign_in(&ada).await.expect_ok();
    let pending = mine.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    mine.call("mfa/confirm", code).await.expect_ok();

    other
        .ask("profile/view")
        .await
        .expect_refused(401, "not_signed_in");
    mine.ask("mfa/set_up")
        .await
        .expect_refused(403, "verification_required");
    let profile = mine.ask("profile/view").await.expect_ok();
    assert_eq!(profile["codes_left"], 10);
    assert!(
        !profile
            .to_string()
            .contains(pending["key"].as_str().unwrap())
    );
}

/// B5: a reload shows a fresh set that waits; the first set works until `Finish`, and not
/// afterwards.
#[tokio::test]
async fn a_fresh_set_of_codes_takes_over_at_finish() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    let pending = browser.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let first = browser.call("mfa/confirm", code).await.expect_ok();
    // The answer has the viewer, so the next page needs no further request.
    assert_eq!(
        first["viewer"],
        browser.ask("session/whoami").await.expect_ok()
    );
    let fresh = browser.ask("mfa/backup_codes").await.expect_ok();
    assert_ne!(first["codes"], fresh["codes"]);

    by_backup_code(&server, &fresh["codes"][0])
        .await
        .expect_refused(401, "wrong_code");
    by_backup_code(&server, &first["codes"][0])
        .await
        .expect_ok();
    let saved = json!({ "set": fresh["set"] });
    let settled = browser.call("mfa/finish", saved.clone()).await.expect_ok();
    let (viewer, profile) = (
        browser.ask("session/whoami").await.expect_ok(),
        browser.ask("profile/view").await.expect_ok(),
    );
    assert_eq!(settled, json!({ "viewer": viewer, "profile": profile }));
    assert_eq!(profile["codes_saved"], true);
    by_backup_code(&server, &first["codes"][1])
        .await
        .expect_refused(401, "wrong_code");
    by_backup_code(&server, &fresh["codes"][0])
        .await
        .expect_ok();

    browser
        .call("mfa/finish", saved)
        .await
        .expect_refused(409, "nothing_pending");
    browser
        .ask("mfa/backup_codes")
        .await
        .expect_refused(409, "nothing_pending");
}

async fn by_backup_code(server: &TestServer, code: &Value) -> HttpAnswer {
    let mut browser = server.browser();
    browser.sign_in(&ada()).await.expect_ok();
    browser
        .call("session/verify_backup_code", json!({ "code": code }))
        .await
}

/// Ten refused codes lock a first set-up. No backup code can unlock it, but a new sign-in does.
#[tokio::test]
async fn a_first_set_up_is_unlocked_by_a_new_sign_in() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    let pending = browser.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
    for round in 0..10 {
        if round == 5 {
            server.clock.advance(Duration::from_mins(16));
        }
        let wrong = json!({ "code": authenticator.wrong_code(server.clock.now().millis()) });
        let answer = browser.call("mfa/confirm", wrong).await;
        answer.expect_refused(401, "wrong_code");
    }
    let right = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let locked = browser.call("mfa/confirm", right).await;
    assert_eq!(locked.expect_refused(429, "session_locked")["tries"], 10);

    browser.sign_in(&ada).await.expect_ok();
    enrol(&server, &mut browser).await;
}
