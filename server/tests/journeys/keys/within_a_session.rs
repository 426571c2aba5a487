//! Keys within a session: Identity verification, test, password change, name, default, deletion.

use serde_json::{Value, json};

use super::{
    AdaWithKey, ORIGIN, add_to, id_of, names, newest_event, passkey, security_key, set_up,
};
use crate::support::{MemberWithMfa, SoftwareKey, TestServer};

#[tokio::test]
async fn a_key_verifies_the_identity_for_the_action_that_was_asked() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let generate = json!({ "action": "generate" });
    ada.step_up(generate.clone()).await.expect_ok();
    assert_eq!(
        newest_event(&server).await,
        "step_up succeeded passkey: generate"
    );
    ada.browser.ask("mfa/generate").await.expect_ok();
    let again = ada.browser.ask("mfa/generate").await;
    again.expect_refused(403, "verification_required");
    let asked = ada.browser.call("step_up/ask", generate).await;
    assert_eq!(asked.expect_ok(), "verify");
    let options = ada.browser.ask("step_up/key_challenge").await.expect_ok();
    let mut other = ada.key.sign(&options);
    other["action"] = json!("add");
    let answer = ada.browser.call("step_up/verify_key", other.clone()).await;
    answer.expect_refused(409, "nothing_pending");
    other["action"] = json!("generate");
    let answer = ada.browser.call("step_up/verify_key", other).await;
    answer.expect_ok();
}

/// A key has no secret that the server made.
#[tokio::test]
async fn only_an_application_is_reset() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let method = id_of(&mut ada.browser, "Passkey").await;
    for request in [
        json!({ "action": "reset" }),
        json!({ "action": "reset", "method": method }),
    ] {
        let answer = ada.browser.call("step_up/ask", request).await;
        answer.expect_refused(409, "no_method");
    }
}

#[tokio::test]
async fn a_test_asks_the_one_key() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.step_up(json!({ "action": "add" })).await.expect_ok();
    let mut second = SoftwareKey::new(ORIGIN);
    set_up(&mut ada.browser, security_key("Blue"), &mut second)
        .await
        .expect_ok();
    let request = json!({ "method": id_of(&mut ada.browser, "Blue").await });
    let options = ada.browser.call("mfa/key_challenge", request).await;
    let options = options.expect_ok();
    assert!(second.is_allowed_by(&options) && !ada.key.is_allowed_by(&options));
    let other = ada.key.sign(&options);
    let answer = ada.browser.call("mfa/test_key", other).await;
    answer.expect_refused(401, "key_refused");
    let request = json!({ "method": id_of(&mut ada.browser, "Blue").await });
    let options = ada.browser.call("mfa/key_challenge", request).await;
    let answer = second.sign(&options.expect_ok());
    ada.browser.call("mfa/test_key", answer).await.expect_ok();
    assert_eq!(
        newest_event(&server).await,
        "method_test succeeded security_key: -"
    );
    let unknown = json!({ "method": "0".repeat(32) });
    let answer = ada.browser.call("mfa/key_challenge", unknown).await;
    answer.expect_refused(409, "no_method");
}

#[tokio::test]
async fn a_key_proves_a_new_password() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let mut other = ada.sign_in(&server).await;
    let options = ada.browser.ask("step_up/key_challenge").await.expect_ok();
    let new = "somebody's next password";
    let mut request = json!({ "current": "not the password", "new": new });
    let missing = ada.browser.call("profile/change_password", request.clone());
    missing.await.expect_refused(422, "invalid");
    request["key"] = ada.key.sign(&options)["answer"].clone();
    let wrong = ada.browser.call("profile/change_password", request.clone());
    wrong.await.expect_refused(401, "wrong_credentials");
    request["current"] = json!(ada.person.password);
    let right = ada.browser.call("profile/change_password", request.clone());
    right.await.expect_ok();
    let ended = other.ask("profile/view").await;
    ended.expect_refused(401, "not_signed_in");
    request["current"] = json!(new);
    request["new"] = json!("yet another good password");
    let twice = ada.browser.call("profile/change_password", request);
    twice.await.expect_refused(409, "challenge_gone");
    assert!(
        newest_event(&server)
            .await
            .starts_with("password_change failed")
    );
}

#[tokio::test]
async fn a_key_is_renamed_and_made_the_default() {
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
    let method = id_of(&mut browser, "Passkey").await;
    let request = json!({ "method": method, "name": "Laptop" });
    browser.call("mfa/rename", request).await.expect_ok();
    let request = json!({ "method": method });
    browser.call("mfa/make_default", request).await.expect_ok();
    let shown = names(&mut browser).await;
    assert_eq!(shown, ["Laptop", "Authenticator application"]);
}

#[tokio::test]
async fn a_deleted_key_opens_nothing_and_the_other_method_goes_on() {
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
    let mut half = server.browser();
    half.sign_in(&ada.person).await.expect_ok();
    let options = half.ask("session/key_challenge").await.expect_ok();
    let method = id_of(&mut browser, "Passkey").await;
    let delete = json!({ "action": "delete", "method": method });
    ada.step_up(&server, &mut browser, delete).await;
    let request = json!({ "method": method });
    let deleted = browser.call("mfa/delete", request).await.expect_ok();
    assert_eq!(deleted["new_default"], "Authenticator application");
    let answer = half.call("session/verify_key", key.sign(&options)).await;
    assert!(!answer.is_success(), "{}", answer.text());
    ada.sign_in(&server).await;
}

#[tokio::test]
async fn deleting_the_last_key_ends_mfa() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let method = id_of(&mut ada.browser, "Passkey").await;
    let delete = json!({ "action": "delete", "method": method });
    ada.step_up(delete).await.expect_ok();
    let request = json!({ "method": method });
    let deleted = ada.browser.call("mfa/delete", request).await.expect_ok();
    assert_eq!(deleted["viewer"]["has_mfa"], false);
    assert_eq!(deleted["new_default"], Value::Null);
    let mut again = server.browser();
    let viewer = again.sign_in(&ada.person).await.expect_ok();
    assert_eq!(viewer["standing"]["standing"], "full");
}

#[tokio::test]
async fn the_operators_reset_takes_keys_too() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let user = server.user(&ada.person).await;
    let reset = usecases::operator::reset_mfa(&server.operator(), &user).await;
    assert!(reset.unwrap());
    let ended = ada.browser.ask("profile/view").await;
    ended.expect_refused(401, "not_signed_in");
    let mut again = server.browser();
    let viewer = again.sign_in(&ada.person).await.expect_ok();
    assert_eq!(viewer["has_mfa"], false);
}
