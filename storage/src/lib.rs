//! Implements the ports of `domain` with SQL. Both engines share the statements (`sqlx::Any`); only the table definitions differ.
//!
//! Each commit names its security event (see `engine::transaction`).
//!
//! Every action that may succeed only once is one conditional statement whose number of changed rows is checked, in one
//! transaction with its effects. To avoid deadlocks between concurrent writers, a transaction locks in this order: the user's row
//! in `users`, the account's row (if members or its rule change), then the session's row before the rows that depend on it (see
//! `engine::locks`).

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
    chain::BrokenEnds,
};
pub use operation::{
    backup::{BackupError, given_up, sound},
    copy::CopyError,
    keys::{SealedRow, SealedTable},
    restored::{Ended, Spent},
    servers::ServerRecord,
};
