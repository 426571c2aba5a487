//! The ports of `domain` over SQL. One text serves both engines (`sqlx::Any`); only the table definitions differ.
//!
//! Whatever may happen once is one conditional statement whose count of changed rows is checked, in one transaction with its
//! effects. A write transaction that concerns a person changes that person's row in `users` first: engines that let writers run
//! side by side then serialise them there, and two never wait for each other.

mod accounts;
mod attempts;
mod backup_codes;
mod connect;
mod error;
mod invitations;
mod key_check;
mod mfa;
mod migrate;
mod rows;
mod sessions;
mod users;

pub use connect::Store;
pub use error::OpenError;
