//! Opening the database: one connection that writes beside a pool that reads.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    time::Duration,
};

use domain::{events::Origin, ports::PortError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::{
    Any, AnyConnection, AnyPool, Connection, Executor,
    any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow},
    query::Query,
};

use crate::{
    error::{OpenError, port},
    migrate,
    write::{Scope, Write},
};

/// Begins a transaction that will write. `SQLite` takes the write lock at once and waits for it within `busy_timeout`; a plain `BEGIN`
/// that turned to writing later would fail at once instead. Engines with row locks begin plainly.
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
/// An acknowledged commit survives a power cut only with `FULL`: in WAL mode `NORMAL` may lose it, and a spent code would work again.
const WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
/// What reads can't write, by accident or otherwise.
const READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA query_only = ON;";
const READERS: u32 = 4;
const PATIENCE: Duration = Duration::from_secs(5);
/// What a path may hold unescaped in a URL.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// A database that is open. It implements the ports of `domain`.
pub struct Store {
    writer: AnyPool,
    readers: AnyPool,
    pub(crate) scope: Scope,
}

/// A statement with its values.
pub type Sql = Query<'static, Any, AnyArguments>;

impl Store {
    /// Opens a database, and makes its file if there is none, readable by its owner alone. It changes no schema, but refuses one that is
    /// not this version's.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let path = path_of(url)?;
        let file = made(&path).map_err(|error| OpenError::File(path, error))?;
        sqlx::any::install_default_drivers();
        let url = format!(
            "sqlite://{}?mode=rw",
            utf8_percent_encode(&file.to_string_lossy(), PATH)
        );
        let options: AnyConnectOptions = url.parse().map_err(OpenError::Connect)?;
        let journal = prepared(&options).await.map_err(OpenError::Connect)?;
        if journal != "wal" {
            return Err(OpenError::Journal(journal));
        }
        let writer = pool(1, WRITER).connect_with(options.clone()).await;
        let readers = pool(READERS, READER).connect_with(options).await;
        let (writer, readers) = (
            writer.map_err(OpenError::Connect)?,
            readers.map_err(OpenError::Connect)?,
        );
        let store = Self {
            writer,
            readers,
            scope: Scope::none(),
        };
        store.pending_migrations().await?;
        Ok(store)
    }

    /// The same database, for one request: what it writes is noted as coming from there.
    #[must_use]
    pub fn seen_from(&self, origin: Origin) -> Self {
        Self {
            writer: self.writer.clone(),
            readers: self.readers.clone(),
            scope: Scope::new(origin),
        }
    }

    /// Brings the schema up to this version, all of it or nothing.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let begun = self
            .writer
            .begin_with(BEGIN_WRITE)
            .await
            .map_err(OpenError::Schema)?;
        migrate::run(begun).await
    }

    /// The migrations that this version has and the database does not, by name.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>, OpenError> {
        migrate::pending(&self.readers).await
    }

    /// Waits for what is under way and closes every connection, which leaves one tidy file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(crate) async fn write(&self) -> Result<Write, PortError> {
        self.writer
            .begin_with(BEGIN_WRITE)
            .await
            .map(|transaction| Write::begun(transaction, self.scope.clone()))
            .map_err(port)
    }

    pub(crate) async fn row(&self, sql: Sql) -> Result<Option<AnyRow>, PortError> {
        sql.fetch_optional(&self.readers).await.map_err(port)
    }

    pub(crate) async fn rows(&self, sql: Sql) -> Result<Vec<AnyRow>, PortError> {
        sql.fetch_all(&self.readers).await.map_err(port)
    }

    pub(crate) async fn exists(&self, sql: Sql) -> Result<bool, PortError> {
        Ok(self.row(sql).await?.is_some())
    }
}

/// Switches the file to its journal mode and answers the mode it is in. A pool would try again and again before it said what is wrong.
async fn prepared(options: &AnyConnectOptions) -> sqlx::Result<String> {
    let mut connection = AnyConnection::connect_with(options).await?;
    connection.execute(WRITER).await?;
    let journal = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(journal)
}

fn pool(size: u32, pragmas: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(pragmas).await.map(drop) })
        })
}

fn path_of(url: &str) -> Result<PathBuf, OpenError> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Err(OpenError::Postgres);
    }
    let rest = url.strip_prefix("sqlite:").ok_or(OpenError::Scheme)?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if path == ":memory:" || parameters.contains("mode=memory") {
        return Err(OpenError::InMemory);
    }
    if !matches!(parameters, "" | "mode=rwc" | "mode=rw") {
        return Err(OpenError::Parameter);
    }
    let path = percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| OpenError::Scheme)?;
    if path.is_empty() {
        Err(OpenError::Scheme)
    } else {
        Ok(PathBuf::from(path.into_owned()))
    }
}

/// Opens the file as the engine will, so that a wrong folder or missing rights are named by the system's own words.
fn made(path: &Path) -> std::io::Result<PathBuf> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    fs::canonicalize(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row;

    async fn pragma(pool: &AnyPool, name: &'static str) -> String {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA {name}")));
        let row = row.fetch_one(pool).await.unwrap();
        let number = row.try_get::<i64, _>(0).map(|number| number.to_string());
        number.unwrap_or_else(|_| row.get(0))
    }

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
        (folder, Store::open(&url).await.unwrap())
    }

    #[tokio::test]
    async fn the_settings_are_in_force_on_every_connection() {
        let (_folder, store) = store().await;
        // All readers at once, so that the pool opens each of them.
        let mut held = Vec::new();
        for _ in 1..READERS {
            held.push(store.readers.acquire().await.unwrap());
        }
        for pool in [&store.writer, &store.readers] {
            assert_eq!(pragma(pool, "journal_mode").await, "wal");
            assert_eq!(pragma(pool, "synchronous").await, "2", "FULL");
            assert_eq!(pragma(pool, "foreign_keys").await, "1");
            assert_eq!(pragma(pool, "busy_timeout").await, "5000");
        }
        assert_eq!(pragma(&store.writer, "query_only").await, "0");
        assert_eq!(pragma(&store.readers, "query_only").await, "1");
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (_folder, store) = store().await;
        store.migrate().await.unwrap();
        let write = sqlx::query("DELETE FROM users")
            .execute(&store.readers)
            .await;
        assert!(write.unwrap_err().to_string().contains("readonly"));
    }
}
