//! Opening a `SQLite` file: one connection that writes and a pool that reads.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::{AnyConnection, Connection, Executor, any::AnyConnectOptions};
use tokio::time::sleep;

use crate::engine::{
    connect::{Pools, pool},
    error::{
        OpenError,
        cause::{self, Cause},
    },
};

/// `FULL`, because in WAL mode `NORMAL` may lose an acknowledged commit in a power cut, and a used
/// code would work again. `trusted_schema` is off, because a file from elsewhere must not run
/// functions with side effects (<https://sqlite.org/security.html>).
const WRITER: &str = "PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
/// `query_only` prevents reading connections from writing.
const READER: &str = "PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA query_only = ON;";
pub const READERS: u32 = 4;
/// How long to wait for a lock: `busy_timeout` above.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before the journal mode is switched again.
const AGAIN: Duration = Duration::from_millis(20);
/// The characters that a path in a URL may contain unescaped.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// Opens the file, and creates it if it is missing, readable by its owner only.
pub async fn open(url: &str) -> Result<Pools, OpenError> {
    let path = path_of(url)?;
    let file = made(&path).map_err(|error| OpenError::File(path, error))?;
    let options: AnyConnectOptions = url_of(&file, "rw").parse().map_err(OpenError::Connect)?;
    let journal = prepared(&options).await;
    let journal = journal.map_err(|error| refused(error, &file))?;
    if journal != "wal" {
        return Err(OpenError::Journal(journal));
    }
    let writer = pool(1, WRITER)
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(is_usable(connection)))
        .connect_with(options.clone());
    let readers = pool(READERS, READER)
        .test_before_acquire(false)
        .connect_with(options);
    let fails = |error| refused(error, &file);
    Ok(Pools {
        writer: writer.await.map_err(fails)?,
        readers: readers.await.map_err(fails)?,
    })
}

/// With less free space, the shared memory beside the journal (32 KiB) does not fit, and the engine
/// reports only that it failed.
const ROOM: u64 = 64 << 10;

fn refused(error: sqlx::Error, file: &Path) -> OpenError {
    match cause::of(&error) {
        // A disk without a free inode is full as well.
        Some(Cause::NotWritable | Cause::NoAnswer) if !has_entries(file) => OpenError::Full(error),
        Some(Cause::NotWritable) => OpenError::ReadOnly,
        Some(Cause::NoLocks | Cause::Disk | Cause::Full | Cause::NoAnswer) if !has_room(file) => {
            OpenError::Full(error)
        }
        _ => OpenError::Connect(error),
    }
}

fn has_room(file: &Path) -> bool {
    let found = rustix::fs::statvfs(file);
    found.is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) >= ROOM)
}

/// File systems that do not count inodes report 0 of 0.
fn has_entries(file: &Path) -> bool {
    let found = rustix::fs::statvfs(file);
    found.is_ok_and(|found| found.f_files == 0 || found.f_favail > 0)
}

/// The URL of an existing file.
pub fn url_of(file: &Path, mode: &str) -> String {
    let path = file.to_string_lossy();
    format!("sqlite://{}?mode={mode}", utf8_percent_encode(&path, PATH))
}

/// Whether a connection of the writing pool can be reused (commands use that pool; requests share
/// `group_commit::Writer`). On a full or failing disk, `SQLite` rolls back the whole transaction
/// itself. The driver's own rollback then fails, and the driver would count the connection as
/// inside a transaction for ever.
pub async fn is_usable(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    if connection.is_in_transaction() {
        // The ping runs after the rollback of a dropped transaction.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Switches the file to WAL and returns its journal mode. A pool would retry instead of reporting
/// the error.
///
/// If several servers switch a new file at once, the engine refuses one without waiting, because of
/// a deadlock.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the engine has been waited for, which no rule asks for"
)]
async fn prepared(options: &AnyConnectOptions) -> sqlx::Result<String> {
    let begun = Instant::now();
    loop {
        match switched(options).await {
            Err(error)
                if begun.elapsed() < BUSY_TIMEOUT && cause::of(&error) == Some(Cause::Locked) =>
            {
                sleep(AGAIN).await;
            }
            answer => return answer,
        }
    }
}

async fn switched(options: &AnyConnectOptions) -> sqlx::Result<String> {
    let mut connection = AnyConnection::connect_with(options).await?;
    connection.execute(WRITER).await?;
    let journal = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(journal)
}

fn path_of(url: &str) -> Result<PathBuf, OpenError> {
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

/// Opens the file as the engine will, so that a wrong folder or missing permission is reported with
/// the system's message. A new file is created only under its own name, because an attacker could
/// have planted a dangling link there.
fn made(path: &Path) -> io::Result<PathBuf> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let opened = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => new_file(path, options),
        opened => opened,
    };
    match opened {
        // Another process has created the file in the meantime.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::canonicalize(path),
        opened => opened.and_then(|_| fs::canonicalize(path)),
    }
}

fn new_file(path: &Path, mut options: OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use sqlx::{AnyPool, Row};

    use super::*;
    use crate::Store;

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
        // Acquires all readers at once, so that the pool opens each of them.
        let mut held = Vec::new();
        for _ in 1..READERS {
            held.push(store.readers().acquire().await.unwrap());
        }
        for pool in [store.writer(), store.readers()] {
            assert_eq!(pragma(pool, "journal_mode").await, "wal");
            assert_eq!(pragma(pool, "synchronous").await, "2", "FULL");
            assert_eq!(pragma(pool, "foreign_keys").await, "1");
            assert_eq!(pragma(pool, "busy_timeout").await, "5000");
            assert_eq!(pragma(pool, "trusted_schema").await, "0");
        }
        assert_eq!(pragma(store.writer(), "query_only").await, "0");
        assert_eq!(pragma(store.readers(), "query_only").await, "1");
    }

    #[tokio::test]
    async fn a_full_disk_that_is_freed_is_written_to_again() {
        let (_folder, store) = store().await;
        store.migrate().await.unwrap();
        // For the engine, reaching `max_page_count` equals a full disk. The setting applies to this
        // connection only.
        pragma(store.writer(), "max_page_count = 1").await;
        let insert =
            "INSERT INTO accounts (id, name, name_folded, created_at) VALUES ('a', $1, 'a', 0)";
        let mut full = store.begun().await.unwrap();
        let refused = sqlx::query(insert)
            .bind("x".repeat(100_000))
            .execute(&mut *full)
            .await;
        assert!(matches!(
            crate::engine::error::port(refused.unwrap_err()),
            domain::ports::PortError::Unavailable(_)
        ));
        drop(full);
        let again = store.begun().await.unwrap();
        again.commit().await.unwrap();
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (_folder, store) = store().await;
        store.migrate().await.unwrap();
        let write = sqlx::query("DELETE FROM users")
            .execute(store.readers())
            .await;
        assert!(write.unwrap_err().to_string().contains("readonly"));
    }

    /// Several servers start at the same moment. Without a retry, some are refused at once
    /// ("database is locked").
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_new_file_is_opened_by_many_at_once() {
        for _ in 0..60 {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
            let open = |_| {
                let url = url.clone();
                tokio::spawn(async move { Store::open(&url).await })
            };
            let starts: Vec<_> = (0..8).map(open).collect();
            for start in starts {
                start.await.unwrap().unwrap();
            }
        }
    }
}
