//! `cargo xtask bench` runs this, on a core of its own beside the server's.

mod clock;
mod connection;
mod figures;
mod limits;
mod load;
mod machine;
mod overload;
mod peer;
mod people;
mod process;
mod report;
mod rounds;
mod rows;
mod scenarios;
mod site;
mod twinlock;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use clap::Parser;

use crate::{
    figures::Spread,
    overload::overload,
    peer::BetterAuth,
    report::{Bound, Report},
    rounds::Rounds,
    scenarios::Load,
    twinlock::{Occupied, Setting},
};

/// Loads a Twinlock, and what people would pick instead, and prints what they answer beside the budgets.
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
    /// The core that the servers are bound to
    #[arg(long)]
    core: Option<usize>,
    /// An empty database on a server, to be measured too
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// The folder of better-auth with its packages, to be measured too
    #[arg(long, value_name = "FOLDER")]
    better_auth: Option<PathBuf>,
    /// The document whose tables are replaced
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    sqlx::any::install_default_drivers();
    let arguments = Arguments::parse();
    let mut report = Report::default();
    measure(&arguments, &mut report).await?;
    report.close();
    arguments.write.map_or(Ok(()), |file| report.write(&file))
}

async fn measure(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let disk = tempfile::tempdir_in("target")?;
    let memory = tempfile::tempdir_in("/dev/shm")?;
    machine::describe(report, disk.path(), memory.path()).await?;
    let load = Load {
        clients: arguments.clients,
        time: Duration::from_secs(arguments.seconds),
    };
    let mut full = Rounds::of("SQLite, FULL", started(arguments, disk.path(), None).await?);
    let mut normal = Rounds::of(
        "SQLite in memory, as NORMAL",
        started(arguments, memory.path(), None).await?,
    );
    let mut postgres = match &arguments.postgres {
        Some(url) => Some(Rounds::of(
            "PostgreSQL",
            started(arguments, disk.path(), Some(url)).await?,
        )),
        None => None,
    };
    let mut peer = match &arguments.better_auth {
        Some(folder) => Some(Rounds::of(
            "better-auth",
            BetterAuth::start(folder, disk.path(), arguments.core)?,
        )),
        None => None,
    };
    // Turn by turn, so that a slow minute of the machine meets all of them.
    for _ in 0..arguments.runs {
        full.go_round(load).await?;
        normal.go_round(load).await?;
        if let Some(postgres) = &mut postgres {
            postgres.go_round(load).await?;
        }
        if let Some(peer) = &mut peer {
            peer.go_round(load).await?;
        }
    }
    report.head(&["", "", "a second", "p50, p95, p99", "CPU each"]);
    full.tell(report);
    normal.tell(report);
    if let Some(postgres) = &postgres {
        postgres.tell(report);
    }
    if let Some(peer) = &peer {
        peer.tell(report);
    }
    if let Some(peer) = &peer {
        rounds::compare(report, &full, &normal, peer);
    }
    let (idle, after) = full.memory();
    report.budget("memory, idle", idle, "MiB", Bound::AtMost(15.0));
    report.budget("memory, after load", after, "MiB", Bound::AtMost(34.0));
    overloaded(arguments, report, &mut full, load.time).await?;
    drop(full);
    let starts = cold_starts(&setting(arguments, disk.path(), None), disk.path()).await?;
    report.budget("cold start", starts, "ms", Bound::AtMost(50.0));
    Ok(())
}

async fn overloaded(
    arguments: &Arguments,
    report: &mut Report,
    site: &mut Rounds<Occupied>,
    time: Duration,
) -> Result<()> {
    let peak = site.peak();
    let mut all = Vec::new();
    for _ in 0..arguments.runs {
        all.push(overload(site.site(), peak, time).await?);
    }
    let of = |value: &dyn Fn(&overload::Overload) -> f64| Spread::of(all.iter().map(value));
    let share = of(&|run| 100.0 * run.sign_ins.rate() / peak);
    report.budget(
        "overload × 10: sign-ins, of the most",
        share,
        "%",
        Bound::AtLeast(80.0),
    );
    let refusals = of(&|run| run.sign_ins.refusal(0.95));
    report.budget(
        "overload × 10: p95 of a refusal",
        refusals,
        "ms",
        Bound::AtMost(100.0),
    );
    let codes = of(&|run| run.codes.quantile(0.95));
    report.budget(
        "overload × 10: p95 of a code meanwhile",
        codes,
        "ms",
        Bound::AtMost(100.0),
    );
    Ok(())
}

fn setting(arguments: &Arguments, folder: &Path, postgres: Option<&str>) -> Setting {
    let file = || format!("sqlite:{}", folder.join("twinlock.db").display());
    let key = if postgres.is_some() {
        "postgres-key"
    } else {
        "key"
    };
    Setting {
        binary: arguments.binary.clone(),
        url: postgres.map_or_else(file, str::to_owned),
        key_file: folder.join(key).display().to_string(),
        core: arguments.core,
    }
}

async fn started(arguments: &Arguments, folder: &Path, postgres: Option<&str>) -> Result<Occupied> {
    let setting = setting(arguments, folder, postgres);
    if postgres.is_some() {
        setting.command(&["key", "new"])?;
    }
    setting.command(&["migrate"])?;
    setting.occupied(arguments.people, folder).await
}

/// Five starts, each after the end of the one before.
async fn cold_starts(setting: &Setting, folder: &Path) -> Result<Spread> {
    let mut starts = Vec::new();
    for _ in 0..5 {
        let twinlock = setting.start(&folder.join("log")).await?;
        starts.push(figures::millis(twinlock.cold_start));
    }
    Ok(Spread::of(starts))
}
