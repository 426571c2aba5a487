//! `cargo xtask bench`: how much the shipped binary answers, how fast, and at what cost.

use std::{fs, path::PathBuf, thread::available_parallelism};

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};

use crate::{
    lighthouse::binary, postgres::Cluster, process::Process, stopwatch::Stopwatch, tools,
    workspace::root,
};

/// The core that the servers have for themselves.
const SERVERS: &str = "0";
/// The core of the load.
const LOAD: &str = "1";

/// The load.
const PROGRAM: &str = "target/release/bench";

/// What `bench` takes.
#[derive(Args)]
pub struct BenchArguments {
    /// What people would pick instead, loaded turn by turn with Twinlock, so that the table holds ratios
    #[arg(long)]
    peer: Option<Peer>,

    /// With 100,000 people, 20,000 accounts and 5 million events, beside an almost empty database (`-- --scale 0.1`: a tenth of it)
    #[arg(long, conflicts_with_all = ["peer", "scale_out"])]
    growth: bool,

    /// Two instances on one PostgreSQL behind nginx, beside one
    #[arg(long, conflicts_with = "peer")]
    scale_out: bool,

    /// Put the tables into docs/BENCHMARKS.md
    #[arg(long)]
    write: bool,

    /// Handed on to the load generator, after `--`; `-- --help` lists what there is
    #[arg(last = true, value_name = "LOAD ARGUMENTS")]
    load: Vec<String>,
}

/// A peer that this machine can run.
#[derive(Clone, Copy, ValueEnum)]
enum Peer {
    /// Version 1.7 with its plugin for a second factor, on Node and `SQLite`
    BetterAuth,
}

/// Builds both, and runs the load.
pub fn run(arguments: &BenchArguments) -> Result<()> {
    let cores = available_parallelism()?.get();
    ensure!(
        cores > 1,
        "the server and its load need a core each, and there is one"
    );
    let binary = binary()?;
    let peer = arguments.peer.map(installed).transpose()?;
    let cluster = Cluster::start_durable()?;
    Process::cargo(["build", "--release", "--package", "bench"]).run()?;
    let mut load = if arguments.scale_out {
        // Nothing is bound: whatever has no share of its own takes what it needs.
        Process::new(root().join(PROGRAM))
            .args(["scale-out", "--nginx"])
            .args([tools::ensure_nginx()?])
    } else if arguments.growth {
        beside_the_servers("growth", &cluster)?
    } else {
        beside_the_servers("compare", &cluster)?
    };
    load = load.args(["--postgres", &cluster.url(), "--binary"]);
    load = load.args([&binary]);
    if let Some(folder) = &peer {
        load = load.args(["--better-auth"]).args([folder]);
    }
    if arguments.write {
        load = load.args(["--write", "docs/BENCHMARKS.md"]);
    }
    load.args(&arguments.load)
        .folder(root())
        .remedy("the output above says what went wrong")
        .run()
}

/// The load on one core, the servers on another.
fn beside_the_servers(measurement: &str, cluster: &Cluster) -> Result<Process> {
    cluster.bind(SERVERS)?;
    Ok(Process::new("taskset")
        .args(["--cpu-list", LOAD, PROGRAM])
        .args([measurement, "--core", SERVERS]))
}

/// A peer's scripts with its packages beside them; answers their folder.
fn installed(Peer::BetterAuth: Peer) -> Result<PathBuf> {
    let folder = root().join("target/peers/better-auth");
    fs::create_dir_all(&folder)?;
    for file in fs::read_dir(root().join("bench/peers/better-auth"))? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    if !folder.join("node_modules").exists() {
        let stopwatch = Stopwatch::start();
        eprintln!("Installing better-auth from npm (once, about 2 minutes) …");
        Process::new("npm")
            .args(["install", "--no-audit", "--no-fund"])
            .folder(&folder)
            .remedy("npm's words above say what is missing")
            .run()?;
        eprintln!("Installed in {}.", stopwatch.words());
    }
    Ok(folder)
}
