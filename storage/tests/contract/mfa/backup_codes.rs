//! Sets of backup codes: which one is valid, and what `Finish` does.

use domain::ports::{CodeSetChange, CodeUse, Mfa, Sessions};

use crate::support::{
    ContractDatabase, START, later,
    people::{WithoutCount, browser, code_set, protected},
};

#[tokio::test]
async fn finish_notes_once_that_the_codes_are_saved() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let other = browser(store, &ada.user).await;
    assert_eq!(
        store
            .finish_codes(&ada.user, &other.session, &ada.codes.id, START)
            .await
            .unwrap(),
        CodeSetChange::NothingToFinish,
        "another session"
    );
    assert!(!store.settings(&ada.user).await.unwrap().codes_saved);

    assert_eq!(
        store
            .finish_codes(&ada.user, &ada.browser.session, &ada.codes.id, later(9))
            .await
            .unwrap(),
        CodeSetChange::Done
    );
    assert!(store.settings(&ada.user).await.unwrap().codes_saved);
    let found = Sessions::find(store, ada.browser.token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.codes_since, None);
    let again = store
        .finish_codes(&ada.user, &ada.browser.session, &ada.codes.id, later(9))
        .await
        .unwrap();
    assert_eq!(again, CodeSetChange::NothingToFinish, "nothing to finish");
}

#[tokio::test]
async fn a_pending_set_takes_the_valid_ones_place_at_finish_only() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let old = ada.codes.codes[0].index;
    let (dropped, _) = code_set(&ada.user, &ada.browser.session);
    let (new, _) = code_set(&ada.user, &ada.browser.session);
    store
        .keep_pending_codes(&ada.user, dropped.clone())
        .await
        .unwrap();
    store
        .keep_pending_codes(&ada.user, new.clone())
        .await
        .unwrap();
    assert_eq!(
        database.count("backup_codes").await,
        20,
        "one pending set at most"
    );

    let find = |index| store.find_backup_code(&ada.user, index);
    assert!(
        find(old).await.unwrap().is_some(),
        "the old set works until Finish"
    );
    assert!(
        find(new.codes[0].index).await.unwrap().is_none(),
        "the new one does not"
    );
    let mine = browser(store, &ada.user).await;
    let mut early = ada.backup_code(&mine, 0);
    early.code = new.codes[0].id.clone();
    assert_eq!(
        store.use_backup_code(early).await.unwrap().without_count(),
        CodeUse::AlreadyUsed
    );

    assert_eq!(
        store
            .finish_codes(&ada.user, &ada.browser.session, &dropped.id, later(9))
            .await
            .unwrap(),
        CodeSetChange::SetReplaced,
        "a set whose place another has taken"
    );
    assert_eq!(
        store
            .finish_codes(&ada.user, &ada.browser.session, &new.id, later(9))
            .await
            .unwrap(),
        CodeSetChange::Done
    );
    assert!(find(old).await.unwrap().is_none());
    assert!(find(dropped.codes[0].index).await.unwrap().is_none());
    assert!(find(new.codes[0].index).await.unwrap().is_some());
    let settings = store.settings(&ada.user).await.unwrap();
    assert_eq!((settings.codes_left, settings.codes_saved), (10, true));
    assert_eq!(database.count("code_sets").await, 1);
    assert_eq!(database.count("backup_codes").await, 10);
}

#[tokio::test]
async fn sets_of_other_people_stay_as_they_are() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let (pending, _) = code_set(&eve.user, &eve.browser.session);
    store
        .keep_pending_codes(&eve.user, pending.clone())
        .await
        .unwrap();
    assert_eq!(
        store
            .finish_codes(&eve.user, &ada.browser.session, &pending.id, START)
            .await
            .unwrap(),
        CodeSetChange::NothingToFinish
    );
    assert_eq!(
        store
            .finish_codes(&ada.user, &ada.browser.session, &ada.codes.id, START)
            .await
            .unwrap(),
        CodeSetChange::Done
    );
    let settings = store.settings(&eve.user).await.unwrap();
    assert!(!settings.codes_saved);
    let index = eve.codes.codes[0].index;
    assert!(
        store
            .find_backup_code(&eve.user, index)
            .await
            .unwrap()
            .is_some()
    );
}

/// One tab shows the first set, the other a new one. The set that the user saves is the one that
/// works.
#[tokio::test]
async fn finishing_the_valid_set_drops_the_one_that_waits() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let (waiting, _) = code_set(&ada.user, &ada.browser.session);
    store.keep_pending_codes(&ada.user, waiting).await.unwrap();
    assert_eq!(
        store
            .finish_codes(&ada.user, &ada.browser.session, &ada.codes.id, later(9))
            .await
            .unwrap(),
        CodeSetChange::Done
    );
    let index = ada.codes.codes[0].index;
    let found = store.find_backup_code(&ada.user, index).await.unwrap();
    assert!(found.is_some(), "the codes on the screen work");
    assert_eq!(database.count("code_sets").await, 1);
}
