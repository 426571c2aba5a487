//! Deleting one of several methods, the default, the last one, and all at once.

use domain::{
    ids::MethodId,
    ports::{Attempts, Deletion, Grant, MethodChange, MethodDeletion, Mfa, Sessions},
    second_factor::{lockout::Factor, step_up::Intent},
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, later,
    people::{Protected, STRANGER, browser, protected},
};

fn deletion(ada: &Protected, grant: Grant) -> Deletion {
    Deletion {
        swap: ada.browser.swap(),
        grant,
        at: later(60),
    }
}

fn delete(method: &MethodId) -> Intent {
    Intent::Delete {
        method: method.clone(),
    }
}

/// Deletes one method in the user's own session. Returns the name of the new default.
async fn deleted(store: &Store, ada: &mut Protected, method: &MethodId) -> Option<String> {
    let grant = ada.granted(store, &delete(method)).await;
    let deletion = deletion(ada, grant);
    let new = deletion.swap.new;
    let answer = store.delete(deletion).await.unwrap();
    let MethodDeletion::Deleted { new_default } = answer else {
        panic!("{answer:?}")
    };
    ada.browser.token = new;
    new_default.map(|name| name.as_str().to_owned())
}

#[tokio::test]
async fn one_of_two_leaves_the_codes_and_the_session() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    let other = browser(store, &ada.user).await;
    let old = ada.browser.token;
    store
        .count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    assert_eq!(deleted(store, &mut ada, &tablet).await, None);

    let settings = store.settings(&ada.user).await.unwrap();
    assert_eq!(settings.methods.len(), 1);
    assert_eq!(settings.default_method().unwrap().id, ada.method);
    assert_eq!(settings.codes_left, 10);
    let found = Sessions::find(store, ada.browser.token).await.unwrap();
    let found = found.unwrap();
    assert_eq!(found.facts.second_factor_at, Some(later(1)));
    assert!(found.subject.has_mfa);
    for dead in [old, other.token] {
        assert!(Sessions::find(store, dead).await.unwrap().is_none());
    }
    assert_eq!(database.count("app_keys").await, 1);
    let refused = store.refused_in_a_row(&ada.user, STRANGER).await.unwrap();
    assert_eq!(refused, 1, "a deletion gives no guesses back");
}

#[tokio::test]
async fn the_newest_of_the_rest_becomes_the_default() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let laptop = ada.add_application(store, "Laptop", false, later(20)).await;
    let tablet = ada.add_application(store, "Tablet", false, later(10)).await;
    let first = ada.method.clone();
    ada.method = tablet.clone();
    assert_eq!(
        deleted(store, &mut ada, &first).await.as_deref(),
        Some("Laptop")
    );
    let settings = store.settings(&ada.user).await.unwrap();
    assert_eq!(settings.default_method().unwrap().id, laptop);
    assert_eq!(
        deleted(store, &mut ada, &laptop).await.as_deref(),
        Some("Tablet")
    );

    // The last one takes everything along.
    assert_eq!(deleted(store, &mut ada, &tablet).await, None);
    for table in [
        "mfa_methods",
        "app_keys",
        "code_sets",
        "backup_codes",
        "attempts",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    let found = Sessions::find(store, ada.browser.token).await.unwrap();
    let found = found.unwrap();
    assert_eq!(
        (found.facts.second_factor_at, found.codes_since),
        (None, None)
    );
    assert!(!found.subject.has_mfa);
}

#[tokio::test]
async fn a_grant_deletes_the_method_that_it_names() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    let reset = ada.granted(store, &ada.reset_intent()).await;
    let no_grant = MethodDeletion::NoGrant;
    let by_reset = store.delete(deletion(&ada, reset)).await.unwrap();
    assert_eq!(by_reset, no_grant);
    for pretended in [&ada.method, &tablet, &eve.method] {
        let grant = ada.grant(&delete(pretended));
        assert_eq!(store.delete(deletion(&ada, grant)).await.unwrap(), no_grant);
    }
    ada.granted(store, &delete(&tablet)).await;
    let grant = ada.grant(&ada.delete_intent());
    assert_eq!(store.delete(deletion(&ada, grant)).await.unwrap(), no_grant);
    let settings = store.settings(&ada.user).await.unwrap();
    assert_eq!(settings.methods.len(), 2);
    let grant = ada.grant(&delete(&tablet));
    let taken = store.delete(deletion(&ada, grant)).await.unwrap();
    assert_eq!(taken, MethodDeletion::Deleted { new_default: None });
}

#[tokio::test]
async fn the_operator_takes_every_method() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    ada.add_application(store, "Tablet", true, later(1)).await;
    ada.add_application(store, "Laptop", true, later(2)).await;
    let reset = store.reset_by_operator(&ada.user).await.unwrap();
    assert_eq!(reset, MethodChange::Done);
    for table in ["mfa_methods", "app_keys", "code_sets", "sessions"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}
