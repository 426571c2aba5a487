//! What `domain::ports` promises, asked of a real database. `Database::empty` decides which engine that is.

// Clippy's leave for tests does not reach their helpers.
#![allow(clippy::unwrap_used)]

mod engine;
mod events;
mod mfa;
mod operation;
mod people;
mod races;
mod sign_in;
mod support;
