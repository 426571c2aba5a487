//! Maps an error of the database or the operating system to its cause and advice for the operator.
//! Only this module knows the codes of `SQLite` (<https://sqlite.org/rescode.html>), of
//! `PostgreSQL` (its appendix A) and of `PgBouncer`.

use std::{error::Error as StdError, fmt, io, sync::Arc};

/// Why the engine refused, classified by what the operator can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Another program holds the file's lock, or locks do not work on this file system.
    Locked,
    /// The file system has no locks or no shared memory.
    NoLocks,
    /// The disk failed.
    Disk,
    /// The disk is full.
    Full,
    /// The file or its folder is not writable.
    NotWritable,
    /// The file is not a `SQLite` database.
    NoDatabaseFile,
    /// The file is damaged.
    Damaged,
    /// The role lacks a privilege.
    NotAllowed,
    /// The server has no such database.
    NoDatabase,
    /// The role or its password is wrong, or the server does not admit it from this host.
    SignIn,
    /// A row that a statement refers to was removed by another request or command in the meantime.
    RowGone,
    /// A text can't be represented in the database's encoding.
    Encoding,
    /// The server is a standby or read-only.
    Standby,
    /// Transactions are read-only by default.
    ReadOnly,
    /// A statement exceeded the server's `statement_timeout`.
    CutShort,
    /// Another transaction holds a lock for longer than `lock_timeout`.
    LockHeld,
    /// The database accepts no connections.
    Closed,
    /// The server is starting, stopping or recovering.
    Starting,
    /// The server has no free connection.
    NoConnectionLeft,
    /// The server's disk is full.
    ServerFull,
    /// A pooler gives each transaction a different server connection.
    Pooler,
    /// A pooler does not know a startup parameter.
    PoolerParameter,
    /// No server listens at that address.
    NobodyListens,
    /// The host name can't be resolved.
    UnknownHost,
    /// The TLS handshake fails.
    Tls,
    /// The database did not answer in time.
    NoAnswer,
}

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Locked => {
                "another program holds the file locked (stop it), or the file lies on a network share, where locks do not work: put it on a local disk"
            }
            Self::NoLocks => {
                "the file system gives no locks or no shared memory, most likely because it is a network share: put the database on a local disk"
            }
            Self::Disk => {
                "reading or writing the file failed: the disk is failing or gone, a quota is used up, or it is a network share that does not do what a local disk does"
            }
            Self::Full => "the disk is full: make room on it",
            Self::NotWritable => {
                "the file or its folder can't be written: its journal must be beside it, so give \
                both to the user of this program, on a file system that is mounted for writing"
            }
            Self::NoDatabaseFile => {
                "the file is not a SQLite database: name the right one with TWINLOCK_DATABASE_URL"
            }
            Self::Damaged => {
                "the file is damaged: put a backup back with `twinlock restore`"
            }
            Self::NotAllowed => {
                "the database's role lacks a right: grant it as the owner of what is named"
            }
            Self::NoDatabase => {
                "the server has no such database: create it (`createdb --encoding=UTF8`), or name the right one"
            }
            Self::SignIn => {
                "the server refuses this role: check role and password in TWINLOCK_DATABASE_URL, \
                PGPASSWORD or ~/.pgpass, at the role's `VALID UNTIL`, and at the server's \
                pg_hba.conf"
            }
            Self::RowGone => "what this refers to was removed in the meantime",
            Self::Encoding => {
                "the database can't hold this text: it needs the encoding UTF8"
            }
            Self::Standby => {
                "the server takes no writes, because it is a standby or set to read only: name the primary server"
            }
            Self::ReadOnly => {
                "the server is set to read only for this role or database: run `RESET default_transaction_read_only` for it (`ALTER ROLE`, `ALTER DATABASE`), or take it out of the server's configuration"
            }
            Self::CutShort => {
                "a statement took longer than statement_timeout lets it: the server is overloaded, or the limit of this role or database is too short (`ALTER ROLE`, `ALTER DATABASE` … `RESET statement_timeout`)"
            }
            Self::LockHeld => {
                "another transaction holds a lock for longer than lock_timeout: end it (`pg_stat_activity` shows it), or try again later"
            }
            Self::Closed => {
                "the database takes no connections: run `ALTER DATABASE` … `ALLOW_CONNECTIONS true`, or name another one"
            }
            Self::Starting => "the server is starting, stopping or recovering: try again later",
            Self::NoConnectionLeft => {
                "the server has no connection left for this role: raise max_connections, or the limit of the role or database (each Twinlock server needs 17)"
            }
            Self::ServerFull => "the disk of the database server is full: make room on it",
            Self::Pooler => {
                "a pooler in transaction mode is in front of the database: use a session pooler or \
                a direct connection"
            }
            Self::PoolerParameter => {
                "a pooler is in front of the database and does not know this parameter: add it to \
                ignore_startup_parameters (and use session mode), or connect directly"
            }
            Self::NobodyListens => {
                "no server listens there: is it running, and are host and port right?"
            }
            Self::UnknownHost => "the host is not known: check its name",
            Self::Tls => {
                "the encrypted connection fails: the server offers none, or its certificate is not trusted (`sslrootcert=<file>` names your own authority) or names another host"
            }
            Self::NoAnswer => "the database did not answer in time, or had no connection left",
        })
    }
}

/// A driver error, displayed with its cause in front where one is known.
#[derive(Debug, Clone)]
pub struct ExplainedError(Arc<sqlx::Error>);

impl ExplainedError {
    pub fn new(error: impl Into<Arc<sqlx::Error>>) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for ExplainedError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&explained(&self.0))
    }
}

impl StdError for ExplainedError {}

/// The cause in words, followed by the engine's own message.
pub fn explained(error: &sqlx::Error) -> String {
    match of(error) {
        Some(cause) => format!("{cause} ({error})"),
        None => error.to_string(),
    }
}

/// The cause of an error, or `None` if only the driver's message is known.
pub fn of(error: &sqlx::Error) -> Option<Cause> {
    match error {
        sqlx::Error::Database(error) => of_code(&error.code()?, error.message()),
        sqlx::Error::Io(error) => of_connecting(error),
        sqlx::Error::Tls(_) => Some(Cause::Tls),
        sqlx::Error::PoolTimedOut => Some(Cause::NoAnswer),
        _ => None,
    }
}

fn of_code(code: &str, words: &str) -> Option<Cause> {
    match code.parse::<u32>() {
        // `PostgreSQL` codes have five characters, and some consist of digits only.
        Ok(number) if code.len() < 5 => of_sqlite(number),
        _ => of_postgres(code, words),
    }
}

/// The low byte is the primary code.
fn of_sqlite(code: u32) -> Option<Cause> {
    /// I/O error codes of locks (unlock, read lock, reserved lock, lock) and of the journal's
    /// shared memory (open, size, lock, map).
    const OF_LOCKS: [u32; 8] = [2058, 2314, 3594, 3850, 4618, 4874, 5130, 5386];
    /// A violated foreign key.
    const FOREIGN_KEY: u32 = 787;
    Some(match code & 0xff {
        _ if code == FOREIGN_KEY => Cause::RowGone,
        5 | 6 => Cause::Locked,
        10 if OF_LOCKS.contains(&code) => Cause::NoLocks,
        10 => Cause::Disk,
        // The locking protocol in the journal's shared memory failed.
        15 | 22 => Cause::NoLocks,
        13 => Cause::Full,
        3 | 8 | 14 => Cause::NotWritable,
        11 => Cause::Damaged,
        26 => Cause::NoDatabaseFile,
        _ => return None,
    })
}

fn of_postgres(code: &str, words: &str) -> Option<Cause> {
    Some(match code {
        "42501" => Cause::NotAllowed,
        "3D000" => Cause::NoDatabase,
        "28000" | "28P01" => Cause::SignIn,
        "23503" => Cause::RowGone,
        "22021" | "22P05" => Cause::Encoding,
        "25006" => Cause::Standby,
        "57P01" | "57P02" | "57P03" => Cause::Starting,
        "53300" => Cause::NoConnectionLeft,
        "53100" => Cause::ServerFull,
        // The prepared statement was made on another server connection.
        "26000" | "42P05" => Cause::Pooler,
        // `PgBouncer` reports its own errors as protocol violations.
        "08P01" if words.contains("pooling mode") => Cause::Pooler,
        "08P01" if words.contains("startup parameter") => Cause::PoolerParameter,
        "08P01" if words.contains("no such database") => Cause::NoDatabase,
        "08P01" if words.contains("no such user") => Cause::SignIn,
        "57014" if words.contains("statement timeout") => Cause::CutShort,
        "57014" => Cause::NoAnswer,
        "55P03" => Cause::LockHeld,
        "55000" if words.contains("accepting connections") => Cause::Closed,
        _ => return None,
    })
}

fn of_connecting(error: &io::Error) -> Option<Cause> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Some(Cause::NobodyListens),
        io::ErrorKind::TimedOut => Some(Cause::NoAnswer),
        // A failed TLS handshake is reported as an I/O error.
        io::ErrorKind::InvalidData => Some(Cause::Tls),
        // The standard library has no error kind for a failed DNS lookup.
        _ if error.to_string().contains("lookup") => Some(Cause::UnknownHost),
        _ => None,
    }
}

/// The operating system's message about a file, with advice.
#[must_use]
pub fn explained_io(error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full: make room on it",
        io::ErrorKind::QuotaExceeded => "the disk's quota for this user is used up: make room",
        io::ErrorKind::ReadOnlyFilesystem => {
            "the file system is mounted read-only: mount it for writing, or name another place"
        }
        io::ErrorKind::PermissionDenied => {
            "give the file, or its folder, to the user of this program, or run this as its owner"
        }
        _ => return error.to_string(),
    };
    format!("{error}: {advice}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::s21_busy("5", Cause::Locked)]
    #[case::busy_recovery("261", Cause::Locked)]
    #[case::s21_lock("3850", Cause::NoLocks)]
    #[case::s21_read_lock("2314", Cause::NoLocks)]
    #[case::s21_shared_memory("5386", Cause::NoLocks)]
    #[case::s21_protocol("15", Cause::NoLocks)]
    #[case::s24_disk_failed("778", Cause::Disk)]
    #[case::s24_full("13", Cause::Full)]
    #[case::read_only("1544", Cause::NotWritable)]
    #[case::not_opened("14", Cause::NotWritable)]
    #[case::damaged("11", Cause::Damaged)]
    #[case::another_file("26", Cause::NoDatabaseFile)]
    #[case::s22_right("42501", Cause::NotAllowed)]
    #[case::no_database("3D000", Cause::NoDatabase)]
    #[case::password("28P01", Cause::SignIn)]
    #[case::removed_meanwhile("787", Cause::RowGone)]
    #[case::removed_meanwhile_there("23503", Cause::RowGone)]
    #[case::s13_no_such_character("22P05", Cause::Encoding)]
    #[case::standby("25006", Cause::Standby)]
    #[case::starting("57P03", Cause::Starting)]
    #[case::too_many("53300", Cause::NoConnectionLeft)]
    #[case::server_full("53100", Cause::ServerFull)]
    #[case::s5_statement_elsewhere("26000", Cause::Pooler)]
    fn a_code_has_its_cause(#[case] code: &str, #[case] cause: Cause) {
        assert_eq!(of_code(code, ""), Some(cause));
    }

    #[rstest]
    #[case(
        "57014",
        "canceling statement due to statement timeout",
        Cause::CutShort
    )]
    #[case("57014", "canceling statement due to user request", Cause::NoAnswer)]
    #[case("55P03", "canceling statement due to lock timeout", Cause::LockHeld)]
    #[case(
        "55000",
        "database \"d\" is not currently accepting connections",
        Cause::Closed
    )]
    fn what_has_several_causes_is_told_apart_by_its_words(
        #[case] code: &str,
        #[case] words: &str,
        #[case] cause: Cause,
    ) {
        assert_eq!(of_code(code, words), Some(cause));
    }

    #[rstest]
    #[case(
        "transaction blocks not allowed in statement pooling mode",
        Cause::Pooler
    )]
    #[case(
        "unsupported startup parameter: extra_float_digits",
        Cause::PoolerParameter
    )]
    fn s5_what_a_pooler_says_itself_is_known(#[case] words: &str, #[case] cause: Cause) {
        assert_eq!(of_code("08P01", words), Some(cause));
    }

    #[test]
    fn s21_each_cause_of_a_share_names_it() {
        for cause in [Cause::Locked, Cause::NoLocks, Cause::Disk] {
            let words = cause.to_string();
            assert!(words.contains("network share"), "{words}");
            assert!(!words.contains("damaged"), "{words}");
        }
    }
}
