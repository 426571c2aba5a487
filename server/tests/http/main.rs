//! What the server answers over HTTP, whoever asks: guards, headers, pages, access.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod bodies;
mod csrf;
mod headers;
mod last_resort;
mod log;
mod pages;
mod placeholders;
mod table;
