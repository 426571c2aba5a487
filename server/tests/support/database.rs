//! The database of a test's server: a `SQLite` file, or a database of its own on the `PostgreSQL`
//! server that `TWINLOCK_TEST_POSTGRES` names.

use std::path::{Path, PathBuf};

use server::{
    config::{Database, DatabaseArgs},
    keys::key_file,
    system::entropy::SystemEntropy,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use storage::Store;
use tempfile::TempDir;
use testkit::server_database::ServerDatabase;

/// Makes the schema of the database at this URL.
async fn migrate(url: String) {
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

/// An empty place for a database.
pub struct TestDatabase {
    /// The database URL.
    pub url: String,
    folder: TempDir,
    /// The last field, because the database is dropped after everything that uses it.
    _on_server: Option<ServerDatabase>,
}

impl TestDatabase {
    /// Makes a place of its own, on the server if there is one.
    pub async fn new() -> Self {
        Self::of(ServerDatabase::empty().await)
    }

    /// Like [`Self::new`], but a database on a server has its tables already.
    pub async fn migrated() -> Self {
        Self::of(ServerDatabase::migrated(migrate).await)
    }

    /// Makes a place for a file, even if `TWINLOCK_TEST_POSTGRES` names a server.
    pub fn in_a_file() -> Self {
        Self::of(None)
    }

    fn of(on_server: Option<ServerDatabase>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &on_server {
            Some(database) => database.url.clone(),
            None => format!("sqlite:{}", folder.path().join("twinlock.db").display()),
        };
        Self {
            url,
            folder,
            _on_server: on_server,
        }
    }

    /// Returns whether the database is on a server.
    pub fn is_on_a_server(&self) -> bool {
        !self.url.starts_with("sqlite:")
    }

    /// Returns the path of the key file.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("twinlock.db.key")
    }

    /// Returns the folder of the database and the key file.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the settings of this database. Makes the key file, because a database on a server
    /// gets none automatically.
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

    /// Changes rows past the program.
    pub async fn tamper(&self, sql: &'static str) {
        assert!(self.change(sql).await > 0, "{sql}");
    }

    /// Runs a statement past the program; returns how many rows it changed.
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
