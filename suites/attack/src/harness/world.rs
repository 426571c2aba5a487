use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;
use testkit::operator::Operator;

use super::{
    Answer, Authenticator, Browser, Clock, Done, Door, Enrolled, Person, Running, binary,
    people::enrol, run,
};

/// A separate server: its process, its database, its clock. Example Ltd and its Owner Ada exist.
pub struct World {
    server: Option<Running>,
    settings: Vec<(String, String)>,
    door: Door,
    pub clock: Clock,
    folder: TempDir,
}

#[allow(
    clippy::unused_self,
    reason = "people and their browsers are reached through the world they live in"
)]
impl World {
    /// Starts the server.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// Starts the server with settings.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let mut world = Self::empty(settings);
        world.add_account("Example Ltd");
        world.add("ada@example.com", "Example Ltd", "owner");
        world.start();
        world
    }

    /// Creates a database without users, and starts no server.
    pub fn empty(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let world = Self {
            server: None,
            settings: settings.iter().map(own).collect(),
            door: Door::new(),
            clock: Clock::new(folder.path()),
            folder,
        };
        world.cli(&["migrate"]).expect_done();
        world
    }

    /// Starts the server.
    pub fn start(&mut self) {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let server = Running::start_with_log(command, &self.log_file());
        self.door.lead_to(server.port);
        self.server = Some(server);
    }

    /// Stops the server like a service manager, and starts it again.
    pub fn restart(&mut self) {
        assert_eq!(self.server.take().unwrap().stop(), 0);
        self.start();
    }

    /// Stops the server.
    pub fn stop(&mut self) {
        assert_eq!(self.server.take().unwrap().stop(), 0);
    }

    /// Kills the server at once, without starting it again.
    pub fn kill_only(&mut self) {
        drop(self.server.take());
    }

    /// Kills the server at once, and starts it again.
    pub fn kill(&mut self) {
        drop(self.server.take());
        self.start();
    }

    /// Returns the next line that the server prints.
    pub fn line(&mut self) -> String {
        self.server.as_mut().unwrap().line()
    }

    /// Returns the server's process id.
    pub fn process(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Returns the server's door.
    pub const fn door(&self) -> &Door {
        &self.door
    }

    /// Returns a browser without cookies.
    pub fn browser(&self) -> Browser {
        let browser = Browser::new(&self.door);
        let mut settings = self.settings.iter();
        let public_url = settings.find(|(name, _)| name == "TWINLOCK_PUBLIC_URL");
        match public_url.and_then(|(_, url)| url.split("://").nth(1)) {
            Some(host) => browser.with_header("Host", host),
            None => browser,
        }
    }

    /// Returns a browser in which the user has entered the password.
    pub fn signed_in(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(person).expect_ok();
        browser
    }

    /// Returns Ada, the Owner of Example Ltd.
    pub fn ada(&self) -> Person {
        Person::with_email("ada@example.com")
    }

    /// Returns Ada, with an authenticator and codes.
    pub fn enrolled(&self) -> Enrolled {
        self.enrol(&self.ada())
    }

    /// Sets up MFA for a user, through the server functions like the pages.
    pub fn enrol(&self, person: &Person) -> Enrolled {
        let mut browser = self.signed_in(person);
        self.clock.next_step();
        let (key, codes) = enrol(self, &mut browser);
        Enrolled {
            person: person.clone(),
            app: Authenticator::new(&key),
            key,
            codes,
            browser,
        }
    }

    /// Adds a user with the password to an account.
    pub fn add(&self, email: &str, account: &str, role: &str) -> Person {
        self.add_user(email, account, role)
    }

    /// Adds an account.
    pub fn add_account(&self, name: &str) {
        Operator::add_account(self, name);
    }

    /// Switches the MFA rule of an account, like the operator.
    pub fn require_mfa(&self, account: &str, on: bool) {
        let to = if on { "on" } else { "off" };
        self.cli(&["account", "require-mfa", account, to])
            .expect_done();
    }

    /// Returns an account's id, as one of its members sees it.
    pub fn account(&self, browser: &mut Browser, name: &str) -> Value {
        let accounts = browser.ask("session/accounts").expect_ok();
        let found = accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {accounts}"))["id"].clone()
    }

    /// Returns a member's id, as an Owner of the account sees it.
    pub fn member(&self, owner: &mut Browser, account: &Value, email: &str) -> Value {
        let members = self.members(owner, account).expect_ok();
        let rows = members["members"].as_array().unwrap().clone();
        let found = rows.into_iter().find(|row| row["email"] == email);
        found.unwrap_or_else(|| panic!("{email} in {members}"))["id"].clone()
    }

    /// Returns the first page of an account's members.
    pub fn members(&self, owner: &mut Browser, account: &Value) -> Answer {
        let wanted =
            serde_json::json!({ "account": account, "search": "", "state": null, "page": 0 });
        owner.call("accounts/members", wanted)
    }

    /// Runs an operator's command.
    pub fn cli(&self, args: &[&str]) -> Done {
        self.cli_with(args, "")
    }

    /// Runs a command that reads its standard input.
    pub fn cli_with(&self, args: &[&str], input: &str) -> Done {
        run(self.command(args), input)
    }

    /// Prepares a call of the binary in the folder, without other variables of this machine's
    /// environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear();
        command.envs(self.clock.environment());
        command
    }

    /// Returns the server's log.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// Returns the folder with the database, the key file and the log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

impl Operator for World {
    fn operator_command(&self, arguments: &[&str]) -> Command {
        self.command(arguments)
    }
}
