//! Roles and databases of a test's own on the `PostgreSQL` server that `TWINLOCK_TEST_POSTGRES`
//! names.

use std::{
    env, process,
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use url::Url;

use super::left_out;
use crate::support::program::{Done, ProgramSite};

/// A database and a role with login, both dropped at the end.
pub struct OperatorDatabase {
    /// The URL of the superuser's connection.
    url: Url,
    /// The name of both the database and the role.
    pub name: String,
    /// A folder with a key file.
    pub site: ProgramSite,
}

impl OperatorDatabase {
    /// Makes a database with these options; reports the test as left out and returns `None` without
    /// a server.
    pub fn new(test: &str, options: &str) -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let Ok(url) = env::var("TWINLOCK_TEST_POSTGRES") else {
            left_out(test, "TWINLOCK_TEST_POSTGRES names no server");
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let server = Self {
            url: url.parse().unwrap(),
            name: format!("operator_{}_{number}", process::id()),
            site: ProgramSite::in_a_file(),
        };
        let name = &server.name;
        server.run_in("postgres", &format!("CREATE ROLE {name} LOGIN"));
        server.run_in("postgres", &format!("CREATE DATABASE {name} {options}"));
        Some(server)
    }

    /// Runs a statement in the test's database as the superuser.
    pub fn run(&self, sql: &str) {
        self.run_in(&self.name, sql);
    }

    /// Runs a statement in the database `postgres`, for example about a database that accepts no
    /// connections.
    pub fn run_as_superuser(&self, sql: &str) {
        self.run_in("postgres", sql);
    }

    fn run_in(&self, database: &str, sql: &str) {
        let url = url_of(self.url.username(), self.url.port().unwrap(), database);
        block_on(async {
            sqlx::any::install_default_drivers();
            let mut connection = AnyConnection::connect(&url).await.unwrap();
            connection
                .execute(AssertSqlSafe(sql.to_owned()))
                .await
                .unwrap();
            connection.close().await.unwrap();
        });
    }

    /// The superuser's name.
    pub fn superuser(&self) -> &str {
        self.url.username()
    }

    /// The server's port.
    pub fn port(&self) -> u16 {
        self.url.port().unwrap()
    }

    /// Returns a command of the program with the test's database, as a role.
    pub fn command(&self, role: &str, args: &[&str]) -> Command {
        self.command_at(&url_of(role, self.port(), &self.name), args)
    }

    /// Returns a command of the program with the database at this URL.
    pub fn command_at(&self, url: &str, args: &[&str]) -> Command {
        let mut command = self.site.command(args);
        command
            .env("TWINLOCK_DATABASE_URL", url)
            .env("TWINLOCK_KEY_FILE", "twinlock.key");
        command
    }

    /// Runs the program to its end.
    pub fn done(&self, role: &str, args: &[&str]) -> Done {
        self.command(role, args).output().unwrap().into()
    }
}

impl Drop for OperatorDatabase {
    fn drop(&mut self) {
        let name = &self.name;
        self.run_in("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
        self.run_in("postgres", &format!("DROP ROLE {name}"));
    }
}

/// Returns the URL of a database behind a port of this machine.
pub fn url_of(role: &str, port: u16, database: &str) -> String {
    format!("postgres://{role}@127.0.0.1:{port}/{database}")
}

/// Returns the one text value that a query answers.
pub fn word(url: &str, sql: &'static str) -> String {
    block_on(async {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(url).await.unwrap();
        let row = sqlx::raw_sql(sql).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        sqlx::Row::get(&row, 0)
    })
}

/// Waits for a future in a test without a runtime of its own.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}
