//! People of a site with an authenticator and saved backup codes.

use serde_json::{Value, json};

use super::TestSite;
use crate::{
    authenticator::Authenticator,
    http::{HttpAnswer, HttpBrowser},
    people::Person,
};

/// A user with an authenticator and ten saved backup codes.
pub struct EnrolledPerson {
    /// The user.
    pub person: Person,
    /// The authenticator.
    pub app: Authenticator,
    /// The authenticator's key as the set-up shows it, in base32.
    pub key: String,
    /// The backup codes.
    pub codes: Vec<String>,
    /// The browser of the set-up, signed in.
    pub browser: HttpBrowser,
}

impl TestSite {
    /// Returns Ada, with an authenticator and codes.
    pub fn enrolled_ada(&self) -> EnrolledPerson {
        self.enrol(&self.ada())
    }

    /// Sets up MFA for a user, through the server functions like the pages.
    pub fn enrol(&self, person: &Person) -> EnrolledPerson {
        let mut browser = self.signed_in(person);
        self.clock.next_step();
        let set_up = browser.set_up_mfa(self.clock.now());
        browser.save_codes(&set_up);
        assert_eq!(set_up.codes.len(), 10);
        EnrolledPerson {
            person: person.clone(),
            app: set_up.authenticator,
            key: set_up.key,
            codes: set_up.codes,
            browser,
        }
    }
}

impl EnrolledPerson {
    /// Returns the authenticator's current code.
    pub fn code(&self, site: &TestSite) -> String {
        self.app.code(site.clock.now())
    }

    /// Returns a browser that still needs the second factor.
    pub fn half(&self, site: &TestSite) -> HttpBrowser {
        let mut browser = site.browser();
        browser.sign_in(&self.person).expect_ok();
        assert_eq!(browser.standing(), "half_signed_in");
        browser
    }

    /// Opens this many half sessions in turn, because 30 sign-ins a minute are allowed. Only the
    /// newest five stay open.
    pub fn halves(&self, site: &TestSite, count: usize) -> Vec<HttpBrowser> {
        let half = |_| {
            site.clock.advance(2);
            self.half(site)
        };
        (0..count).map(half).collect()
    }

    /// Signs in again with a code, in a separate time step.
    pub fn sign_in(&self, site: &TestSite) -> HttpBrowser {
        let mut browser = self.half(site);
        site.clock.next_step();
        browser.give_code(&self.code(site)).expect_ok();
        browser
    }

    /// Signs in again with one of the backup codes.
    pub fn sign_in_by_backup_code(&self, site: &TestSite, index: usize) -> HttpBrowser {
        let mut browser = self.half(site);
        browser.give_backup_code(&self.codes[index]).expect_ok();
        browser
    }

    /// Asks for an action and verifies the identity for it, in a separate time step.
    pub fn step_up(&self, site: &TestSite, browser: &mut HttpBrowser, intent: &Value) {
        step_up(site, browser, &self.app, intent);
    }

    /// Enters the current code for the requested action.
    pub fn verify(&self, site: &TestSite, browser: &mut HttpBrowser, intent: &Value) -> HttpAnswer {
        verify(site, browser, &self.app, intent)
    }
}

/// Like [`EnrolledPerson::step_up`], but with an app that belongs to no enrolled user yet.
pub fn step_up(site: &TestSite, browser: &mut HttpBrowser, app: &Authenticator, intent: &Value) {
    site.clock.next_step();
    assert_eq!(
        browser.call("step_up/ask", intent.clone()).expect_ok(),
        "verify"
    );
    verify(site, browser, app, intent).expect_ok();
}

fn verify(
    site: &TestSite,
    browser: &mut HttpBrowser,
    app: &Authenticator,
    intent: &Value,
) -> HttpAnswer {
    let mut request = intent.clone();
    request["code"] = json!(app.code(site.clock.now()));
    browser.call("step_up/verify_code", request)
}
