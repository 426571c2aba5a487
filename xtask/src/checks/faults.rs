//! The fault suite: kills, full disks, dead databases.

use std::path::Path;

use anyhow::Result;
use clap::Args;

use crate::{
    build,
    postgres::{self, Cluster},
    process::Process,
    tools,
    workspace::{binary, program},
};

/// What `faults` takes.
#[derive(Args)]
pub struct FaultsArguments {
    /// Only the small part that is also in `test`
    #[arg(long)]
    quick: bool,

    /// Handed on to the suite, after `--`, such as `--only F4` or `--soak 30`
    #[arg(last = true, value_name = "ARGUMENTS")]
    suite: Vec<String>,
}

/// Builds the program and runs the fault suite against it.
pub fn run(arguments: &FaultsArguments) -> Result<()> {
    build::build()?;
    let program = Process::cargo(["run", "--quiet", "--package", "faults", "--"]);
    suite(program, &binary(), arguments.quick, &arguments.suite)
}

/// Runs the small part of the suite against a binary. `cargo xtask test` has compiled the suite.
pub fn quick(binary: &Path) -> Result<()> {
    suite(Process::new(program("faults")?), binary, true, &[])
}

fn suite(program: Process, binary: &Path, quick: bool, arguments: &[String]) -> Result<()> {
    tools::ensure_for_faults()?;
    let cluster = Cluster::start_durable()?;
    program
        .args(quick.then_some("--quick"))
        .args(arguments)
        .env("TWINLOCK_BIN", binary)
        .env(postgres::URL, cluster.url())
        .env_unshown("TWINLOCK_TEST_POSTGRES_DATA", cluster.data())
        .env_unshown("TWINLOCK_TEST_POSTGRES_PROGRAMS", cluster.programs())
        .remedy("the table above names the id; `cargo xtask faults -- --only F1` does one")
        .run()
}
