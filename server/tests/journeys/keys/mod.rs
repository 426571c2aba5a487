//! Passkeys and security keys: set-up, sign-in, Identity verification, test and deletion, by a key
//! made of software.

mod counters;
mod set_up;
mod sign_in;
mod tampering;
mod within_a_session;

use domain::events::EventRecord;
use serde_json::{Value, json};

use crate::support::{
    HttpAnswer, MemberWithMfa, RouterBrowser, SoftwareKey, TestPerson, TestServer, finish,
};

/// The origin of the test server's pages.
const ORIGIN: &str = "http://localhost:3000";

fn passkey(name: &str, is_default: bool) -> Value {
    json!({ "kind": "passkey", "name": name, "is_default": is_default })
}

fn security_key(name: &str) -> Value {
    json!({ "kind": "security_key", "name": name, "is_default": false })
}

/// Sets a key up as the pages do, for a session that may.
async fn set_up(browser: &mut RouterBrowser, choice: Value, key: &mut SoftwareKey) -> HttpAnswer {
    let set_up = browser.call("mfa/set_up_key", choice).await.expect_ok();
    let answer = key.create(&set_up["options"]);
    browser.call("mfa/confirm_key", answer).await
}

/// Ada, whose first method is a passkey that is bound to its device.
struct AdaWithKey {
    person: TestPerson,
    key: SoftwareKey,
    browser: RouterBrowser,
    codes: Vec<String>,
}

impl AdaWithKey {
    async fn on(server: &TestServer) -> Self {
        let person = server.add_owner().await;
        Self::of(server, person).await
    }

    async fn of(server: &TestServer, person: TestPerson) -> Self {
        let mut browser = server.browser();
        browser.sign_in(&person).await.expect_ok();
        let mut key = SoftwareKey::new(ORIGIN);
        let sheet = set_up(&mut browser, passkey("Passkey", true), &mut key).await;
        let sheet = sheet.expect_ok();
        finish(&mut browser, &sheet).await.expect_ok();
        let codes = crate::support::code_list(&sheet);
        Self {
            person,
            key,
            browser,
            codes,
        }
    }

    /// A browser that still needs the second factor, with a challenge for it.
    async fn half(&self, server: &TestServer) -> (RouterBrowser, Value) {
        let mut browser = server.browser();
        browser.sign_in(&self.person).await.expect_ok();
        let options = browser.ask("session/key_challenge").await.expect_ok();
        (browser, options)
    }

    /// Signs in again by the key.
    async fn sign_in(&mut self, server: &TestServer) -> RouterBrowser {
        let (mut browser, options) = self.half(server).await;
        let answer = self.key.sign(&options);
        browser.call("session/verify_key", answer).await.expect_ok();
        browser
    }

    /// Asks for an action and verifies the identity for it by the key.
    async fn step_up(&mut self, intent: Value) -> HttpAnswer {
        let asked = self.browser.call("step_up/ask", intent.clone()).await;
        assert_eq!(asked.expect_ok(), "verify");
        let options = self.browser.ask("step_up/key_challenge").await.expect_ok();
        let mut request = self.key.sign(&options);
        for (field, value) in intent.as_object().unwrap() {
            request[field] = value.clone();
        }
        self.browser.call("step_up/verify_key", request).await
    }
}

/// Adds a key to a person with an application, after an Identity verification.
async fn add_to(
    server: &TestServer,
    ada: &MemberWithMfa,
    browser: &mut RouterBrowser,
    choice: Value,
    key: &mut SoftwareKey,
) {
    ada.step_up(server, browser, json!({ "action": "add" }))
        .await;
    let sheet = set_up(browser, choice, key).await.expect_ok();
    assert_eq!(sheet, Value::Null, "the backup codes stay");
}

async fn methods(browser: &mut RouterBrowser) -> Vec<Value> {
    let profile = browser.ask("profile/view").await.expect_ok();
    profile["methods"].as_array().unwrap().clone()
}

/// The names of the methods, the default first.
async fn names(browser: &mut RouterBrowser) -> Vec<String> {
    let methods = methods(browser).await;
    let name = |method: &Value| method["name"].as_str().unwrap().to_owned();
    methods.iter().map(name).collect()
}

async fn id_of(browser: &mut RouterBrowser, name: &str) -> Value {
    let methods = methods(browser).await;
    let method = methods.iter().find(|method| method["name"] == name);
    method.unwrap()["id"].clone()
}

async fn events(server: &TestServer) -> Vec<EventRecord> {
    let store = storage::Store::open(&server.database.url).await.unwrap();
    store.events_after(0).await.unwrap()
}

/// Action, outcome, method and detail of the newest event.
async fn newest_event(server: &TestServer) -> String {
    let events = events(server).await;
    let event = events.last().unwrap();
    let method = event.method.as_deref().unwrap_or("-");
    let detail = event.detail.as_deref().unwrap_or("-");
    format!("{} {} {method}: {detail}", event.action, event.outcome)
}
