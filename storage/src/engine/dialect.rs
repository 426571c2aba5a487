//! The two engines, and the few words that each has for itself.

use crate::engine::error::OpenError;

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file beside the program.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// The engine that a database's URL asks for.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(OpenError::Scheme),
        }
    }

    /// Begins a transaction that will write. `SQLite` takes the write lock at once and waits for it within `busy_timeout`; a plain `BEGIN`
    /// that turned to writing later would fail at once instead. Engines with row locks begin plainly.
    pub const fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction that reads everything as it stands at one instant, while nobody writes: behind [`Self::hold`].
    pub const fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        }
    }

    /// Keeps everybody else from writing into these tables until the end of the transaction. Of `SQLite` that holds from its beginning.
    pub fn hold(self, tables: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!("LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")),
        }
    }

    /// Stands before the `VALUES` of rows that bring their numbers along.
    pub const fn with_numbers(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " OVERRIDING SYSTEM VALUE",
        }
    }

    /// Lets the numbers of events go on behind those that came along. `SQLite` does so by itself.
    pub const fn numbers_go_on(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "SELECT setval(pg_get_serial_sequence('security_events', 'id'), MAX(id)) FROM security_events",
            ),
        }
    }

    /// Taken first by whoever migrates, and held until the end of the transaction: `SQLite` has locked the file already.
    pub const fn migration_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            // The number is arbitrary, but every version must know the same. However long another instance takes, it is waited for.
            Self::Postgres => Some(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
                 DO $$ BEGIN PERFORM pg_advisory_xact_lock(7814112650); END $$",
            ),
        }
    }

    /// Ends a look for rows that are to be deleted: those that another transaction holds are left for the next time, so that neither
    /// waits for the other. `SQLite` has one writer.
    pub const fn pass_by_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Ends a look for the row that a new row refers to: the row stays until the end of the transaction, and one that is being deleted is
    /// not found. `SQLite` has one writer.
    pub const fn keep_referenced(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR KEY SHARE",
        }
    }

    /// Keeps the rows that a statement reads as they are until the end of the transaction. `SQLite` has one transaction that writes.
    pub const fn keep_unchanged(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR SHARE",
        }
    }

    /// The database's own clock, in milliseconds: it is one for all servers, however far theirs are apart.
    pub const fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// Whether the schema has a history already.
    pub const fn has_history(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'"
            }
            Self::Postgres => {
                "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'"
            }
        }
    }
}
