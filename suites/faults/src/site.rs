//! A server under test: its process, its database and its clock.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use testkit::{
    clock::Clock,
    http::{Browser, Door},
    operator::Operator,
    process::{self, Done, Memory, Running, binary, memory, run},
};

use crate::{
    engine::{Cluster, Engine},
    watch,
};

/// The server's environment.
pub struct Site {
    pub engine: Engine,
    pub clock: Clock,
    pub door: Door,
    /// The folder of the database and the key file.
    pub data: PathBuf,
    url: String,
    server: Option<Running>,
    settings: Vec<(String, String)>,
    wrapper: Vec<String>,
    folder: TempDir,
}

impl Site {
    /// Creates a site with an empty database and no running server. `data` is the folder of a
    /// `SQLite` file; `None` uses the site's own.
    pub fn new(engine: Engine, cluster: Option<&Cluster>, name: &str, data: Option<&Path>) -> Self {
        Self::possible(engine, cluster, name, data).unwrap()
    }

    /// Like [`Self::new`], but returns the program's error if it does not support the engine.
    pub fn possible(
        engine: Engine,
        cluster: Option<&Cluster>,
        name: &str,
        data: Option<&Path>,
    ) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let data = data.unwrap_or(folder.path()).to_owned();
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", data.join("twinlock.db").display()),
            Engine::Postgres => cluster.unwrap().database(name),
        };
        let site = Self {
            engine,
            clock: Clock::new(folder.path()),
            door: Door::new(),
            data,
            url,
            server: None,
            settings: Vec::new(),
            wrapper: Vec::new(),
            folder,
        };
        if engine == Engine::Postgres {
            // Created explicitly, because there is no database file beside which a key file could
            // be created.
            site.cli(&["key", "new"], "");
        }
        let migrated = site.cli(&["migrate"], "");
        if migrated.code != 0 {
            return Err(format!("{}{}", migrated.out, migrated.err)
                .trim()
                .to_owned());
        }
        Ok(site)
    }

    /// Starts all later server processes through this wrapper command.
    pub fn behind(&mut self, wrapper: &[&str]) {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Sets an environment variable for all later server processes.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the server; returns the time until its first answer.
    pub fn start(&mut self) -> Duration {
        let began = watch::now();
        let (server, door) = self.instance();
        self.door.lead_to(door.port());
        self.server = Some(server);
        let asked = Browser::new(&self.door).try_call("session/whoami", &Value::Null);
        assert!(
            asked.is_ok_and(|answer| answer.is_some_and(|answer| answer.is_ok())),
            "it listens and does not answer: {}",
            self.log()
        );
        began.elapsed()
    }

    /// Starts another server on the same database, and returns its door.
    pub fn instance(&self) -> (Running, Door) {
        let command = self.command(&["serve", "--listen", "127.0.0.1:0"], &self.wrapper);
        let server = Running::start_with_log(command, &self.log_file());
        let door = Door::new();
        door.lead_to(server.port);
        (server, door)
    }

    /// Replaces the server's process; the former one has ended.
    pub fn replace(&mut self, server: Running) {
        self.server = Some(server);
    }

    /// Kills the server at once (SIGKILL).
    pub fn kill(&mut self) {
        drop(self.server.take());
    }

    /// Stops the server like a service manager; returns the exit code and the time taken.
    pub fn terminate(&mut self) -> (i32, Duration) {
        let began = watch::now();
        let code = self.server.take().unwrap().stop();
        (code, began.elapsed())
    }

    /// The resident memory of the server's process, in KiB.
    pub fn memory(&self) -> u64 {
        memory(self.process(), Memory::Resident)
    }

    /// Sends a signal to the server's process and waits for its end; returns the time taken.
    pub fn ends_by(&self, signal: &str) -> Duration {
        ends_by(self.process(), signal)
    }

    /// The server's process id.
    pub fn process(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Runs an operator command.
    pub fn cli(&self, arguments: &[&str], input: &str) -> Done {
        run(self.command(arguments, &[]), input)
    }

    /// Starts an operator command and kills it after a while; returns whether the kill interrupted
    /// it.
    pub fn cut_off(&self, arguments: &[&str], after: Duration) -> bool {
        let mut command = self.command(arguments, &[]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap().code().is_none()
    }

    /// Adds an account with one Owner.
    pub fn add(&self, email: &str, account: &str) {
        self.add_account(account);
        self.add_user(email, account, "owner");
    }

    /// The database's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The server's log.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// The number of panics in the log, which no fault excuses.
    pub fn panics(&self) -> usize {
        let log = self.log();
        log.lines().filter(|line| line.contains("panic")).count()
    }

    fn command(&self, arguments: &[&str], wrapper: &[String]) -> Command {
        let mut command = match wrapper.split_first() {
            None => Command::new(binary()),
            Some((program, options)) => {
                let mut command = Command::new(program);
                command.args(options).arg(binary());
                command
            }
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.clock.environment())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TWINLOCK_DATABASE_URL", &self.url)
            .env("TWINLOCK_KEY_FILE", self.data.join("twinlock.key"));
        if arguments.first() == Some(&"serve") {
            // The URL has no port, so that the cookie names do not change with the port of a
            // restart.
            command.env("TWINLOCK_PUBLIC_URL", "http://127.0.0.1");
            command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        }
        command
    }

    /// Outside `data`, because the log must not fill the disk under test.
    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

impl Operator for Site {
    fn operator_command(&self, arguments: &[&str]) -> Command {
        self.command(arguments, &[])
    }
}

/// Sends a signal to a process and waits until it has ended (a zombie counts as ended).
pub fn ends_by(id: u32, signal: &str) -> Duration {
    let began = watch::now();
    process::signal(id, signal);
    while began.elapsed() < Duration::from_mins(1) {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        if stat
            .rsplit_once(") ")
            .is_none_or(|(_, state)| state.starts_with('Z'))
        {
            return began.elapsed();
        }
        thread::sleep(Duration::from_millis(2));
    }
    panic!("process {id} goes on after {signal}");
}
