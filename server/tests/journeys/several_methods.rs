//! Several methods of one user: a further one needs an Identity verification, exactly one is the
//! default, each code is of one method, and all other methods stay when one goes.

use domain::people::roles::Role;
use serde_json::{Value, json};

use crate::support::{Authenticator, MemberWithMfa, RouterBrowser, TestServer, max};

/// Ada with a second authenticator.
struct TwoMethods {
    ada: MemberWithMfa,
    second: Authenticator,
}

impl TwoMethods {
    async fn on(server: &TestServer, is_default: bool) -> Self {
        let mut ada = MemberWithMfa::on(server).await;
        let mut browser = ada.sign_in(server).await;
        ada.step_up(server, &mut browser, json!({ "action": "add" }))
            .await;
        let choice = json!({ "name": "Tablet", "is_default": is_default });
        let second = add(server, &mut browser, choice).await;
        ada.browser = browser;
        Self { ada, second }
    }

    fn second_code(&self, server: &TestServer) -> String {
        self.second.code(server.clock.now().millis())
    }
}

/// Sets up a further method with a grant, and confirms its code.
async fn add(server: &TestServer, browser: &mut RouterBrowser, choice: Value) -> Authenticator {
    let pending = browser.call("mfa/set_up", choice).await.expect_ok();
    assert_eq!(pending["purpose"], "further");
    let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let sheet = browser.call("mfa/confirm", code).await.expect_ok();
    assert_eq!(sheet, Value::Null, "the backup codes stay");
    authenticator
}

/// The names of the methods as My profile shows them, the default first.
async fn names(browser: &mut RouterBrowser) -> Vec<String> {
    let profile = browser.ask("profile/view").await.expect_ok();
    let methods = profile["methods"].as_array().unwrap();
    let defaults = methods.iter().filter(|method| method["is_default"] == true);
    assert_eq!(defaults.count(), 1, "{profile}");
    let name = |method: &Value| method["name"].as_str().unwrap().to_owned();
    methods.iter().map(name).collect()
}

async fn method_id(browser: &mut RouterBrowser, name: &str) -> Value {
    let profile = browser.ask("profile/view").await.expect_ok();
    let methods = profile["methods"].as_array().unwrap();
    let method = methods.iter().find(|method| method["name"] == name);
    method.unwrap()["id"].clone()
}

/// A stolen open session must not add its own authenticator.
#[tokio::test]
async fn a_further_method_needs_an_existing_factor() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let choice = json!({ "name": "Thief", "is_default": true });
    let answer = browser.call("mfa/set_up", choice.clone()).await;
    answer.expect_refused(403, "verification_required");
    let asked = browser
        .call("step_up/ask", json!({ "action": "add" }))
        .await;
    assert_eq!(asked.expect_ok(), "verify");
    let answer = browser.call("mfa/set_up", choice).await;
    answer.expect_refused(403, "verification_required");
    assert_eq!(names(&mut browser).await, ["Authenticator application"]);
}

#[tokio::test]
async fn a_further_method_leaves_the_default_and_the_codes() {
    let server = TestServer::start().await;
    let TwoMethods { mut ada, .. } = TwoMethods::on(&server, false).await;
    let shown = names(&mut ada.browser).await;
    assert_eq!(shown, ["Authenticator application", "Tablet"]);
    let mut other = ada.sign_in_by_backup_code(&server, 0).await;
    assert_eq!(names(&mut other).await.len(), 2);
}

#[tokio::test]
async fn either_method_signs_in_with_its_own_codes_only() {
    let server = TestServer::start().await;
    let two = TwoMethods::on(&server, false).await;
    server.clock.next_step();
    let mut browser = server.browser();
    let viewer = browser.sign_in(&two.ada.person).await.expect_ok();
    let by = viewer["methods"][1]["id"].clone();
    assert_eq!(viewer["methods"][1]["name"], "Tablet");
    let code = two.second_code(&server);
    let of_the_default = browser
        .call("session/verify_code", json!({ "code": code }))
        .await;
    of_the_default.expect_refused(401, "wrong_code");
    let request = json!({ "code": code, "by": by });
    browser
        .call("session/verify_code", request.clone())
        .await
        .expect_ok();
    let mut again = server.browser();
    again.sign_in(&two.ada.person).await.expect_ok();
    again
        .call("session/verify_code", request)
        .await
        .expect_refused(409, "already_used");
    let of_the_first = two.ada.code(&server);
    again
        .call("session/verify_code", of_the_first)
        .await
        .expect_ok();
}

#[tokio::test]
async fn a_new_default_replaces_the_old_one() {
    let server = TestServer::start().await;
    let TwoMethods { mut ada, .. } = TwoMethods::on(&server, true).await;
    let browser = &mut ada.browser;
    let shown = names(browser).await;
    assert_eq!(shown, ["Tablet", "Authenticator application"]);
    let method = method_id(browser, "Authenticator application").await;
    let request = json!({ "method": method });
    for _ in 0..2 {
        browser
            .call("mfa/make_default", request.clone())
            .await
            .expect_ok();
        let shown = names(browser).await;
        assert_eq!(shown, ["Authenticator application", "Tablet"]);
    }
}

#[tokio::test]
async fn deleting_the_default_makes_the_other_one_the_default() {
    let server = TestServer::start().await;
    let TwoMethods { mut ada, second } = TwoMethods::on(&server, false).await;
    let mut browser = std::mem::replace(&mut ada.browser, server.browser());
    let method = method_id(&mut browser, "Authenticator application").await;
    let delete = json!({ "action": "delete", "method": method });
    ada.step_up(&server, &mut browser, delete).await;
    let tablet = method_id(&mut browser, "Tablet").await;
    let other = browser
        .call("mfa/delete", json!({ "method": tablet }))
        .await;
    other.expect_refused(403, "verification_required");
    let deleted = browser
        .call("mfa/delete", json!({ "method": method }))
        .await
        .expect_ok();
    assert_eq!(deleted["new_default"], "Tablet");
    assert_eq!(deleted["viewer"]["has_mfa"], true);
    assert_eq!(names(&mut browser).await, ["Tablet"]);
    server.clock.next_step();
    let mut again = server.browser();
    again.sign_in(&ada.person).await.expect_ok();
    let old = again.call("session/verify_code", ada.code(&server)).await;
    old.expect_refused(401, "wrong_code");
    let code = json!({ "code": second.code(server.clock.now().millis()) });
    again.call("session/verify_code", code).await.expect_ok();
}

#[tokio::test]
async fn a_reset_of_one_keeps_its_name_its_default_and_the_other() {
    let server = TestServer::start().await;
    let TwoMethods { mut ada, second } = TwoMethods::on(&server, false).await;
    let mut browser = std::mem::replace(&mut ada.browser, server.browser());
    let method = method_id(&mut browser, "Tablet").await;
    let reset = json!({ "action": "reset", "method": method });
    ada.step_up(&server, &mut browser, reset).await;
    let pending = browser.ask("mfa/set_up").await.expect_ok();
    assert_eq!(pending["purpose"], "reset");
    let new = Authenticator::new(pending["key"].as_str().unwrap());
    let code = json!({ "code": new.code(server.clock.now().millis()) });
    browser.call("mfa/confirm", code).await.expect_ok();
    let shown = names(&mut browser).await;
    assert_eq!(shown, ["Authenticator application", "Tablet"]);
    let tablet = method_id(&mut browser, "Tablet").await;
    server.clock.next_step();
    for (authenticator, is_right) in [(&second, false), (&new, true)] {
        let mut again = server.browser();
        again.sign_in(&ada.person).await.expect_ok();
        let code = authenticator.code(server.clock.now().millis());
        let request = json!({ "code": code, "by": tablet });
        let answer = again.call("session/verify_code", request).await;
        assert_eq!(answer.is_success(), is_right);
    }
}

#[tokio::test]
async fn the_fourth_application_is_refused() {
    let server = TestServer::start().await;
    let TwoMethods { mut ada, .. } = TwoMethods::on(&server, false).await;
    let mut browser = std::mem::replace(&mut ada.browser, server.browser());
    ada.step_up(&server, &mut browser, json!({ "action": "add" }))
        .await;
    let choice = json!({ "name": "Watch", "is_default": false });
    add(&server, &mut browser, choice).await;
    // There is room for keys still.
    ada.step_up(&server, &mut browser, json!({ "action": "add" }))
        .await;
    let answer = browser.ask("mfa/set_up").await;
    answer.expect_refused(409, "no_room");
    assert_eq!(names(&mut browser).await.len(), 3);
}

#[tokio::test]
async fn a_method_of_another_user_is_none() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    server.add_user(&max(), Role::Member).await;
    let max = MemberWithMfa::of(&server, max()).await;
    let mut hers = ada.sign_in(&server).await;
    let method = method_id(&mut hers, "Authenticator application").await;
    let mut his = max.sign_in(&server).await;
    for (function, request) in [
        ("mfa/make_default", json!({ "method": method })),
        ("mfa/rename", json!({ "method": method, "name": "Mine" })),
        (
            "step_up/ask",
            json!({ "action": "delete", "method": method }),
        ),
        (
            "step_up/ask",
            json!({ "action": "reset", "method": method }),
        ),
        ("mfa/test", json!({ "code": "000000", "by": method })),
    ] {
        let answer = his.call(function, request).await;
        assert_eq!(answer.kind(), "no_method", "{function}");
    }
    assert_eq!(names(&mut hers).await, ["Authenticator application"]);
}
