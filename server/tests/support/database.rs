//! Where a test's server keeps its data: a `SQLite` file, or a schema of its own on the `PostgreSQL` server that `TWINLOCK_TEST_POSTGRES`
//! names.

use std::{
    env,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use server::{
    config::{Database, DatabaseArgs},
    keys::key_file,
    system::entropy::SystemEntropy,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// A place for a database; nothing is made in it yet.
pub struct TestDatabase {
    /// Its URL.
    pub url: String,
    folder: TempDir,
}

impl TestDatabase {
    /// A place of its own.
    pub async fn new() -> Self {
        match env::var("TWINLOCK_TEST_POSTGRES") {
            Ok(server) => Self {
                url: schema_on(&server).await,
                ..Self::in_a_file()
            },
            Err(_) => Self::in_a_file(),
        }
    }

    /// A file, whatever server there is.
    pub fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
        Self { url, folder }
    }

    /// Whether it is on a server.
    pub fn is_on_a_server(&self) -> bool {
        !self.url.starts_with("sqlite:")
    }

    /// Its key file.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("twinlock.db.key")
    }

    /// The folder of file and key file.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The settings that name it. A server's key file is made by hand.
    pub fn settings(&self) -> Database {
        if self.is_on_a_server() && !self.key_file().exists() {
            key_file::create(&self.key_file(), &SystemEntropy, None)
                .ok()
                .unwrap();
        }
        Database::new(&DatabaseArgs {
            database_url: self.url.clone(),
            key_file: Some(self.key_file().display().to_string()),
            database_trusted_network: String::new(),
        })
        .unwrap()
    }

    /// Changes it behind the server's back.
    pub async fn tamper(&self, sql: &'static str) {
        assert!(self.change(sql).await > 0, "{sql}");
    }

    /// Runs a statement past the program; answers how many rows it changed.
    pub async fn change(&self, sql: &str) -> u64 {
        sqlx::any::install_default_drivers();
        let mut raw = AnyConnection::connect(&self.url).await.unwrap();
        let changed = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
        changed.rows_affected()
    }
}

/// Nothing of one test is to be seen in another's schema. The whole server goes when the tests have run.
async fn schema_on(server: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("server_{}_{number}", process::id());
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    // A server that is not made anew for each run may know the name from an earlier one.
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    connection.execute(AssertSqlSafe(create)).await.unwrap();
    connection.close().await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options=-csearch_path%3D{schema}")
}
