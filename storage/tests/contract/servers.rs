//! What servers say of themselves, and the keys that seal nothing any more.

use std::time::Duration;

use domain::{
    keys::DataKeys,
    ports::{Mfa, PortError},
    vault::{KeyId, Sealed},
};
use storage::{ServerRecord, Store};

use crate::{
    people::{activation, browser, pending, somebody},
    support::{Database, START, later, sealed},
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
            Some(old) => assert!(
                store
                    .replace_data_key(purpose, &old, &by(key))
                    .await
                    .unwrap()
            ),
        }
    }
}

#[tokio::test]
async fn a_server_is_known_by_its_last_word_until_it_leaves() {
    let Database { store, .. } = &Database::fresh().await;
    let word = |name: &str, keys: &[&str], at| ServerRecord {
        id: name.to_owned(),
        name: name.to_owned(),
        key_file: "there".to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        seals_by: id(keys[0]),
        seen_at: later(at),
    };
    let ever = START.minus(Duration::from_secs(1));
    store.note_server(&word("a", &["old"], 0)).await.unwrap();
    store.note_server(&word("b", &["old"], 10)).await.unwrap();
    let known = word("a", &["old", "new"], 20);
    store.note_server(&known).await.unwrap();
    let found = store.servers(ever).await.unwrap();
    assert_eq!(found, [known.clone(), word("b", &["old"], 10)]);
    assert_eq!(store.servers(later(15)).await.unwrap(), [known]);
    store.forget_server("a").await.unwrap();
    assert_eq!(store.servers(ever).await.unwrap().len(), 1);
    // One that was killed is not kept for ever.
    store
        .note_server(&word("c", &["new"], 2 * 3600))
        .await
        .unwrap();
    let found = store.servers(ever).await.unwrap();
    assert_eq!(found, [word("c", &["new"], 2 * 3600)]);
}

/// A server that reads an older copy of the key file would write rows that nobody opens once the old key is dropped.
#[tokio::test]
async fn s20_a_key_that_seals_no_data_key_seals_no_row() {
    let Database { store, .. } = &Database::fresh().await;
    let user = somebody(store).await;
    let browser = browser(store, &user).await;
    let waiting = pending(store, &user, &browser, START).await;
    let with = |key| {
        let mut other = waiting.clone();
        other.key = by(key);
        other.made_at = later(1);
        other
    };
    let begin = async |key| store.keep_pending(with(key), START).await;
    let retired = |refused| matches!(refused, Err(PortError::Unavailable(_)));
    for (keys, old_seals, new_seals) in [
        (["old"; 3], true, false),
        // While keys are exchanged, both do.
        (["new", "old", "old"], true, true),
        (["new"; 3], false, true),
    ] {
        keep(store, keys).await;
        assert_eq!(store.sealing_key().await.unwrap(), Some(id(keys[0])));
        for (key, seals) in [("old", old_seals), ("new", new_seals)] {
            assert_eq!(retired(begin(key).await), !seals, "{keys:?} {key}");
        }
    }
    let mut confirmed = activation(&with("new"), &browser);
    confirmed.key = by("old");
    let refused = store.activate(confirmed.clone()).await;
    assert!(matches!(refused, Err(PortError::Unavailable(_))));
    assert!(store.method(&user).await.unwrap().is_none());
    assert!(store.pending(&browser.session).await.unwrap().is_some());
}

#[tokio::test]
async fn s20_the_keys_that_all_need_are_told_from_those_of_single_rows() {
    let Database { store, .. } = &Database::fresh().await;
    let person = crate::people::protected(store).await;
    let method = store.method(&person.user).await.unwrap().unwrap();
    keep(store, ["new", "new", "old"]).await;
    assert_eq!(
        store.keys_of_data_keys().await.unwrap(),
        [id("new"), id("old")]
    );
    let people = store.people_of_key(&method.key.key_id, 10).await.unwrap();
    assert_eq!(people.len(), 1);
    assert!(
        store
            .people_of_key(&id("new"), 10)
            .await
            .unwrap()
            .is_empty()
    );
}
