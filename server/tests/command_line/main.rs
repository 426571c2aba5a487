//! The real binary, as an operator calls it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

mod accounts;
mod key_file;
mod program;
mod serving;
mod settings;
mod stopping;
mod users;
