//! A folder with a database and the binary in front of it.

use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
};

use tempfile::TempDir;
pub use testkit::process::{Done, Running};
use testkit::{operator::OperatorCommands, process};

use crate::test_database::TestDatabase;

const BINARY: &str = env!("CARGO_BIN_EXE_twinlock");

/// A database of the test's own, without the machine's environment: a folder with a `SQLite` file
/// or, where `TWINLOCK_TEST_POSTGRES` names a server, a database of its own there.
pub struct ProgramSite {
    database: TestDatabase,
    /// A folder with a copy of the program that every user can start; made on first use.
    open_folder: OnceLock<TempDir>,
}

impl ProgramSite {
    /// Makes an empty folder.
    pub fn new() -> Self {
        Self::of(block_on(TestDatabase::new()))
    }

    /// Makes an empty folder for a file, even if `TWINLOCK_TEST_POSTGRES` names a server.
    pub fn in_a_file() -> Self {
        Self::of(TestDatabase::in_a_file())
    }

    const fn of(database: TestDatabase) -> Self {
        Self {
            database,
            open_folder: OnceLock::new(),
        }
    }

    /// Makes a folder with a migrated database.
    pub fn with_database() -> Self {
        let site = Self::new();
        site.make_key();
        site.run(&["migrate"]).expect_done();
        site
    }

    /// Makes a folder with the account Example Ltd.
    pub fn with_account() -> Self {
        let site = Self::with_database();
        site.add_account("Example Ltd");
        site
    }

    /// Returns the path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.database.folder().join(name)
    }

    /// Returns the URL of the database.
    pub fn url(&self) -> &str {
        &self.database.url
    }

    /// Returns whether the database is on a server.
    pub fn is_on_a_server(&self) -> bool {
        self.database.is_on_a_server()
    }

    /// Changes the database schema.
    pub fn change(&self, sql: &str) {
        block_on(self.database.change(sql));
    }

    /// Changes the database like an attacker who can write to it but does not have the key.
    pub fn tamper(&self, sql: &'static str) {
        block_on(self.database.tamper(sql));
    }

    /// Returns a command of the binary in the folder.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_of(BINARY.as_ref(), args)
    }

    /// Like [`Self::command`], but as another user, who may not be able to enter the folder of this
    /// workspace (S32).
    pub fn command_as(&self, user: u32, args: &[&str]) -> Command {
        let mut command = self.command_of(&self.open_program(), args);
        command.uid(user).gid(user);
        command
    }

    /// Returns the path of a copy of the binary that every user can start.
    pub fn open_program(&self) -> PathBuf {
        let folder = self.open_folder.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
            // `cp` copies it: if this process wrote the file, a process started by another test
            // meanwhile would inherit the open file, and a file that is open for writing can't be
            // started.
            let copied = Command::new("cp").arg(BINARY).arg(folder.path()).status();
            assert!(copied.unwrap().success());
            folder
        });
        folder.path().join("twinlock")
    }

    /// Returns a command of a shell script that starts the binary as `"$@"`: with mounts of its
    /// own, or under another program.
    pub fn command_behind(&self, script: &str, args: &[&str]) -> Command {
        let program = self.open_program();
        let mut words = vec![
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            program.to_str().unwrap(),
        ];
        words.extend(args);
        let mut command = self.command_of("unshare".as_ref(), &words);
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    /// Returns a command of another program in the folder.
    pub fn command_of(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.database.folder())
            .env_clear();
        if self.is_on_a_server() {
            command
                .env("TWINLOCK_DATABASE_URL", &self.database.url)
                .env("TWINLOCK_KEY_FILE", "twinlock.db.key");
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command and waits until it ends.
    pub fn run(&self, args: &[&str]) -> Done {
        self.command(args).output().unwrap().into()
    }

    /// Runs a command that reads a password.
    pub fn run_with(&self, args: &[&str], input: &str) -> Done {
        process::run(self.command(args), input)
    }

    /// Starts the server on a free port and waits until it listens.
    pub fn serve(&self) -> Running {
        self.serve_with(&[])
    }

    /// Starts the server with more settings.
    pub fn serve_with(&self, settings: &[(&str, &str)]) -> Running {
        self.make_key();
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        let (server, before) = Running::start(command);
        assert_eq!(before, "", "the address comes first");
        server
    }

    /// Starts the server at this port, with more settings.
    pub fn serve_at(&self, port: u16, settings: &[(&str, &str)]) -> Running {
        let listen = format!("127.0.0.1:{port}");
        let mut command = self.command(&["serve", "--listen", &listen]);
        command.envs(settings.iter().copied());
        Running::start(command).0
    }

    /// Starts the server with a demo; also returns what it printed before it was ready.
    pub fn serve_demo(&self) -> (Running, String) {
        self.make_key();
        Running::start(self.command(&["serve", "--listen", "127.0.0.1:0", "--demo"]))
    }

    /// Makes the key file, because a database on a server gets none automatically.
    pub fn make_key(&self) {
        if self.is_on_a_server() && !self.file("twinlock.db.key").exists() {
            self.run(&["key", "new"]).expect_done();
        }
    }
}

/// Waits on a thread of its own, because some tests run in a runtime already.
fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let run = || tokio::runtime::Runtime::new().unwrap().block_on(future);
    thread::scope(|scope| scope.spawn(run).join().unwrap())
}
