//! F12 and F13: a stop request under load; rolling restarts of two instances.

use std::{thread, time::Duration};

use testkit::{http::ServerAddress, process::Running};

use crate::{
    clients::{Clients, InFlight},
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    site::{FaultSite, end_by},
    tally::Tally,
    watch::Durations,
};

/// The stop timeout of the service manager.
const EXIT: Duration = Duration::from_secs(10);

/// F12: a stop request under load.
pub fn stop_under_load(run: &FaultRun) -> FaultOutcome {
    let times = run.of(3, 50);
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "stops", None);
    site.start_timed();
    let mut clients = Clients::new(&site, run.of(6, 20), run.seed);
    let (mut tally, mut in_flight, mut exits) =
        (Tally::default(), InFlight::default(), Durations::default());
    for _ in 0..times {
        let length = clients.between(150, 900);
        let mut took = Duration::ZERO;
        tally.join(clients.round(&site, || {
            thread::sleep(length);
            took = site.end_by("-TERM");
        }));
        exits.add(took);
        site.stop();
        site.start_timed();
        in_flight.join(clients.settle(&site));
        clients.later(&site);
    }
    clients.verify_events(&site);
    // A request still in the accept queue leaves nothing in the database; any other one was
    // accepted.
    let failed = in_flight.left_a_part + in_flight.done;
    clients
        .broken
        .extend((failed > 0).then(|| format!("{failed} accepted requests without an answer")));
    clients
        .broken
        .extend(tally.raw.iter().map(|raw| format!("raw {raw}")));
    must_hold(&clients.broken, run.seed);
    assert!(exits.worst() <= EXIT, "exit: {}", exits.words());
    FaultOutcome {
        what: "SIGTERM under load, and started again".to_owned(),
        times,
        figures: format!(
            "{} answers; no accepted request without its answer ({} connections were refused or still in the queue); exit: {}",
            tally.sent() - tally.unanswered,
            tally.unconnected + tally.unanswered,
            exits.words()
        ),
    }
}

/// F13: rolling restarts.
pub fn restart_in_turn(run: &FaultRun) -> FaultOutcome {
    let times = run.of(2, 20);
    let mut site = match FaultSite::try_new(
        TestedEngine::Postgres,
        run.cluster.as_ref(),
        "rolling",
        None,
    ) {
        Ok(site) => site,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    site.start_timed();
    let mut clients = Clients::new(&site, 10, run.seed);
    let second = site.start_another();
    let others = [ServerAddress::from(&second)];
    let mut second = Some(second);
    let mut tally = Tally::default();
    for number in 0..times {
        let before = if number % 2 == 0 {
            site.process()
        } else {
            second.as_ref().map_or(0, Running::id)
        };
        let mut fresh = None;
        tally.join(clients.round_among(&site, &others, || {
            thread::sleep(Duration::from_millis(400));
            end_by(before, "-TERM");
            let running = site.start_another();
            let restarted = if number % 2 == 0 {
                &site.address
            } else {
                &others[0]
            };
            restarted.set_port(running.port);
            fresh = Some(running);
            thread::sleep(Duration::from_millis(400));
        }));
        if number % 2 == 0 {
            site.replace(fresh.unwrap());
        } else {
            second = fresh;
        }
        clients.settle(&site);
        clients.try_again(&site);
        clients.settle(&site);
        clients.later(&site);
    }
    drop(second);
    clients.verify_events(&site);
    let errors = tally.unanswered + tally.unconnected + tally.of(503) + tally.raw.len();
    must_hold(&clients.broken, run.seed);
    assert!(
        errors * 1000 <= tally.sent(),
        "{errors} errors in {} requests: {:?}",
        tally.sent(),
        tally.answers
    );
    FaultOutcome {
        what: "two instances on one database behind a balancer (a refused connection goes to the other), restarted in turn under load".to_owned(),
        times,
        figures: format!("{errors} errors in {} requests; sessions, counters and codes as acknowledged", tally.sent()),
    }
}
