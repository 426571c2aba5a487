//! Resealing keys with another master key: each row only if it is unchanged.

use domain::ports::Mfa;
use domain::secrets::vault::{KeyId, Sealed};
use domain::webauthn::authenticators::KeyKind;
use storage::{KeyReplacement, SealedTable, SealedTable::Methods};

use crate::support::{
    ContractDatabase, START, bits,
    factors::{WithKey, default_key, protected_by_key},
    people::{default_method, protected},
};

fn other() -> KeyId {
    KeyId::stored("other".to_owned())
}

fn anew() -> Sealed {
    Sealed {
        key_id: other(),
        bytes: bits::<60>().to_vec(),
    }
}

#[tokio::test]
async fn rows_are_gone_through_in_pages_and_sealed_once() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut people = Vec::new();
    for _ in 0..5 {
        people.push(protected(store).await);
    }
    let (mut after, mut pages) = (String::new(), Vec::new());
    loop {
        let page = store
            .sealed_otherwise(Methods, &other(), &after, 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        last.id().clone_into(&mut after);
        pages.push(page.len());
        let rows: Vec<_> = page.into_iter().map(|row| (row, anew())).collect();
        assert_eq!(store.reseal(&rows).await.unwrap(), rows.len() as u64);
        assert_eq!(
            store.reseal(&rows).await.unwrap(),
            0,
            "as it was read, or not at all"
        );
    }
    assert_eq!(pages, [2, 2, 1]);
    assert_eq!(store.rows_of_key(&other()).await.unwrap(), 5);
    assert_eq!(store.needed_keys().await.unwrap(), [other()]);
    for person in &people {
        let method = default_method(store, &person.user).await.unwrap();
        assert_eq!(method.key().key_id, other());
    }
}

#[tokio::test]
async fn every_key_in_use_is_named_once() {
    let database = ContractDatabase::fresh().await;
    assert_eq!(database.store.needed_keys().await.unwrap(), []);
    for key in ["b", "d", "a", "b", "d"] {
        let person = protected(&database.store).await;
        let sql = "UPDATE app_keys SET key_id = $1 WHERE method_id = $2";
        let sql = sqlx::query(sql).bind(key).bind(person.method.as_str());
        sql.execute(&database.raw().await).await.unwrap();
    }
    let sealed = Sealed {
        key_id: KeyId::stored("c".to_owned()),
        ..anew()
    };
    for purpose in ["emails", "events"] {
        let kept = database.store.keep_data_key(purpose, &sealed);
        kept.await.unwrap();
    }
    let needed = database.store.needed_keys().await.unwrap();
    let names: Vec<&str> = needed.iter().map(KeyId::as_str).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn each_application_of_a_user_is_sealed_anew() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let old = default_method(store, &ada.user)
        .await
        .unwrap()
        .key()
        .key_id
        .clone();
    ada.add_application(store, "Tablet", true, START).await;
    assert_eq!(store.rows_of_key(&old).await.unwrap(), 2);
    let people = store.people_of_key(&old, 10).await.unwrap();
    assert_eq!(people.len(), 1, "a user is named once");
    let page = store.sealed_otherwise(Methods, &other(), "", 10).await;
    let rows: Vec<_> = page.unwrap().into_iter().map(|row| (row, anew())).collect();
    assert_eq!(store.reseal(&rows).await.unwrap(), 2);
    let settings = store.settings(&ada.user).await.unwrap();
    assert!(
        settings
            .methods
            .iter()
            .all(|method| method.key().key_id == other())
    );
    assert_ne!(settings.methods[0].key(), settings.methods[1].key());
    assert_eq!(store.needed_keys().await.unwrap(), [other()]);
}

#[tokio::test]
async fn credentials_are_sealed_anew_as_keys_are() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected_by_key(store, KeyKind::Passkey).await;
    let old = default_key(store, &ada).await.credential.key_id;
    let tablet = ada.add_application(store, "Tablet", false, START).await;
    // A pending passkey has nothing sealed.
    ada.further_public_key(store, KeyKind::SecurityKey, false)
        .await;
    assert_eq!(
        store.needed_keys().await.unwrap(),
        std::slice::from_ref(&old)
    );
    assert_eq!(store.rows_of_key(&old).await.unwrap(), 2);
    assert_eq!(store.people_of_key(&old, 10).await.unwrap().len(), 1);
    for (table, expected) in SealedTable::ALL.into_iter().zip([1, 1, 0]) {
        let page = store.sealed_otherwise(table, &other(), "", 10).await;
        let page = page.unwrap();
        assert_eq!(page.len(), expected, "{table:?}");
        let rows: Vec<_> = page.into_iter().map(|row| (row, anew())).collect();
        for (row, _) in &rows {
            let method = match table {
                SealedTable::PublicKeys => &ada.method,
                _ => &tablet,
            };
            assert_eq!((row.id(), row.user()), (method.as_str(), &ada.user));
        }
        let count = u64::try_from(expected).unwrap();
        assert_eq!(store.reseal(&rows).await.unwrap(), count);
        assert_eq!(store.reseal(&rows).await.unwrap(), 0, "as it was read");
        if let Some((_, new)) = rows.first()
            && table == SealedTable::PublicKeys
        {
            assert_eq!(default_key(store, &ada).await.credential, *new);
        }
    }
    assert_eq!(store.needed_keys().await.unwrap(), [other()]);
    assert_eq!(store.people_of_key(&other(), 10).await.unwrap().len(), 1);
    assert!(store.people_of_key(&old, 10).await.unwrap().is_empty());
    let third = "UPDATE public_keys SET key_id = 'third'";
    sqlx::query(third)
        .execute(&database.raw().await)
        .await
        .unwrap();
    let needed = store.needed_keys().await.unwrap();
    assert_eq!(needed, [other(), KeyId::stored("third".to_owned())]);
}

#[tokio::test]
async fn a_data_key_is_kept_once_and_replaced_as_it_was_read() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (first, second) = (anew(), anew());
    store.keep_data_key("emails", &first).await.unwrap();
    store.keep_data_key("emails", &second).await.unwrap();
    assert_eq!(store.data_key("emails").await.unwrap().unwrap(), first);
    let stale = store.replace_data_key("emails", &second, &first).await;
    assert_eq!(stale.unwrap(), KeyReplacement::Stale);
    let replaced = store.replace_data_key("emails", &first, &second).await;
    assert_eq!(replaced.unwrap(), KeyReplacement::Replaced);
    assert_eq!(store.data_key("emails").await.unwrap().unwrap(), second);
    assert!(store.data_key("codes").await.unwrap().is_none());
}

#[tokio::test]
async fn the_database_goes_to_another_key_once() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    store.keep_key_check(&[1; 32]).await.unwrap();
    let replaced = store.replace_key_check(&[1; 32], [2; 32], &other()).await;
    assert_eq!(replaced.unwrap(), KeyReplacement::Replaced);
    let stale = store.replace_key_check(&[1; 32], [3; 32], &other()).await;
    assert_eq!(stale.unwrap(), KeyReplacement::Stale);
    assert_eq!(store.key_check().await.unwrap().unwrap(), [2; 32]);
    let events = store.events_after(0).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(told, ["key_rotate"]);
}
