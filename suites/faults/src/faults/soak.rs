//! F20: random faults for as long as requested.

use std::{collections::BTreeMap, fs, thread, time::Duration};

use testkit::chance::Chance;

use super::disk::Small;
use crate::{
    clients::{Clients, InFlight},
    database::{self, ForeignWriter},
    engine::TestedEngine,
    linear_fit::slope,
    plan::{FaultOutcome, FaultRun, must_hold},
    probe,
    site::FaultSite,
    tally::Tally,
    watch,
};

const WAL: u64 = 64 * 1024 * 1024;
/// The allowed growth of memory, in MiB per hour.
const SLOPE: f64 = 1.0;
/// How long a process may fill its pools and caches before its memory is measured.
const WARM: Duration = Duration::from_mins(4);
/// The minimum number of measurements for a regression line.
const LOOKS: usize = 10;
const MOMENT: Duration = Duration::from_millis(500);
/// Longer than a request waits for the database.
const FROZEN: Duration = Duration::from_secs(6);

/// The fault at the end of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SoakFault {
    Nothing,
    Sigkill,
    Sigterm,
    ForeignLock,
    FullDisk,
    ServerCrash,
    ServerFrozen,
}

use SoakFault::{ForeignLock, FullDisk, Nothing, ServerCrash, ServerFrozen, Sigkill, Sigterm};

impl SoakFault {
    const fn ends_the_process(self) -> bool {
        matches!(self, Sigkill | Sigterm)
    }

    fn happens(self, site: &FaultSite, run: &FaultRun, small: Option<&Small>, tally: &mut Tally) {
        match self {
            Nothing => return,
            Sigkill | Sigterm => {
                let signal = if self == Sigkill { "-KILL" } else { "-TERM" };
                site.end_by(signal);
                return;
            }
            ForeignLock => {
                let foreign = ForeignWriter::lock(site.url());
                thread::sleep(MOMENT);
                foreign.unlock();
            }
            FullDisk => {
                let small = small.unwrap();
                small.fill();
                thread::sleep(MOMENT);
                small.free();
            }
            ServerCrash => run.cluster().crash(),
            ServerFrozen => {
                run.cluster().signal("-STOP");
                thread::sleep(FROZEN);
                run.cluster().signal("-CONT");
            }
        }
        probe::writes_again(&site.address, watch::now(), tally);
    }
}

pub fn on_sqlite(run: &FaultRun) -> FaultOutcome {
    let small = Small::mount("512m");
    let full = small.as_ref().map(|_| FullDisk);
    let troubles: Vec<SoakFault> = [Nothing, Sigkill, Sigterm, ForeignLock]
        .into_iter()
        .chain(full)
        .collect();
    soak(run, TestedEngine::Sqlite, &troubles, small.ok().as_ref())
}

pub fn on_postgres(run: &FaultRun) -> FaultOutcome {
    let troubles = [Nothing, Sigkill, Sigterm, ServerCrash, ServerFrozen];
    soak(run, TestedEngine::Postgres, &troubles, None)
}

fn soak(
    run: &FaultRun,
    engine: TestedEngine,
    troubles: &[SoakFault],
    small: Option<&Small>,
) -> FaultOutcome {
    if run.soak == 0 {
        return FaultOutcome::impossible(
            "only when asked for: `cargo xtask faults -- --only F20 --soak 30`",
        );
    }
    let data = small.map(|small| small.folder.as_path());
    let mut site = match FaultSite::try_new(engine, run.cluster.as_ref(), "soak", data) {
        Ok(site) => site,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    site.start_timed();
    let (mut clients, mut chance) = (Clients::new(&site, 20, run.seed), Chance::new(run.seed));
    let (mut tally, mut in_flight, mut wal) = (Tally::default(), InFlight::default(), 0);
    let mut counts: BTreeMap<SoakFault, usize> = BTreeMap::new();
    let (began, length) = (watch::now(), Duration::from_secs(60 * run.soak));
    // In the last two thirds the process is not restarted, so that its memory can be measured.
    let (mut alone_since, mut memory) = (began, Vec::new());
    while began.elapsed() < length {
        let is_alone = began.elapsed() > length / 3;
        let mut trouble = *chance.one(troubles);
        while is_alone && trouble.ends_the_process() {
            trouble = *chance.one(troubles);
        }
        *counts.entry(trouble).or_default() += 1;
        let length = clients.between(1_000, 6_000);
        let mut knocks = Tally::default();
        tally.join(clients.round(&site, || {
            thread::sleep(length);
            trouble.happens(&site, run, small, &mut knocks);
        }));
        tally.join(knocks);
        let file = fs::metadata(site.data.join("twinlock.db-wal"));
        wal = wal.max(file.map_or(0, |facts| facts.len()));
        if trouble.ends_the_process() {
            site.kill();
            site.start_timed();
            alone_since = watch::now();
        }
        if engine == TestedEngine::Postgres {
            database::wait_for_rest(site.url());
        }
        in_flight.join(clients.settle(&site));
        tally.join(clients.try_again(&site));
        clients.settle(&site);
        clients.later(&site);
        if trouble == Nothing && alone_since.elapsed() > WARM {
            memory.push((alone_since.elapsed().as_secs_f64() / 3600.0, mib(&site)));
        }
    }
    clients.verify_events(&site);
    let raw = tally.raw.iter().map(|raw| format!("raw {raw}"));
    clients.broken.extend(raw);
    clients
        .broken
        .extend((site.panics() > 0).then(|| "a panic in the log".to_owned()));
    must_hold(&clients.broken, run.seed);
    assert!(wal <= WAL, "the -wal grew to {wal} bytes");
    FaultOutcome {
        what: format!("{} minutes, at random under load: {counts:?}", run.soak),
        times: counts.values().sum(),
        figures: format!(
            "{} acknowledged writes, {} acts in flight; -wal at most {} KiB; {}",
            tally.acknowledged,
            in_flight.all(),
            wal / 1024,
            grown(&memory)
        ),
    }
}

fn mib(site: &FaultSite) -> f64 {
    f64::from(u32::try_from(site.memory()).unwrap()) / 1024.0
}

/// Fails if memory grows faster than measurement noise explains.
fn grown(memory: &[(f64, f64)]) -> String {
    if memory.len() < LOOKS {
        return format!("memory: {} looks are too few to judge it", memory.len());
    }
    let (slope, error) = slope(memory);
    let (first, last) = (memory[0].1, memory[memory.len() - 1].1);
    let words = format!(
        "memory of one process in {} looks: {first:.1} → {last:.1} MiB, {slope:+.1} ± {error:.1} MiB an hour",
        memory.len()
    );
    assert!(slope - 2.0 * error <= SLOPE, "{words}");
    words
}
