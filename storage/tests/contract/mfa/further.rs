//! Adding one more method.

use std::time::Duration;

use domain::{
    ports::{
        CodeSetChange, Enrolment, GrantUse, KeyActivation, KeyPurpose, Mfa, PendingFactor,
        PendingKey, Sessions,
    },
    second_factor::{methods::MAX_APPLICATIONS, step_up::Intent},
    webauthn::authenticators::KeyKind,
};

use crate::{
    mfa::several::{methods, own_session},
    support::{
        ContractDatabase, START,
        factors::WithKey,
        later,
        people::{activation, browser, code_set, pending, protected, somebody},
        sealed,
    },
};

#[tokio::test]
async fn a_further_application_leaves_the_codes_and_ends_other_sessions() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let session = ada.browser.session.clone();
    let finished = store.finish_codes(&ada.user, &session, &ada.codes.id, START);
    assert_eq!(finished.await.unwrap(), CodeSetChange::Done);
    let other = browser(store, &ada.user).await;
    let old = ada.browser.token;
    let tablet = ada.add_application(store, "Tablet", false, later(9)).await;

    assert_eq!(
        methods(store, &ada).await,
        [ada.method.clone(), tablet.clone()]
    );
    let settings = store.settings(&ada.user).await.unwrap();
    let added = settings.find(&tablet).unwrap();
    assert_eq!(added.name.as_str(), "Tablet");
    assert_eq!((added.added_at, added.used_at), (later(9), Some(later(9))));
    assert_eq!((settings.codes_left, settings.codes_saved), (10, true));
    let found = own_session(store, &ada).await;
    assert_eq!((found.id, found.codes_since), (session, None));
    assert_eq!(found.facts.second_factor_at, Some(later(9)));
    for dead in [old, other.token] {
        assert!(Sessions::find(store, dead).await.unwrap().is_none());
    }
    assert_eq!(database.count("pending_keys").await, 0);
}

#[tokio::test]
async fn a_further_default_takes_the_place_of_the_old_one() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let tablet = ada.add_application(store, "Tablet", true, later(9)).await;
    assert_eq!(methods(store, &ada).await, [tablet, ada.method.clone()]);
}

#[tokio::test]
async fn an_application_is_added_with_its_own_grant_only() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let key = ada.pending_key(KeyPurpose::Further);
    let unasked = ada.grant(&Intent::Add);
    let kept = store.keep_pending_with_grant(key.clone(), unasked).await;
    assert_eq!(kept.unwrap(), GrantUse::NoGrant);
    for intent in [Intent::Generate, ada.reset_intent(), ada.delete_intent()] {
        let grant = ada.granted(store, &intent).await;
        let kept = store.keep_pending_with_grant(key.clone(), grant).await;
        assert_eq!(kept.unwrap(), GrantUse::NoGrant, "{intent:?}");
        let kept = store.keep_pending_with_grant(key.clone(), ada.grant(&Intent::Add));
        assert_eq!(kept.await.unwrap(), GrantUse::NoGrant, "{intent:?}");
    }
    let grant = ada.granted(store, &Intent::Add).await;
    for purpose in [KeyPurpose::First, KeyPurpose::Reset(ada.method.clone())] {
        let other = ada.pending_key(purpose);
        let kept = store.keep_pending_with_grant(other, grant.clone()).await;
        assert_eq!(kept.unwrap(), GrantUse::NoGrant);
    }
    let kept = store
        .keep_pending_with_grant(key.clone(), grant.clone())
        .await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let kept = store.keep_pending_with_grant(key, grant).await;
    assert_eq!(kept.unwrap(), GrantUse::NoGrant, "once");
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(
        (stands.purpose, stands.proved_at),
        (KeyPurpose::Further, Some(START))
    );
}

#[tokio::test]
async fn a_key_of_one_purpose_activates_for_no_other() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    let enrolments = [
        Enrolment::First(codes.clone()),
        Enrolment::Reset(ada.method.clone(), codes),
    ];
    let key = ada.further_key(store, "Tablet", false).await;
    let right = activation(&key, &ada.browser);
    for enrolment in enrolments {
        let mut wrong = right.clone();
        wrong.enrolment = enrolment;
        let taken = store.activate(wrong).await.unwrap();
        assert_eq!(taken, KeyActivation::KeyGone);
    }
    // A key of a first set-up needed no verification, so it adds nothing.
    let first = pending(store, &ada.user, &ada.browser, START).await;
    let mut further = activation(&first, &ada.browser);
    further.enrolment = Enrolment::Further;
    let taken = store.activate(further).await.unwrap();
    assert_eq!(taken, KeyActivation::KeyGone);
    assert_eq!(methods(store, &ada).await, [ada.method.clone()]);
}

#[tokio::test]
async fn half_a_sign_in_adds_no_application() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let key = ada.further_key(store, "Tablet", false).await;
    let halve = "UPDATE sessions SET second_factor_at = NULL";
    sqlx::query(halve)
        .execute(&database.raw().await)
        .await
        .unwrap();
    let taken = store
        .activate(activation(&key, &ada.browser))
        .await
        .unwrap();
    assert_eq!(taken, KeyActivation::SessionGone);
    assert_eq!(methods(store, &ada).await, [ada.method.clone()]);
}

#[tokio::test]
async fn the_fourth_application_is_refused() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    ada.add_application(store, "Tablet", false, later(1)).await;
    // There was room when the key was made.
    let key = ada.further_key(store, "Laptop", true).await;
    let behind = "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) VALUES ($1, $2, 'Watch', 0, 'application', 0)";
    sqlx::query(behind)
        .bind(format!("{:032}", 1))
        .bind(ada.user.as_str())
        .execute(&database.raw().await)
        .await
        .unwrap();
    let without_its_key = store.settings(&ada.user).await;
    assert!(without_its_key.is_err(), "not read as if it were not there");
    let its_key = "INSERT INTO app_keys (method_id, key_id, sealed_key, last_step) SELECT $1, key_id, sealed_key, last_step FROM app_keys WHERE method_id = $2";
    sqlx::query(its_key)
        .bind(format!("{:032}", 1))
        .bind(ada.method.as_str())
        .execute(&database.raw().await)
        .await
        .unwrap();
    let taken = store
        .activate(activation(&key, &ada.browser))
        .await
        .unwrap();
    assert_eq!(taken, KeyActivation::KeyGone);
    assert_eq!(
        methods(store, &ada).await[0],
        ada.method,
        "all of it is undone"
    );

    let grant = ada.granted(store, &Intent::Add).await;
    let key = ada.pending_key(KeyPurpose::Further);
    let kept = store.keep_pending_with_grant(key, grant).await;
    assert_eq!(kept.unwrap(), GrantUse::NoGrant);
    let all = database.count("mfa_methods").await;
    assert_eq!(usize::try_from(all).unwrap(), MAX_APPLICATIONS);
}

#[tokio::test]
async fn nobody_adds_to_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let key = ada.further_key(store, "Tablet", false).await;
    let delete = "DELETE FROM mfa_methods";
    sqlx::query(delete)
        .execute(&database.raw().await)
        .await
        .unwrap();
    let taken = store
        .activate(activation(&key, &ada.browser))
        .await
        .unwrap();
    assert_eq!(taken, KeyActivation::KeyGone);
    assert_eq!(database.count("mfa_methods").await, 0);
}

#[tokio::test]
async fn a_pending_first_key_that_is_shown_again_gets_the_new_name() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let mine = browser(store, &ada).await;
    let first = pending(store, &ada, &mine, START).await;
    let again = PendingKey {
        name: "Work phone".parse().unwrap(),
        factor: PendingFactor::Application(sealed()),
        made_at: later(1),
        is_default: false,
        ..first.clone()
    };
    let stands = store.keep_pending(again, START.minus(Duration::from_secs(1)));
    let stands = stands.await.unwrap().unwrap();
    assert_eq!((stands.key(), stands.made_at), (first.key(), START));
    assert_eq!(
        (stands.name.as_str(), stands.is_default),
        ("Work phone", true)
    );
    let activation = activation(&stands, &mine);
    assert_eq!(
        store.activate(activation).await.unwrap(),
        KeyActivation::Activated
    );
    let settings = store.settings(&ada).await.unwrap();
    let method = settings.default_method().unwrap();
    assert_eq!(method.name.as_str(), "Work phone");
}

#[tokio::test]
async fn a_further_set_up_changes_its_type_and_keeps_the_time_of_its_grant() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let waiting = ada.further_public_key(store, KeyKind::Passkey, true).await;
    let other = PendingKey {
        factor: PendingFactor::PublicKey(KeyKind::SecurityKey),
        name: "Blue".parse().unwrap(),
        is_default: false,
        made_at: later(9),
        ..waiting.clone()
    };
    let of_eve = PendingKey {
        user: somebody(store).await,
        ..other.clone()
    };
    let exchange = |key: &PendingKey, at| store.exchange_pending(key.clone(), at);
    assert!(!exchange(&of_eve, START).await.unwrap(), "of another user");
    assert!(
        !exchange(&other, later(1)).await.unwrap(),
        "replaced before"
    );
    assert!(exchange(&other, START).await.unwrap());
    assert!(!exchange(&other, START).await.unwrap(), "once");
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(stands.factor, other.factor);
    assert_eq!((stands.name, stands.is_default), (other.name, false));
    assert_eq!(
        (stands.made_at, stands.proved_at),
        (later(9), Some(START)),
        "{:?}",
        stands.purpose
    );
}

#[tokio::test]
async fn only_a_further_set_up_changes_its_type() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let reset = ada.pending_key(KeyPurpose::Reset(ada.method.clone()));
    let kept = store.keep_pending_with_grant(reset.clone(), grant).await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let key = PendingKey {
        factor: PendingFactor::PublicKey(KeyKind::Passkey),
        purpose: KeyPurpose::Further,
        made_at: later(1),
        ..reset
    };
    let exchanged = store.exchange_pending(key, START).await.unwrap();
    assert!(!exchanged);
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(stands.purpose, KeyPurpose::Reset(ada.method));
}
