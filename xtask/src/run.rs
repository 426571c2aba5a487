//! `cargo xtask run`: builds and starts the product.

use std::{os::unix::process::CommandExt, process::Command};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    build,
    frontend::{self, Edition},
    steps::Steps,
    stopwatch::Stopwatch,
};

/// What `run` takes.
#[derive(Args)]
pub struct RunArguments {
    /// Handed on to `twinlock serve`, after `--`
    #[arg(last = true, value_name = "SERVE ARGUMENTS")]
    serve: Vec<String>,
}

/// Builds quickly what has changed and then becomes the server, in the current folder: signals,
/// terminal and exit code are those of the server.
pub fn run(arguments: &RunArguments) -> Result<()> {
    let stopwatch = Stopwatch::start();
    let mut steps = Steps::of(2);
    steps.step("the pages", "1½ minutes", || {
        frontend::build(Edition::Quick)
    })?;
    let binary = steps.step("the server", "3 minutes", || build::server(Edition::Quick))?;
    eprintln!(
        "\nBuilt in {}. `cargo xtask build` makes the one that is shipped: smaller and faster.",
        stopwatch.words()
    );
    eprintln!(
        "\nOpen the link printed below in a browser. Ctrl-C stops the server.\n$ {} serve {}",
        binary.display(),
        arguments.serve.join(" ")
    );
    let error = Command::new(&binary)
        .arg("serve")
        .args(&arguments.serve)
        .exec();
    Err(error).with_context(|| format!("{} could not be started", binary.display()))
}
