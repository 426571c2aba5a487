//! F1: SIGKILL at random instants.

use std::{thread, time::Duration};

use crate::{
    clients::{Clients, InFlight},
    database,
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    site::FaultSite,
    tally::Tally,
    watch::Durations,
};

const PEOPLE: usize = 20;
/// The maximum time of a restart, up to the first answer.
const READY: Duration = Duration::from_secs(2);
/// How long users enrol before the first kill. Each enrolment computes ten hashes.
const BEGINNING: Duration = Duration::from_secs(5);
/// The event chain is verified after this many kills, and at the end.
const VERIFY_EVERY: usize = 20;

pub fn on_sqlite(run: &FaultRun) -> FaultOutcome {
    kills(run, TestedEngine::Sqlite)
}

pub fn on_postgres(run: &FaultRun) -> FaultOutcome {
    kills(run, TestedEngine::Postgres)
}

fn kills(run: &FaultRun, engine: TestedEngine) -> FaultOutcome {
    let kills = run.of(10, run.kills);
    let mut site = match FaultSite::try_new(engine, run.cluster.as_ref(), "kills", None) {
        Ok(site) => site,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    site.start_timed();
    let mut clients = Clients::new(&site, PEOPLE, run.seed);
    let (mut tally, mut in_flight, mut ready) =
        (Tally::default(), InFlight::default(), Durations::default());
    // Until most users have an authenticator.
    tally.join(clients.round(&site, || thread::sleep(BEGINNING)));
    clients.settle(&site);
    for number in 1..=kills {
        // A random duration, so that a kill can hit any instant of a request.
        let length = clients.between(100, 1_000);
        tally.join(clients.round(&site, || {
            thread::sleep(length);
            site.end_by("-KILL");
        }));
        site.kill();
        ready.add(site.start_timed());
        if engine == TestedEngine::Postgres {
            // A commit that was sent before the kill is still carried out.
            database::wait_for_rest(site.url());
        }
        in_flight.join(clients.settle(&site));
        tally.join(clients.try_again(&site));
        clients.settle(&site);
        if number % VERIFY_EVERY == 0 || number == kills {
            clients.verify_events(&site);
        }
        clients.later(&site);
    }
    if engine == TestedEngine::Postgres {
        let damage = run.cluster().check("kills");
        clients
            .broken
            .extend(damage.map(|damage| format!("J6 {damage}")));
    }
    clients
        .broken
        .extend((site.panics() > 0).then(|| "a panic in the log".to_owned()));
    clients.broken.extend(tally.raw.iter().cloned());
    must_hold(&clients.broken, run.seed);
    assert!(ready.worst() <= READY, "ready again: {}", ready.words());
    assert!(in_flight.all() >= kills, "kills hit nothing: {in_flight:?}");
    FaultOutcome {
        what: format!(
            "SIGKILL at a random instant under {PEOPLE} clients (seed {})",
            run.seed
        ),
        times: kills,
        figures: format!(
            "{} acknowledged writes, {} answers; {} acts in flight: {} left nothing, {} were counted only, {} were done; {} codes tried again, none accepted; ready again: {}",
            tally.acknowledged,
            tally.sent() - tally.unanswered,
            in_flight.all(),
            in_flight.left_nothing,
            in_flight.left_a_part,
            in_flight.done,
            clients.tried_again(),
            ready.words(),
        ),
    }
}
