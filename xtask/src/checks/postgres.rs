//! A temporary `PostgreSQL` server for the tests: created for one run in a temporary folder on a
//! free port, and removed afterwards.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context, Result};

use crate::{process::Process, stopwatch::Stopwatch, tools};

/// The variable in which the tests find the server's URL.
pub const URL: &str = "TWINLOCK_TEST_POSTGRES";

/// A running server. Dropping it stops the server and removes its folder.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Whether to run as the user postgres, because the server refuses to run as root.
    as_postgres: bool,
}

impl Cluster {
    /// Installs the server's package if it is missing, and starts a server with its data in a new
    /// folder below `parent`. The data is temporary, so commits do not wait for the disk.
    pub fn start_in(parent: &Path) -> Result<Self> {
        Self::start_with(
            parent,
            "-c fsync=off -c full_page_writes=off -c max_wal_size=128MB",
        )
    }

    /// Starts a server whose commits do wait for the disk, for a suite that makes it crash.
    pub fn start_durable() -> Result<Self> {
        Self::start_with(&env::temp_dir(), "-c fsync=on -c synchronous_commit=on")
    }

    fn start_with(parent: &Path, options: &str) -> Result<Self> {
        let stopwatch = Stopwatch::start();
        let programs = tools::ensure_postgres()?;
        let folder = parent.join(format!("twinlock-postgres-{}", process::id()));
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let user = Process::new("id").args(["-u"]).output()?;
        let cluster = Self {
            programs,
            folder,
            port,
            as_postgres: user.trim() == "0",
        };
        cluster.make(options)?;
        let url = cluster.url();
        eprintln!(
            "PostgreSQL for the tests at {url}, started in {}.",
            stopwatch.words()
        );
        Ok(cluster)
    }

    /// Returns the URL of the server's first database.
    pub fn url(&self) -> String {
        format!("postgres://twinlock@127.0.0.1:{}/postgres", self.port)
    }

    /// Binds the server and its future child processes to these cores.
    pub fn bind(&self, cores: &str) -> Result<()> {
        let pid = fs::read_to_string(self.data().join("postmaster.pid"))?;
        let pid = pid
            .lines()
            .next()
            .context("the server's number")?
            .to_owned();
        Process::new("taskset")
            .args(["--all-tasks", "--cpu-list", "--pid", cores, &pid])
            .output()
            .map(drop)
    }

    fn make(&self, options: &str) -> Result<()> {
        // A killed run with the same process id may have left this folder behind.
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir(&self.folder)
            .with_context(|| format!("making {}", self.folder.display()))?;
        if self.as_postgres {
            Process::new("chown")
                .args(["postgres"])
                .args([&self.folder])
                .run()?;
        }
        let data = self.data();
        self.program("initdb")
            .args(["--pgdata"])
            .args([&data])
            .args([
                "--username=twinlock",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .output()?;
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=400 {options}",
            self.port,
            self.folder.display()
        );
        self.control(&["start", "--wait", "--options", &options])
    }

    fn control(&self, arguments: &[&str]) -> Result<()> {
        self.program("pg_ctl")
            .args(["--silent", "--pgdata"])
            .args([self.data()])
            .args(["--log"])
            .args([self.folder.join("log")])
            .args(arguments)
            .remedy(format!(
                "the server's own messages are in {}",
                self.folder.join("log").display()
            ))
            .run()
    }

    fn program(&self, name: &str) -> Process {
        let program = self.programs.join(name);
        if self.as_postgres {
            Process::new("runuser")
                .args(["--user", "postgres", "--"])
                .args([program])
        } else {
            Process::new(program)
        }
        .folder(Path::new("/"))
    }

    /// Returns the folder of the server's programs.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Returns the folder of the server's data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Best effort, because the result of the run matters more than this error.
        let stopped = self.control(&["stop", "--mode=immediate", "--wait"]);
        let removed = fs::remove_dir_all(&self.folder);
        if stopped.is_err() || removed.is_err() {
            eprintln!(
                "The PostgreSQL server in {} may be left over.",
                self.folder.display()
            );
        }
    }
}
