//! Deletion of expired rows during sign-ins: the same load, alternating between servers with
//! nothing to delete and servers with much, and the number of rows that were deleted meanwhile.

use anyhow::Result;
use sqlx::{AnyConnection, Connection};

use super::{
    databases::GrowthDatabase,
    history::{DAY, DAYS, History},
};
use crate::{
    client::clock::{self, instant},
    results::{
        figures::{MeasuredRun, Spread},
        report::BenchReport,
    },
    runs::scenarios::{self, ClientLoad},
    seed::{
        people::{SeededSite, random},
        rows::insert,
    },
};

/// Dead rows of each kind at the beginning of a run.
const DEAD: i64 = 20_000;
/// Days of events that exceed the retention time in a run.
const OLD: i64 = 10;
/// The default retention time of events, in days.
const KEPT: i64 = 400;
/// The kinds, and which of their rows are dead: expired events, or rows that [`die`] inserted.
const KINDS: [(&str, &str); 5] = [
    ("sessions", "sessions WHERE seen_at = 1"),
    ("known browsers", "known_browsers WHERE seen_at = 1"),
    ("grants", "step_ups WHERE asked_at = 1"),
    ("challenges", "challenges WHERE made_at = 1"),
    ("events", "security_events WHERE seq <= $1"),
];
/// Each event must be sealed within this time, in milliseconds.
const SEALED: i64 = 2000;

/// The users who sign in, and the events in the database.
pub struct People {
    pub seeded: SeededSite,
    pub history: History,
}

/// The result of one run.
struct SweepRun {
    sign_ins: MeasuredRun,
    /// Deleted rows per second, of each kind.
    went: Vec<f64>,
    /// Dead rows that are left, of each kind.
    left: Vec<i64>,
    /// Events that should have been sealed at the end of the run.
    late: i64,
}

/// Measures sign-ins with and without dead rows.
pub async fn measure(
    engine: &str,
    runs: usize,
    load: ClientLoad,
    place: &GrowthDatabase,
    mut people: People,
    report: &mut BenchReport,
) -> Result<()> {
    let (mut quiet, mut busy) = (Vec::new(), Vec::new());
    for number in 1..=runs {
        bury(&mut people.seeded.connection).await?;
        let (kept, back) = run(place, KEPT, load, people).await?;
        quiet.push(kept);
        people = back;
        die(&mut people.seeded.connection).await?;
        let days = DAYS - OLD * i64::try_from(number)?;
        let (kept, back) = run(place, days, load, people).await?;
        busy.push(kept);
        people = back;
    }
    let sign_ins = |kept: &[SweepRun]| {
        kept.iter()
            .map(|kept| kept.sign_ins.clone())
            .collect::<Vec<_>>()
    };
    report.runs(
        &format!("{engine}, grown"),
        "full sign-in, no row has expired",
        &sign_ins(&quiet),
    );
    report.runs(
        &format!("{engine}, grown"),
        "full sign-in while rows go",
        &sign_ins(&busy),
    );
    tell(engine, &busy, report);
    // Verifies the whole chain: inserted events, those of the server, and the deleted beginning.
    let begin = instant();
    place.setting.command(&["events", "--verify"])?;
    report.note(&format!(
        "{engine}: `twinlock events --verify` found the whole chain right, in {:.0} s.",
        begin.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn tell(engine: &str, busy: &[SweepRun], report: &mut BenchReport) {
    let kinds = KINDS.iter().enumerate().map(|(at, (kind, _))| {
        let went = busy.iter().filter_map(|kept| kept.went.get(at).copied());
        let left = busy.iter().filter_map(|kept| kept.left.get(at));
        let left = left.max().copied().unwrap_or_default();
        format!("{kind} {} (at most {left} left)", Spread::of(went))
    });
    let kinds: Vec<_> = kinds.collect();
    let late = busy.iter().map(|kept| kept.late).max().unwrap_or_default();
    report.note(&format!(
        "{engine}: rows that went a second under load: {}. Events not sealed within {} s at its end: {late}.",
        kinds.join(", "),
        SEALED / 1000
    ));
}

/// Measures sign-ins on a newly started server with a retention time of `days`.
async fn run(
    place: &GrowthDatabase,
    days: i64,
    load: ClientLoad,
    people: People,
) -> Result<(SweepRun, People)> {
    let People {
        mut seeded,
        history,
    } = people;
    let limit = history.before(clock::millis() - days * DAY);
    let before = counts(&mut seeded.connection, limit).await?;
    let begin = instant();
    let mut setting = place.setting.clone();
    setting
        .environment
        .push(("TWINLOCK_EVENT_RETENTION", days.to_string()));
    let mut site = setting.start_occupied(seeded, &place.folder).await?;
    let sign_ins = scenarios::full_sign_in(&mut site, load).await?;
    let took = begin.elapsed();
    let late =
        "SELECT COUNT(*) FROM security_events WHERE seq IS NULL AND open_until <= $1 AND at <= $1";
    let late = sqlx::query_scalar(late)
        .bind(clock::millis() - SEALED)
        .fetch_one(&mut site.seeded.connection)
        .await?;
    let left = counts(&mut site.seeded.connection, limit).await?;
    let went = before.iter().zip(&left);
    let went = went.map(|(before, left)| rate(before - left, took.as_secs_f64()));
    let kept = SweepRun {
        sign_ins,
        went: went.collect(),
        left,
        late,
    };
    let seeded = site.seeded;
    Ok((kept, People { seeded, history }))
}

#[allow(clippy::cast_precision_loss)]
fn rate(rows: i64, seconds: f64) -> f64 {
    rows as f64 / seconds
}

/// The dead rows of each kind.
async fn counts(connection: &mut AnyConnection, limit: i64) -> Result<Vec<i64>> {
    let mut counts = Vec::new();
    for (_, dead) in KINDS {
        let sql = format!("SELECT COUNT(*) FROM {dead}");
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
        if dead.contains("$1") {
            query = query.bind(limit);
        }
        counts.push(query.fetch_one(&mut *connection).await?);
    }
    Ok(counts)
}

/// Deletes the dead rows that a run has left, because they would be work for the next run.
async fn bury(connection: &mut AnyConnection) -> Result<()> {
    for (_, dead) in KINDS.iter().filter(|(_, dead)| !dead.contains("$1")) {
        let sql = format!("DELETE FROM {dead}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Inserts sessions, known browsers, grants and challenges that expired long ago.
async fn die(connection: &mut AnyConnection) -> Result<()> {
    let mut all = connection.begin().await?;
    let people: Vec<String> = sqlx::query_scalar("SELECT id FROM users LIMIT $1")
        .bind(DEAD)
        .fetch_all(&mut *all)
        .await?;
    let (mut sessions, mut browsers) = (Vec::new(), Vec::new());
    for person in people {
        let id = format!("{:032x}", u128::from_be_bytes(random()?));
        sessions.push([
            id.into(),
            random::<32>()?[..].into(),
            person.as_str().into(),
            1.into(),
            1.into(),
            1.into(),
        ]);
        browsers.push([
            random::<32>()?[..].into(),
            person.as_str().into(),
            0.into(),
            0.into(),
            1.into(),
        ]);
    }
    let into = "sessions (id, token_hash, user_id, opened_at, seen_at, password_at)";
    insert(&mut all, into, sessions).await?;
    let into = "known_browsers (token_hash, user_id, failures, allowed_at, seen_at)";
    insert(&mut all, into, browsers).await?;
    let grants = "INSERT INTO step_ups (session_id, user_id, method_id, action, target, asked_at)
                  SELECT s.id, s.user_id, m.id, 'reset', m.id, 1 FROM sessions s JOIN mfa_methods m ON m.user_id = s.user_id AND m.is_default = 1
                  WHERE s.seen_at > 1 LIMIT $1 ON CONFLICT DO NOTHING";
    let challenges =
        "INSERT INTO challenges (challenge_hash, session_id, user_id, purpose, made_at)
                      SELECT token_hash, id, user_id, 'sign_in', 1 FROM sessions
                      WHERE seen_at > 1 LIMIT $1 ON CONFLICT DO NOTHING";
    for sql in [grants, challenges] {
        sqlx::query(sql).bind(DEAD).execute(&mut *all).await?;
    }
    all.commit().await.map_err(Into::into)
}
