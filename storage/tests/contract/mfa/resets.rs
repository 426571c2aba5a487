//! Reset: a new authenticator replaces the current one at its first correct code, not before.

use domain::{
    ports::{
        Activation, Attempts, CodeSetChange, CodeUse, Enrolment, Grant, GrantUse, KeyActivation,
        KeyPurpose, Mfa, PendingFactor, PendingKey, Sessions, StepUps,
    },
    second_factor::{
        enrolment::{CodesFor, PENDING_KEY},
        lockout::Factor,
        step_up::Intent,
    },
};

use crate::support::{
    ContractDatabase, START,
    factors::{FactorParts, WithKey},
    later,
    people::{
        Protected, WithoutCount, activation, browser, code_set, codes_of, default_method, pending,
        protected,
    },
    sealed,
};

fn reset_key(ada: &Protected) -> PendingKey {
    ada.pending_key(KeyPurpose::Reset(ada.method.clone()))
}

#[tokio::test]
async fn the_grant_is_taken_when_the_key_is_made() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let key = reset_key(&ada);
    let without = ada.grant(&ada.reset_intent());
    assert_eq!(
        store
            .keep_pending_with_grant(key.clone(), without)
            .await
            .unwrap(),
        GrantUse::NoGrant
    );
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let kept = store
        .keep_pending_with_grant(key.clone(), grant.clone())
        .await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(
        (stands.key(), &stands.purpose, stands.made_at),
        (key.key(), &key.purpose, START)
    );
    assert_eq!(
        store.keep_pending_with_grant(key, grant).await.unwrap(),
        GrantUse::NoGrant,
        "once"
    );

    let second = PendingKey {
        made_at: later(1),
        ..reset_key(&ada)
    };
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let kept = store.keep_pending_with_grant(second.clone(), grant).await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(stands.key(), second.key(), "whatever stood there");
}

#[tokio::test]
async fn a_key_for_another_method_or_session_takes_no_grant() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let mut wrong = vec![reset_key(&ada); 4];
    wrong[0].purpose = KeyPurpose::Reset(eve.method.clone());
    wrong[1].purpose = KeyPurpose::First;
    wrong[2].session = eve.browser.session.clone();
    wrong[3].user = eve.user.clone();
    for (number, key) in wrong.into_iter().enumerate() {
        let kept = store.keep_pending_with_grant(key, grant.clone()).await;
        assert_eq!(kept.unwrap(), GrantUse::NoGrant, "case {number}");
    }
    let other = Grant {
        intent: Intent::Generate,
        ..grant.clone()
    };
    let key = reset_key(&ada);
    assert_eq!(
        store
            .keep_pending_with_grant(key.clone(), other)
            .await
            .unwrap(),
        GrantUse::NoGrant
    );
    assert_eq!(
        store.keep_pending_with_grant(key, grant).await.unwrap(),
        GrantUse::Done
    );
}

#[tokio::test]
async fn a_first_set_up_does_not_go_on_with_the_key_of_a_reset() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let key = reset_key(&ada);
    let grant = ada.granted(store, &ada.reset_intent()).await;
    assert_eq!(
        store
            .keep_pending_with_grant(key.clone(), grant)
            .await
            .unwrap(),
        GrantUse::Done
    );
    let first = PendingKey {
        factor: PendingFactor::Application(sealed()),
        made_at: later(1),
        purpose: KeyPurpose::First,
        ..key
    };
    let expired = START.minus(PENDING_KEY);
    let stands = store.keep_pending(first.clone(), expired).await.unwrap();
    let stands = stands.unwrap();
    assert_eq!(
        (stands.key(), &stands.purpose),
        (first.key(), &KeyPurpose::First)
    );
}

/// Stores the key of a reset and returns the activation by its first code.
async fn ready(store: &storage::Store, ada: &mut Protected) -> Activation {
    let key = reset_key(ada);
    let grant = ada.granted(store, &ada.reset_intent()).await;
    assert_eq!(
        store
            .keep_pending_with_grant(key.clone(), grant)
            .await
            .unwrap(),
        GrantUse::Done
    );
    Activation {
        at: later(5),
        ..activation(&key, &ada.browser)
    }
}

#[tokio::test]
async fn the_first_code_swaps_the_methods() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let other = browser(store, &ada.user).await;
    let activation = ready(store, &mut ada).await;
    let last_step = default_method(store, &ada.user).await.unwrap().last_step();
    let half = ada.code(&other, 2);
    assert_eq!(
        store.use_code(half.clone()).await.unwrap().without_count(),
        CodeUse::Accepted,
        "until then the old one works"
    );
    store
        .ask(&other.session, &ada.user, ada.asked(&ada.delete_intent()))
        .await
        .unwrap();
    for _ in 0..2 {
        store
            .count_second_factor(&ada.user, &ada.browser.holder(), Factor::Application, START)
            .await
            .unwrap();
    }
    assert_eq!(
        store.activate(activation.clone()).await.unwrap(),
        KeyActivation::Activated
    );

    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(
        (&method.id, method.key()),
        (&activation.method, activation.key())
    );
    assert!(
        method.last_step() < last_step,
        "the ledger is the new key's"
    );
    assert_eq!(
        store
            .refused_in_a_row(&ada.user, &ada.browser.holder())
            .await
            .unwrap(),
        1
    );
    for dead in [ada.browser.token, half.swap.new] {
        assert!(Sessions::find(store, dead).await.unwrap().is_none());
    }
    let found = Sessions::find(store, activation.swap.new).await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.codes_since, found.codes_for),
        (Some(later(5)), CodesFor::Reset)
    );
    assert_eq!(found.facts.second_factor_at, Some(later(5)));
    for (table, rows) in [
        ("mfa_methods", 1),
        ("pending_keys", 0),
        ("step_ups", 0),
        ("sessions", 1),
    ] {
        assert_eq!(database.count(table).await, rows, "{table}");
    }
}

#[tokio::test]
async fn the_old_codes_work_until_the_new_ones_are_finished() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let activation = ready(store, &mut ada).await;
    let session = activation.swap.session.clone();
    let (old, new) = (ada.codes.clone(), codes_of(&activation));
    assert_eq!(
        store.activate(activation).await.unwrap(),
        KeyActivation::Activated
    );
    let find = |index| store.find_backup_code(&ada.user, index);
    assert!(find(old.codes[0].index).await.unwrap().is_some());
    assert!(find(new.codes[0].index).await.unwrap().is_none());

    let finished = store.finish_codes(&ada.user, &session, &new.id, later(9));
    assert_eq!(finished.await.unwrap(), CodeSetChange::Done);
    assert!(find(old.codes[0].index).await.unwrap().is_none());
    assert!(find(new.codes[0].index).await.unwrap().is_some());
    assert_eq!(database.count("code_sets").await, 1);
}

#[tokio::test]
async fn a_key_activates_only_as_what_it_was_made_for() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let eve = protected(store).await;
    let right = ready(store, &mut ada).await;
    let codes = codes_of(&right);
    let mut wrong = vec![right.clone(); 5];
    wrong[0].enrolment = Enrolment::First(codes.clone());
    wrong[1].enrolment = Enrolment::Reset(eve.method.clone(), codes.clone());
    wrong[2].enrolment = Enrolment::Reset(right.method.clone(), codes);
    wrong[3].enrolment = Enrolment::Further;
    wrong[4].made_at = later(1);
    for (number, wrong) in wrong.into_iter().enumerate() {
        let taken = store.activate(wrong).await.unwrap();
        assert_eq!(taken, KeyActivation::KeyGone, "case {number}");
    }
    assert_eq!(
        default_method(store, &ada.user).await.unwrap().id,
        ada.method,
        "all of it is undone"
    );
    assert_eq!(
        store.activate(right).await.unwrap(),
        KeyActivation::Activated
    );
    assert!(default_method(store, &eve.user).await.is_some());
    assert_eq!(database.count("mfa_methods").await, 2);
}

#[tokio::test]
async fn a_key_of_a_first_set_up_resets_nothing() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let key = pending(store, &ada.user, &ada.browser, START).await;
    let first = activation(&key, &ada.browser);
    let reset = Activation {
        enrolment: Enrolment::Reset(ada.method.clone(), codes_of(&first)),
        ..first
    };
    assert_eq!(store.activate(reset).await.unwrap(), KeyActivation::KeyGone);
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(method.id, ada.method);
}

#[tokio::test]
async fn a_grant_on_the_old_method_is_none_on_the_new_one() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let activation = ready(store, &mut ada).await;
    let grant = ada.granted(store, &Intent::Generate).await;
    let activation = Activation {
        swap: ada.browser.swap(),
        ..activation
    };
    assert_eq!(
        store.activate(activation).await.unwrap(),
        KeyActivation::Activated
    );
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    assert_eq!(
        store.generate(grant, codes).await.unwrap(),
        GrantUse::NoGrant
    );
    assert_eq!(store.asked(&ada.browser.session).await.unwrap(), None);
}
