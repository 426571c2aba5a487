//! Twinlock's server: settings, key file, ports to the outside, HTTP guard, embedded pages and the operator's command line.
//!
//! The binary only calls [`cli::run`]; the rest is a library so that tests drive the same router as people do.

pub mod cli;
pub mod clock;
pub mod config;
pub mod context;
pub mod entropy;
mod files;
pub mod hasher;
pub mod health;
pub mod keeper;
pub mod keyfile;
pub mod keys;
pub mod listener;
pub mod middleware;
pub mod named_path;
pub mod presence;
pub mod router;
pub mod service_manager;
pub mod signals;
pub mod spa;
pub mod utc;

// Without this the linker drops the server functions, and none of them registers.
use app as _;
