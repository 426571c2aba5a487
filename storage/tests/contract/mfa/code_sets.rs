//! New backup codes on request: generated with a grant, and kept or discarded by the session that
//! requested them.

use domain::{
    ports::{CodeSetChange, Grant, GrantUse, Mfa, Sessions},
    second_factor::{enrolment::CodesFor, step_up::Intent},
};

use crate::support::{
    ContractDatabase, START, later,
    people::{browser, code_set, pending, protected, somebody},
};

#[tokio::test]
async fn the_new_codes_wait_until_they_are_finished() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let session = ada.browser.session.clone();
    let finished = store.finish_codes(&ada.user, &session, &ada.codes.id, START);
    assert_eq!(finished.await.unwrap(), CodeSetChange::Done);
    let found = Sessions::find(store, ada.browser.token).await;
    assert_eq!(found.unwrap().unwrap().codes_for, CodesFor::Added);

    let (mut codes, _) = code_set(&ada.user, &ada.browser.session);
    codes.at = later(7);
    let grant = ada.granted(store, &Intent::Generate).await;
    assert_eq!(
        store.generate(grant.clone(), codes.clone()).await.unwrap(),
        GrantUse::Done
    );
    let found = Sessions::find(store, ada.browser.token).await;
    let found = found.unwrap().unwrap();
    // The time counts from the verification, not from when the codes were generated.
    assert_eq!(
        (found.codes_since, found.codes_for),
        (Some(START), CodesFor::Generated)
    );
    let find = |index| store.find_backup_code(&ada.user, index);
    assert!(find(codes.codes[0].index).await.unwrap().is_none());
    assert!(find(ada.codes.codes[0].index).await.unwrap().is_some());

    let other = browser(store, &ada.user).await;
    let elsewhere = store.finish_codes(&ada.user, &other.session, &codes.id, later(9));
    assert_eq!(
        elsewhere.await.unwrap(),
        CodeSetChange::NothingToFinish,
        "another session was not shown them"
    );
    let finished = store.finish_codes(&ada.user, &session, &codes.id, later(9));
    assert_eq!(finished.await.unwrap(), CodeSetChange::Done);
    assert!(find(codes.codes[0].index).await.unwrap().is_some());
    assert!(find(ada.codes.codes[0].index).await.unwrap().is_none());
    assert_eq!(database.count("code_sets").await, 1);
}

#[tokio::test]
async fn without_a_grant_nothing_waits() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    let none = ada.grant(&Intent::Generate);
    assert_eq!(
        store.generate(none, codes.clone()).await.unwrap(),
        GrantUse::NoGrant
    );
    let grant = ada.granted(store, &Intent::Generate).await;
    let foreign = Grant {
        session: eve.browser.session.clone(),
        user: eve.user.clone(),
        ..grant
    };
    assert_eq!(
        store.generate(foreign, codes).await.unwrap(),
        GrantUse::NoGrant
    );
    assert_eq!(database.count("code_sets").await, 2);
    let found = Sessions::find(store, ada.browser.token).await;
    assert_eq!(found.unwrap().unwrap().codes_for, CodesFor::Added);
}

#[tokio::test]
async fn whoever_keeps_the_old_codes_has_nothing_left_to_finish() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let session = ada.browser.session.clone();
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    let grant = ada.granted(store, &Intent::Generate).await;
    assert_eq!(
        store.generate(grant, codes.clone()).await.unwrap(),
        GrantUse::Done
    );
    let other = browser(store, &ada.user).await;
    let elsewhere = store.keep_valid_codes(&ada.user, &other.session).await;
    assert_eq!(elsewhere.unwrap(), CodeSetChange::NothingToFinish);
    assert_eq!(
        database.count("code_sets").await,
        2,
        "a refusal drops nothing"
    );

    assert_eq!(
        store.keep_valid_codes(&ada.user, &session).await.unwrap(),
        CodeSetChange::Done
    );
    assert_eq!(database.count("code_sets").await, 1);
    let index = ada.codes.codes[0].index;
    let old = store.find_backup_code(&ada.user, index).await.unwrap();
    assert!(old.is_some());
    let found = Sessions::find(store, ada.browser.token).await;
    assert_eq!(found.unwrap().unwrap().codes_since, None);
    assert_eq!(
        store.keep_valid_codes(&ada.user, &session).await.unwrap(),
        CodeSetChange::NothingToFinish
    );
    let late = store.finish_codes(&ada.user, &session, &codes.id, later(9));
    assert_eq!(late.await.unwrap(), CodeSetChange::NothingToFinish);
}

#[tokio::test]
async fn nobody_keeps_codes_they_do_not_have() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (bob, ada) = (somebody(store).await, protected(store).await);
    let mine = browser(store, &bob).await;
    pending(store, &bob, &mine, START).await;
    assert_eq!(
        store.keep_valid_codes(&bob, &mine.session).await.unwrap(),
        CodeSetChange::NothingToFinish
    );
    let foreign = store.keep_valid_codes(&bob, &ada.browser.session).await;
    assert_eq!(foreign.unwrap(), CodeSetChange::NothingToFinish);
}

/// RA2: a set is generated again only for an existing session that owes its `Finish`, and the store
/// knows which session it was.
#[tokio::test]
async fn a_set_belongs_to_the_session_that_drew_it() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let other = browser(store, &ada.user).await;
    let session = &ada.browser.session;
    let drawn_at = store.drew_codes(&ada.user, session).await.unwrap();
    assert_eq!(drawn_at, Some(ada.codes.at));
    let foreign = store.drew_codes(&ada.user, &other.session).await.unwrap();
    assert_eq!(foreign, None);

    let (foreign, _) = code_set(&ada.user, &other.session);
    let kept = store.keep_pending_codes(&ada.user, foreign).await;
    assert_eq!(
        kept.unwrap(),
        CodeSetChange::NothingToFinish,
        "that session has nothing to finish"
    );
    let finished = store.finish_codes(&ada.user, session, &ada.codes.id, START);
    assert_eq!(finished.await.unwrap(), CodeSetChange::Done);
    let (late, _) = code_set(&ada.user, session);
    let kept = store.keep_pending_codes(&ada.user, late).await;
    assert_eq!(
        kept.unwrap(),
        CodeSetChange::NothingToFinish,
        "it is finished"
    );
    store.end(session).await.unwrap();
    let (late, _) = code_set(&ada.user, session);
    assert_eq!(
        store.keep_pending_codes(&ada.user, late).await.unwrap(),
        CodeSetChange::NothingToFinish
    );
    assert_eq!(database.count("code_sets").await, 1);
}
