//! `cargo xtask bench`: how much the shipped binary answers, how fast, and at what cost.

use std::thread::available_parallelism;

use anyhow::{Result, ensure};
use clap::Args;

use crate::{lighthouse::binary, process::Process, workspace::root};

/// What `bench` takes.
#[derive(Args)]
pub struct BenchArguments {
    /// Handed on to the load generator, after `--`; `-- --help` lists what there is
    #[arg(last = true, value_name = "LOAD ARGUMENTS")]
    load: Vec<String>,
}

/// Builds both, and runs the load on one core beside the server on another.
pub fn run(arguments: &BenchArguments) -> Result<()> {
    let cores = available_parallelism()?.get();
    ensure!(
        cores > 1,
        "the server and its load need a core each, and there is one"
    );
    let binary = binary()?;
    Process::cargo(["build", "--release", "--package", "bench"]).run()?;
    Process::new("taskset")
        .args([
            "--cpu-list",
            "1",
            "target/release/bench",
            "--core",
            "0",
            "--binary",
        ])
        .args([&binary])
        .args(&arguments.load)
        .folder(root())
        .remedy("the output above says what went wrong")
        .run()
}
