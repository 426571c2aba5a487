//! `cargo xtask bench`: measures throughput, latency and cost of the shipped binary; with
//! `--browser`, of the pages in a browser.

use std::{
    fs,
    path::{Path, PathBuf},
    thread::available_parallelism,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use crate::{
    frontend::files_below,
    lighthouse::binary,
    postgres::Cluster,
    process::Process,
    stopwatch::Stopwatch,
    tools,
    workspace::{end2end, root},
};

/// The core reserved for the servers.
const SERVERS: &str = "0";
/// The core of the load generator.
const LOAD: &str = "1";

/// The load generator.
const PROGRAM: &str = "target/release/bench";

/// What `bench` takes.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct BenchArguments {
    /// What people would pick instead, loaded turn by turn with Twinlock, so that the table holds
    /// ratios
    #[arg(long)]
    peer: Option<Peer>,

    /// With 100,000 people, 20,000 accounts and 5 million events, beside an almost empty database
    /// (`-- --scale 0.1`: a tenth of it)
    #[arg(long, conflicts_with_all = ["peer", "scale_out"])]
    growth: bool,

    /// Two instances on one `PostgreSQL` behind nginx, beside one
    #[arg(long, conflicts_with = "peer")]
    scale_out: bool,

    /// Requests for an application behind Twinlock, asked directly and through nginx, beside the
    /// signed-in read
    #[arg(long, conflicts_with_all = ["peer", "growth", "scale_out"])]
    doors: bool,

    /// Put the tables into docs/BENCHMARKS.md
    #[arg(long)]
    write: bool,

    /// Measure the pages in Chromium instead, turn by turn with a React client of the same routes
    #[arg(long, conflicts_with_all = ["peer", "growth", "doors", "scale_out", "load"])]
    browser: bool,

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

/// Builds both programs, and runs the load.
pub fn run(arguments: &BenchArguments) -> Result<()> {
    if arguments.browser {
        return browser(arguments.write);
    }
    let cores = available_parallelism()?.get();
    ensure!(
        cores > 1,
        "the server and its load need a core each, and there is one"
    );
    let binary = binary()?;
    let peer = match arguments.peer {
        Some(Peer::BetterAuth) => Some(installed("better-auth")?),
        None => None,
    };
    if arguments.doors {
        return doors(arguments, &binary);
    }
    let cluster = Cluster::start_durable()?;
    Process::cargo(["build", "--release", "--package", "bench"]).run()?;
    let mut load = if arguments.scale_out {
        // No process is bound to a core here: those without a reserved share take what they need.
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
    started(load, arguments)
}

/// Measures the requests for an application, with the server on one core and nginx and the load on
/// the other.
fn doors(arguments: &BenchArguments, binary: &Path) -> Result<()> {
    Process::cargo(["build", "--release", "--package", "bench"]).run()?;
    let load = Process::new("taskset")
        .args(["--cpu-list", LOAD, PROGRAM, "doors", "--core", SERVERS])
        .args(["--nginx"])
        .args([tools::ensure_nginx()?])
        .args(["--binary"])
        .args([binary]);
    started(load, arguments)
}

/// Runs the load generator with the arguments that are handed on.
fn started(mut load: Process, arguments: &BenchArguments) -> Result<()> {
    if arguments.write {
        load = load.args(["--write", "docs/BENCHMARKS.md"]);
    }
    load.args(&arguments.load)
        .folder(root())
        .remedy("the output above says what went wrong")
        .run()
}

/// Runs the load on one core and the servers on another.
fn beside_the_servers(measurement: &str, cluster: &Cluster) -> Result<Process> {
    cluster.bind(SERVERS)?;
    Ok(Process::new("taskset")
        .args(["--cpu-list", LOAD, PROGRAM])
        .args([measurement, "--core", SERVERS]))
}

/// Measures downloads, times and tasks in Debian's Chromium (`end2end/bench`).
fn browser(write: bool) -> Result<()> {
    let binary = binary()?;
    tools::ensure_for_browser_tests()?;
    tools::install_packages()?;
    let peer = installed("better-auth-spa")?;
    Process::new("npm")
        .args(["run", "build"])
        .folder(&peer)
        .run()?;
    let mut bench = Process::new("npx")
        .args(["--no-install", "playwright", "test"])
        .args(["--config", "bench.config.ts"])
        .folder(&end2end())
        .env_unshown("TWINLOCK_BIN", binary)
        .env_unshown("BENCH_PEER", peer.join("dist"));
    if write {
        bench = bench.env_unshown("BENCH_DOCUMENT", root().join("docs/BENCHMARKS.md"));
    }
    bench
        .remedy("the report above says where the browser got stuck")
        .run()
}

/// Installs a peer's scripts with their packages; returns their folder.
fn installed(peer: &str) -> Result<PathBuf> {
    let folder = root().join("target/peers").join(peer);
    let source = root().join("suites/bench/peers").join(peer);
    for file in files_below(&source)? {
        let copy = folder.join(file.strip_prefix(&source)?);
        fs::create_dir_all(copy.parent().context("a file stands in a folder")?)?;
        fs::copy(file, copy)?;
    }
    if !folder.join("node_modules").exists() {
        let stopwatch = Stopwatch::start();
        eprintln!("Installing {peer} from npm (once, about 2 minutes) …");
        Process::new("npm")
            .args(["install", "--no-audit", "--no-fund"])
            .folder(&folder)
            .remedy("npm's words above say what is missing")
            .run()?;
        eprintln!("Installed in {}.", stopwatch.words());
    }
    Ok(folder)
}
