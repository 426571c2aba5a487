//! `cargo xtask lighthouse`: audits the real pages with Google's Lighthouse.

use std::{env, path::PathBuf};

use anyhow::Result;
use clap::Args;

use crate::{build, process::Process, tools, workspace::end2end};

/// What `lighthouse` takes.
#[derive(Args)]
pub struct LighthouseArguments {
    /// How often each page is loaded; the medians count
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    loads: u8,
}

/// Loads the pages, prints the table and fails below the targets (`end2end/lighthouse/table.ts`).
pub fn run(arguments: &LighthouseArguments) -> Result<()> {
    let binary = binary()?;
    tools::ensure_for_browser_tests()?;
    tools::install_packages()?;
    tools::install_lighthouse()?;
    Process::new("npx")
        .args(["--no-install", "playwright", "test", "--config", "lighthouse.config.ts"])
        .folder(&end2end())
        .env("LIGHTHOUSE_LOADS", arguments.loads.to_string())
        .env_unshown("TWINLOCK_BIN", binary)
        .remedy("the list above names page and target; the reports beside it say what costs points. On a busy machine performance is lower")
        .run()
}

/// Returns the binary named in `TWINLOCK_BIN`, or builds one from the sources.
pub fn binary() -> Result<PathBuf> {
    match env::var_os("TWINLOCK_BIN") {
        Some(chosen) => Ok(chosen.into()),
        None => build::build(),
    }
}
