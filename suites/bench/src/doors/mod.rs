//! Requests for an application behind Twinlock: verify calls beside the signed-in read, at full and
//! at half load, and whole requests through nginx.

mod browser;
mod nginx;

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::Args;

use crate::{
    client::load::{closed_loop, flawless, paced_loop},
    machine::{cpu::Cpu, hardware},
    results::{
        figures::{MeasuredRun, Spread},
        report::{BenchReport, Bound},
    },
    runs::arguments::Common,
    seed::people::SeededSite,
    sites::{MeasuredSite, SignInClient, SignInStage, twinlock::OccupiedSite},
};
use browser::{ApplicationBrowser, ORIGIN};
use nginx::GuardedNginx;

/// Arguments of the measurement.
#[derive(Args)]
pub struct Doors {
    #[command(flatten)]
    pub common: Common,
    /// People in the database
    #[arg(long, default_value_t = 5_000)]
    people: usize,
    /// The path of nginx
    #[arg(long, default_value = "/usr/sbin/nginx")]
    nginx: PathBuf,
}

/// What the runs of one kind of request gave.
#[derive(Default)]
struct Rounds {
    reads: Vec<MeasuredRun>,
    verify_calls: Vec<MeasuredRun>,
    half_load: Vec<MeasuredRun>,
    guarded: Vec<MeasuredRun>,
    open: Vec<MeasuredRun>,
}

/// Runs all measurements.
pub async fn measure(asked: &Doors, report: &mut BenchReport) -> Result<()> {
    let folder = tempfile::tempdir_in("target")?;
    let memory = tempfile::tempdir_in("/dev/shm")?;
    hardware::describe(report, folder.path(), memory.path()).await?;
    let mut setting = asked.common.on_file(folder.path());
    setting.environment = vec![
        ("TWINLOCK_PUBLIC_URL", "https://localhost".to_owned()),
        // The load generator asks by address.
        ("TWINLOCK_ALLOWED_HOSTS", "127.0.0.1".to_owned()),
        ("TWINLOCK_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
    ];
    setting.prepare()?;
    setting.command(&["app", "add", "Bench", "--url", ORIGIN])?;
    let seeded = SeededSite::fill(&setting, asked.people, asked.people).await?;
    let mut site = setting.start_occupied(seeded, folder.path()).await?;
    let nginx = GuardedNginx::start(&asked.nginx, folder.path(), site.twinlock.address).await?;
    let mut rounds = Rounds::default();
    for _ in 0..asked.common.runs {
        measure_round(asked, &mut site, &nginx, &mut rounds).await?;
    }
    tell(&rounds, report);
    Ok(())
}

async fn measure_round(
    asked: &Doors,
    site: &mut OccupiedSite,
    nginx: &GuardedNginx,
    rounds: &mut Rounds,
) -> Result<()> {
    let load = asked.common.load();
    let mut guests = site.guests(SignInStage::SignedIn(load.clients)).await?;
    for guest in &mut guests {
        guest.cookies = browser::over_tls(&guest.cookies);
    }
    let address = site.twinlock.address;
    let readers = guests.iter().map(|guest| {
        let mut reader = site.browser();
        reader.act_as(guest);
        reader
    });
    let mut readers: Vec<_> = readers.collect();
    let mut browsers = Vec::new();
    for guest in &guests {
        browsers.push(ApplicationBrowser::enter(address, &guest.cookies).await?);
    }
    let site = &*site;
    let server_cpu = || site.cpu();
    let reads = closed_loop(server_cpu, &mut readers, load.time, async |reader| {
        reader.read().await
    });
    rounds.reads.push(flawless(reads.await?)?);
    let calls = closed_loop(server_cpu, &mut browsers, load.time, async |browser| {
        browser.verify().await
    });
    let calls = flawless(calls.await?)?;
    // A client that pauses as long as its answer took at full load asks at half the rate.
    let pause = Duration::from_secs_f64(as_number(load.clients) / calls.rate());
    rounds.verify_calls.push(calls);
    let half = paced_loop(
        server_cpu,
        &mut browsers,
        load.time,
        pause,
        async |browser| browser.verify().await,
    );
    rounds.half_load.push(flawless(half.await?)?);
    let both_cpu = || Cpu {
        balancer: nginx.cpu(),
        ..site.cpu()
    };
    for (path, runs) in [("/", &mut rounds.guarded), ("/open", &mut rounds.open)] {
        let mut visitors: Vec<_> = browsers
            .iter()
            .map(|browser| browser.through(nginx.address))
            .collect();
        let asked = closed_loop(both_cpu, &mut visitors, load.time, async |visitor| {
            visitor.open(path).await
        });
        runs.push(flawless(asked.await?)?);
    }
    Ok(())
}

fn tell(rounds: &Rounds, report: &mut BenchReport) {
    report.head(&["", "", "a second", "p50, p95, p99", "CPU each"]);
    report.runs("Twinlock", "signed-in read", &rounds.reads);
    report.runs("Twinlock", "verify call", &rounds.verify_calls);
    report.runs("Twinlock", "verify call, half load", &rounds.half_load);
    report.runs("through nginx", "page with the check", &rounds.guarded);
    report.runs("through nginx", "page without it", &rounds.open);
    let pairs = rounds.verify_calls.iter().zip(&rounds.reads);
    report.budget(
        "verify calls, over signed-in reads",
        Spread::of(pairs.map(|(calls, reads)| calls.rate() / reads.rate())),
        "×",
        Bound::AtLeast(0.9),
    );
    report.budget(
        "verify calls at half load, p95",
        Spread::of(rounds.half_load.iter().map(|run| run.quantile(0.95))),
        "ms",
        Bound::AtMost(5.0),
    );
}

#[allow(clippy::cast_precision_loss)]
fn as_number(count: usize) -> f64 {
    count as f64
}
