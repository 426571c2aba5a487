//! Twinlock's server: settings, key file, ports to the outside, HTTP guard, embedded pages and the
//! operator's command line.
//!
//! The binary only calls [`cli::run`]; the rest is a library so that tests use the same router as
//! users.

pub mod cli;
pub mod config;
pub mod context;
pub mod door;
pub mod files;
pub mod hasher;
pub mod health;
pub mod housekeeping;
pub mod keys;
pub mod listener;
pub mod middleware;
pub mod process;
pub mod router;
pub mod spa;
pub mod system;

// Without this import the linker drops the server functions, and none of them registers.
use app as _;
