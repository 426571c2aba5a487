//! The log goes to standard error, so that standard output holds only what a command says.

use std::{
    io::{self, IsTerminal},
    panic,
};

use tracing_subscriber::EnvFilter;

use crate::{
    cli::Failure,
    config::{LogFormat, SettingError},
};

/// The driver's own words on the database are left out by default: what matters of them comes back as an error, and is told once.
const SERVER: &str = "info,sqlx=off,sqlx_core=off";
const COMMAND: &str = "warn,sqlx=off,sqlx_core=off";

/// Starts the log; `RUST_LOG` sets its filter. `server` is how the server's looks; a command's is for eyes.
pub fn start(server: Option<LogFormat>) -> Result<(), Failure> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.trim().is_empty() => set.parse::<EnvFilter>().map_err(|_| {
            let problem = "it is no log filter, such as info or server=debug,warn";
            SettingError::new("RUST_LOG", problem.to_owned())
        })?,
        _ => EnvFilter::new(if server.is_some() { SERVER } else { COMMAND }),
    };
    // A line that can't be written is dropped: a full disk or a closed terminal must not end what the line tells of. The library would tell
    // of it by a print that panics.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(io::stderr);
    match server {
        Some(LogFormat::Json) => {
            log.json().flatten_event(true).with_span_list(false).init();
            panic::set_hook(Box::new(log_panic));
        }
        _ => log.with_ansi(io::stderr().is_terminal()).init(),
    }
    Ok(())
}

/// Rust's own words would be no JSON. Where it happened is enough: a panic's text may hold what it was about.
fn log_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, "panicked");
}
