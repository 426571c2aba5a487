//! A program of one's own: its process, its database, its clock.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use attack::harness::{Browser, Clock, Done, Door, PASSWORD, Running, binary, run};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    engine::{Cluster, Engine},
    watch,
};

/// Where the program runs.
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
    /// A site with an empty database, and nobody serving it. `data` is where a `SQLite` file goes; none: into the site's own folder.
    pub fn new(engine: Engine, cluster: Option<&Cluster>, name: &str, data: Option<&Path>) -> Self {
        Self::possible(engine, cluster, name, data).unwrap()
    }

    /// The same where a version may not know the engine yet: else its own words.
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
            // A key of one's own first: there is no file beside which it could be made.
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

    /// Starts every later process of the server with this in front.
    pub fn behind(&mut self, wrapper: &[&str]) {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Sets a variable for every later process of the server.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the server; answers how long it took until it answered.
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

    /// One more server on the same database, and the way to it.
    pub fn instance(&self) -> (Running, Door) {
        let command = self.command(&["serve", "--listen", "127.0.0.1:0"], &self.wrapper);
        let server = Running::start(command, &self.log_file());
        let door = Door::new();
        door.lead_to(server.port);
        (server, door)
    }

    /// Takes another process for the server's; the former one has ended.
    pub fn replace(&mut self, server: Running) {
        self.server = Some(server);
    }

    /// Kills it in whatever it does (SIGKILL).
    pub fn kill(&mut self) {
        drop(self.server.take());
    }

    /// Asks it to stop, as a service manager does; answers its exit code and how long it took.
    pub fn terminate(&mut self) -> (i32, Duration) {
        let began = watch::now();
        let code = self.server.take().unwrap().terminate();
        (code, began.elapsed())
    }

    /// Memory that the server's process holds, in KiB.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.unwrap().parse().unwrap()
    }

    /// Sends a signal to the server's process and waits until that has ended; answers how long it took.
    pub fn ends_by(&self, signal: &str) -> Duration {
        ends_by(self.process(), signal)
    }

    /// The server's process.
    pub fn process(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Runs a command of the operator.
    pub fn cli(&self, arguments: &[&str], input: &str) -> Done {
        run(self.command(arguments, &[]), input)
    }

    /// Begins a command of the operator and kills it after a while; whether it was not done by then.
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
        self.cli(&["account", "add", account], "").expect_done();
        let user = ["user", "add", email, "--name", "Somebody"];
        let place = ["--account", account, "--role", "owner", "--password-stdin"];
        self.cli(&[user.as_slice(), &place].concat(), PASSWORD)
            .expect_done();
    }

    /// The database's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// Lines of the log that no fault excuses.
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
            // The usual port: cookies are called alike whatever port is free at a restart.
            command.env("TWINLOCK_PUBLIC_URL", "http://127.0.0.1");
            command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        }
        command
    }

    /// Beside the data: a full disk must not be full of its own words.
    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

/// Sends a signal to a process and waits until it has ended; its parent has yet to ask for it.
pub fn ends_by(process: u32, signal: &str) -> Duration {
    let began = watch::now();
    let sent = Command::new("kill")
        .args([signal, &process.to_string()])
        .status();
    assert!(sent.unwrap().success());
    while began.elapsed() < Duration::from_mins(1) {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        if stat
            .rsplit_once(") ")
            .is_none_or(|(_, state)| state.starts_with('Z'))
        {
            return began.elapsed();
        }
        thread::sleep(Duration::from_millis(2));
    }
    panic!("process {process} goes on after {signal}");
}
