//! Compares Twinlock with an alternative product in one run, alternating, then measures it under
//! overload.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::{
    machine::hardware,
    results::{
        figures::Spread,
        report::{BenchReport, Bound},
    },
    runs::{
        arguments::Common,
        hostile, keys,
        overload::{self, overload},
        rounds::{self, Rounds, Scenario},
        scenarios::full_sign_in,
    },
    seed::people::SeededSite,
    sites::{
        peer::BetterAuth,
        twinlock::{OccupiedSite, ServerSetting},
    },
};

/// Arguments of the comparison.
#[derive(Args)]
pub struct Compare {
    #[command(flatten)]
    pub common: Common,
    /// People in the database
    #[arg(long, default_value_t = 20_000)]
    people: usize,
    /// An empty database on a server, to measure as well
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// The folder of better-auth with its packages, to measure as well
    #[arg(long, value_name = "FOLDER")]
    better_auth: Option<PathBuf>,
}

/// Runs the whole comparison.
pub async fn measure(arguments: &Compare, report: &mut BenchReport) -> Result<()> {
    let disk = tempfile::tempdir_in("target")?;
    let memory = tempfile::tempdir_in("/dev/shm")?;
    hardware::describe(report, disk.path(), memory.path()).await?;
    let load = arguments.common.load();
    let mut full = Rounds::of(
        "SQLite, FULL",
        start_site(arguments, disk.path(), None).await?,
    );
    let mut normal = Rounds::of(
        "SQLite in memory, as NORMAL",
        start_site(arguments, memory.path(), None).await?,
    );
    let mut postgres = match &arguments.postgres {
        Some(url) => Some(Rounds::of(
            "PostgreSQL",
            start_site(arguments, disk.path(), Some(url)).await?,
        )),
        None => None,
    };
    let mut peer = match &arguments.better_auth {
        Some(folder) => Some(Rounds::of(
            "better-auth",
            BetterAuth::start(folder, disk.path(), arguments.common.core)?,
        )),
        None => None,
    };
    // Alternating, so that a slow minute of the machine affects all sites.
    for scenario in (0..arguments.common.runs).flat_map(|_| Scenario::ALL) {
        full.go(scenario, load).await?;
        normal.go(scenario, load).await?;
        if let Some(postgres) = &mut postgres {
            postgres.go(scenario, load).await?;
        }
        if let Some(peer) = &mut peer {
            peer.go(scenario, load).await?;
        }
        if scenario == Scenario::SecondFactor {
            full.go_by_key(load).await?;
            normal.go_by_key(load).await?;
            if let Some(postgres) = &mut postgres {
                postgres.go_by_key(load).await?;
            }
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
    report.head(&keys::COLUMNS);
    full.tell_by_key(report);
    normal.tell_by_key(report);
    if let Some(postgres) = &postgres {
        postgres.tell_by_key(report);
    }
    if let Some(peer) = &peer {
        rounds::compare(report, &full, &normal, peer);
    }
    let (idle, after) = full.memory();
    report.budget("memory, idle", idle, "MiB", Bound::AtMost(15.0));
    report.budget("memory, after load", after, "MiB", Bound::AtMost(34.0));
    measure_overload(arguments, report, &mut full.into_site()).await?;
    hostile(&arguments.common, report).await?;
    let starts = setting(arguments, disk.path(), None)
        .cold_starts(disk.path())
        .await?;
    report.budget("cold start", starts, "ms", Bound::AtMost(50.0));
    Ok(())
}

/// What strangers can take from honest users, and what they can write; run separately by
/// `bench hostile`.
#[derive(Args)]
pub struct Hostile {
    #[command(flatten)]
    pub common: Common,
}

/// Runs both hostile measurements.
pub async fn hostile(common: &Common, report: &mut BenchReport) -> Result<()> {
    let busy = tempfile::tempdir_in("target")?;
    hostile::measure(common, report, busy.path()).await?;
    let written = tempfile::tempdir_in("/dev/shm")?;
    hostile::measure_written(common, report, written.path()).await
}

async fn measure_overload(
    arguments: &Compare,
    report: &mut BenchReport,
    site: &mut OccupiedSite,
) -> Result<()> {
    let load = arguments.common.load();
    let (mut all, mut shares) = (Vec::new(), Vec::new());
    for _ in 0..arguments.common.runs {
        // The peak rate is measured right before each overload, because the machine's speed varies
        // from minute to minute.
        let most = full_sign_in(site, load).await?.rate();
        let run = overload(site, most, load.time).await?;
        shares.push(100.0 * run.sign_ins.rate() / most);
        all.push(run);
    }
    let of = |value: &dyn Fn(&overload::Overload) -> f64| Spread::of(all.iter().map(value));
    let share = Spread::of(shares);
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

fn setting(arguments: &Compare, folder: &Path, postgres: Option<&str>) -> ServerSetting {
    match postgres {
        Some(url) => {
            let key = folder.join("postgres-key");
            arguments.common.setting(url.to_owned(), &key)
        }
        None => arguments.common.on_file(folder),
    }
}

async fn start_site(
    arguments: &Compare,
    folder: &Path,
    postgres: Option<&str>,
) -> Result<OccupiedSite> {
    let setting = setting(arguments, folder, postgres);
    setting.prepare()?;
    let seeded = SeededSite::fill_with_passkeys(&setting, arguments.people).await?;
    setting.start_occupied(seeded, folder).await
}
