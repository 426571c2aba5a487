//! The log goes to standard error, so that standard output holds only what a command says.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::config::SettingError;

/// Starts the log; `RUST_LOG` sets its filter.
pub fn start(server: bool) -> Result<(), Failure> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.trim().is_empty() => set.parse::<EnvFilter>().map_err(|_| {
            let problem = "it is no log filter, such as info or server=debug,warn";
            SettingError::new("RUST_LOG", problem.to_owned())
        })?,
        _ => EnvFilter::new(if server { "info" } else { "warn" }),
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).init();
    Ok(())
}
