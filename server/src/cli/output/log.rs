//! Sends the log to standard error, so that standard output holds only a command's output.

use std::{
    io::{self, IsTerminal},
    panic,
};

use tracing_subscriber::EnvFilter;

use crate::{
    cli::Failure,
    config::{LogFormat, SettingError},
};

/// The driver's own log messages are off by default, because relevant errors are returned and
/// reported once.
const SERVER: &str = "info,sqlx=off,sqlx_core=off";
const COMMAND: &str = "warn,sqlx=off,sqlx_core=off";

/// Starts the log; `RUST_LOG` sets its filter. `server` is the server's log format; a command's log
/// is for people.
pub fn start(server: Option<LogFormat>) -> Result<(), Failure> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.trim().is_empty() => set.parse::<EnvFilter>().map_err(|_| {
            let problem = "it is not a log filter, such as info or server=debug,warn";
            SettingError::new("RUST_LOG", problem.to_owned())
        })?,
        _ => EnvFilter::new(if server.is_some() { SERVER } else { COMMAND }),
    };
    // A line that can't be written is dropped, because a full disk or a closed terminal must not
    // end the work. The library would report it with a print that panics.
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

/// Logs a panic without Rust's own text, which would not be JSON. The location is enough, because a
/// panic's text may contain sensitive data.
fn log_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, "panicked");
}
