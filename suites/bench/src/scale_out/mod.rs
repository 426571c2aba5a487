//! Two instances on one database behind nginx compared with one, and one of two killed under load.
//!
//! Two cores are too few to give each instance its own beside the database, the balancer and the
//! load. So the kernel limits each instance to the same share of a core, and nothing else is
//! limited. Thus only what was scarce doubles.
//! Each part's CPU time is measured, and so is everything without shares, where the machine itself
//! is the limit.

mod kill;
mod nginx;
mod share;
mod site;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::{
    machine::{hardware, postgres::Postgres},
    results::{
        figures::{MeasuredRun, Spread},
        report::{BenchReport, Bound},
    },
    runs::{arguments::Common, scenarios},
    seed::people::SeededSite,
};
use site::BalancedSite;

/// Arguments of the measurement of several instances.
#[derive(Args)]
pub struct ScaleOut {
    #[command(flatten)]
    pub common: Common,
    /// People in the database
    #[arg(long, default_value_t = 12_000)]
    people: usize,
    /// Share of a core that each instance has, in percent
    #[arg(long, default_value_t = 20)]
    share: u32,
    /// An empty database on a server
    #[arg(long, value_name = "URL")]
    postgres: String,
    /// The path of nginx
    #[arg(long, default_value = "/usr/sbin/nginx")]
    nginx: PathBuf,
}

/// How many instances serve requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceCount {
    One,
    Two,
}

/// Runs all measurements.
pub async fn measure(asked: &ScaleOut, report: &mut BenchReport) -> Result<()> {
    let folder = tempfile::tempdir_in("target")?;
    let memory = tempfile::tempdir_in("/dev/shm")?;
    hardware::describe(report, folder.path(), memory.path()).await?;
    let server = Postgres::at(&asked.postgres).await?;
    let setting = asked
        .common
        .setting(asked.postgres.clone(), &folder.path().join("key"));
    setting.prepare()?;
    let seeded = SeededSite::fill(&setting, asked.people, asked.people).await?;
    let mut site =
        BalancedSite::start(&setting, &asked.nginx, folder.path(), seeded, server).await?;
    let load = asked.common.load();
    report.line(&format!(
        "Second factors through nginx by {} clients. With shares each instance has {} % of a core, by the kernel's quota; nothing else is bound or held.",
        load.clients, asked.share
    ));
    let mut all: [Vec<MeasuredRun>; 4] = Default::default();
    for _ in 0..asked.common.runs {
        for (runs, (has_share, instances)) in all.iter_mut().zip(KINDS) {
            site.share(has_share.then_some(asked.share))?;
            site.answer_by(instances);
            runs.push(scenarios::second_factor(&mut site, load).await?);
        }
    }
    tell(&all, report);
    site.share(None)?;
    site.answer_by(InstanceCount::Two);
    kill::measure(asked.common.runs, load, &setting, &mut site, report).await
}

/// With or without shares, and the number of instances.
const KINDS: [(bool, InstanceCount); 4] = [
    (true, InstanceCount::One),
    (true, InstanceCount::Two),
    (false, InstanceCount::One),
    (false, InstanceCount::Two),
];

fn tell(all: &[Vec<MeasuredRun>; 4], report: &mut BenchReport) {
    let names = [
        "one instance, with its share",
        "two, each with its share",
        "one instance, held by nothing",
        "two, held by nothing",
    ];
    report.head(&["", "", "a second", "p50, p95, p99", "CPU each"]);
    for (name, runs) in names.iter().zip(all) {
        report.runs(name, "second factor", runs);
    }
    report.head(&[
        "milliseconds of CPU for one step",
        "instances",
        "PostgreSQL",
        "nginx",
        "load",
        "cores at work, of 2",
    ]);
    for (name, runs) in names.iter().zip(all) {
        let of = |value: &dyn Fn(&MeasuredRun) -> f64| Spread::of(runs.iter().map(value)).median;
        report.line(&format!(
            "| {name} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            of(&|run| run.each(run.cpu.server)),
            of(&|run| run.each(run.cpu.database)),
            of(&|run| run.each(run.cpu.balancer)),
            of(&|run| run.each(run.cpu.load)),
            of(&MeasuredRun::cores),
        ));
    }
    let [one, two, free_one, free_two] = all;
    let ratio = |two: &[MeasuredRun], one: &[MeasuredRun]| {
        let pairs = two.iter().zip(one);
        Spread::of(pairs.map(|(two, one)| two.rate() / one.rate()))
    };
    let mut budget = |what, ratio| report.budget(what, ratio, "×", Bound::AtLeast(1.7));
    budget(
        "second factors, two instances over one, each with its share of a core",
        ratio(two, one),
    );
    budget(
        "the same, held by nothing: two cores for instances, PostgreSQL, nginx and load",
        ratio(free_two, free_one),
    );
}
