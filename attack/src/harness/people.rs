use serde_json::{Value, json};

use super::{Answer, Authenticator, Browser, World};

/// Everybody's password, so that a password tells nobody apart.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct Person {
    pub email: String,
    pub password: &'static str,
}

/// Somebody with an authenticator and ten backup codes that are saved.
pub struct Enrolled {
    pub person: Person,
    pub app: Authenticator,
    pub key: String,
    pub codes: Vec<String>,
    /// The browser that set it up, signed in.
    pub browser: Browser,
}

impl Enrolled {
    /// The code that the authenticator shows now.
    pub fn code(&self, world: &World) -> String {
        self.app.code(world.clock.now())
    }

    /// A browser that owes the second factor.
    pub fn half(&self, world: &World) -> Browser {
        let mut browser = world.browser();
        browser.sign_in(&self.person).expect_ok();
        assert_eq!(browser.standing(), "half_signed_in");
        browser
    }

    /// As many of them, one after the other: thirty sign-ins a minute are the most. Only the newest five sessions are still open.
    pub fn halves(&self, world: &World, count: usize) -> Vec<Browser> {
        let half = |_| {
            world.clock.advance(2);
            self.half(world)
        };
        (0..count).map(half).collect()
    }

    /// A new sign-in with a code, in a step of its own.
    pub fn sign_in(&self, world: &World) -> Browser {
        let mut browser = self.half(world);
        world.clock.next_step();
        browser.give_code(&self.code(world)).expect_ok();
        browser
    }

    /// A new sign-in with one of the backup codes.
    pub fn sign_in_by_backup_code(&self, world: &World, index: usize) -> Browser {
        let mut browser = self.half(world);
        browser.give_backup_code(&self.codes[index]).expect_ok();
        browser
    }

    /// Asks for an action and verifies the identity for it, in a step of its own.
    pub fn step_up(&self, world: &World, browser: &mut Browser, intent: &Value) {
        step_up(world, browser, &self.app, intent);
    }

    /// Gives the code of this moment for what was asked.
    pub fn verify(&self, world: &World, browser: &mut Browser, intent: &Value) -> Answer {
        verify(world, browser, &self.app, intent)
    }
}

/// The same with an app that is nobody's yet.
pub fn step_up(world: &World, browser: &mut Browser, app: &Authenticator, intent: &Value) {
    world.clock.next_step();
    assert_eq!(
        browser.call("step_up/ask", intent.clone()).expect_ok(),
        "verify"
    );
    verify(world, browser, app, intent).expect_ok();
}

fn verify(world: &World, browser: &mut Browser, app: &Authenticator, intent: &Value) -> Answer {
    let mut request = intent.clone();
    request["code"] = json!(app.code(world.clock.now()));
    browser.call("step_up/verify_code", request)
}

/// The wizard, from the key to `Finish`.
pub fn enrol(world: &World, browser: &mut Browser) -> (String, Vec<String>) {
    let pending = browser.ask("mfa/set_up").expect_ok();
    let key = pending["key"].as_str().unwrap().to_owned();
    let code = Authenticator::new(&key).code(world.clock.now());
    let sheet = browser
        .call("mfa/confirm", json!({ "code": code }))
        .expect_ok();
    let set = json!({ "set": sheet["set"] });
    browser.call("mfa/finish", set).expect_ok();
    (key, code_list(&sheet))
}

/// The codes of a sheet.
pub fn code_list(sheet: &Value) -> Vec<String> {
    let codes = sheet["codes"].as_array().unwrap();
    codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}
