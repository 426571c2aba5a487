//! What an operator adds to a site by the command line.

use std::process::Command;

use crate::{
    people::{PASSWORD, Person},
    process::run,
};

/// A site whose operator adds accounts and users.
pub trait OperatorCommands {
    /// Prepares a command of the site's program.
    fn operator_command(&self, arguments: &[&str]) -> Command;

    /// Adds an account.
    fn add_account(&self, name: &str) {
        let command = self.operator_command(&["account", "add", name]);
        run(command, "").expect_done();
    }

    /// Adds a user with [`PASSWORD`] to an account, as `owner` or `member`.
    fn add_user(&self, email: &str, account: &str, role: &str) -> Person {
        let command = self.operator_command(&[
            "user",
            "add",
            email,
            "--name",
            "Somebody",
            "--account",
            account,
            "--role",
            role,
            "--password-stdin",
        ]);
        run(command, PASSWORD).expect_done();
        Person::with_email(email)
    }
}
