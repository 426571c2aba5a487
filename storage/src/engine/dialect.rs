//! The two engines and the SQL that differs between them.

use crate::engine::error::OpenError;

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file on the local disk.
    Sqlite,
    /// A database server.
    Postgres,
}

impl Engine {
    /// The engine that a database URL names.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(OpenError::Scheme),
        }
    }

    /// Begins a transaction that will write. `SQLite` takes the write lock at once and waits for it
    /// up to `busy_timeout`, because a plain `BEGIN` that starts to write later would fail at once.
    /// Engines with row locks use a plain `BEGIN`.
    pub const fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction that reads one consistent snapshot. No other transaction writes after
    /// [`Self::hold`].
    pub const fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        }
    }

    /// Blocks other writers on these tables until the transaction ends. On `SQLite`,
    /// `BEGIN IMMEDIATE` does that already.
    pub fn hold(self, tables: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!("LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")),
        }
    }

    /// Stands before `VALUES` when rows are inserted with explicit ids.
    pub const fn with_numbers(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " OVERRIDING SYSTEM VALUE",
        }
    }

    /// Continues the id sequence of events after rows with explicit ids. `SQLite` does that by
    /// itself.
    pub const fn numbers_go_on(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "SELECT setval(pg_get_serial_sequence('security_events', 'id'), MAX(id)) FROM security_events",
            ),
        }
    }

    /// The first lock of a migration, held until its transaction ends. `SQLite` has locked the file
    /// already.
    pub const fn migration_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            // The number is arbitrary but must be the same in every version. Waits without a time
            // limit for another instance.
            Self::Postgres => Some(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
                 DO $$ BEGIN PERFORM pg_advisory_xact_lock(7814112650); END $$",
            ),
        }
    }

    /// Ends a query for rows that will be deleted. Rows that another transaction has locked are
    /// skipped until the next run, so that neither waits for the other. `SQLite` has one writer.
    pub const fn pass_by_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Ends a query for the row that a new row refers to. The lock keeps that row until the
    /// transaction ends; a row that is being deleted is not found. `SQLite` has one writer.
    pub const fn keep_referenced(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR KEY SHARE",
        }
    }

    /// Locks the rows that a statement reads against changes until the transaction ends. `SQLite`
    /// has one writer.
    pub const fn keep_unchanged(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR SHARE",
        }
    }

    /// The database's own clock, in milliseconds: the only clock that all servers share.
    pub const fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// Whether the table of applied migrations exists.
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
