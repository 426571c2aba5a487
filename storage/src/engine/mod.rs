//! The database as such: connections, transactions, batches, and the way from rows to the types of
//! `domain`.
//!
//! What an engine has for itself is small: `dialect` (how a write begins, the lock of a migration),
//! `sqlite` (one connection that writes beside readers, `synchronous=FULL`) and `postgres` (two
//! pools; 5 s for a statement; a commit is on the disk; a standby is noticed before a write;
//! another host must prove its name). A PostgreSQL connection is closed if it does not answer
//! within a second when it is taken up again, or within five after it wrote or was given up,
//! because its host is gone.
//! Two connections first check for a pooler, the encoding and the role's rights (`postgres::look`,
//! ADR 31).
//! No statement is waited for longer than 5 s, whatever the server does (`connect::answered`).
//!
//! On SQLite, concurrent transactions share one commit (`group_commit`, ADR 18). Statements that do
//! not depend on each other travel together, the first of them with what begins their transaction
//! (`batch`, ADR 19); connections that read are kept between two statements (`read_connections`).
//! `migrate::schema_check` refuses triggers and views before the first migration and everything
//! else that differs within the migrations' transaction, at every start. `migrate::tables` lists
//! every table behind those that it refers to. `error::cause` alone knows what an error code of an
//! engine or of the system means.
//!
//! Each statement is one constant of readable text beside the function that runs it. A function
//! whose name ends in `_statement` binds its values and runs nothing. Text that differs between the
//! engines comes from `dialect`. Text that differs between tables is a template: in
//! `sign_in::guess_budgets` (three tables with the same statements), `operation::sweep`,
//! `operation::servers` and `operation::copy`.

pub(crate) mod batch;
pub(crate) mod connect;
pub(crate) mod dialect;
pub(crate) mod error;
pub(crate) mod event_rows;
pub(crate) mod group_commit;
pub(crate) mod locks;
pub(crate) mod migrate;
pub(crate) mod postgres;
pub(crate) mod read_connections;
pub(crate) mod rows;
pub(crate) mod sqlite;
pub(crate) mod statement;
pub(crate) mod transaction;
