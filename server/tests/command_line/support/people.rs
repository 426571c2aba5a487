//! Users and accounts of a test.

use std::process::Command;

use testkit::operator::OperatorCommands;
pub use testkit::people::PASSWORD;

use crate::support::program::ProgramSite;

impl OperatorCommands for ProgramSite {
    fn operator_command(&self, arguments: &[&str]) -> Command {
        self.command(arguments)
    }
}

impl ProgramSite {
    /// Makes the account Example Ltd with its Owner Ada, and an account Acme without members.
    pub fn with_owner() -> Self {
        let site = Self::with_account();
        site.add_account("Acme");
        site.add_person("ada@example.com", "owner");
        site
    }

    /// Like [`Self::with_owner`], but Max is a member of Example Ltd.
    pub fn with_member() -> Self {
        let site = Self::with_owner();
        site.add_person("max@example.com", "member");
        site
    }

    /// Adds a user to Example Ltd, with the password.
    pub fn add_person(&self, email: &str, role: &str) {
        self.add_user(email, "Example Ltd", role);
    }

    /// Returns the line of `user list` about a user.
    pub fn user_line(&self, email: &str) -> String {
        let done = self.run(&["user", "list"]);
        let line = done
            .expect_done()
            .lines()
            .find(|line| line.starts_with(email));
        line.unwrap_or_default().to_owned()
    }
}
