//! Database access: connections, transactions, batches, and conversion of rows to the types of `domain`.

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
pub(crate) mod transaction;
