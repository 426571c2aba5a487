//! What `domain::ports` promises, asked of a real database. `Database::fresh` decides which engine that is.

// Clippy's leave for tests does not reach their helpers.
#![allow(clippy::unwrap_used)]

mod accounts;
mod attempts;
mod backup_codes;
mod crash;
mod mfa;
mod people;
mod races;
mod schema;
mod sessions;
mod sign_in;
mod support;
mod users;
