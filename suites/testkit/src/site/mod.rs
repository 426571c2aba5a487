//! A site under test: the program, its folder and its clock, and the people that a test adds to it.

mod accounts;
mod enrolment;

pub use enrolment::{EnrolledPerson, step_up};

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    clock::Clock,
    http::{HttpBrowser, ServerAddress},
    operator::OperatorCommands,
    process::{Done, Running, binary, run},
};

/// The environment variable of the address that users type.
const PUBLIC_URL: &str = "TWINLOCK_PUBLIC_URL";

/// A site of the test's own: the program under test with a folder, a clock and one server at most.
pub struct TestSite {
    /// The clock of the server and of all commands.
    pub clock: Clock,
    /// The address of the server, which stays valid across restarts.
    pub address: ServerAddress,
    folder: TempDir,
    server: Option<Running>,
    /// The variables of the server and of all commands.
    environment: Vec<(&'static str, OsString)>,
    /// The variables of the server alone.
    settings: Vec<(String, String)>,
    wrapper: Vec<String>,
}

impl TestSite {
    /// Creates a site without a database, and starts no server.
    pub fn without_database() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            clock: Clock::new(folder.path()),
            address: ServerAddress::new(),
            folder,
            server: None,
            environment: Vec::new(),
            settings: Vec::new(),
            wrapper: Vec::new(),
        }
    }

    /// Creates a site with a database without users, and starts no server.
    pub fn without_users(settings: &[(&str, &str)]) -> Self {
        let mut site = Self::without_database();
        for (name, value) in settings {
            site.set(name, value);
        }
        site.cli(&["migrate"]).expect_done();
        site
    }

    /// Sets an environment variable for the server and for all commands.
    pub fn set_for_all(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.push((name, value.into()));
    }

    /// Sets an environment variable for all later starts of the server.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the server through this wrapper command from now on.
    pub fn start_behind(&mut self, wrapper: &[&str]) {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Starts the server.
    pub fn start(&mut self) {
        let server = self.start_another();
        self.address.set_port(server.port);
        self.server = Some(server);
    }

    /// Starts another server on the same database.
    pub fn start_another(&self) -> Running {
        let mut command = match self.wrapper.split_first() {
            None => Command::new(binary()),
            Some((program, options)) => {
                let mut command = Command::new(program);
                command.args(options).arg(binary());
                command
            }
        };
        self.prepare(command.args(["serve", "--listen", "127.0.0.1:0"]));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        Running::start_with_log(command, &self.log_file())
    }

    /// Returns the time that the server has had on the processors.
    pub fn cpu_time(&self) -> Duration {
        self.server.as_ref().unwrap().cpu_time()
    }

    /// Takes another server as the site's own; the former one is killed if it still runs.
    pub fn replace(&mut self, server: Running) {
        self.server = Some(server);
    }

    /// Stops the server like a service manager, and starts it again.
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// Stops the server like a service manager.
    pub fn stop(&mut self) {
        assert_eq!(self.server.take().unwrap().stop(), 0, "exit code");
    }

    /// Kills the server at once (SIGKILL).
    pub fn kill(&mut self) {
        drop(self.server.take());
    }

    /// Kills the server at once, and starts it again.
    pub fn kill_and_start(&mut self) {
        self.kill();
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

    /// Returns a browser without cookies.
    pub fn browser(&self) -> HttpBrowser {
        let browser = HttpBrowser::new(&self.address);
        let mut settings = self.settings.iter();
        let public_url = settings.find(|(name, _)| name == PUBLIC_URL);
        match public_url.and_then(|(_, url)| url.split("://").nth(1)) {
            Some(host) => browser.with_header("Host", host),
            None => browser,
        }
    }

    /// Runs an operator's command.
    pub fn cli(&self, arguments: &[&str]) -> Done {
        self.cli_with(arguments, "")
    }

    /// Runs a command that reads its standard input.
    pub fn cli_with(&self, arguments: &[&str], input: &str) -> Done {
        run(self.command(arguments), input)
    }

    /// Prepares a call of the program in the folder, without other variables of this machine's
    /// environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        self.prepare(command.args(arguments));
        command
    }

    fn prepare(&self, command: &mut Command) {
        let environment = self.environment.iter();
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.clock.environment())
            .envs(environment.map(|(name, value)| (name, value)));
    }

    /// Returns the server's log.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// Returns the folder with the clock and the log, and with the database and the key file unless
    /// the environment names others.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

impl OperatorCommands for TestSite {
    fn operator_command(&self, arguments: &[&str]) -> Command {
        self.command(arguments)
    }
}
