//! The reports of servers, and keys that may not seal any more.

use std::time::Duration;

use domain::{
    ports::{Activation, Mfa, NewFactor, PendingFactor, PortError, PublicKeyRecord},
    secrets::{
        keys::DataKeys,
        vault::{KeyId, Sealed},
    },
    webauthn::authenticators::KeyKind,
};
use storage::{KeyReplacement, ServerRecord, Store};

use crate::support::{
    ContractDatabase, START,
    factors::{WithKey, public_key, registered},
    later,
    people::{FIRST_STEP, activation, browser, default_method, pending, somebody},
    sealed,
};

fn id(text: &str) -> KeyId {
    KeyId::stored(text.to_owned())
}

fn by(key: &str) -> Sealed {
    Sealed {
        key_id: id(key),
        ..sealed()
    }
}

async fn keep(store: &Store, keys: [&str; 3]) {
    for (purpose, key) in DataKeys::PURPOSES.into_iter().zip(keys) {
        match store.data_key(purpose).await.unwrap() {
            None => store.keep_data_key(purpose, &by(key)).await.unwrap(),
            Some(old) => {
                let replaced = store.replace_data_key(purpose, &old, &by(key)).await;
                assert_eq!(replaced.unwrap(), KeyReplacement::Replaced);
            }
        }
    }
}

#[tokio::test]
async fn a_server_is_known_by_its_last_word_until_it_leaves() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let word = |name: &str, keys: &[&str]| ServerRecord {
        id: name.to_owned(),
        name: name.to_owned(),
        key_file: "there".to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        waiting: keys.get(1).map(|key| (*key).to_owned()),
        seals_by: id(keys[0]),
    };
    let ago = async |sql: &'static str| {
        sqlx::query(sql)
            .execute(&database.raw().await)
            .await
            .unwrap();
    };
    let (lately, long) = (Duration::from_mins(2), Duration::from_hours(24));
    store.note_server(&word("a", &["old"])).await.unwrap();
    store.note_server(&word("b", &["old"])).await.unwrap();
    let known = word("a", &["old", "new"]);
    store.note_server(&known).await.unwrap();
    let found = store.servers(lately).await.unwrap();
    assert_eq!(found, [known.clone(), word("b", &["old"])]);
    ago("UPDATE servers SET seen_at = seen_at - 130000 WHERE id = 'b'").await;
    assert_eq!(store.servers(lately).await.unwrap(), [known]);
    assert_eq!(store.servers(long).await.unwrap().len(), 2);
    store.forget_server("a").await.unwrap();
    assert_eq!(store.servers(long).await.unwrap().len(), 1);
    // The row of a killed server is not kept for ever, nor one from before the database's clock was
    // set back.
    for sql in [
        "UPDATE servers SET seen_at = seen_at - 3600000",
        "UPDATE servers SET seen_at = seen_at + 7200000",
    ] {
        ago(sql).await;
        assert!(store.servers(lately).await.unwrap().is_empty());
        let other = word("c", &["new"]);
        store.note_server(&other).await.unwrap();
        assert_eq!(store.servers(long).await.unwrap(), [other]);
    }
}

/// The clocks of two servers may differ by minutes.
#[tokio::test]
async fn s20_when_a_server_spoke_is_told_by_the_databases_clock() {
    let database = ContractDatabase::fresh().await;
    let word = ServerRecord {
        id: "a".to_owned(),
        name: "a".to_owned(),
        key_file: String::new(),
        keys: vec!["old".to_owned()],
        waiting: None,
        seals_by: id("old"),
    };
    database.store.note_server(&word).await.unwrap();
    let now = match crate::support::engine() {
        "postgres" => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
        _ => "SELECT unixepoch()",
    };
    let raw = database.raw().await;
    let now: i64 = sqlx::query_scalar(now).fetch_one(&raw).await.unwrap();
    let seen = "SELECT seen_at FROM servers";
    let seen: i64 = sqlx::query_scalar(seen).fetch_one(&raw).await.unwrap();
    assert!((now * 1000 - seen).abs() < 60_000, "{now} s, {seen} ms");
}

/// A server with an older copy of the key file would write rows that no server can open once the
/// old key is dropped.
#[tokio::test]
async fn s20_a_key_that_seals_no_data_key_seals_no_row() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let browser = browser(store, &user).await;
    let waiting = pending(store, &user, &browser, START).await;
    let with = |key| {
        let mut other = waiting.clone();
        other.factor = PendingFactor::Application(by(key));
        other.made_at = later(1);
        other
    };
    let begin = async |key| store.keep_pending(with(key), START).await;
    let retired = |refused| matches!(refused, Err(PortError::Unavailable(_)));
    for (keys, old_seals, new_seals) in [
        (["old"; 3], true, false),
        // During a key rotation, both keys may seal.
        (["new", "old", "old"], true, true),
        (["new"; 3], false, true),
    ] {
        keep(store, keys).await;
        assert_eq!(store.sealing_key().await.unwrap(), Some(id(keys[0])));
        for (key, seals) in [("old", old_seals), ("new", new_seals)] {
            assert_eq!(retired(begin(key).await), !seals, "{keys:?} {key}");
        }
    }
    let record = PublicKeyRecord {
        credential: by("old"),
        ..public_key(KeyKind::Passkey)
    };
    let application = NewFactor::Application {
        key: by("old"),
        step: FIRST_STEP,
    };
    for factor in [application, registered(record)] {
        let confirmed = Activation {
            factor,
            ..activation(&with("new"), &browser)
        };
        let refused = store.activate(confirmed).await;
        assert!(matches!(refused, Err(PortError::Unavailable(_))));
    }
    assert!(default_method(store, &user).await.is_none());
    assert!(store.pending(&browser.session).await.unwrap().is_some());
}

#[tokio::test]
async fn s20_the_keys_that_all_need_are_told_from_those_of_single_rows() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let person = crate::support::people::protected(store).await;
    let method = default_method(store, &person.user).await.unwrap();
    keep(store, ["new", "new", "old"]).await;
    assert_eq!(
        store.keys_of_data_keys().await.unwrap(),
        [id("new"), id("old")]
    );
    let people = store.people_of_key(&method.key().key_id, 10).await.unwrap();
    assert_eq!(people.len(), 1);
    assert!(
        store
            .people_of_key(&id("new"), 10)
            .await
            .unwrap()
            .is_empty()
    );
}
