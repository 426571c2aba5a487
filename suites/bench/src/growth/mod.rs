//! Growth must not slow the server down: measures an almost empty and a large database in
//! alternation, the pages that show many rows, the start, and housekeeping under load.

mod crowd;
mod databases;
mod history;
mod housekeeping;
mod pages;

use anyhow::Result;
use clap::{Args, ValueEnum};
use testkit::authenticator::Authenticator;

use crate::{
    client::clock::instant,
    machine::{hardware, postgres::Postgres},
    results::{
        figures::Spread,
        report::{BenchReport, Bound},
    },
    runs::{
        arguments::Common,
        rounds::{Rounds, Scenario},
    },
    seed::people::SeededSite,
    sites::{Guest, twinlock::OccupiedSite},
};
use databases::{GrowthDatabase, GrowthDatabases};
use history::History;

/// The number of users who sign in, on either database.
const VISITORS: usize = 8000;

/// Arguments of the measurement of growth.
#[derive(Args)]
pub struct Growth {
    #[command(flatten)]
    pub common: Common,
    /// Size, as a share of 100,000 people, 20,000 accounts and 5 million events
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// A server to measure as well
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Measure only this engine
    #[arg(long)]
    only: Option<GrowthEngine>,
}

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GrowthEngine {
    Sqlite,
    Postgres,
}

/// The size of the grown database.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Users; a fifth as many accounts.
    pub people: usize,
    /// Members of the large account.
    pub members: usize,
    /// Security events, all sealed.
    pub events: i64,
}

impl Size {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn of(scale: f64) -> Self {
        Self {
            // A fifth more users than visitors, so that some users never sign in.
            people: ((100_000.0 * scale) as usize).max(VISITORS * 6 / 5),
            members: (10_000.0 * scale) as usize,
            events: (5_000_000.0 * scale) as i64,
        }
    }
}

/// A server with a large database.
struct GrownSite {
    site: OccupiedSite,
    /// The owner of the large account, signed in.
    owner: Guest,
    history: History,
}

/// Measures both engines.
pub async fn measure(asked: &Growth, report: &mut BenchReport) -> Result<()> {
    let folder = tempfile::tempdir_in("target")?;
    let memory = tempfile::tempdir_in("/dev/shm")?;
    hardware::describe(report, folder.path(), memory.path()).await?;
    let size = Size::of(asked.scale);
    report.line(&format!(
        "Small: {VISITORS} people. Grown: {} people with a session, a known browser and ten backup codes each, {} accounts, one of them with {} members, {} security events, sealed.",
        size.people,
        size.people.div_ceil(crate::seed::people::ACCOUNT),
        size.members,
        size.events
    ));
    report.head(&["", "", "a second", "p50, p95, p99", "CPU each"]);
    if asked.only != Some(GrowthEngine::Postgres) {
        let databases = GrowthDatabases::on_files(&asked.common, folder.path())?;
        engine(asked, "SQLite", size, &databases, report).await?;
    }
    if let Some(url) = &asked.postgres
        && asked.only != Some(GrowthEngine::Sqlite)
    {
        let server = Postgres::at(url).await?;
        let databases = GrowthDatabases::on_server(&asked.common, &server, folder.path()).await?;
        engine(asked, "PostgreSQL", size, &databases, report).await?;
    }
    Ok(())
}

async fn engine(
    asked: &Growth,
    engine: &'static str,
    size: Size,
    databases: &GrowthDatabases,
    report: &mut BenchReport,
) -> Result<()> {
    let load = asked.common.load();
    let small = small(&databases.small).await?;
    let GrownSite {
        site,
        owner,
        history,
    } = grown(engine, size, &databases.grown, report).await?;
    let mut small = Rounds::of(format!("{engine}, small"), small);
    let mut grown = Rounds::of(format!("{engine}, grown"), site);
    // Alternating, so that a slow minute of the machine affects both.
    for scenario in (0..asked.common.runs).flat_map(|_| Scenario::ALL) {
        small.go(scenario, load).await?;
        grown.go(scenario, load).await?;
    }
    small.tell(report);
    grown.tell(report);
    compare(engine, &small, &grown, report);
    drop(small);
    pages::measure(engine, asked.common.runs, grown.site(), &owner, report).await?;
    let people = housekeeping::People {
        seeded: grown.into_site().seeded,
        history,
    };
    let setting = &databases.grown.setting;
    let starts = setting.cold_starts(&databases.grown.folder).await?;
    report.budget(
        &format!("{engine}: start on it"),
        starts,
        "ms",
        Bound::AtMost(1000.0),
    );
    housekeeping::measure(
        engine,
        asked.common.runs,
        load,
        &databases.grown,
        people,
        report,
    )
    .await
}

async fn small(place: &GrowthDatabase) -> Result<OccupiedSite> {
    place.setting.prepare()?;
    let seeded = SeededSite::fill(&place.setting, VISITORS, VISITORS).await?;
    place.setting.start_occupied(seeded, &place.folder).await
}

async fn grown(
    engine: &'static str,
    size: Size,
    place: &GrowthDatabase,
    report: &mut BenchReport,
) -> Result<GrownSite> {
    let begin = instant();
    place.setting.prepare()?;
    let mut seeded = SeededSite::fill(&place.setting, size.people, VISITORS).await?;
    let owner = Guest {
        email: String::new(),
        authenticator: Authenticator::with_key(Vec::new()),
        cookies: crowd::fill(&mut seeded, size).await?,
    };
    let history = history::fill(&place.setting, &mut seeded, size.events).await?;
    place.settle(&mut seeded).await?;
    report.note(&format!(
        "{engine}: filled in {:.0} s.",
        begin.elapsed().as_secs_f64()
    ));
    Ok(GrownSite {
        site: place.setting.start_occupied(seeded, &place.folder).await?,
        owner,
        history,
    })
}

fn compare(
    engine: &str,
    small: &Rounds<OccupiedSite>,
    grown: &Rounds<OccupiedSite>,
    report: &mut BenchReport,
) {
    let pairs = small.sign_ins().iter().zip(grown.sign_ins());
    let slower = pairs.map(|(small, grown)| grown.quantile(0.99) / small.quantile(0.99));
    report.budget(
        &format!("{engine}: p99 of a sign-in, grown over small"),
        Spread::of(slower),
        "×",
        Bound::AtMost(1.2),
    );
    let ((_, small), (_, grown)) = (small.memory(), grown.memory());
    report.note(&format!(
        "{engine}: memory after load: small {small}, grown {grown} MiB."
    ));
    report.budget(
        &format!("{engine}: memory after load, grown over small"),
        grown.over(small.median),
        "×",
        Bound::AtMost(1.1),
    );
}
