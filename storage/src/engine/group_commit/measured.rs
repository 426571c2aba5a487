//! What sharing a commit brings (ADR 18): the same build and the same load, with and without it.
//!
//! The load is what the store does for a second factor and for a wrong code, without HTTP, hashing
//! and unsealing, so that the commit's share of the work is as large as it can be.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    events::{Actor, Origin, Outcome},
    ids::{MethodId, SessionId, UserId},
    ports::{Attempts, Events, Mfa, SignInCode, SignInCodeUse, TokenSwap},
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{Budget, Factor},
    },
    time::{TimeStep, Timestamp},
    token::{Token, TokenHash},
};
use sqlx::{AnyConnection, Connection, Row, query};

use crate::Store;

/// The size of a measurement.
struct Plan {
    /// Concurrent clients, each with one request at a time.
    writers: &'static [usize],
    /// How long one run lasts.
    lasting: Duration,
    /// Users, each of whom sends one code per run.
    people: usize,
    rounds: usize,
}

/// Enough to compare what is stored.
const SMALL: Plan = Plan {
    writers: &[4],
    lasting: Duration::from_millis(20),
    people: 400,
    rounds: 1,
};

/// Enough to compare rates; four minutes with five rounds.
const WHOLE: Plan = Plan {
    writers: &[1, 4, 16, 64],
    lasting: Duration::from_millis(1500),
    people: 8000,
    rounds: 5,
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

#[derive(Clone, Copy)]
enum Load {
    SecondFactor,
    WrongCode,
}

/// The result of one run.
struct Run {
    rate: f64,
    cpu_millis_each: f64,
}

fn bits<const N: usize>(kind: u8, number: usize) -> [u8; N] {
    let mut bits = [kind; N];
    bits[..8].copy_from_slice(&number.to_be_bytes());
    bits
}

fn user(number: usize) -> UserId {
    UserId::from_random(bits(1, number))
}

fn method(number: usize) -> MethodId {
    MethodId::from_random(bits(2, number))
}

fn session(number: usize) -> SessionId {
    SessionId::from_random(bits(3, number))
}

fn token(kind: u8, number: usize) -> TokenHash {
    Token::from_random(bits(kind, number)).hash()
}

/// A closed file with users who have a method and a session that owes its second factor.
async fn filled(file: &Path, people: usize) {
    let url = format!("sqlite:{}", file.display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let mut all = connection.begin().await.unwrap();
    for number in 0..people {
        let user = user(number).as_str().to_owned();
        let insert = query(
            "INSERT INTO users (id, email, name, name_folded, created_at, is_canonical)
             VALUES ($1, $1, 'Ada', 'ada', 0, 1)",
        );
        insert.bind(user.clone()).execute(&mut *all).await.unwrap();
        let insert = query(
            "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default)
             VALUES ($1, $2, 'Application', 0, 'application', 1)",
        );
        let insert = insert.bind(method(number).as_str().to_owned());
        let insert = insert.bind(user.clone());
        insert.execute(&mut *all).await.unwrap();
        let insert = query(
            "INSERT INTO app_keys (method_id, key_id, sealed_key, last_step)
             VALUES ($1, 'key', $2, 0)",
        );
        let insert = insert.bind(method(number).as_str().to_owned());
        let insert = insert.bind(vec![0_u8; 60]);
        insert.execute(&mut *all).await.unwrap();
        let insert = query(
            "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at)
             VALUES ($1, $2, $3, $4, $4, $4)",
        );
        let insert = insert.bind(session(number).as_str().to_owned());
        let insert = insert.bind(token(4, number).as_bytes().to_vec());
        let insert = insert.bind(user).bind(NOW.millis());
        insert.execute(&mut *all).await.unwrap();
    }
    all.commit().await.unwrap();
    connection.close().await.unwrap();
}

/// What the store does for one request.
async fn once(store: &Store, load: Load, number: usize) {
    let user = user(number);
    let mut origin = Origin::here(Actor::User(user.clone()), NOW);
    origin.session = Some(session(number));
    let store = store.seen_from(origin);
    let counted = store
        .count_second_factor(&user, &GuessHolder::Stranger, Factor::Application, NOW)
        .await;
    assert_eq!(counted.unwrap(), Budget::Open);
    match load {
        Load::WrongCode => store.settle(Outcome::Failed).await.unwrap(),
        Load::SecondFactor => {
            let swap = TokenSwap {
                session: session(number),
                old: token(4, number),
                new: token(5, number),
            };
            let code = SignInCode {
                swap,
                user,
                method: method(number),
                step: TimeStep::at(NOW),
                browser: token(6, number),
                is_browser_known: false,
                at: NOW,
            };
            let answer = store.use_code(code).await.unwrap();
            assert!(matches!(answer, SignInCodeUse::Accepted { .. }));
        }
    }
}

/// User and system time of this process, in milliseconds.
fn cpu_millis() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks * 10.0
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long work takes, which no rule asks for"
)]
fn instant() -> Instant {
    Instant::now()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a run has a few thousand requests"
)]
async fn run(template: &Path, plan: &Plan, load: Load, writers: usize, shares: bool) -> Run {
    let folder = template.parent().unwrap();
    let file = folder.join("run.db");
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("run.db{end}")));
    }
    fs::copy(template, &file).unwrap();
    fs::File::open(&file).unwrap().sync_all().unwrap();
    let url = format!("sqlite:{}", file.display());
    let store = Store::open(&url).await.unwrap();
    let store = Arc::new(if shares {
        store
    } else {
        store.without_sharing()
    });
    let (next, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (begin, cpu) = (instant(), cpu_millis());
    let (lasting, people) = (plan.lasting, plan.people);
    let clients = (0..writers).map(|_| {
        let (store, next, done) = (Arc::clone(&store), Arc::clone(&next), Arc::clone(&done));
        tokio::spawn(async move {
            while begin.elapsed() < lasting {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= people {
                    break;
                }
                once(&store, load, number).await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let (wall, cpu) = (begin.elapsed(), cpu_millis() - cpu);
    store.close().await;
    let done = done.load(Ordering::Relaxed);
    assert_eq!(burnt(&url, load).await, done, "what was answered is stored");
    let done = done as f64;
    Run {
        rate: done / wall.as_secs_f64(),
        cpu_millis_each: cpu / done,
    }
}

/// How many requests of this load left their row.
async fn burnt(url: &str, load: Load) -> usize {
    let sql = match load {
        Load::SecondFactor => "SELECT COUNT(*) FROM app_keys WHERE last_step > 0",
        Load::WrongCode => "SELECT COUNT(*) FROM security_events WHERE outcome = 'failed'",
    };
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let count: i64 = query(sql).fetch_one(&mut connection).await.unwrap().get(0);
    connection.close().await.unwrap();
    usize::try_from(count).unwrap()
}

/// The median and the extremes.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    (values[last / 2], values[0], values[last])
}

/// With a commit for each request and with a shared one, everything that was answered is stored.
///
/// With the variable `ROUNDS` it measures for minutes, and prints the rate without and with a
/// shared commit, and their ratio per round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_is_stored_with_a_shared_commit_and_without() {
    let plan = env::var("ROUNDS").map_or(SMALL, |rounds| Plan {
        rounds: rounds.parse().unwrap(),
        ..WHOLE
    });
    let places = [
        ("on the disk", PathBuf::from("../target")),
        ("in memory", env::temp_dir()),
    ];
    println!("| | clients | alone, a second | shared, a second | shared / alone | CPU each, ms |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (place, folder) in places {
        let folder = tempfile::tempdir_in(folder).unwrap();
        let template = folder.path().join("template.db");
        filled(&template, plan.people).await;
        for (load, name) in [
            (Load::SecondFactor, "second factor"),
            (Load::WrongCode, "wrong code"),
        ] {
            for &writers in plan.writers {
                let (mut alone, mut shared) = (Vec::new(), Vec::new());
                for round in 0..plan.rounds {
                    // The two alternate, so that a slow moment of the machine affects both.
                    for shares in [round % 2 == 0, round % 2 != 0] {
                        let one = run(&template, &plan, load, writers, shares).await;
                        if shares { &mut shared } else { &mut alone }.push(one);
                    }
                }
                let pairs = alone.iter().zip(&shared);
                let ratio = spread(pairs.map(|(a, s)| s.rate / a.rate).collect());
                let rate = |runs: &[Run]| spread(runs.iter().map(|run| run.rate).collect());
                let cpu =
                    |runs: &[Run]| spread(runs.iter().map(|run| run.cpu_millis_each).collect()).0;
                let (a, s) = (rate(&alone), rate(&shared));
                println!(
                    "| {name} {place} | {writers} | {:.0} ({:.0} to {:.0}) | {:.0} ({:.0} to {:.0}) \
                     | {:.2} ({:.2} to {:.2}) | {:.2}, {:.2} |",
                    a.0,
                    a.1,
                    a.2,
                    s.0,
                    s.1,
                    s.2,
                    ratio.0,
                    ratio.1,
                    ratio.2,
                    cpu(&alone),
                    cpu(&shared),
                );
            }
        }
    }
}
