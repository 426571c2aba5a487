//! Errors: on opening, with advice for the operator; later, classified as transient or permanent.

pub(crate) mod cause;

use std::{error::Error as StdError, io, path::PathBuf, sync::Arc};

use domain::ports::PortError;
use sqlx::migrate::MigrateError;
use thiserror::Error;

use crate::engine::error::cause::{Cause, ExplainedError, explained, explained_io};

/// Why a database can't be opened. No variant repeats the URL, because the URL may contain a
/// password.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The URL's scheme names no supported engine.
    #[error(
        "the database URL should look like `sqlite:/var/lib/twinlock/twinlock.db` or `postgres://twinlock@localhost/twinlock`"
    )]
    Scheme,
    /// The URL is not valid for `PostgreSQL`.
    #[error(
        "the database URL should look like `postgres://user:password@host:5432/database?sslmode=verify-full`"
    )]
    ServerUrl,
    /// Passwords and personal data would cross the network without verified encryption.
    #[error(
        "the connection to {0} is not secured: add `sslmode=verify-full` to the database URL (and `sslrootcert=<file>` for a certificate of your own)"
    )]
    Unverified(String),
    /// The server is unreachable or refuses the connection.
    #[error("the PostgreSQL server can't be used: {}", explained(.0))]
    Server(#[source] sqlx::Error),
    /// Another encoding would refuse texts of other scripts, or store their bytes unchecked.
    #[error(
        "its encoding is {0}, and names and addresses of every script need UTF8: create another database with `createdb --encoding=UTF8 --template=template0`"
    )]
    Encoding(String),
    /// Behind such a pooler, settings and prepared statements would reach other clients of the same
    /// server connection.
    #[error(
        "{}: statements of one connection reach several connections of the server there",
        Cause::Pooler
    )]
    Pooler,
    /// The server is read-only, but every action of this program writes a row.
    #[error("the PostgreSQL server can't be used: {0}")]
    NoWrites(Cause),
    /// The role lacks a privilege on what exists, or may not create what is missing.
    #[error("{0}")]
    NotAllowed(String),
    /// A database in memory would lose all data at the next start.
    #[error("a database in memory loses every user at the next start: name a file")]
    InMemory,
    /// A URL parameter would weaken what the store sets itself.
    #[error("the database URL may have no parameter but `mode=rwc`")]
    Parameter,
    /// The engine can't write its journal beside the file.
    #[error("{}", Cause::NotWritable)]
    ReadOnly,
    /// There is no space for the journal or the shared memory beside the file.
    #[error("{cause} ({0})", cause = Cause::Full)]
    Full(#[source] sqlx::Error),
    /// The file system refused.
    #[error("the file can't be opened for reading and writing: {}", explained_io(.1))]
    File(PathBuf, #[source] io::Error),
    /// The file exists, but the engine does not accept it.
    #[error("{}", explained(.0))]
    Connect(#[source] sqlx::Error),
    /// The file system has no shared memory; network shares, for example, have none.
    #[error("the file's journal stays `{0}` instead of `wal`: put it on a local disk")]
    Journal(String),
    /// The schema was written by a newer version.
    #[error(
        "the schema (number {found}) is newer than this version (number {known}): start the newer version again"
    )]
    Newer {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this binary.
        known: i64,
    },
    /// A migration differs from the one that was applied.
    #[error("the schema was made by another build: migration {0} differs from this version's")]
    Foreign(i64),
    /// The schema differs from what this program creates. A foreign trigger could sign in users.
    #[error(
        "its schema is not as this program makes it: {0}; take out what is foreign (with `DROP`), or put a backup back that was made by `twinlock backup`"
    )]
    Altered(String),
    /// A migration failed; all of it was rolled back.
    #[error("the schema can't be brought up to date: {}", of_migrating(.0))]
    Migrate(#[source] MigrateError),
    /// The schema can't be read.
    #[error("the schema can't be read or changed: {}", explained(.0))]
    Schema(#[source] sqlx::Error),
}

fn of_migrating(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explained(error),
        error => error.to_string(),
    }
}

/// Classifies a driver error. Several transactions that shared a commit may share the error.
pub fn port(error: impl Into<Arc<sqlx::Error>>) -> PortError {
    let error = error.into();
    let may_pass = may_pass(&error);
    let explained = Box::new(ExplainedError::new(error));
    if may_pass {
        PortError::Unavailable(explained)
    } else {
        PortError::Failed(explained)
    }
}

/// A stored value that the rules of `domain` do not allow.
pub fn damaged(error: impl StdError + Send + Sync + 'static) -> PortError {
    PortError::Failed(Box::new(error))
}

pub fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code_may_pass(&code)),
        _ => false,
    }
}

/// Whether the error is transient. `SQLite`: the primary code is the low byte (5 busy, 6 locked, 10
/// I/O, 13 full, 14 can't open: after the start, 14 means too few file descriptors), and 787 is a
/// foreign key. `PostgreSQL`: five characters by class (08 connection, 23503 foreign key, 25006
/// read-only, 40 rollback, 53 resources, 57 operator). A repetition after a violated foreign key
/// finds that the row is gone, and says so.
fn code_may_pass(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => {
            sqlite == 787 || matches!(sqlite & 0xff, 5 | 6 | 10 | 13 | 14)
        }
        _ => {
            matches!(code, "25006" | "23503")
                || ["08", "40", "53", "57"]
                    .iter()
                    .any(|class| code.starts_with(class))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::busy("5", true)]
    #[case::busy_snapshot("517", true)]
    #[case::locked("6", true)]
    #[case::disk_full("13", true)]
    #[case::no_descriptor_left("14", true)]
    #[case::write_failed("778", true)]
    #[case::no_such_table("1", false)]
    #[case::damaged_file("11", false)]
    #[case::not_unique("2067", false)]
    #[case::removed_meanwhile("787", true)]
    #[case::removed_meanwhile_there("23503", true)]
    #[case::deadlock("40P01", true)]
    #[case::shutting_down("57P01", true)]
    #[case::read_only("25006", true)]
    #[case::undefined_table("42P01", false)]
    #[case::not_unique_either("23505", false)]
    fn errors_that_may_pass_are_told_from_bugs(#[case] code: &str, #[case] expected: bool) {
        assert_eq!(code_may_pass(code), expected);
    }
}
