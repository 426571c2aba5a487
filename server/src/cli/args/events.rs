//! `twinlock events …`, as it is typed.

use clap::Args;

#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "what")]
pub struct EventsArgs {
    /// Look through the chain of sealed events for rows that are missing or were changed; fails if there are any
    #[arg(long, group = "what")]
    pub verify: bool,
    /// Write all events as JSON, a line each
    #[arg(long, group = "what")]
    pub export: bool,
}
