//! The ports of `domain` over SQL. One text serves both engines (`sqlx::Any`); only the table definitions differ.
//!
//! A write names its security event at the commit (see `write`).
//!
//! Whatever may happen once is one conditional statement whose count of changed rows is checked, in one transaction with its
//! effects. A write transaction that concerns a person changes that person's row in `users` first, and one that concerns an account's
//! members or rule then changes the account's row, and one that concerns a session changes that before what hangs on it: engines that let
//! writers run side by side serialise them there, and two never wait for each other (see `locks`).

mod account_rules;
mod accounts;
mod admission;
mod attempts;
mod backup;
mod backup_codes;
mod batch;
mod canonical_forms;
mod cause;
mod connect;
mod copy;
mod engine;
mod error;
mod event_audit;
mod event_chain;
mod event_rows;
mod events;
mod guess_budgets;
mod heartbeat;
mod invitations;
mod key_check;
mod keys;
mod known_browsers;
mod locks;
mod member_list;
mod members;
mod methods;
mod mfa;
mod migrate;
mod owners;
mod password_changes;
mod password_tries;
mod pending_keys;
mod postgres;
mod postgres_look;
mod readers;
mod restored;
mod rows;
mod schema_check;
mod scope;
mod servers;
mod session_bounds;
mod sessions;
mod shared;
mod sqlite;
mod step_ups;
mod strangers;
mod sweep;
mod tables;
mod users;
mod write;

pub use backup::{BackupError, given_up, sound};
pub use cause::explained_io;
pub use connect::Store;
pub use copy::CopyError;
pub use error::OpenError;
pub use event_audit::{Audit, Fault};
pub use event_chain::BrokenEnds;
pub use keys::{SealedRow, SealedTable};
pub use restored::{Ended, Spent};
pub use servers::ServerRecord;
pub use tables::copied_tables;
