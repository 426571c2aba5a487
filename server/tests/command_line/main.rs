//! Runs the real binary, as an operator does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

#[path = "../support/database.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod test_database;

mod applications;
mod database;
mod keys;
mod operators;
mod people;
mod proxies;
mod serving;
mod support;
