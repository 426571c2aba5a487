//! F8 to F11: the `PostgreSQL` server crashes, becomes read-only, freezes, or drops its
//! connections.

use std::{thread, time::Duration};

use testkit::http::HttpBrowser;

use crate::{
    clients::{Clients, InFlight},
    database,
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    probe::{self, SOON},
    site::FaultSite,
    tally::Tally,
    watch::{self, Durations},
};

/// The store's time limit for the database, plus half a second for a slow machine.
const PATIENCE: Duration = Duration::from_millis(5_500);
/// A request that began before the freeze waits for the database once, not twice; before that its
/// password may have waited up to a second in the hash queue.
const ONCE: Duration = Duration::from_millis(6_500);
/// How long the server is frozen.
const FROZEN: Duration = Duration::from_secs(30);
const LIVE: Duration = Duration::from_millis(50);

/// A site under load, and the results.
struct SiteUnderLoad {
    site: FaultSite,
    clients: Clients,
    tally: Tally,
    /// The probes sent during the fault.
    knocks: Tally,
    in_flight: InFlight,
    again: Durations,
    process: u32,
}

impl SiteUnderLoad {
    fn on(run: &FaultRun, name: &str) -> Result<Self, String> {
        let mut site =
            FaultSite::try_new(TestedEngine::Postgres, run.cluster.as_ref(), name, None)?;
        site.start_timed();
        let mut clients = Clients::new(&site, run.of(6, 20), run.seed);
        let tally = clients.round(&site, || thread::sleep(Duration::from_secs(2)));
        clients.settle(&site);
        let process = site.process();
        Ok(Self {
            site,
            clients,
            tally,
            knocks: Tally::default(),
            in_flight: InFlight::default(),
            again: Durations::default(),
            process,
        })
    }

    /// Causes a fault under load, and measures the time from its end until the server writes again.
    fn round(&mut self, what: impl FnOnce(&FaultSite, &mut Tally)) {
        let mut knocks = Tally::default();
        let (site, mut took) = (&self.site, Duration::ZERO);
        let played = self.clients.round(site, || {
            thread::sleep(Duration::from_millis(400));
            what(site, &mut knocks);
            took = probe::writes_again(&site.address, watch::now(), &mut knocks);
        });
        database::wait_for_rest(site.url());
        self.again.add(took);
        self.tally.join(played);
        self.knocks.join(knocks);
        self.in_flight.join(self.clients.settle(site));
        self.tally.join(self.clients.try_again(site));
        self.clients.settle(site);
        self.clients.later(site);
    }

    fn into_outcome(
        mut self,
        run: &FaultRun,
        what: &str,
        times: usize,
        more: &str,
    ) -> FaultOutcome {
        self.clients.verify_events(&self.site);
        self.tally.join(std::mem::take(&mut self.knocks));
        let broken = &mut self.clients.broken;
        broken.extend((self.site.panics() > 0).then(|| "a panic in the log".to_owned()));
        broken.extend(self.tally.raw.iter().map(|raw| format!("raw {raw}")));
        must_hold(broken, run.seed);
        assert_eq!(self.process, self.site.process(), "it was restarted");
        assert!(
            self.again.worst() <= SOON,
            "writes again: {}",
            self.again.words()
        );
        FaultOutcome {
            what: what.to_owned(),
            times,
            figures: format!(
                "{} answers, of them {} 503 (after {}), no 500; of {} acts refused so {} left nothing, {} were counted only, {} were done; writes again without a restart: {}{more}",
                self.tally.sent() - self.tally.unanswered,
                self.tally.of(503),
                self.tally.refused_after.words(),
                self.in_flight.all(),
                self.in_flight.left_nothing,
                self.in_flight.left_a_part,
                self.in_flight.done,
                self.again.words()
            ),
        }
    }
}

/// F8: the server crashes.
pub fn crash_server(run: &FaultRun) -> FaultOutcome {
    let mut load = match SiteUnderLoad::on(run, "crashes") {
        Ok(load) => load,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(1, 50);
    for _ in 0..times {
        load.round(|_, _| run.cluster().crash());
    }
    load.into_outcome(run, "pg_ctl restart --mode=immediate under load", times, "")
}

/// F9: the server becomes read-only.
pub fn refuse_writes(run: &FaultRun) -> FaultOutcome {
    let mut load = match SiteUnderLoad::on(run, "standby") {
        Ok(load) => load,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(1, 5);
    let own = "SET default_transaction_read_only = off";
    for _ in 0..times {
        load.round(|site, knocks| {
            let url = run.cluster().url();
            database::run_each(
                url,
                &[
                    "ALTER SYSTEM SET default_transaction_read_only = on",
                    "SELECT pg_reload_conf()",
                ],
            );
            thread::sleep(Duration::from_millis(300));
            for _ in 0..3 {
                let status = probe::knock(&site.address, knocks);
                assert_eq!(status, Some(503), "while nothing can be written");
            }
            database::run_each(
                url,
                &[
                    own,
                    "ALTER SYSTEM RESET default_transaction_read_only",
                    "SELECT pg_reload_conf()",
                ],
            );
        });
    }
    load.into_outcome(
        run,
        "default_transaction_read_only = on, and off again, under load",
        times,
        "",
    )
}

/// F10: the server freezes.
pub fn freeze_server(run: &FaultRun) -> FaultOutcome {
    let mut load = match SiteUnderLoad::on(run, "frozen") {
        Ok(load) => load,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(1, 3);
    let before = load.site.memory();
    let mut lives = Durations::default();
    for _ in 0..times {
        load.round(|site, knocks| {
            run.cluster().signal("-STOP");
            let began = watch::now();
            let waiting = thread::scope(|scope| {
                let waiting = scope.spawn(|| probe::knock_together(&site.address, 20));
                while began.elapsed() < FROZEN {
                    lives.add(time_livez(site));
                    thread::sleep(Duration::from_millis(100));
                }
                run.cluster().signal("-CONT");
                waiting.join().unwrap()
            });
            knocks.join(waiting);
        });
    }
    let after = load.site.memory();
    let waited = load.knocks.refused_after.clone();
    let slowest = Duration::max(load.tally.refused_after.worst(), load.tally.times.worst());
    let more = format!(
        "; who came while it stood still was told 503 after {}; /livez: {}, 99th hundredth {} ms; memory {before} → {after} KiB",
        waited.words(),
        lives.words(),
        lives.percentile(99).as_millis()
    );
    let outcome = load.into_outcome(
        run,
        &format!(
            "every process of the server stopped (SIGSTOP) for {} s under load",
            FROZEN.as_secs()
        ),
        times,
        &more,
    );
    assert!(waited.worst() <= PATIENCE, "503 after {}", waited.words());
    assert!(
        slowest <= ONCE,
        "an answer after {} ms",
        slowest.as_millis()
    );
    assert!(lives.percentile(99) <= LIVE, "livez: {}", lives.words());
    outcome
}

/// How long `/livez` takes.
fn time_livez(site: &FaultSite) -> Duration {
    let began = watch::now();
    let answer = HttpBrowser::new(&site.address).get("/livez");
    assert_eq!(answer.status, 200, "livez");
    began.elapsed()
}

/// F11: the server drops all connections.
pub fn drop_connections(run: &FaultRun) -> FaultOutcome {
    let mut load = match SiteUnderLoad::on(run, "drops") {
        Ok(load) => load,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(2, 20);
    for _ in 0..times {
        load.round(|_, _| {
            database::run(
                run.cluster().url(),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'drops'",
            );
        });
    }
    let failed = load.tally.of(503) + load.knocks.of(503);
    // Two pools of eight connections.
    assert!(failed <= times * 16, "{failed} failed requests");
    load.into_outcome(
        run,
        "every connection ended by the server (pg_terminate_backend) under load",
        times,
        "",
    )
}
