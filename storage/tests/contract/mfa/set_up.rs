//! Setting up: from the pending key to the active method.

use std::time::Duration;

use domain::{
    ports::{Activation, Attempts, KeyActivation, Mfa, PendingFactor, PendingKey, Sessions, Users},
    second_factor::{enrolment::PENDING_KEY, lockout::Factor},
};

use crate::support::{
    ContractDatabase, START,
    factors::{FactorParts, WithKey},
    later,
    people::{FIRST_STEP, activation, browser, default_method, pending, protected, somebody},
    sealed,
};

#[tokio::test]
async fn a_session_keeps_one_pending_key_until_it_expires() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let (mine, other) = (browser(store, &user).await, browser(store, &user).await);
    let first = pending(store, &user, &mine, START).await;
    let fresh = |made_at| PendingKey {
        factor: PendingFactor::Application(sealed()),
        made_at,
        ..first.clone()
    };

    let now = START.plus(PENDING_KEY).minus(Duration::from_millis(1));
    let stands = store
        .keep_pending(fresh(now), now.minus(PENDING_KEY))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (stands.made_at, stands.key()),
        (START, first.key()),
        "shown again on reload"
    );

    let now = START.plus(PENDING_KEY);
    let second = fresh(now);
    let stands = store
        .keep_pending(second.clone(), now.minus(PENDING_KEY))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (stands.made_at, stands.key()),
        (now, second.key()),
        "expired, so replaced"
    );
    let read = store.pending(&mine.session).await.unwrap().unwrap();
    assert_eq!(
        (read.made_at, read.key(), &read.user),
        (now, second.key(), &user)
    );
    assert!(store.pending(&other.session).await.unwrap().is_none());

    store.drop_pending(&mine.session).await.unwrap();
    assert!(store.pending(&mine.session).await.unwrap().is_none());
}

#[tokio::test]
async fn activation_does_everything_at_once() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let (mine, other) = (browser(store, &user).await, browser(store, &user).await);
    let key = pending(store, &user, &mine, START).await;
    pending(store, &user, &other, START).await;
    store
        .count_second_factor(&user, &mine.holder(), Factor::Application, START)
        .await
        .unwrap();
    store
        .count_second_factor(&user, &mine.holder(), Factor::Application, later(3))
        .await
        .unwrap();
    let activation = Activation {
        at: later(3),
        ..activation(&key, &mine)
    };
    assert_eq!(
        store.activate(activation.clone()).await.unwrap(),
        KeyActivation::Activated
    );

    let method = default_method(store, &user).await.unwrap();
    assert_eq!(
        (&method.id, method.key()),
        (&activation.method, activation.key())
    );
    assert_eq!(method.name.as_str(), "Authenticator application");
    assert_eq!(method.last_step(), FIRST_STEP);
    assert_eq!(
        (method.added_at, method.used_at),
        (later(3), Some(later(3)))
    );
    assert!(method.is_default);
    let settings = store.settings(&user).await.unwrap();
    assert_eq!((settings.codes_left, settings.codes_saved), (10, false));

    let found = Sessions::find(store, activation.swap.new)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.facts.second_factor_at, Some(later(3)));
    assert_eq!(found.codes_since, Some(later(3)));
    assert!(found.subject.has_mfa);
    assert!(Users::find(store, &user).await.unwrap().unwrap().has_mfa);
    for dead in [mine.token, other.token] {
        assert!(Sessions::find(store, dead).await.unwrap().is_none());
    }
    assert_eq!(database.count("pending_keys").await, 0);
    assert_eq!(
        store.refused_in_a_row(&user, &mine.holder()).await.unwrap(),
        1,
        "only the right code is given back"
    );
}

#[tokio::test]
async fn of_two_tabs_the_second_is_told() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let mut mine = browser(store, &user).await;
    let key = pending(store, &user, &mine, START).await;
    let (first, second) = (activation(&key, &mine), activation(&key, &mine));
    assert_eq!(
        store.activate(first.clone()).await.unwrap(),
        KeyActivation::Activated
    );
    assert_eq!(
        store.activate(second).await.unwrap(),
        KeyActivation::SessionGone,
        "by the old token"
    );
    mine.token = first.swap.new;
    let third = store.activate(activation(&key, &mine)).await.unwrap();
    assert_eq!(third, KeyActivation::KeyGone, "by the new cookie");
    assert_eq!(default_method(store, &user).await.unwrap().id, first.method);
    assert!(
        Sessions::find(store, first.swap.new)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_key_that_was_replaced_meanwhile_is_not_activated() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    let verified = pending(store, &user, &mine, START).await;
    let replacing = PendingKey {
        made_at: later(1),
        ..verified.clone()
    };
    store.keep_pending(replacing, START).await.unwrap();

    let taken = store.activate(activation(&verified, &mine)).await.unwrap();
    assert_eq!(taken, KeyActivation::KeyGone);
    assert!(
        Sessions::find(store, mine.token).await.unwrap().is_some(),
        "all of it is undone"
    );
    assert!(store.pending(&mine.session).await.unwrap().is_some());
    assert_eq!(database.count("mfa_methods").await, 0);
    assert_eq!(database.count("code_sets").await, 0);
}

#[tokio::test]
async fn a_user_has_one_method() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let another = browser(store, &ada.user).await;
    let key = pending(store, &ada.user, &another, START).await;
    let taken = store.activate(activation(&key, &another)).await.unwrap();
    assert_eq!(taken, KeyActivation::KeyGone);
    assert_eq!(
        default_method(store, &ada.user).await.unwrap().id,
        ada.method
    );
    assert!(
        Sessions::find(store, ada.browser.token)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(database.count("backup_codes").await, 10);
}

#[tokio::test]
async fn nobody_activates_a_key_of_another_person() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let (adas, eves) = (browser(store, &ada).await, browser(store, &eve).await);
    let key = pending(store, &ada, &adas, START).await;
    let as_eve = Activation {
        user: eve.clone(),
        ..activation(&key, &adas)
    };
    assert_eq!(
        store.activate(as_eve).await.unwrap(),
        KeyActivation::SessionGone
    );
    let by_eves_session = activation(&key, &eves);
    assert_eq!(
        store.activate(by_eves_session).await.unwrap(),
        KeyActivation::SessionGone
    );
    assert_eq!(database.count("mfa_methods").await, 0);
    assert!(default_method(store, &eve).await.is_none());
}
