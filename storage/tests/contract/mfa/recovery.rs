//! A user who signed in with the last backup code: the sign-in replaces the verification of one
//! Reset or Generate.

use std::time::Duration;

use domain::{
    ids::AccountId,
    ports::{CodeUse, Deletion, GrantUse, MethodDeletion, Mfa, RecoveryGrant, StepUp, StepUps},
    second_factor::step_up::Intent,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, bits,
    grants::recovered_at,
    later,
    people::{BrowserSession, Protected, WithoutCount, browser, code_set, protected},
    token,
};

/// Signs in with the backup code `index`.
async fn recover(store: &Store, ada: &Protected, index: usize) -> BrowserSession {
    let mine = browser(store, &ada.user).await;
    let code = ada.backup_code(&mine, index);
    let new = code.swap.new;
    assert_eq!(
        store.use_backup_code(code).await.unwrap().without_count(),
        CodeUse::Accepted
    );
    BrowserSession {
        session: mine.session,
        token: new,
    }
}

async fn grants(store: &Store, ada: &Protected, intent: &Intent) -> bool {
    let before = START.minus(Duration::from_millis(1));
    store
        .grant_by_recovery(
            &ada.browser.session,
            &ada.user,
            ada.asked(intent),
            before,
            START,
        )
        .await
        .unwrap()
        == RecoveryGrant::Granted
}

#[tokio::test]
async fn a_sign_in_by_backup_code_stands_for_one_verification() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    ada.browser = recover(store, &ada, 0).await;
    assert_eq!(recovered_at(&database, &ada.browser).await, Some(START));
    assert!(grants(store, &ada, &Intent::Generate).await);
    assert_eq!(recovered_at(&database, &ada.browser).await, None);
    let asked = store.asked(&ada.browser.session).await.unwrap();
    let granted = StepUp {
        granted_at: Some(START),
        ..ada.asked(&Intent::Generate)
    };
    assert_eq!(asked, Some(granted));
    assert!(!grants(store, &ada, &ada.reset_intent()).await, "once");
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    let grant = ada.grant(&Intent::Generate);
    assert_eq!(
        store.generate(grant.clone(), codes.clone()).await.unwrap(),
        GrantUse::Done
    );
    assert_eq!(
        store.generate(grant, codes).await.unwrap(),
        GrantUse::NoGrant
    );
    assert!(!grants(store, &ada, &Intent::Generate).await);
}

#[tokio::test]
async fn it_stands_for_nothing_else() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    ada.browser = recover(store, &ada, 0).await;
    let account = AccountId::from_random(bits());
    let member = ada.user.clone();
    for intent in [
        ada.delete_intent(),
        Intent::RuleOff {
            account: account.clone(),
        },
        Intent::MemberReset { account, member },
    ] {
        assert!(!grants(store, &ada, &intent).await, "{intent:?}");
    }
    let lapsed = store
        .grant_by_recovery(
            &ada.browser.session,
            &ada.user,
            ada.asked(&ada.reset_intent()),
            START,
            START,
        )
        .await;
    assert_eq!(lapsed.unwrap(), RecoveryGrant::NoRecovery);
    let foreign = StepUp {
        method: protected(store).await.method,
        ..ada.asked(&ada.reset_intent())
    };
    let before = START.minus(Duration::from_mins(10));
    let session = &ada.browser.session;
    let foreign = store
        .grant_by_recovery(session, &ada.user, foreign, before, START)
        .await;
    assert_eq!(foreign.unwrap(), RecoveryGrant::NoRecovery);
    assert!(
        grants(store, &ada, &ada.reset_intent()).await,
        "it was not used up by refusals"
    );
}

#[tokio::test]
async fn it_is_the_sessions_own() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let set_up = ada.browser.clone();
    let recovered = recover(store, &ada, 0).await;
    assert!(
        !grants(store, &ada, &ada.reset_intent()).await,
        "another session"
    );
    let eve = protected(store).await;
    let stolen = store
        .grant_by_recovery(
            &recovered.session,
            &eve.user,
            eve.asked(&ada.reset_intent()),
            START.minus(Duration::from_secs(1)),
            START,
        )
        .await;
    assert_eq!(stolen.unwrap(), RecoveryGrant::NoRecovery);

    let by_app = browser(store, &ada.user).await;
    let code = ada.code(&by_app, 1);
    assert_eq!(
        store.use_code(code).await.unwrap().without_count(),
        CodeUse::Accepted
    );
    for session in [&by_app, &set_up] {
        assert_eq!(recovered_at(&database, session).await, None);
    }
    ada.browser = recovered;
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(!grants(store, &ada, &ada.reset_intent()).await, "barred");
}

#[tokio::test]
async fn a_refused_backup_code_stands_for_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    recover(store, &ada, 0).await;
    let again = browser(store, &ada.user).await;
    let refused = store.use_backup_code(ada.backup_code(&again, 0)).await;
    assert_eq!(refused.unwrap().without_count(), CodeUse::AlreadyUsed);
    assert_eq!(recovered_at(&database, &again).await, None);
    let mut late = ada.backup_code(&again, 1);
    late.swap.old = token();
    let gone = store.use_backup_code(late).await;
    assert_eq!(gone.unwrap().without_count(), CodeUse::SessionGone);
    assert_eq!(recovered_at(&database, &again).await, None);
}

#[tokio::test]
async fn a_deletion_ends_it() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    ada.browser = recover(store, &ada, 0).await;
    let grant = ada.granted(store, &ada.delete_intent()).await;
    let deletion = Deletion {
        swap: ada.browser.swap(),
        grant,
        at: later(1),
    };
    assert_eq!(
        store.delete(deletion).await.unwrap(),
        MethodDeletion::Deleted { new_default: None }
    );
    assert_eq!(recovered_at(&database, &ada.browser).await, None);
}
