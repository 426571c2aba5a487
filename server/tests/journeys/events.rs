//! D8: each event once, with actor, subject, account, action, result, method kind, address and
//! time; also on failure.

use domain::{events::EventRecord, people::roles::Role, second_factor::guess_holder::GuessHolder};
use serde_json::json;

use crate::support::{MemberWithMfa, TestServer, finish, max};

async fn all(server: &TestServer) -> Vec<EventRecord> {
    let store = storage::Store::open(&server.database.url).await.unwrap();
    store.events_after(0).await.unwrap()
}

/// Returns action, result and method of all events after the first `number`.
async fn since(server: &TestServer, number: usize) -> Vec<String> {
    let told = |event: &EventRecord| {
        let method = event.method.as_deref().unwrap_or("-");
        format!("{} {} {method}", event.action, event.outcome)
    };
    all(server).await[number..].iter().map(told).collect()
}

#[tokio::test]
async fn a_sign_in_is_told_as_it_went() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let before = all(&server).await.len();
    server.clock.next_step();
    let mut browser = server.browser();
    let wrong = json!({ "email": ada.person.email, "password": "not the password" });
    browser
        .call("session/sign_in", wrong)
        .await
        .expect_refused(401, "wrong_credentials");
    browser.sign_in(&ada.person).await.expect_ok();
    let wrong = json!({ "code": ada.authenticator.wrong_code(server.clock.now().millis()) });
    browser
        .call("session/verify_code", wrong)
        .await
        .expect_refused(401, "wrong_code");
    let right = ada.code(&server);
    browser
        .call("session/verify_code", right.clone())
        .await
        .expect_ok();
    let mut second = server.browser();
    second.sign_in(&ada.person).await.expect_ok();
    second
        .call("session/verify_code", right)
        .await
        .expect_refused(409, "already_used");
    browser.ask("session/sign_out").await.expect_ok();
    assert_eq!(
        since(&server, before).await,
        [
            "sign_in failed password",
            "sign_in owed password",
            "second_factor failed application",
            "second_factor succeeded application",
            "sign_in owed password",
            "second_factor used application",
            "sign_out succeeded -",
        ]
    );
    let user = server.user(&ada.person).await;
    for event in &all(&server).await[before..] {
        assert!(event.at >= server.clock.now(), "the time of the request");
        if event.email.is_none() {
            assert_eq!(event.subject.as_deref(), Some(user.as_str()));
            assert_eq!(event.actor, user.as_str());
        } else {
            assert_eq!((event.actor.as_str(), &event.subject), ("nobody", &None));
        }
    }
}

/// The actions of the whole help page about a user's own method.
#[tokio::test]
async fn a_methods_life_is_told_step_by_step() {
    let server = TestServer::start().await;
    let before = all(&server).await.len();
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.browser.clone();
    ada.step_up(&server, &mut browser, json!({ "action": "generate" }))
        .await;
    let sheet = browser.ask("mfa/generate").await.expect_ok();
    finish(&mut browser, &sheet).await.expect_ok();
    ada.step_up(&server, &mut browser, json!({ "action": "delete" }))
        .await;
    browser.ask("mfa/delete").await.expect_ok();
    let told = since(&server, before).await;
    assert_eq!(
        told,
        [
            "account_add succeeded -",
            "user_add succeeded -",
            "sign_in succeeded password",
            "set_up_begin succeeded -",
            "set_up_confirm succeeded application",
            "codes_finish succeeded -",
            "step_up succeeded application",
            "codes_generate succeeded -",
            "codes_finish succeeded -",
            "step_up succeeded application",
            "method_delete succeeded -",
        ]
    );
}

/// A1: a request for another user's data is an event; repeats within a minute are counted in its
/// row.
#[tokio::test]
async fn what_is_not_ones_own_is_noted() {
    let server = TestServer::start().await;
    server.add_owner().await;
    server.add_user(&max(), Role::Member).await;
    let account = server.account("Example Ltd").await;
    let mut member = server.browser();
    member.sign_in(&max()).await.expect_ok();
    let before = all(&server).await.len();
    for _ in 0..20 {
        let refused = member
            .call("accounts/require_mfa", json!({ "account": account }))
            .await;
        refused.expect_refused(403, "not_allowed");
        member
            .ask("session/helpers")
            .await
            .expect_refused(403, "not_allowed");
    }
    let foreign = json!({ "account": "00000000000000000000000000000000" });
    member
        .call("accounts/require_mfa", foreign)
        .await
        .expect_refused(404, "not_found");
    let told: Vec<(String, i64)> = all(&server).await[before..]
        .iter()
        .map(|event| (event.detail.clone().unwrap_or_default(), event.times))
        .collect();
    assert_eq!(
        told,
        [
            ("/api/accounts/require_mfa".to_owned(), 21),
            ("/api/session/helpers".to_owned(), 20)
        ]
    );
}

/// A changed ciphertext, or one from another row, is refused, counted as an attempt, and recorded
/// as an event.
#[tokio::test]
async fn a_changed_ciphertext_fails_closed_and_is_told() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    server.clock.next_step();
    let mut browser = server.browser();
    browser.sign_in(&ada.person).await.expect_ok();
    let before = all(&server).await.len();
    server
        .tamper("UPDATE app_keys SET sealed_key = (SELECT token_hash FROM sessions LIMIT 1)")
        .await;
    let answer = browser.call("session/verify_code", ada.code(&server)).await;
    answer.expect_refused(500, "failed");
    assert_eq!(
        since(&server, before).await,
        ["second_factor damaged application"]
    );
    let user = server.user(&ada.person).await;
    let strangers = GuessHolder::Stranger;
    let attempts = &server.services.attempts;
    let tries = attempts.refused_in_a_row(&user, &strangers).await;
    assert_eq!(tries.unwrap(), 1, "it is counted");
}

/// A call with a password and a code is one event: a code is checked only if the password was
/// right.
#[tokio::test]
async fn a_change_of_the_password_is_one_event_however_it_ends() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.browser.clone();
    server.clock.next_step();
    let before = all(&server).await.len();
    let mut change = json!({
        "current": ada.person.password,
        "new": "a lamp behind the third door",
        "code": ada.authenticator.wrong_code(server.clock.now().millis()),
    });
    let answer = browser
        .call("profile/change_password", change.clone())
        .await;
    answer.expect_refused(401, "wrong_code");
    change["code"] = ada.code(&server)["code"].clone();
    let answer = browser.call("profile/change_password", change).await;
    answer.expect_ok();
    let mut nobody = server.browser();
    let typed = json!({ "email": "a password by mistake", "password": "whatever" });
    let answer = nobody.call("session/sign_in", typed).await;
    answer.expect_refused(401, "wrong_credentials");
    assert_eq!(
        since(&server, before).await,
        [
            "password_change failed application",
            "password_change succeeded password",
            "sign_in failed password",
        ]
    );
}
