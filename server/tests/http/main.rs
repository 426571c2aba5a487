//! The server's answers over HTTP: guards, headers, pages, access.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

#[path = "../support/mod.rs"]
mod support;

mod door;
mod guards;
mod last_resort;
mod log;
mod second_factor;
mod served;
mod spans;
mod unanswered;
