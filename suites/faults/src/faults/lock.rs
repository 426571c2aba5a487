//! F6: another program holds `SQLite`'s write lock.

use std::{sync::mpsc::channel, thread, time::Duration};

use crate::{
    clients::Clients,
    database::ForeignWriter,
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    probe,
    site::FaultSite,
    tally::Tally,
    watch,
};

const WRITERS: usize = 50;
const HELD: Duration = Duration::from_secs(10);
/// The store's time limit for the lock, plus half a second for a slow machine.
const PATIENCE: Duration = Duration::from_millis(5_500);

pub fn hold_write_lock(run: &FaultRun) -> FaultOutcome {
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "lock", None);
    site.start_timed();
    let mut clients = Clients::new(&site, 10, run.seed);
    let mut tally = Tally::default();
    let rounds = run.of(1, 3);
    let mut again = watch::Durations::default();
    for _ in 0..rounds {
        let began = watch::now();
        let foreign = ForeignWriter::lock(site.url());
        let (done, wait) = channel();
        let waiting = thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let tally = probe::knock_together(&site.address, WRITERS);
                done.send(()).unwrap();
                tally
            });
            // Holds the lock for the full time, even if all requests were answered early.
            let _ = wait.recv_timeout(HELD);
            thread::sleep(HELD.saturating_sub(began.elapsed()));
            foreign.unlock();
            waiting.join().unwrap()
        });
        tally.join(waiting);
        again.add(probe::writes_again(&site.address, watch::now(), &mut tally));
    }
    let (waited, refused) = (tally.refused_after.clone(), tally.of(503));
    let writes = run.of(200, 10_000);
    let beginning = tally.acknowledged;
    let mut written = 0;
    while written < writes {
        tally.join(clients.round(&site, || {
            for _ in 0..4 {
                let foreign = ForeignWriter::lock(site.url());
                thread::sleep(Duration::from_millis(150));
                foreign.unlock();
                thread::sleep(Duration::from_millis(350));
            }
        }));
        clients.settle(&site);
        clients.later(&site);
        written = tally.acknowledged - beginning;
    }
    let raw = tally.raw.iter().map(|raw| format!("raw {raw}"));
    clients.broken.extend(raw);
    let silent = tally.without_retry_after;
    clients
        .broken
        .extend((silent > 0).then(|| format!("{silent} answers 503 without Retry-After")));
    must_hold(&clients.broken, run.seed);
    assert_eq!(
        refused,
        rounds * WRITERS,
        "answers 503: {:?}",
        tally.answers
    );
    assert!(waited.worst() <= PATIENCE, "503 after {}", waited.words());
    FaultOutcome {
        what: format!(
            "a foreign writer holds the lock {} s while {WRITERS} writers wait; then takes it for 150 ms twice a second under load",
            HELD.as_secs()
        ),
        times: rounds,
        figures: format!(
            "{refused} of {} refused with 503 and Retry-After after {}; writes again: {}; {written} writes under the short locks, no 500",
            rounds * WRITERS,
            waited.words(),
            again.words()
        ),
    }
}
