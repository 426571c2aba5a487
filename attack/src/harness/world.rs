use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    Answer, Authenticator, Browser, Clock, Done, Door, Enrolled, PASSWORD, Person,
    people::enrol,
    program::{Running, binary, run},
};

/// A server of one's own: its process, its database, its clock. Example Ltd and its Owner Ada are there.
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
    /// Starts it.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// Starts it with settings.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let mut world = Self::empty(settings);
        world.add_account("Example Ltd");
        world.add("ada@example.com", "Example Ltd", "owner");
        world.start();
        world
    }

    /// A database with nobody in it, and no server in front of it.
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
        let server = Running::start(command, &self.log_file());
        self.door.lead_to(server.port);
        self.server = Some(server);
    }

    /// Stops it as a service manager does, and starts it again.
    pub fn restart(&mut self) {
        assert_eq!(self.server.take().unwrap().terminate(), 0);
        self.start();
    }

    /// Stops it.
    pub fn stop(&mut self) {
        assert_eq!(self.server.take().unwrap().terminate(), 0);
    }

    /// Kills it in whatever it does, and leaves it so.
    pub fn kill_only(&mut self) {
        drop(self.server.take());
    }

    /// Kills it in whatever it does, and starts it again.
    pub fn kill(&mut self) {
        drop(self.server.take());
        self.start();
    }

    /// The next line that the server prints.
    pub fn line(&mut self) -> String {
        self.server.as_mut().unwrap().line()
    }

    /// The server's process.
    pub fn process(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// The way to the server.
    pub const fn door(&self) -> &Door {
        &self.door
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        let browser = Browser::new(&self.door);
        let mut settings = self.settings.iter();
        let public_url = settings.find(|(name, _)| name == "TWINLOCK_PUBLIC_URL");
        match public_url.and_then(|(_, url)| url.split("://").nth(1)) {
            Some(host) => browser.with_header("Host", host),
            None => browser,
        }
    }

    /// A browser in which somebody gave their password.
    pub fn signed_in(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(person).expect_ok();
        browser
    }

    /// Ada, the Owner of Example Ltd.
    pub fn ada(&self) -> Person {
        person("ada@example.com")
    }

    /// Ada, with an authenticator and codes.
    pub fn enrolled(&self) -> Enrolled {
        self.enrol(&self.ada())
    }

    /// Sets it up for somebody, through the server functions, as the pages do.
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

    /// Adds somebody with the password to an account.
    pub fn add(&self, email: &str, account: &str, role: &str) -> Person {
        let args = [
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
        ];
        self.cli_with(&args, PASSWORD).expect_done();
        person(email)
    }

    /// Adds an account.
    pub fn add_account(&self, name: &str) {
        self.cli(&["account", "add", name]).expect_done();
    }

    /// Switches the rule of an account, as the operator does.
    pub fn require_mfa(&self, account: &str, on: bool) {
        let to = if on { "on" } else { "off" };
        self.cli(&["account", "require-mfa", account, to])
            .expect_done();
    }

    /// An account's id, as somebody who is in it sees it.
    pub fn account(&self, browser: &mut Browser, name: &str) -> Value {
        let accounts = browser.ask("session/accounts").expect_ok();
        let found = accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {accounts}"))["id"].clone()
    }

    /// A member's id, as an Owner of the account sees it.
    pub fn member(&self, owner: &mut Browser, account: &Value, email: &str) -> Value {
        let members = self.members(owner, account).expect_ok();
        let rows = members["members"].as_array().unwrap().clone();
        let found = rows.into_iter().find(|row| row["email"] == email);
        found.unwrap_or_else(|| panic!("{email} in {members}"))["id"].clone()
    }

    /// The first page of an account's members.
    pub fn members(&self, owner: &mut Browser, account: &Value) -> Answer {
        let wanted =
            serde_json::json!({ "account": account, "search": "", "state": null, "page": 0 });
        owner.call("accounts/members", wanted)
    }

    /// Runs a command of the operator.
    pub fn cli(&self, args: &[&str]) -> Done {
        self.cli_with(args, "")
    }

    /// Runs one that reads its standard input.
    pub fn cli_with(&self, args: &[&str], input: &str) -> Done {
        run(self.command(args), input)
    }

    /// The binary, about to be called in the folder, with nothing else of this machine's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear();
        command.envs(self.clock.environment());
        command
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// The folder with the database, the key file and the log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

fn person(email: &str) -> Person {
    Person {
        email: email.to_owned(),
        password: PASSWORD,
    }
}
