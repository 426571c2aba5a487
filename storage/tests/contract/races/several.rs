//! Several methods of one user, changed concurrently through two programs.

use domain::{
    ids::MethodId,
    ports::{Activation, Deletion, KeyActivation, MethodChange, MethodDeletion, Mfa, Sessions},
    second_factor::step_up::Intent,
};
use storage::Store;

use crate::{
    races::{at_once, count, programs},
    support::{
        ContractDatabase, later,
        people::{Protected, activation, newcomer, protected},
        rounds,
    },
};

const TASKS: usize = 16;

async fn defaults(store: &Store, ada: &Protected) -> Vec<MethodId> {
    let settings = store.settings(&ada.user).await.unwrap();
    let defaults = settings.methods.into_iter().filter(|one| one.is_default);
    defaults.map(|one| one.id).collect()
}

/// The same user in another complete session.
pub async fn elsewhere(database: &ContractDatabase, ada: &Protected) -> Protected {
    let browser = newcomer(database, &ada.user).await;
    sqlx::query("UPDATE sessions SET second_factor_at = 1 WHERE id = $1")
        .bind(browser.session.as_str())
        .execute(&database.raw().await)
        .await
        .unwrap();
    Protected {
        user: ada.user.clone(),
        method: ada.method.clone(),
        codes: ada.codes.clone(),
        browser,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_default_stands_of_many() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let methods = [
        ada.method.clone(),
        ada.add_application(store, "Tablet", false, later(1)).await,
        ada.add_application(store, "Laptop", true, later(2)).await,
    ];
    for round in 0..rounds() {
        let results = at_once(&programs, TASKS, |store, number| {
            let (user, method) = (ada.user.clone(), methods[number % 3].clone());
            async move { store.make_default(&user, &method).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &MethodChange::Done), TASKS);
        assert_eq!(defaults(store, &ada).await.len(), 1, "round {round}");
    }
}

/// An activation ends the other session, so of two keys that wait one becomes a method, and no
/// fourth application is ever there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_further_application_of_two_sessions_is_added() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        let before = 1 + round % 2;
        if before == 2 {
            ada.add_application(store, "Tablet", false, later(1)).await;
        }
        let mut other = elsewhere(&database, &ada).await;
        let mut tries: Vec<Activation> = Vec::new();
        for one in [&mut ada, &mut other] {
            let key = one.further_key(store, "Laptop", true).await;
            tries.extend((0..TASKS / 2).map(|_| activation(&key, &one.browser)));
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let one = tries[(number * 5 + number / 2) % TASKS].clone();
            async move { (store.activate(one.clone()).await.unwrap(), one.method) }
        })
        .await;
        let added = results
            .into_iter()
            .filter(|(answer, _)| *answer == KeyActivation::Activated);
        let added: Vec<_> = added.map(|(_, method)| method).collect();
        assert_eq!(added.len(), 1, "round {round}");
        assert_eq!(defaults(store, &ada).await, added);
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!(settings.methods.len(), before + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_the_last_two_methods_one_stays() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
        let mut other = elsewhere(&database, &ada).await;
        let mut deletions = Vec::new();
        for (one, method) in [(&mut ada, None), (&mut other, Some(tablet))] {
            let method = method.unwrap_or(one.method.clone());
            let grant = one.granted(store, &Intent::Delete { method }).await;
            deletions.push(Deletion {
                swap: one.browser.swap(),
                grant,
                at: later(9),
            });
        }
        let results = at_once(&programs, 2, |store, number| {
            let deletion = deletions[number].clone();
            async move { store.delete(deletion).await.unwrap() }
        })
        .await;
        assert_eq!(
            count(&results, &MethodDeletion::NoGrant),
            1,
            "round {round}"
        );
        let won = usize::from(results[0] == MethodDeletion::NoGrant);
        let MethodDeletion::Deleted { new_default } = &results[won] else {
            panic!("{results:?}")
        };
        assert_eq!(new_default.is_some(), won == 0, "the first was the default");
        assert_eq!(defaults(store, &ada).await.len(), 1);
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!((settings.methods.len(), settings.codes_left), (1, 10));
        let swap = &deletions[won].swap;
        let found = Sessions::find(store, swap.new).await.unwrap().unwrap();
        assert!(found.facts.second_factor_at.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_beside_a_new_default_leaves_one() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
        let laptop = ada.add_application(store, "Laptop", false, later(2)).await;
        let grant = ada.granted(store, &ada.delete_intent()).await;
        let deletion = Deletion {
            swap: ada.browser.swap(),
            grant,
            at: later(9),
        };
        let results = at_once(&programs, TASKS, |store, number| {
            let (deletion, user) = (deletion.clone(), ada.user.clone());
            let method = [&ada.method, &tablet, &laptop][number % 3].clone();
            async move {
                if number == TASKS / 2 {
                    let answer = store.delete(deletion).await.unwrap();
                    return matches!(answer, MethodDeletion::Deleted { .. });
                }
                store.make_default(&user, &method).await.unwrap();
                true
            }
        })
        .await;
        assert!(results.iter().all(|right| *right), "round {round}");
        assert_eq!(defaults(store, &ada).await.len(), 1, "round {round}");
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!(settings.methods.len(), 2);
    }
}
