//! Commands for the whole database: backup, restore, copy, migrate.

pub(in crate::cli) mod backup;
pub(in crate::cli) mod copy;
pub(in crate::cli) mod migrate;
pub(in crate::cli) mod restore;
