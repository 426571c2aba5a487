//! The two engines, and control of the `PostgreSQL` server.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use testkit::postgres::{database_url, program};

use crate::database;

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestedEngine {
    Sqlite,
    Postgres,
}

impl TestedEngine {
    /// The engine's name in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The `PostgreSQL` server that `cargo xtask faults` started, with durable writes.
#[derive(Clone)]
pub struct DurablePostgres {
    url: String,
    data: PathBuf,
    programs: PathBuf,
}

impl DurablePostgres {
    /// The server that the environment variables name.
    pub fn from_environment() -> Option<Self> {
        let path = |name| env::var_os(name).map(PathBuf::from);
        Some(Self {
            url: env::var("TWINLOCK_TEST_POSTGRES").ok()?,
            data: path("TWINLOCK_TEST_POSTGRES_DATA")?,
            programs: path("TWINLOCK_TEST_POSTGRES_PROGRAMS")?,
        })
    }

    /// Creates an empty database and returns its URL.
    pub fn create_database(&self, name: &str) -> String {
        database::run(&self.url, &format!("CREATE DATABASE {name}"));
        database_url(&self.url, name)
    }

    /// Replaces the database `to` by a copy of `from`. No connection to `from` may be open.
    pub fn copy(&self, from: &str, to: &str) {
        database::run_each(
            &self.url,
            &[
                &format!("DROP DATABASE IF EXISTS {to} WITH (FORCE)"),
                &format!("CREATE DATABASE {to} TEMPLATE {from}"),
            ],
        );
    }

    /// The URL of the database for administration.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server like a crash, and starts it again.
    pub fn crash(&self) {
        self.control(&["restart", "--mode=immediate", "--wait"]);
    }

    fn control(&self, arguments: &[&str]) {
        let log = self.data.join("../log");
        let mut command = program(&self.programs, "pg_ctl");
        command.args(["--silent", "--pgdata"]).arg(&self.data);
        command.arg("--log").arg(log).args(arguments);
        // Output goes to null, because the server would inherit a pipe, which then never ends.
        command.stdin(Stdio::null());
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(done.unwrap().success(), "pg_ctl {arguments:?}");
    }

    /// Sends a signal to every process of the server, to freeze or resume it.
    pub fn signal(&self, signal: &str) {
        let mut processes = vec![self.main_process()];
        processes.extend(self.children());
        let ids = processes.iter().map(u32::to_string);
        // A backend may have ended in the meantime.
        let _ = Command::new("kill")
            .arg(signal)
            .args(ids)
            .stderr(Stdio::null())
            .status();
    }

    fn main_process(&self) -> u32 {
        let text = fs::read_to_string(self.data.join("postmaster.pid")).unwrap();
        text.lines().next().unwrap().trim().parse().unwrap()
    }

    fn children(&self) -> Vec<u32> {
        let parent = self.main_process();
        let file = format!("/proc/{parent}/task/{parent}/children");
        let text = fs::read_to_string(file).unwrap();
        text.split_whitespace()
            .filter_map(|id| id.parse().ok())
            .collect()
    }

    /// User, host and port of the URL that `cargo xtask faults` generates.
    fn place(&self) -> (&str, &str, &str) {
        let rest = self.url.strip_prefix("postgres://").unwrap();
        let (user, rest) = rest.split_once('@').unwrap();
        let (server, _) = rest.split_once('/').unwrap();
        let (host, port) = server.split_once(':').unwrap();
        (user, host, port)
    }

    /// Checks every page and index of a database; returns the errors, if any.
    pub fn check(&self, name: &str) -> Option<String> {
        let mut command = program(&self.programs, "pg_amcheck");
        let (user, host, port) = self.place();
        let places = ["--username", user, "--host", host, "--port", port];
        let database = format!("--database={name}");
        let options = ["--install-missing", "--heapallindexed", &database];
        command.stdin(Stdio::null());
        let done = command.args(places).args(options).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (!done.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
    }
}
