//! What the server answers over HTTP, whoever asks: guards, headers, pages, access.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod addresses;
mod admission;
mod between;
mod bodies;
mod brand;
mod csrf;
mod frames;
mod headers;
mod last_resort;
mod log;
mod matrix;
mod pages;
mod placeholders;
mod second_factor;
mod table;
mod unanswered;
