//! The tools of the attack suite, for other suites that test the real program from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    missing_docs,
    reason = "tools of tests: what can't go on should stop, and names say the rest"
)]

pub mod harness;
