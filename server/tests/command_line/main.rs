//! The real binary, as an operator calls it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

mod account_changes;
mod accounts;
mod at_once;
#[path = "../support/authenticator.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod authenticator;
mod backup;
mod between;
mod browser;
mod copy;
#[path = "../support/database.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod database;
mod demo;
mod doctor;
mod events;
mod faults;
mod free_port;
mod health;
mod housekeeping;
mod key_copies;
mod key_file;
mod key_waiting;
mod keys;
mod last_owner;
mod log;
mod members;
mod operators;
mod people;
mod program;
mod proxies;
mod serving;
mod settings;
mod spellings;
mod stopping;
mod user_changes;
mod user_words;
mod users;
