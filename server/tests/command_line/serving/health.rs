//! `/livez` and `/readyz`, as a load balancer requests them.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::{
    browser::{get, raw_answer},
    program::{ProgramSite, Running},
};

fn ready(server: &Running) -> (u16, Value) {
    let (status, body) = get(server, "/readyz");
    (status, serde_json::from_str(&body).unwrap())
}

/// Repeats the request until the status is this one, because a result is cached for a second.
fn once(server: &Running, status: u16) -> Value {
    loop {
        let (found, body) = ready(server);
        if found == status {
            return body;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long something takes, on the monotonic clock"
)]
fn instant() -> Instant {
    Instant::now()
}

fn all_hold() -> Value {
    json!({ "ready": true, "checks": { "database": "ok", "migrations": "ok", "key": "ok", "clock": "ok" } })
}

async fn raw(site: &ProgramSite) -> SqliteConnection {
    let url = format!("sqlite://{}", site.file("twinlock.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

#[test]
fn a_server_that_works_is_ready_and_says_little() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    assert_eq!(ready(&server), (200, all_hold()));
    for method in ["GET", "HEAD"] {
        let answer = raw_answer(&server, method, "/readyz").to_lowercase();
        assert!(answer.starts_with("http/1.1 200 "), "{answer}");
        for header in [
            "content-type: application/json",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'",
            "x-request-id: ",
        ] {
            assert!(answer.contains(header), "{header} in {answer}");
        }
    }
    assert!(raw_answer(&server, "POST", "/readyz").starts_with("HTTP/1.1 405"));
    server.terminate();
    let (_, log) = server.wait();
    assert!(!log.contains("readyz"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_lock_is_noticed_while_the_process_lives() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    assert_eq!(ready(&server).0, 200);
    let mut other = raw(&site).await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();

    let begun = instant();
    let found = once(&server, 503);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(
        (
            &found["ready"],
            &found["checks"]["database"],
            &found["checks"]["key"]
        ),
        (&json!(false), &json!("no answer"), &json!("ok"))
    );
    // Many requests at once share one check.
    let begun = instant();
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| assert_eq!(get(&server, "/readyz").0, 503));
        }
        let asked = instant();
        assert_eq!(get(&server, "/livez").0, 200);
        assert!(asked.elapsed() < Duration::from_secs(1));
    });
    assert!(begun.elapsed() < Duration::from_secs(8), "one look, or two");

    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(once(&server, 200), all_hold());
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0);
    let told = |line: &str| log.lines().filter(|found| found.contains(line)).count();
    assert_eq!((told("not ready"), told("ready again")), (1, 1), "{log}");
}

#[test]
fn a_key_file_that_is_gone_is_told_before_the_next_start_fails() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    let (file, aside) = (site.file("twinlock.db.key"), site.file("aside"));
    fs::rename(&file, &aside).unwrap();
    let found = once(&server, 503);
    assert_eq!(found["checks"]["key"], "the key file can't be used");
    let other = ProgramSite::with_database();
    fs::copy(other.file("twinlock.db.key"), &file).unwrap();
    std::iter::repeat_with(|| ready(&server).1["checks"]["key"].clone())
        .find(|key| key == "the key file does not belong to the database");
    fs::rename(&aside, &file).unwrap();
    assert_eq!(once(&server, 200), all_hold());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_and_a_clock_that_was_put_back_are_told() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    assert_eq!(ready(&server).0, 200);
    let mut other = raw(&site).await;
    other
        .execute("UPDATE heartbeat SET at = at + 120000")
        .await
        .unwrap();
    let found = once(&server, 503);
    assert_eq!(
        found["checks"]["clock"],
        "behind what the database has seen"
    );
    other
        .execute("UPDATE heartbeat SET at = at - 120000")
        .await
        .unwrap();
    once(&server, 200);
    other
        .execute("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'x', TRUE, x'00', 0)")
        .await
        .unwrap();
    let found = once(&server, 503);
    assert_eq!(found["checks"]["migrations"], "newer than this version");
}
