//! Users and accounts of a test.

use crate::support::program::Place;

pub const PASSWORD: &str = "correct horse battery staple";

impl Place {
    /// Makes the account Example Ltd with its Owner Ada, and an account Acme without members.
    pub fn with_owner() -> Self {
        let place = Self::with_account();
        place.run(&["account", "add", "Acme"]).expect_done();
        place.add_person("ada@example.com", "owner");
        place
    }

    /// Like [`Self::with_owner`], but Max is a member of Example Ltd.
    pub fn with_member() -> Self {
        let place = Self::with_owner();
        place.add_person("max@example.com", "member");
        place
    }

    /// Adds a user to Example Ltd, with the password.
    pub fn add_person(&self, email: &str, role: &str) {
        let args = [
            "user",
            "add",
            email,
            "--name",
            "Somebody",
            "--account",
            "Example Ltd",
            "--role",
            role,
            "--password-stdin",
        ];
        self.run_with(&args, PASSWORD).expect_done();
    }

    /// Returns the line of `user list` about a user.
    pub fn listed(&self, email: &str) -> String {
        let done = self.run(&["user", "list"]);
        let line = done
            .expect_done()
            .lines()
            .find(|line| line.starts_with(email));
        line.unwrap_or_default().to_owned()
    }
}
