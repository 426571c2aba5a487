use serde_json::{Value, json};
use testkit::people::code_list;

use super::{Authenticator, HttpAnswer, RouterBrowser, TestPerson, TestServer};

/// Like `testkit::site::EnrolledPerson`, but of the router in this process: its calls are
/// asynchronous, and its clock stands still.
pub struct MemberWithMfa {
    pub person: TestPerson,
    pub authenticator: Authenticator,
    pub codes: Vec<String>,
    /// The browser of the set-up, signed in.
    pub browser: RouterBrowser,
}

impl MemberWithMfa {
    /// Adds Ada, the owner of Example Ltd, and enrols her.
    pub async fn on(server: &TestServer) -> Self {
        let ada = server.add_owner().await;
        Self::of(server, ada).await
    }

    /// Enrols an existing user through the server functions, as the pages do.
    pub async fn of(server: &TestServer, person: TestPerson) -> Self {
        let mut browser = server.browser();
        browser.sign_in(&person).await.expect_ok();
        let (authenticator, codes) = enrol(server, &mut browser).await;
        Self {
            person,
            authenticator,
            codes,
            browser,
        }
    }

    /// Returns a request with the authenticator's current code.
    pub fn code(&self, server: &TestServer) -> Value {
        json!({ "code": self.authenticator.code(server.clock.now().millis()) })
    }

    /// Signs in a new browser with a code, in a new step.
    pub async fn sign_in(&self, server: &TestServer) -> RouterBrowser {
        server.clock.next_step();
        let mut browser = server.browser();
        browser.sign_in(&self.person).await.expect_ok();
        browser
            .call("session/verify_code", self.code(server))
            .await
            .expect_ok();
        browser
    }

    /// Signs in a new browser with one of the backup codes.
    pub async fn sign_in_by_backup_code(&self, server: &TestServer, index: usize) -> RouterBrowser {
        let mut browser = server.browser();
        browser.sign_in(&self.person).await.expect_ok();
        let code = json!({ "code": self.codes[index] });
        browser
            .call("session/verify_backup_code", code)
            .await
            .expect_ok();
        browser
    }

    /// Asks for an action and verifies the identity for it, in a new step.
    pub async fn step_up(&self, server: &TestServer, browser: &mut RouterBrowser, intent: Value) {
        server.clock.next_step();
        assert_eq!(
            browser
                .call("step_up/ask", intent.clone())
                .await
                .expect_ok(),
            "verify"
        );
        self.verify(server, browser, &intent).await.expect_ok();
    }

    /// Sends the current code for the action.
    pub async fn verify(
        &self,
        server: &TestServer,
        browser: &mut RouterBrowser,
        intent: &Value,
    ) -> HttpAnswer {
        let mut request = intent.clone();
        request["code"] = self.code(server)["code"].clone();
        browser.call("step_up/verify_code", request).await
    }
}

/// Runs the set-up wizard, from the key to `Finish`.
pub async fn enrol(
    server: &TestServer,
    browser: &mut RouterBrowser,
) -> (Authenticator, Vec<String>) {
    let pending = browser.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
    let code = authenticator.code(server.clock.now().millis());
    let sheet = browser
        .call("mfa/confirm", json!({ "code": code }))
        .await
        .expect_ok();
    finish(browser, &sheet).await.expect_ok();
    (authenticator, code_list(&sheet))
}

/// Confirms that a sheet of codes is saved.
pub async fn finish(browser: &mut RouterBrowser, sheet: &Value) -> HttpAnswer {
    browser
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .await
}
