//! The ports of `domain` over SQL. One text serves SQLite and PostgreSQL (`sqlx::Any`); only the
//! table definitions differ, and a test holds them together.
//!
//! Each commit names its security event (see `engine::transaction`).
//!
//! What may happen once is one conditional statement whose count of changed rows is checked, in one
//! transaction with its effects. Engines that let writers run side by side serialise them at the
//! rows that they change first: a transaction changes the person's row in `users`, then the
//! account's row, then the session's, then what hangs on the session. So no two transactions wait
//! for each other (see `engine::locks`).
//!
//! Limits stand in the database and are counted before anything is judged. What a limit refuses is
//! not counted, and has one answer for right and wrong passwords. A right password takes its
//! attempt off the address again, so that an office may share one. The end of a user's sessions
//! ends their known browsers; the browser that asked for it is noted anew.
//! `operation::sweep` deletes rows an hour after they expired, at most 200 a table and transaction;
//! no rule relies on it.
//! `operation::copy` is schema-agnostic: every value is copied as integer, text, blob or NULL, from
//! one snapshot.

mod door;
mod engine;
mod events;
mod mfa;
mod operation;
mod people;
mod sign_in;

pub use engine::{
    connect::Store,
    error::{OpenError, cause::explained_io},
    migrate::tables::copied_tables,
};
pub use events::{
    audit::{Audit, Fault},
    chain::BrokenChainError,
};
pub use operation::{
    backup::{BackupError, PART, given_up, sound},
    copy::CopyError,
    keys::{KeyReplacement, SealedRow, SealedTable},
    restored::{RestoreEffects, UsedCodes},
    servers::ServerRecord,
};
