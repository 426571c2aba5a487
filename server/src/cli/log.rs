//! The log goes to standard error, so that standard output holds only what a command says.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::config::SettingError;

/// The driver's own words on the database are left out by default: what matters of them comes back as an error, and is told once.
const SERVER: &str = "info,sqlx=off,sqlx_core=off";
const COMMAND: &str = "warn,sqlx=off,sqlx_core=off";

/// Starts the log; `RUST_LOG` sets its filter.
pub fn start(server: bool) -> Result<(), Failure> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.trim().is_empty() => set.parse::<EnvFilter>().map_err(|_| {
            let problem = "it is no log filter, such as info or server=debug,warn";
            SettingError::new("RUST_LOG", problem.to_owned())
        })?,
        _ => EnvFilter::new(if server { SERVER } else { COMMAND }),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    Ok(())
}
