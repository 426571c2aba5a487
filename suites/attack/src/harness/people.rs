use serde_json::{Value, json};

use super::{Answer, Authenticator, Browser, Person, World, code_list};

/// A user with an authenticator and ten saved backup codes.
pub struct Enrolled {
    pub person: Person,
    pub app: Authenticator,
    pub key: String,
    pub codes: Vec<String>,
    /// The browser of the set-up, signed in.
    pub browser: Browser,
}

impl Enrolled {
    /// Returns the authenticator's current code.
    pub fn code(&self, world: &World) -> String {
        self.app.code(world.clock.now())
    }

    /// Returns a browser that still needs the second factor.
    pub fn half(&self, world: &World) -> Browser {
        let mut browser = world.browser();
        browser.sign_in(&self.person).expect_ok();
        assert_eq!(browser.standing(), "half_signed_in");
        browser
    }

    /// Opens this many half sessions in turn, because 30 sign-ins a minute are allowed. Only the
    /// newest five stay open.
    pub fn halves(&self, world: &World, count: usize) -> Vec<Browser> {
        let half = |_| {
            world.clock.advance(2);
            self.half(world)
        };
        (0..count).map(half).collect()
    }

    /// Signs in again with a code, in a separate time step.
    pub fn sign_in(&self, world: &World) -> Browser {
        let mut browser = self.half(world);
        world.clock.next_step();
        browser.give_code(&self.code(world)).expect_ok();
        browser
    }

    /// Signs in again with one of the backup codes.
    pub fn sign_in_by_backup_code(&self, world: &World, index: usize) -> Browser {
        let mut browser = self.half(world);
        browser.give_backup_code(&self.codes[index]).expect_ok();
        browser
    }

    /// Asks for an action and verifies the identity for it, in a separate time step.
    pub fn step_up(&self, world: &World, browser: &mut Browser, intent: &Value) {
        step_up(world, browser, &self.app, intent);
    }

    /// Enters the current code for the requested action.
    pub fn verify(&self, world: &World, browser: &mut Browser, intent: &Value) -> Answer {
        verify(world, browser, &self.app, intent)
    }
}

/// Like [`Enrolled::step_up`], but with an app that belongs to no enrolled user yet.
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

/// Goes through the wizard, from the key to `Finish`.
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
