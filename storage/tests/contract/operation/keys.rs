//! Resealing keys with another master key: each row only if it is unchanged.

use domain::ports::Mfa;
use domain::secrets::vault::{KeyId, Sealed};
use storage::{KeyReplacement, SealedTable::Methods};

use crate::support::{
    ContractDatabase, START, bits,
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
        assert_eq!(method.key.key_id, other());
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
    let old = default_method(store, &ada.user).await.unwrap().key.key_id;
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
            .all(|method| method.key.key_id == other())
    );
    assert_ne!(settings.methods[0].key, settings.methods[1].key);
    assert_eq!(store.needed_keys().await.unwrap(), [other()]);
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
