//! A site whose server and database a fault hits.

use std::{
    env, fs,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use serde_json::Value;
use testkit::{
    http::HttpBrowser,
    operator::OperatorCommands,
    process::{self, Memory, memory},
    site::TestSite,
};

use crate::{
    engine::{DurablePostgres, TestedEngine},
    watch,
};

/// A site of `testkit`, with the engine, the database and the folder that the fault is about.
pub struct FaultSite {
    pub engine: TestedEngine,
    /// The folder of the database and the key file.
    pub data: PathBuf,
    url: String,
    site: TestSite,
}

impl Deref for FaultSite {
    type Target = TestSite;

    fn deref(&self) -> &TestSite {
        &self.site
    }
}

impl DerefMut for FaultSite {
    fn deref_mut(&mut self) -> &mut TestSite {
        &mut self.site
    }
}

impl FaultSite {
    /// Creates a site with an empty database and no running server. `data` is the folder of a
    /// `SQLite` file; `None` uses the site's own.
    pub fn new(
        engine: TestedEngine,
        postgres: Option<&DurablePostgres>,
        name: &str,
        data: Option<&Path>,
    ) -> Self {
        Self::try_new(engine, postgres, name, data).unwrap()
    }

    /// Like [`Self::new`], but returns the program's error if it does not support the engine.
    pub fn try_new(
        engine: TestedEngine,
        postgres: Option<&DurablePostgres>,
        name: &str,
        data: Option<&Path>,
    ) -> Result<Self, String> {
        let mut site = TestSite::without_database();
        let data = data.unwrap_or(site.folder()).to_owned();
        let url = match engine {
            TestedEngine::Sqlite => format!("sqlite:{}", data.join("twinlock.db").display()),
            TestedEngine::Postgres => postgres.unwrap().create_database(name),
        };
        // A wrapper of the server is looked for there.
        site.set_for_all("PATH", env::var_os("PATH").unwrap_or_default());
        site.set_for_all("TWINLOCK_DATABASE_URL", &url);
        site.set_for_all("TWINLOCK_KEY_FILE", data.join("twinlock.key"));
        // The URL has no port, so that the cookie names do not change with the port of a restart.
        site.set("TWINLOCK_PUBLIC_URL", "http://127.0.0.1");
        if engine == TestedEngine::Postgres {
            // Created explicitly, because there is no database file beside which a key file could
            // be created.
            site.cli(&["key", "new"]);
        }
        let migrated = site.cli(&["migrate"]);
        if migrated.code != 0 {
            return Err(format!("{}{}", migrated.out, migrated.err)
                .trim()
                .to_owned());
        }
        Ok(Self {
            engine,
            data,
            url,
            site,
        })
    }

    /// Starts the server and waits for its first answer; returns the time until then.
    pub fn start_timed(&mut self) -> Duration {
        let began = watch::now();
        self.start();
        let asked = HttpBrowser::new(&self.address).try_call("session/whoami", &Value::Null);
        assert!(
            asked.is_ok_and(|answer| answer.is_some_and(|answer| answer.is_ok())),
            "it listens and does not answer: {}",
            self.log()
        );
        began.elapsed()
    }

    /// The resident memory of the server's process, in KiB.
    pub fn memory(&self) -> u64 {
        memory(self.process(), Memory::Resident)
    }

    /// Sends a signal to the server's process and waits for its end; returns the time taken.
    pub fn end_by(&self, signal: &str) -> Duration {
        end_by(self.process(), signal)
    }

    /// Starts an operator command and kills it after a while; returns whether the kill interrupted
    /// it.
    pub fn cut_off(&self, arguments: &[&str], after: Duration) -> bool {
        let mut command = self.command(arguments);
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
    pub fn add_owner(&self, email: &str, account: &str) {
        self.add_account(account);
        self.add_user(email, account, "owner");
    }

    /// The database's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of panics in the log, which no fault excuses.
    pub fn panics(&self) -> usize {
        let log = self.log();
        log.lines().filter(|line| line.contains("panic")).count()
    }
}

/// Sends a signal to a process and waits until it has ended (a zombie counts as ended).
pub fn end_by(id: u32, signal: &str) -> Duration {
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
