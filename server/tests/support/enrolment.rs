use serde_json::{Value, json};

use super::{Authenticator, TestServer};

/// Ada, the owner of Example Ltd, with an authenticator and ten backup codes that she has saved.
pub struct Enrolled {
    pub authenticator: Authenticator,
    pub codes: Vec<String>,
}

impl Enrolled {
    /// Sets it up through the server functions, as the pages do.
    pub async fn on(server: &TestServer) -> Self {
        let ada = server.add_owner().await;
        let mut browser = server.browser();
        browser.sign_in(&ada).await.expect_ok();
        let pending = browser.ask("mfa/set_up").await.expect_ok();
        let authenticator = Authenticator::new(pending["key"].as_str().unwrap());
        let code = authenticator.code(server.clock.now());
        let sheet = browser
            .call("mfa/confirm", json!({ "code": code }))
            .await
            .expect_ok();
        browser
            .call("mfa/finish", json!({ "set": sheet["set"] }))
            .await
            .expect_ok();
        Self {
            authenticator,
            codes: codes(&sheet),
        }
    }
}

fn codes(sheet: &Value) -> Vec<String> {
    let codes = sheet["codes"].as_array().unwrap();
    codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}
