//! The ports of `domain` over SQL. One text serves both engines (`sqlx::Any`); only the table definitions differ.
//!
//! A write names its security event at the commit (see `engine::transaction`).
//!
//! Whatever may happen once is one conditional statement whose count of changed rows is checked, in one transaction with its
//! effects. A write transaction that concerns a person changes that person's row in `users` first, and one that concerns an account's
//! members or rule then changes the account's row, and one that concerns a session changes that before what hangs on it: engines that let
//! writers run side by side serialise them there, and two never wait for each other (see `engine::locks`).

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
