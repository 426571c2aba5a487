//! F21 to F24: what a fault does to people on their way into an application. No code is taken
//! twice, nothing that was acknowledged is lost, and without an answer of the database no one is
//! let in.

mod visitor;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use testkit::{chance::Chance, http::ServerAddress, operator::OperatorCommands};

use crate::{
    database,
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    site::FaultSite,
    watch::{self, Durations},
};
use visitor::{ORIGIN, Opening, Visitor};

const PEOPLE: usize = 8;
/// The store's time limit for the database, plus half a second for a slow machine.
const PATIENCE: Duration = Duration::from_millis(5_500);

/// F21 on `SQLite`.
pub fn kill_on_sqlite(run: &FaultRun) -> FaultOutcome {
    kill(run, TestedEngine::Sqlite)
}

/// F21 on `PostgreSQL`.
pub fn kill_on_postgres(run: &FaultRun) -> FaultOutcome {
    kill(run, TestedEngine::Postgres)
}

/// A site with one application and people who are signed in.
fn open_site(
    run: &FaultRun,
    engine: TestedEngine,
    name: &str,
) -> Result<(FaultSite, Vec<Visitor>), String> {
    let mut site = FaultSite::try_new(engine, run.cluster.as_ref(), name, None)?;
    site.set("TWINLOCK_PUBLIC_URL", "https://panel.localhost");
    // The clients ask by address.
    site.set("TWINLOCK_ALLOWED_HOSTS", "127.0.0.1");
    site.set("TWINLOCK_TRUSTED_PROXIES", "127.0.0.1");
    let added = site.cli(&["app", "add", "Wiki", "--url", ORIGIN]);
    assert_eq!(added.code, 0, "{}{}", added.out, added.err);
    site.add_account("Doors");
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| {
            let email = format!("person{number}@example.com");
            site.add_user(&email, "Doors", "member")
        })
        .collect();
    site.start_timed();
    let visitors = people
        .iter()
        .map(|person| Visitor::of(&site.address, person));
    let visitors = visitors.collect();
    Ok((site, visitors))
}

fn kill(run: &FaultRun, engine: TestedEngine) -> FaultOutcome {
    let (mut site, mut visitors) = match open_site(run, engine, "door_kills") {
        Ok(made) => made,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let kills = run.of(10, run.kills);
    let mut chance = Chance::new(run.seed);
    let (mut broken, mut ready) = (Vec::new(), Durations::default());
    let (mut acknowledged, mut waiting, mut cut_off, mut done) = (0, 0, 0, 0);
    for _ in 0..kills {
        // A random duration, so that a kill can hit any instant between the code and the cookie.
        let length = Duration::from_millis(30 + u64::try_from(chance.below(300)).unwrap());
        let openings = thread::scope(|scope| {
            let each = visitors.iter_mut();
            let visits: Vec<_> = each
                .map(|visitor| scope.spawn(|| visitor.open_until_down()))
                .collect();
            thread::sleep(length);
            site.end_by("-KILL");
            let ended = visits.into_iter().flat_map(|visit| visit.join().unwrap());
            ended.collect::<Vec<_>>()
        });
        site.kill();
        ready.add(site.start_timed());
        if engine == TestedEngine::Postgres {
            // A commit that was sent before the kill is still carried out.
            database::wait_for_rest(site.url());
        }
        for visitor in &mut visitors {
            visitor.use_server(&site.address);
        }
        let judge = &mut visitors[0];
        for opening in openings {
            match &opening {
                Opening::Entered { code, cookie } => {
                    acknowledged += 1;
                    if judge.ask(cookie) != Some(200) {
                        broken.push("a session that was acknowledged is gone".to_owned());
                    }
                    if judge.take(code).is_some() {
                        broken.push("a code that was taken opened again".to_owned());
                    }
                }
                Opening::Drawn(code) => {
                    waiting += 1;
                    if judge.take(code).is_none() {
                        broken.push("a code that was acknowledged does not open".to_owned());
                    }
                    if judge.take(code).is_some() {
                        broken.push("a code opened twice".to_owned());
                    }
                }
                Opening::CutOff(code) => {
                    cut_off += 1;
                    // The kill came before the commit, or after it.
                    done += usize::from(judge.take(code).is_none());
                    if judge.take(code).is_some() {
                        broken.push("a code without an answer opened twice".to_owned());
                    }
                }
            }
        }
    }
    broken.extend((site.panics() > 0).then(|| "a panic in the log".to_owned()));
    must_hold(&broken, run.seed);
    assert!(acknowledged > 0, "no one came in");
    FaultOutcome {
        what: format!("SIGKILL while {PEOPLE} people open an application again and again"),
        times: kills,
        figures: format!(
            "{acknowledged} codes were taken with an answer: each session went on, each code was refused when it came again; {waiting} were drawn and not sent yet: each opened once; {cut_off} were in flight: {done} were taken, the others opened once; ready again: {}",
            ready.words(),
        ),
    }
}

/// F22: the database stops while people are in the application.
pub fn freeze_database(run: &FaultRun) -> FaultOutcome {
    let (site, mut visitors) = match open_site(run, TestedEngine::Postgres, "door_freeze") {
        Ok(made) => made,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(1, 5);
    let (mut refused, mut again) = (Durations::default(), Durations::default());
    for _ in 0..times {
        let cookies: Vec<String> = visitors.iter_mut().map(Visitor::enter).collect();
        run.cluster().signal("-STOP");
        let answers = thread::scope(|scope| {
            let asked: Vec<_> = visitors
                .iter_mut()
                .zip(&cookies)
                .map(|(visitor, cookie)| {
                    scope.spawn(move || {
                        let began = watch::now();
                        (visitor.ask(cookie), began.elapsed())
                    })
                })
                .collect();
            let answers = asked.into_iter().map(|asked| asked.join().unwrap());
            answers.collect::<Vec<_>>()
        });
        run.cluster().signal("-CONT");
        for (status, took) in answers {
            assert_eq!(status, Some(503), "without its database no one is let in");
            refused.add(took);
        }
        let began = watch::now();
        let (visitor, cookie) = (&mut visitors[0], &cookies[0]);
        while visitor.ask(cookie) != Some(200) {
            assert!(began.elapsed() < PATIENCE, "it does not come back");
        }
        again.add(began.elapsed());
    }
    assert!(refused.worst() <= PATIENCE, "503 after {}", refused.words());
    assert_eq!(site.panics(), 0, "a panic in the log");
    FaultOutcome {
        what: "every process of the database stopped (SIGSTOP) while people are in an application"
            .to_owned(),
        times,
        figures: format!(
            "{} verify calls, each answered 503 after {}; let in again after {}",
            times * PEOPLE,
            refused.words(),
            again.words()
        ),
    }
}

/// F23: the master key is changed while people use the application.
pub fn rotate_keys(run: &FaultRun) -> FaultOutcome {
    let (site, mut visitors) = match open_site(run, TestedEngine::Sqlite, "door_rotation") {
        Ok(made) => made,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(1, 10);
    let first = visitors[0].key_set();
    let is_over = AtomicBool::new(false);
    let mut failed = Vec::new();
    let (calls, refused) = thread::scope(|scope| {
        let is_over = &is_over;
        let load: Vec<_> = visitors
            .iter_mut()
            .map(|visitor| {
                scope.spawn(move || {
                    let (mut calls, mut refused) = (0, Vec::new());
                    let cookie = visitor.enter();
                    while !is_over.load(Ordering::Relaxed) {
                        calls += 1;
                        let status = visitor.ask(&cookie);
                        refused.extend((status != Some(200)).then_some(status));
                    }
                    (calls, refused)
                })
            })
            .collect();
        for _ in 0..times {
            let listed = site.cli(&["key", "list"]).out;
            let old = listed.split(':').next().unwrap_or_default();
            let commands: [&[&str]; 3] =
                [&["key", "new"], &["key", "rotate"], &["key", "drop", old]];
            for arguments in commands {
                let done = site.cli(arguments);
                if done.code != 0 {
                    // The load must end before the failure is told.
                    failed.push(format!("{arguments:?}: {}{}", done.out, done.err));
                }
            }
        }
        is_over.store(true, Ordering::Relaxed);
        let ended = load.into_iter().map(|load| load.join().unwrap());
        ended.fold((0, Vec::new()), |(calls, mut refused), (more, others)| {
            refused.extend(others);
            (calls + more, refused)
        })
    });
    must_hold(&failed, run.seed);
    assert!(refused.is_empty(), "refused: {refused:?}");
    assert_eq!(visitors[0].key_set(), first, "assertions have another key");
    assert_eq!(site.panics(), 0, "a panic in the log");
    FaultOutcome {
        what: "`key new`, `key rotate` and `key drop` while people use an application".to_owned(),
        times,
        figures: format!("{calls} verify calls, none refused; assertions keep their key"),
    }
}

/// F24: two instances get the same code at once.
pub fn take_at_two_instances(run: &FaultRun) -> FaultOutcome {
    let (site, mut visitors) = match open_site(run, TestedEngine::Postgres, "door_instances") {
        Ok(made) => made,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let running = site.start_another();
    let other = ServerAddress::with_port(running.port);
    let times = run.of(50, 500);
    for _ in 0..times {
        let code = visitors[0].draw();
        let taken = thread::scope(|scope| {
            let addresses = [&site.address, &other];
            let both = addresses.map(|address| {
                let mut taker = visitors[0].at(address);
                let code = &code;
                scope.spawn(move || taker.take(code).is_some())
            });
            both.map(|taker| taker.join().unwrap())
        });
        assert_eq!(
            taken.iter().filter(|taken| **taken).count(),
            1,
            "one code at two instances: {taken:?}"
        );
    }
    let cookie = visitors[0].enter();
    assert_eq!(visitors[0].at(&other).ask(&cookie), Some(200));
    FaultOutcome {
        what: "two instances get the same code at once".to_owned(),
        times,
        figures: "each code opened once; a session of one instance holds at the other".to_owned(),
    }
}
