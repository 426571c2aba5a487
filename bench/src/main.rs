//! `cargo xtask bench` runs this, on a core of its own beside the server's.

mod clock;
mod connection;
mod figures;
mod limits;
mod load;
mod people;
mod process;
mod scenarios;
mod twinlock;

use std::{path::Path, time::Duration};

use anyhow::Result;
use clap::Parser;

use crate::{
    figures::{Run, Spread},
    people::House,
    scenarios::Load,
    twinlock::{Setting, Twinlock},
};

/// Loads a Twinlock and prints a table.
#[derive(Parser)]
struct Arguments {
    /// The program
    #[arg(long, default_value = "target/release/twinlock")]
    binary: String,
    /// Seconds a run
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Runs of each scenario
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Clients at once
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// People in the database
    #[arg(long, default_value_t = 20_000)]
    people: usize,
    /// The core that the server is bound to
    #[arg(long)]
    core: Option<usize>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    sqlx::any::install_default_drivers();
    let arguments = Arguments::parse();
    let disk = tempfile::tempdir_in("target")?;
    let memory = tempfile::tempdir_in("/dev/shm")?;
    println!(
        "hashes/s on one thread {:.0}; commits/s {:.0} on the disk, {:.0} in memory",
        limits::hashes(Duration::from_secs(2)).await?,
        limits::commits(disk.path(), Duration::from_secs(2)).await?,
        limits::commits(memory.path(), Duration::from_secs(2)).await?,
    );
    for (name, folder) in [
        ("SQLite, FULL", disk.path()),
        ("SQLite in memory (as NORMAL)", memory.path()),
    ] {
        println!("\n{name}");
        sqlite(&arguments, folder).await?;
    }
    Ok(())
}

async fn sqlite(arguments: &Arguments, folder: &Path) -> Result<()> {
    let setting = Setting {
        binary: arguments.binary.clone(),
        url: format!("sqlite:{}", folder.join("twinlock.db").display()),
        key_file: folder.join("key").display().to_string(),
        core: arguments.core,
    };
    setting.command(&["migrate"])?;
    let mut house = House::fill(&setting.url, &setting.key_file, arguments.people).await?;
    let twinlock = setting.start(&folder.join("log")).await?;
    println!(
        "cold start {:.1} ms, memory {:.1} MiB",
        figures::millis(twinlock.cold_start),
        twinlock.process.memory()
    );
    let load = Load {
        clients: arguments.clients,
        time: Duration::from_secs(arguments.seconds),
    };
    measure(arguments.runs, &twinlock, &mut house, load).await?;
    println!("memory after {:.1} MiB", twinlock.process.memory());
    Ok(())
}

async fn measure(runs: usize, twinlock: &Twinlock, house: &mut House, load: Load) -> Result<()> {
    let (mut full, mut second, mut wrong, mut read) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        full.push(scenarios::full_sign_in(twinlock, house, load).await?);
        second.push(scenarios::second_factor(twinlock, house, load, false).await?);
        wrong.push(scenarios::second_factor(twinlock, house, load, true).await?);
        read.push(scenarios::read(twinlock, house, load).await?);
    }
    for (name, runs) in [
        ("full sign-in", full),
        ("second factor", second),
        ("wrong code", wrong),
        ("signed-in read", read),
    ] {
        print(name, &runs);
    }
    Ok(())
}

fn print(name: &str, runs: &[Run]) {
    let of = |value: fn(&Run) -> f64| Spread::of(runs.iter().map(value));
    let (rate, cpu) = (of(Run::rate), of(Run::cpu_each));
    let (p50, p95, p99) = (
        of(|run| run.quantile(0.5)),
        of(|run| run.quantile(0.95)),
        of(|run| run.quantile(0.99)),
    );
    println!(
        "{name:15} {:8.0}/s ({:.0}-{:.0})  p50 {:.2} p95 {:.2} p99 {:.2} ms  CPU {:.3} ms each",
        rate.median, rate.min, rate.max, p50.median, p95.median, p99.median, cpu.median
    );
}
