//! The chain of sealed events: any row that is changed, deleted, moved or truncated outside the
//! program is detected.

use std::time::Duration;

use domain::{
    events::{Action, Actor, Chain, Event, Origin, Outcome},
    ports::Events,
    time::Timestamp,
};
use rstest::rstest;
use sqlx::AssertSqlSafe;
use storage::{Audit, Fault, Store};
use zeroize::Zeroizing;

use crate::{
    races::programs,
    support::{ContractDatabase, START, engine, later},
};

fn chain() -> Chain {
    Chain::new(Zeroizing::new([7; 64]))
}

/// Records an event in a minute of its own, so that it is not merged with another.
async fn happens(store: &Store, minute: u64) {
    let at = START.plus(Duration::from_mins(minute));
    let seen = store.seen_from(Origin::here(Actor::Operator, at));
    let event = Event::new(Action::Access, Outcome::Denied);
    seen.note(event).await.unwrap();
}

/// A time at which no event may change any more.
const CLOSED: Timestamp = Timestamp::from_millis(1_900_000_000_000);

async fn sealed_chain(count: u64) -> ContractDatabase {
    let database = ContractDatabase::fresh().await;
    for minute in 0..count {
        happens(&database.store, minute).await;
    }
    while database.store.seal_events(&chain(), CLOSED).await.unwrap() > 0 {}
    database
}

async fn audit(database: &ContractDatabase) -> Audit {
    database.store.verify_events(&chain()).await.unwrap()
}

async fn tamper(database: &ContractDatabase, sql: &'static str) {
    // The one literal that differs between the engines.
    let sql = match engine() {
        "postgres" => sql.replace("x'00'", r"'\x00'"),
        _ => sql.to_owned(),
    };
    let changed = sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(changed.rows_affected() > 0, "{sql}");
}

#[tokio::test]
async fn what_is_open_waits_and_the_rest_is_sealed() {
    let database = ContractDatabase::fresh().await;
    happens(&database.store, 0).await;
    assert_eq!(
        database.store.seal_events(&chain(), START).await.unwrap(),
        0
    );
    assert_eq!(audit(&database).await.waiting, 1);
    assert_eq!(
        database
            .store
            .seal_events(&chain(), later(120))
            .await
            .unwrap(),
        1
    );
    let found = audit(&database).await;
    assert_eq!((found.sealed, found.waiting, found.count), (1, 0, 0));
    assert_eq!(found.head.unwrap().0, 1);
    // The count of a sealed row does not change any more.
    happens(&database.store, 0).await;
    assert_eq!(audit(&database).await.count, 0);
}

#[rstest]
#[case::nothing("UPDATE security_events SET at = at", &[])]
#[case::changed("UPDATE security_events SET actor = 'nobody' WHERE seq = 3", &[Fault::Changed(3)])]
#[case::changed_time("UPDATE security_events SET at = at + 1 WHERE seq = 1", &[Fault::Changed(1)])]
#[case::taken_out("DELETE FROM security_events WHERE seq = 3", &[Fault::Missing(3, 3)])]
#[case::two_taken_out("DELETE FROM security_events WHERE seq IN (2, 3)", &[Fault::Missing(2, 3)])]
#[case::beginning("DELETE FROM security_events WHERE seq < 3", &[Fault::Missing(1, 2)])]
#[case::end("DELETE FROM security_events WHERE seq > 4", &[Fault::Missing(5, 6)])]
#[case::all("DELETE FROM security_events", &[Fault::Missing(1, 6)])]
#[case::seal_changed("UPDATE security_events SET seal = x'00' WHERE seq = 6", &[Fault::Changed(6)])]
#[case::added("INSERT INTO security_events (at, actor, action, outcome, times, open_until, seq, seal) VALUES (1, 'x', 'x', 'x', 1, 0, 7, x'00')",
               &[Fault::Changed(7), Fault::Changed(7)])]
#[case::chain_taken_away("DELETE FROM event_chain", &[Fault::Changed(6)])]
#[case::ends_changed("UPDATE event_chain SET anchor_seq = anchor_seq, mac = x'00'", &[Fault::Ends])]
#[tokio::test]
async fn a_change_behind_its_back_is_found(#[case] sql: &'static str, #[case] faults: &[Fault]) {
    let database = sealed_chain(6).await;
    tamper(&database, sql).await;
    let found = audit(&database).await;
    assert_eq!(found.faults, faults);
    assert_eq!(found.count, faults.len() as u64);
}

#[tokio::test]
async fn rows_that_change_places_are_found() {
    let database = sealed_chain(6).await;
    tamper(
        &database,
        "UPDATE security_events SET seq = -seq WHERE seq IN (2, 4)",
    )
    .await;
    tamper(
        &database,
        "UPDATE security_events SET seq = 6 + seq WHERE seq < 0",
    )
    .await;
    let found = audit(&database).await;
    assert!(
        found.faults.contains(&Fault::Changed(2)),
        "{:?}",
        found.faults
    );
    assert!(
        found.faults.contains(&Fault::Changed(4)),
        "{:?}",
        found.faults
    );
}

/// An attacker who cuts off the end and updates the stored head can't compute its keyed hash.
#[tokio::test]
async fn an_end_cut_off_with_its_note_is_found_and_nothing_is_built_on_it() {
    let database = sealed_chain(6).await;
    let shorten = "UPDATE event_chain SET head_seq = 4, head_seal = (SELECT seal FROM security_events WHERE seq = 4)";
    tamper(&database, shorten).await;
    tamper(&database, "DELETE FROM security_events WHERE seq > 4").await;
    assert_eq!(audit(&database).await.faults, [Fault::Ends]);
    happens(&database.store, 50).await;
    let refused = database.store.seal_events(&chain(), CLOSED).await;
    assert!(refused.is_err());
    tamper(&database, "DELETE FROM event_chain").await;
    assert!(database.store.seal_events(&chain(), CLOSED).await.is_err());
}

#[tokio::test]
async fn another_key_finds_everything_wrong() {
    let database = sealed_chain(3).await;
    let other = Chain::new(Zeroizing::new([8; 64]));
    let found = database.store.verify_events(&other).await.unwrap();
    assert!(found.count >= 3);
}

#[tokio::test]
async fn old_rows_go_and_the_rest_still_holds() {
    let database = sealed_chain(6).await;
    let limit = START.plus(Duration::from_mins(3));
    assert_eq!(
        database.store.delete_events(&chain(), limit).await.unwrap(),
        3
    );
    assert_eq!(
        database.store.delete_events(&chain(), limit).await.unwrap(),
        0
    );
    database.store.seal_events(&chain(), CLOSED).await.unwrap();
    let found = audit(&database).await;
    assert_eq!(found.faults, []);
    // Three events are left, and one more records that three were deleted.
    assert_eq!((found.deleted, found.sealed), (3, 4));
    tamper(&database, "DELETE FROM security_events WHERE seq = 4").await;
    assert_eq!(audit(&database).await.faults, [Fault::Missing(4, 4)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_make_one_chain() {
    let (database, stores) = programs().await;
    for minute in 0..60 {
        happens(&database.store, minute).await;
    }
    let seal = |store: std::sync::Arc<Store>| async move {
        let mut count = 0;
        for _ in 0..40 {
            count += store.seal_events(&chain(), CLOSED).await.unwrap();
            happens(&store, 1000 + count as u64).await;
        }
        count
    };
    let [one, two] = stores.map(|store| tokio::spawn(seal(store)));
    let count = one.await.unwrap() + two.await.unwrap();
    let found = audit(&database).await;
    assert_eq!(found.faults, []);
    assert_eq!(found.sealed, count as u64, "each was sealed once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_begin_one_chain() {
    let (database, [one, two]) = programs().await;
    for minute in 0..20 {
        happens(&database.store, minute).await;
    }
    let (chain, other) = (chain(), chain());
    for _ in 0..20 {
        let both = tokio::join!(
            one.seal_events(&chain, CLOSED),
            two.seal_events(&other, CLOSED)
        );
        assert_eq!(both.0.unwrap() + both.1.unwrap(), 20);
        tamper(&database, "UPDATE security_events SET seq = NULL").await;
        tamper(&database, "DELETE FROM event_chain").await;
    }
}
