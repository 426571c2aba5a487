//! Keys are added: a first one by the password, a further one by an existing factor.

use std::time::Duration;

use domain::{people::roles::Role, session::reauthentication::FRESH};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{authenticator::Authenticator, software_key::UP};

use super::{
    AdaWithKey, ORIGIN, add_to, id_of, methods, names, newest_event, passkey, security_key, set_up,
};
use crate::support::{MemberWithMfa, SoftwareKey, TestServer, eve, finish, max};

#[tokio::test]
async fn a_first_key_brings_ten_codes_and_ends_the_other_sessions() {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let (mut browser, mut other) = (server.browser(), server.browser());
    browser.sign_in(&person).await.expect_ok();
    other.sign_in(&person).await.expect_ok();
    let mut key = SoftwareKey::new(ORIGIN);
    let choice = passkey("My phone", false);
    let sheet = set_up(&mut browser, choice, &mut key).await.expect_ok();
    assert_eq!(sheet["codes"].as_array().unwrap().len(), 10);
    assert_eq!(sheet["viewer"]["has_mfa"], true);
    assert_eq!(sheet["viewer"]["methods"][0]["method_type"], "passkey");
    finish(&mut browser, &sheet).await.expect_ok();
    let methods = methods(&mut browser).await;
    assert_eq!(methods.len(), 1);
    assert_eq!(methods[0]["name"], "My phone");
    assert_eq!(methods[0]["is_default"], true, "a first method always is");
    assert_eq!(methods[0]["is_synced"], false);
    let ended = other.ask("profile/view").await;
    ended.expect_refused(401, "not_signed_in");
}

#[tokio::test]
async fn a_first_key_needs_a_fresh_password() {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    server.clock.advance(Duration::from_mins(31));
    let answer = browser
        .call("mfa/set_up_key", passkey("Passkey", true))
        .await;
    answer.expect_refused(403, "password_required");
    assert_eq!(browser.ask("mfa/pending").await.expect_ok(), Value::Null);
}

/// A stolen open session must not add its own key.
#[tokio::test]
async fn a_further_key_needs_an_existing_factor() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let answer = browser.call("mfa/set_up_key", passkey("Thief", true)).await;
    answer.expect_refused(403, "verification_required");
    let mut key = SoftwareKey::synced(ORIGIN);
    let choice = passkey("Phone", true);
    add_to(&server, &ada, &mut browser, choice, &mut key).await;
    let shown = names(&mut browser).await;
    assert_eq!(shown, ["Phone", "Authenticator application"]);
    assert_eq!(methods(&mut browser).await[0]["is_synced"], true);
    assert_eq!(methods(&mut browser).await[1]["is_synced"], Value::Null);
    let answer = browser
        .call("mfa/set_up_key", passkey("Another", true))
        .await;
    answer.expect_refused(403, "verification_required");
}

#[tokio::test]
async fn the_pending_set_up_has_a_type_and_a_new_one_replaces_it() {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    let none = browser.ask("mfa/set_up_key").await;
    none.expect_refused(409, "nothing_pending");
    browser.ask("mfa/set_up").await.expect_ok();
    let pending = browser.ask("mfa/pending").await.expect_ok();
    assert_eq!(
        pending,
        json!({
            "method_type": "application", "purpose": "first",
            "name": "Authenticator application", "is_default": true,
        })
    );
    let first = browser
        .call("mfa/set_up_key", security_key("Blue"))
        .await
        .expect_ok();
    let pending = browser.ask("mfa/pending").await.expect_ok();
    assert_eq!(
        pending,
        json!({
            "method_type": "security_key", "purpose": "first",
            "name": "Blue", "is_default": true,
        })
    );
    let code = browser.call("mfa/confirm", json!({ "code": "000000" }));
    code.await.expect_refused(409, "nothing_pending");
    let again = browser.ask("mfa/set_up_key").await.expect_ok();
    assert_eq!(again["kind"], "security_key");
    assert_ne!(again["options"], first["options"], "a fresh challenge");
    browser.ask("mfa/cancel").await.expect_ok();
    assert_eq!(browser.ask("mfa/pending").await.expect_ok(), Value::Null);
    let answer = SoftwareKey::new(ORIGIN).create(&again["options"]);
    let answer = browser.call("mfa/confirm_key", answer).await;
    answer.expect_refused(409, "nothing_pending");
}

/// A browser refused to make a passkey, and the person chose something else.
#[tokio::test]
async fn a_further_method_changes_its_type_under_one_verification() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let intent = json!({ "action": "add" });
    ada.step_up(&server, &mut browser, intent.clone()).await;
    let set_up_key = browser.call("mfa/set_up_key", passkey("Phone", true)).await;
    let passkey_options = set_up_key.expect_ok();
    // A reload of a tab of another type does not change it.
    let reloaded = browser.ask("mfa/set_up").await;
    reloaded.expect_refused(403, "verification_required");
    server.clock.advance(Duration::from_secs(1));
    let mut key = SoftwareKey::new(ORIGIN);
    let choice = security_key("Blue");
    let changed = browser.call("mfa/set_up_key", choice).await.expect_ok();
    assert_eq!(changed["kind"], "security_key");
    let late = key.create(&passkey_options["options"]);
    let answer = browser.call("mfa/confirm_key", late).await;
    answer.expect_refused(409, "challenge_gone");
    // The last choice of a name and a default counts too.
    let choice = json!({ "kind": "security_key", "name": "Red", "is_default": true });
    set_up(&mut browser, choice, &mut key).await.expect_ok();
    let shown = names(&mut browser).await;
    assert_eq!(shown, ["Red", "Authenticator application"]);
    // The grant is used up with the method.
    let answer = browser.call("mfa/set_up_key", passkey("Thief", true)).await;
    answer.expect_refused(403, "verification_required");
    // Like a reload, a change of type needs a fresh verification.
    ada.step_up(&server, &mut browser, intent).await;
    let begun = browser.call("mfa/set_up_key", passkey("Phone", true)).await;
    begun.expect_ok();
    server.clock.advance(FRESH);
    let answer = browser.call("mfa/set_up_key", security_key("Red")).await;
    answer.expect_refused(403, "verification_required");
}

/// A person may be scanning its key.
#[tokio::test]
async fn a_further_application_keeps_its_key_whatever_is_chosen_meanwhile() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let intent = json!({ "action": "add" });
    ada.step_up(&server, &mut browser, intent).await;
    let named = |name: &str| json!({ "name": name, "is_default": false });
    let shown = browser.call("mfa/set_up", named("Tablet")).await;
    let shown = shown.expect_ok();
    let answer = browser.call("mfa/set_up_key", passkey("Phone", true)).await;
    answer.expect_refused(403, "verification_required");
    let again = browser.call("mfa/set_up", named("Telephone")).await;
    assert_eq!(again.expect_ok()["key"], shown["key"]);
    let key = shown["key"].as_str().unwrap();
    let code = Authenticator::new(key).code(server.clock.now().millis());
    let confirmed = browser.call("mfa/confirm", json!({ "code": code })).await;
    confirmed.expect_ok();
    let shown = names(&mut browser).await;
    assert_eq!(shown, ["Authenticator application", "Telephone"]);
}

/// The pace is asked first, so that a refusal leaves everything as it was.
#[tokio::test]
async fn a_set_up_that_has_to_wait_takes_no_grant() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    server.clock.advance(Duration::from_mins(2));
    let method = json!({ "method": id_of(&mut ada.browser, "Passkey").await });
    for _ in 0..19 {
        let options = ada.browser.call("mfa/key_challenge", method.clone()).await;
        let answer = ada.key.sign(&options.expect_ok());
        ada.browser.call("mfa/test_key", answer).await.expect_ok();
    }
    ada.step_up(json!({ "action": "add" })).await.expect_ok();
    let choice = security_key("Blue");
    let answer = ada.browser.call("mfa/set_up_key", choice.clone()).await;
    answer.expect_refused(429, "too_many");
    assert_eq!(
        ada.browser.ask("mfa/pending").await.expect_ok(),
        Value::Null
    );
    server.clock.advance(Duration::from_mins(1));
    let mut key = SoftwareKey::new(ORIGIN);
    set_up(&mut ada.browser, choice, &mut key).await.expect_ok();
}

/// Nothing is shown of a key, so its first set-up takes as long as the password is fresh.
#[tokio::test]
async fn a_first_key_is_asked_for_again_while_the_password_is_fresh() {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    let choice = passkey("Passkey", true);
    browser.call("mfa/set_up_key", choice).await.expect_ok();
    server.clock.advance(Duration::from_secs(599));
    browser.ask("mfa/set_up_key").await.expect_ok();
    server.clock.advance(Duration::from_secs(1));
    let late = browser.ask("mfa/set_up_key").await;
    late.expect_refused(403, "password_required");
}

/// 1Password is well known, 0x11… is not.
#[rstest]
#[case::suggestion("Passkey", "bada5566a7aa401fbd9645619a55120d", "1Password")]
#[case::chosen("Mine", "bada5566a7aa401fbd9645619a55120d", "Mine")]
#[case::unknown("Passkey", "11111111111111111111111111111111", "Passkey")]
#[tokio::test]
async fn a_key_is_called_by_its_maker_unless_its_user_chose_a_name(
    #[case] chosen: &str,
    #[case] aaguid: &str,
    #[case] expected: &str,
) {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    let aaguid = data_encoding::HEXLOWER.decode(aaguid.as_bytes()).unwrap();
    let mut key = SoftwareKey {
        aaguid: aaguid.try_into().unwrap(),
        ..SoftwareKey::new(ORIGIN)
    };
    set_up(&mut browser, passkey(chosen, true), &mut key)
        .await
        .expect_ok();
    assert_eq!(names(&mut browser).await, [expected]);
}

#[tokio::test]
async fn a_passkey_must_verify_its_user_and_a_security_key_need_not() {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    let mut key = SoftwareKey {
        flags: UP,
        ..SoftwareKey::new(ORIGIN)
    };
    let answer = set_up(&mut browser, passkey("Passkey", true), &mut key).await;
    answer.expect_refused(422, "user_not_verified");
    assert_eq!(
        newest_event(&server).await,
        "set_up_confirm failed passkey: the authenticator did not verify its user"
    );
    set_up(&mut browser, security_key("Blue"), &mut key)
        .await
        .expect_ok();
    assert_eq!(names(&mut browser).await, ["Blue"]);
}

#[tokio::test]
async fn a_refused_key_leaves_the_set_up_for_another_try() {
    let server = TestServer::start().await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    let mut key = SoftwareKey::new(ORIGIN);
    "https://elsewhere.example.com".clone_into(&mut key.origin);
    let answer = set_up(&mut browser, passkey("Passkey", true), &mut key).await;
    answer.expect_refused(401, "key_refused");
    let again = browser.ask("mfa/set_up_key").await.expect_ok();
    ORIGIN.clone_into(&mut key.origin);
    let answer = key.create(&again["options"]);
    browser.call("mfa/confirm_key", answer).await.expect_ok();
}

#[tokio::test]
async fn a_key_is_of_one_user_and_one_method() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.step_up(json!({ "action": "add" })).await.expect_ok();
    let choice = security_key("Again");
    let answer = set_up(&mut ada.browser, choice, &mut ada.key).await;
    answer.expect_refused(409, "credential_taken");
    assert_eq!(
        newest_event(&server).await,
        "set_up_confirm failed security_key: the credential is registered already"
    );
    server.add_user(&max(), Role::Member).await;
    let mut his = server.browser();
    his.sign_in(&max()).await.expect_ok();
    let answer = set_up(&mut his, passkey("Passkey", true), &mut ada.key).await;
    answer.expect_refused(409, "credential_taken");
    assert_eq!(names(&mut ada.browser).await, ["Passkey"]);
    assert_eq!(names(&mut his).await, Vec::<String>::new());
}

#[tokio::test]
async fn options_name_the_keys_that_the_user_has() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    ada.step_up(json!({ "action": "add" })).await.expect_ok();
    let set_up = ada.browser.call("mfa/set_up_key", security_key("Blue"));
    let set_up = set_up.await.expect_ok();
    let options = set_up["options"]["options"].as_str().unwrap();
    let options: Value = serde_json::from_str(options).unwrap();
    assert_eq!(options["excludeCredentials"][0]["id"], ada.key.id_text());
    assert_eq!(
        options["excludeCredentials"][0]["transports"],
        json!(["usb"])
    );
    assert_eq!(options["user"]["id"], json!(ada.key.user_handle));
    assert_eq!(options["user"]["name"], ada.person.email);
    assert_eq!(options["rp"]["id"], "localhost");
}

#[tokio::test]
async fn there_is_room_for_ten_keys_beside_the_applications() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    for number in 2..=10 {
        ada.step_up(json!({ "action": "add" })).await.expect_ok();
        let mut key = SoftwareKey::new(ORIGIN);
        let choice = security_key(&format!("Key {number}"));
        set_up(&mut ada.browser, choice, &mut key).await.expect_ok();
    }
    // A session may not answer more in a minute.
    server.clock.advance(Duration::from_mins(1));
    ada.step_up(json!({ "action": "add" })).await.expect_ok();
    let answer = ada
        .browser
        .call("mfa/set_up_key", passkey("Eleventh", false))
        .await;
    answer.expect_refused(409, "no_room");
    ada.browser.ask("mfa/set_up").await.expect_ok();
    assert_eq!(names(&mut ada.browser).await.len(), 10);
}

#[tokio::test]
async fn a_key_meets_the_rule_that_mfa_is_a_must() {
    let server = TestServer::start().await;
    server.add_account("Strict Ltd").await;
    server.add_user(&eve(), Role::Owner).await;
    server.require_mfa("Strict Ltd").await;
    let mut browser = server.browser();
    let viewer = browser.sign_in(&eve()).await.expect_ok();
    assert_eq!(viewer["standing"]["standing"], "set_up_only");
    let mut key = SoftwareKey::new(ORIGIN);
    let sheet = set_up(&mut browser, passkey("Passkey", true), &mut key).await;
    assert_eq!(sheet.expect_ok()["viewer"]["standing"]["standing"], "full");
}

#[tokio::test]
async fn at_an_address_that_can_carry_no_keys_none_are_set_up() {
    let options = crate::support::Options {
        public_url: "http://127.0.0.1:3000".parse().unwrap(),
        ..crate::support::Options::default()
    };
    let server = TestServer::start_with(options, |services| services).await;
    let person = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&person).await.expect_ok();
    let answer = browser
        .call("mfa/set_up_key", passkey("Passkey", true))
        .await;
    answer.expect_refused(409, "no_keys_here");
    let none = browser.ask("mfa/accepted_keys").await.expect_ok();
    assert_eq!(none, Value::Null);
}

#[tokio::test]
async fn providers_learn_which_keys_are_left() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    let read = |signals: &Value, name: &str| -> Value {
        serde_json::from_str(signals[name].as_str().unwrap()).unwrap()
    };
    let signals = ada.browser.ask("mfa/accepted_keys").await.expect_ok();
    let accepted = read(&signals, "credentials");
    assert_eq!(
        accepted["allAcceptedCredentialIds"],
        json!([ada.key.id_text()])
    );
    assert_eq!(accepted["userId"], json!(ada.key.user_handle));
    assert_eq!(read(&signals, "user")["displayName"], ada.person.name);
    let method = id_of(&mut ada.browser, "Passkey").await;
    let delete = json!({ "action": "delete", "method": method });
    ada.step_up(delete).await.expect_ok();
    let request = json!({ "method": method });
    ada.browser.call("mfa/delete", request).await.expect_ok();
    let signals = ada.browser.ask("mfa/accepted_keys").await.expect_ok();
    let accepted = read(&signals, "credentials");
    assert_eq!(accepted["allAcceptedCredentialIds"], json!([]));
}
