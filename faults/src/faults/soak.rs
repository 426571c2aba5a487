//! F20: everything at random, for as long as was asked for.

use std::{fs, thread, time::Duration};

use crate::{
    cast::{Cast, InFlight},
    database::Foreign,
    engine::Engine,
    plan::{Held, Run, must_hold},
    site::Site,
    tally::Tally,
    watch,
};

const WAL: u64 = 64 * 1024 * 1024;
/// MiB an hour that memory may grow, after the first tenth of the time.
const SLOPE: f64 = 1.0;

pub fn soak(run: &Run) -> Held {
    if run.soak == 0 {
        return Held::impossible(
            "only when asked for: `cargo xtask faults -- --only F20 --soak 30`",
        );
    }
    let mut site = Site::new(Engine::Sqlite, None, "soak", None);
    site.start();
    let mut cast = Cast::new(&site, 20, run.seed);
    let (mut tally, mut in_flight, mut wal) = (Tally::default(), InFlight::default(), 0);
    let began = watch::now();
    let mut counts = [0_usize; 4];
    let (mut rises, mut hours) = (0.0, 0.0);
    while began.elapsed() < Duration::from_secs(60 * run.soak) {
        let length = cast.between(1_000, 6_000);
        let chosen = usize::try_from(length.as_millis() % 4).unwrap();
        counts[chosen] += 1;
        tally.join(cast.round(&site, || {
            thread::sleep(length);
            match chosen {
                0 => drop(site.ends_by("-KILL")),
                1 => drop(site.ends_by("-TERM")),
                2 => {
                    let foreign = Foreign::lock(site.url());
                    thread::sleep(Duration::from_millis(500));
                    foreign.unlock();
                }
                _ => {}
            }
        }));
        wal =
            wal.max(fs::metadata(site.data.join("twinlock.db-wal")).map_or(0, |facts| facts.len()));
        if chosen < 2 {
            site.kill();
            site.start();
        }
        in_flight.join(cast.settle(&site));
        tally.join(cast.try_again(&site));
        cast.settle(&site);
        cast.later(&site);
        if counts[3] > 0 && chosen == 3 {
            let (rise, time) = quiet(&mut cast, &site, &mut tally);
            rises += rise;
            hours += time;
        }
    }
    cast.verify_events(&site);
    cast.broken
        .extend(tally.raw.iter().map(|raw| format!("raw {raw}")));
    must_hold(&cast.broken, run.seed);
    assert!(wal <= WAL, "the -wal grew to {wal} bytes");
    Held {
        what: format!(
            "{} minutes: {} times SIGKILL, {} SIGTERM, {} foreign locks, {} undisturbed rounds, at random under load",
            run.soak, counts[0], counts[1], counts[2], counts[3]
        ),
        times: counts.iter().sum(),
        figures: format!(
            "{} acknowledged writes, {} acts in flight; -wal at most {} KiB; memory in undisturbed rounds {:+.1} MiB in {:.2} h (wanted: {SLOPE} MiB/h)",
            tally.acknowledged,
            in_flight.all(),
            wal / 1024,
            rises,
            hours
        ),
    }
}

/// Some seconds of load on one process: how much more memory it holds afterwards (MiB), and how long it took (hours).
fn quiet(cast: &mut Cast, site: &Site, tally: &mut Tally) -> (f64, f64) {
    let (before, began) = (site.memory(), watch::now());
    tally.join(cast.round(site, || thread::sleep(Duration::from_secs(5))));
    cast.settle(site);
    cast.later(site);
    let kib = |memory: u64| f64::from(u32::try_from(memory).unwrap());
    let rise = (kib(site.memory()) - kib(before)) / 1024.0;
    (rise, began.elapsed().as_secs_f64() / 3600.0)
}
