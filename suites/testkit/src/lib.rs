//! What the tests of the running program share. It uses none of the product's code, because shared
//! code would repeat the product's errors in its tests (ADR 12).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that can't go on should stop, in its helpers too"
)]

pub mod authenticator;
pub mod process;
