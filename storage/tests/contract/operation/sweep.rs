//! Expired rows are deleted in small batches, and no live row is.

use std::time::Duration;

use domain::{
    door::CODE_LIFETIME,
    events::Chain,
    ids::UserId,
    ports::{
        Attempts, BrowserRecord, KnownBrowser, KnownBrowsers, Sessions, StepUp, StepUps, Users,
    },
    second_factor::{
        enrolment::PENDING_KEY, guess_holder::GuessHolder, lockout::Factor, step_up::Intent,
    },
    session::{
        facts::{ABSOLUTE, IDLE},
        known_browser::KNOWN,
    },
    time::Timestamp,
    webauthn::options::CEREMONY,
};
use sqlx::AssertSqlSafe;
use storage::Store;

use crate::support::{
    ContractDatabase, START,
    applications::{added, draw, enter, visit},
    challenges::{challenge, keep_challenge},
    people::{BrowserSession, browser, default_method, pending, protected, session, somebody},
    stranger, token, vault,
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

async fn open_session(store: &Store, user: &UserId, at: Timestamp) -> BrowserSession {
    let new = session(user, at);
    assert!(store.open(new.clone()).await.unwrap().is_done());
    BrowserSession {
        session: new.id,
        token: new.token,
    }
}

async fn is_there(store: &Store, browser: &BrowserSession) -> bool {
    Sessions::find(store, browser.token)
        .await
        .unwrap()
        .is_some()
}

async fn swept(store: &Store, now: Timestamp) -> u64 {
    let mut count = 0;
    loop {
        let (some, done) = store.sweep(now).await;
        done.unwrap();
        count += some;
        if some == 0 {
            return count;
        }
    }
}

#[tokio::test]
async fn a_session_stays_until_it_is_over() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let (idle, used) = (
        open_session(store, &ada, START).await,
        open_session(store, &ada, START).await,
    );
    let almost = START.plus(IDLE + HOUR).minus(Duration::from_millis(1));
    assert_eq!(swept(store, almost).await, 0);
    store.touch(&used.session, almost).await.unwrap();
    assert_eq!(swept(store, START.plus(IDLE + HOUR)).await, 1);
    assert!(!is_there(store, &idle).await && is_there(store, &used).await);
    // Even if the session is still in use.
    let end = START.plus(ABSOLUTE + HOUR);
    store.touch(&used.session, end).await.unwrap();
    assert_eq!(swept(store, end).await, 1);
}

#[tokio::test]
async fn so_does_everything_else() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let eve = somebody(store).await;
    let other = open_session(store, &eve, START).await;
    let known = KnownBrowser {
        token: token(),
        user: ada.user.clone(),
        session: ada.browser.session.clone(),
        at: START,
    };
    assert_eq!(store.remember(known).await.unwrap(), BrowserRecord::Stored);
    pending(store, &eve, &other, START).await;
    let answered = challenge(&eve, &other, START.plus(Duration::from_secs(1)));
    keep_challenge(store, answered).await;
    store
        .invite(&eve, token(), START.plus(2 * HOUR))
        .await
        .unwrap();
    store
        .count_password(stranger("who@example.com"), START)
        .await
        .unwrap();
    let mut noted = database.connection().await;
    sqlx::query("INSERT INTO network_tries (email_index, network, tried_at, spare_at) VALUES ('name', 'network', $1, 0)")
        .bind(START.millis())
        .execute(&mut noted)
        .await
        .unwrap();
    let asked = StepUp {
        intent: ada.delete_intent(),
        method: ada.method.clone(),
        asked_at: START,
        granted_at: None,
    };
    let mine = &ada.browser.session;
    store.ask(mine, &ada.user, asked).await.unwrap();

    // Each with the table whose row has expired; sessions are kept in use, because deleting them
    // would delete the rest.
    let steps = [
        (Duration::from_mins(65), "refused_sign_ins"),
        (CEREMONY + HOUR + Duration::from_secs(1), "challenges"),
        (Duration::from_mins(70), "step_ups"),
        (PENDING_KEY + HOUR, "pending_keys"),
        (2 * HOUR, "network_tries"),
        (3 * HOUR, "invitations"),
        (25 * HOUR, "password_attempts"),
        (KNOWN + HOUR, "known_browsers"),
    ];
    for (after, table) in steps {
        assert_eq!(database.count(table).await, 1, "{table}");
        let now = START.plus(after);
        for session in [mine, &other.session] {
            store.touch(session, now).await.unwrap();
        }
        swept(store, now.minus(Duration::from_millis(1))).await;
        assert_eq!(database.count(table).await, 1, "{table} at {after:?}");
        swept(store, now).await;
        assert_eq!(database.count(table).await, 0, "{table} at {after:?}");
    }
    assert!(default_method(store, &ada.user).await.is_some());
    assert_eq!(database.count("backup_codes").await, 10);
}

#[tokio::test]
async fn it_goes_in_batches() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let raw = database.raw().await;
    for number in 0_i64..450 {
        sqlx::query(
            "INSERT INTO refused_sign_ins (address, number, refused_at) VALUES ('a', $1, $1)",
        )
        .bind(number)
        .execute(&raw)
        .await
        .unwrap();
    }
    for left in [250, 50, 0] {
        store.sweep(START).await.1.unwrap();
        assert_eq!(database.count("refused_sign_ins").await, left);
    }
}

/// With outdated statistics, `PostgreSQL` expects almost no expired rows, and would run the
/// subquery for a batch again for each row.
#[tokio::test]
async fn it_goes_in_batches_whatever_the_engine_expects() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let raw = database.raw().await;
    let fill = async |address, count: i64, at: i64| {
        let sql = "INSERT INTO refused_sign_ins (address, number, refused_at)
                   WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $2)
                   SELECT $1, n, $3 FROM n";
        let rows = sqlx::query(sql).bind(address).bind(count).bind(at);
        rows.execute(&raw).await.unwrap();
    };
    fill("alive", 20_000, START.millis()).await;
    sqlx::query("ANALYZE").execute(&raw).await.unwrap();
    fill("dead", 1_000, 0).await;
    for left in [800, 600] {
        let (count, done) = store.sweep(START).await;
        done.unwrap();
        assert_eq!(count, 200);
        assert_eq!(database.count("refused_sign_ins").await, 20_000 + left);
    }
}

/// An error in one table is reported after all other tables were swept.
#[tokio::test]
async fn a_table_that_fails_keeps_no_other_from_its_turn() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let raw = database.raw().await;
    let dead = "INSERT INTO refused_sign_ins (address, number, refused_at) VALUES ('a', 1, 0)";
    for sql in [dead, "ALTER TABLE known_browsers RENAME TO away"] {
        sqlx::query(sql).execute(&raw).await.unwrap();
    }
    let (count, done) = store.sweep(START).await;
    assert!(count == 1 && done.is_err());
    assert_eq!(database.count("refused_sign_ins").await, 0);
}

/// A month of users who sign in every eight hours, with all the rows that this creates, and the
/// sweep running.
#[tokio::test]
async fn thirty_days_leave_no_more_than_eight() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let vault = vault();
    let chain: &Chain = vault.event_chain();
    let raw = database.raw().await;
    let mut people = Vec::new();
    for _ in 0..2 {
        people.push((somebody(store).await, protected(store).await));
    }
    let retention = 2 * DAY;
    let mut most = [0; TABLES.len()];
    for hour in (0..30 * 24).step_by(8) {
        let now = START.plus(HOUR * hour);
        let seen = store.seen_from(domain::events::Origin::here(
            domain::events::Actor::Nobody,
            now,
        ));
        let mut at_work = Vec::new();
        for (number, (plain, protected)) in people.iter().enumerate() {
            let mine = open_session(&seen, plain, now).await;
            pending(&seen, plain, &mine, now).await;
            let asked_of = challenge(plain, &mine, now);
            keep_challenge(&seen, asked_of).await;
            let theirs = open_session(&seen, &protected.user, now).await;
            let asked = StepUp {
                intent: Intent::Generate,
                method: protected.method.clone(),
                asked_at: now,
                granted_at: None,
            };
            seen.ask(&theirs.session, &protected.user, asked)
                .await
                .unwrap();
            let known = KnownBrowser {
                token: token(),
                user: plain.clone(),
                session: mine.session.clone(),
                at: now,
            };
            let browser = GuessHolder::KnownBrowser(known.token);
            assert_eq!(seen.remember(known).await.unwrap(), BrowserRecord::Stored);
            for (user, holder) in [(plain, &browser), (&protected.user, &theirs.holder())] {
                seen.count_second_factor(user, holder, Factor::BackupCode, now)
                    .await
                    .unwrap();
            }
            let typed = format!("nobody{hour}-{number}@example.com");
            seen.count_password(stranger(&typed), now).await.unwrap();
            at_work.extend([mine, theirs]);
        }
        swept(store, now).await;
        for browser in at_work {
            assert!(is_there(store, &browser).await, "nobody at work is put out");
        }
        store.beat(now).await.unwrap();
        let sealed_by = now.plus(Duration::from_mins(2));
        while store.seal_events(chain, sealed_by).await.unwrap() > 0 {}
        while seen
            .delete_events(chain, now.minus(retention))
            .await
            .unwrap()
            > 0
        {}
        if hour % 24 == 16 {
            for (most, table) in most.iter_mut().zip(TABLES) {
                let count = format!("SELECT COUNT(*) FROM {table}");
                let count: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                    .fetch_one(&raw)
                    .await
                    .unwrap();
                if hour < 8 * 24 {
                    *most = (*most).max(count);
                }
                assert!(
                    count <= *most,
                    "{table}: {count} rows after {hour} h, {most} before"
                );
            }
        }
    }
    let audit = store.verify_events(chain).await.unwrap();
    assert_eq!((audit.faults, audit.count), (Vec::new(), 0));
    assert!(audit.deleted > 300);
}

/// Every table that grows with use.
const TABLES: [&str; 14] = [
    "challenges",
    "sessions",
    "pending_keys",
    "step_ups",
    "invitations",
    "known_browsers",
    "password_attempts",
    "refused_sign_ins",
    "network_tries",
    "security_events",
    "attempts",
    "browser_attempts",
    "session_attempts",
    "heartbeat",
];

#[tokio::test]
async fn an_old_code_of_an_application_goes_and_its_session_stays() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mine = browser(store, &somebody(store).await).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, None);
    draw(store, &visit).await;
    enter(store, &visit).await;
    let end = START.plus(CODE_LIFETIME + HOUR);
    let almost = end.minus(Duration::from_millis(1));
    assert_eq!(swept(store, almost).await, 0);
    assert_eq!(swept(store, end).await, 1);
    assert_eq!(database.count("application_codes").await, 0);
    assert_eq!(database.count("application_sessions").await, 1);
}
