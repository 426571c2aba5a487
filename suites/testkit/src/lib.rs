//! What the tests of the running program share. It uses none of the product's code, because shared
//! code would repeat the product's errors in its tests (ADR 12).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    reason = "a test that can't go on should stop, in its helpers too"
)]

pub mod authenticator;
pub mod chance;
pub mod clock;
pub mod http;
pub mod operator;
pub mod people;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod process;
pub mod rounds;
#[cfg(feature = "postgres")]
pub mod server_database;
pub mod site;
pub mod software_key;
