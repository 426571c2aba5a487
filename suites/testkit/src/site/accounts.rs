//! The accounts of a site, and how their members see them.

use serde_json::{Value, json};

use super::TestSite;
use crate::{
    http::{HttpAnswer, HttpBrowser},
    operator::OperatorCommands,
    people::Person,
};

#[allow(
    clippy::unused_self,
    reason = "people and their accounts are reached through the site they belong to"
)]
impl TestSite {
    /// Starts the server with Example Ltd and its Owner Ada.
    pub fn with_owner() -> Self {
        Self::with_settings(&[])
    }

    /// Like [`Self::with_owner`], with settings of the server.
    pub fn with_settings(settings: &[(&str, &str)]) -> Self {
        let mut site = Self::without_users(settings);
        site.add_account("Example Ltd");
        site.add_user("ada@example.com", "Example Ltd", "owner");
        site.start();
        site
    }

    /// Returns Ada, the Owner of Example Ltd.
    pub fn ada(&self) -> Person {
        Person::with_email("ada@example.com")
    }

    /// Returns a browser in which the user has entered the password.
    pub fn signed_in(&self, person: &Person) -> HttpBrowser {
        let mut browser = self.browser();
        browser.sign_in(person).expect_ok();
        browser
    }

    /// Makes an account require MFA, like the operator.
    pub fn require_mfa(&self, account: &str) {
        self.cli(&["account", "require-mfa", account, "on"])
            .expect_done();
    }

    /// Lifts the MFA rule of an account, like the operator.
    pub fn lift_rule(&self, account: &str) {
        self.cli(&["account", "require-mfa", account, "off"])
            .expect_done();
    }

    /// Returns an account's id, as one of its members sees it.
    pub fn account(&self, browser: &mut HttpBrowser, name: &str) -> Value {
        let accounts = browser.ask("session/accounts").expect_ok();
        let found = accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {accounts}"))["id"].clone()
    }

    /// Returns a member's id, as an Owner of the account sees it.
    pub fn member(&self, owner: &mut HttpBrowser, account: &Value, email: &str) -> Value {
        let members = self.members(owner, account).expect_ok();
        let rows = members["members"].as_array().unwrap().clone();
        let found = rows.into_iter().find(|row| row["email"] == email);
        found.unwrap_or_else(|| panic!("{email} in {members}"))["id"].clone()
    }

    /// Returns the first page of an account's members.
    pub fn members(&self, owner: &mut HttpBrowser, account: &Value) -> HttpAnswer {
        let wanted = json!({ "account": account, "search": "", "state": null, "page": 0 });
        owner.call("accounts/members", wanted)
    }
}
