//! A user changes their own password, in one transaction.

use domain::{
    ids::UserId,
    ports::{
        Attempts, Mfa, PasswordChange, PasswordChanges, PasswordUpdate, SecretHash, Sessions, Users,
    },
    second_factor::lockout::Factor,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START,
    challenges::{challenge, keep_challenge},
    factors::FactorParts,
    later,
    people::{
        BrowserSession, FIRST_STEP, PASSWORD, Protected, browser, default_method, pending,
        protected, session, somebody,
    },
    token,
};

fn change(user: &UserId, browser: &BrowserSession) -> PasswordChange {
    PasswordChange {
        swap: browser.swap(),
        user: user.clone(),
        current: SecretHash::phc(PASSWORD.to_owned()),
        new: SecretHash::phc("$argon2id$new".to_owned()),
        proof: None,
        at: later(60),
    }
}

fn protected_change(ada: &Protected, step: i64) -> PasswordChange {
    PasswordChange {
        proof: Some(ada.step_proof(FIRST_STEP.offset(step))),
        ..change(&ada.user, &ada.browser)
    }
}

async fn password(store: &Store, user: &UserId) -> String {
    let hash = store.password(user).await.unwrap().unwrap();
    hash.expose().to_owned()
}

#[tokio::test]
async fn the_session_goes_on_under_a_new_token_and_all_else_ends() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let (mine, other) = (browser(store, &ada).await, browser(store, &ada).await);
    pending(store, &ada, &mine, START).await;
    for browser in [&mine, &other] {
        let asked = challenge(&ada, browser, START);
        keep_challenge(store, asked).await;
    }
    store.invite(&ada, token(), later(9000)).await.unwrap();
    let change = change(&ada, &mine);
    let new = change.swap.new;
    assert_eq!(
        store.change_password(change).await.unwrap(),
        PasswordUpdate::Changed
    );

    assert_eq!(password(store, &ada).await, "$argon2id$new");
    let kept = Sessions::find(store, new).await.unwrap().unwrap();
    assert_eq!((kept.id, kept.facts.password_at), (mine.session, later(60)));
    for gone in [mine.token, other.token] {
        assert!(Sessions::find(store, gone).await.unwrap().is_none());
    }
    for table in [
        "pending_keys",
        "challenges",
        "invitations",
        "known_browsers",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    assert!(
        !store
            .open(session(&ada, later(61)))
            .await
            .unwrap()
            .is_done(),
        "none of the old password opens behind it"
    );
}

#[tokio::test]
async fn the_old_password_must_still_be_theirs() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let mine = browser(store, &ada).await;
    let stale = PasswordChange {
        current: SecretHash::phc("$argon2id$stale".to_owned()),
        ..change(&ada, &mine)
    };
    assert_eq!(
        store.change_password(stale).await.unwrap(),
        PasswordUpdate::SessionGone
    );
    assert_eq!(password(store, &ada).await, PASSWORD);
    assert!(Sessions::find(store, mine.token).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_of_somebody_else_or_an_old_token_changes_nothing() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let (adas, eves) = (browser(store, &ada).await, browser(store, &eve).await);
    let old = BrowserSession {
        token: token(),
        ..adas.clone()
    };
    for not_mine in [&eves, &old] {
        let taken = store.change_password(change(&ada, not_mine)).await;
        assert_eq!(taken.unwrap(), PasswordUpdate::SessionGone);
    }
    assert_eq!(password(store, &ada).await, PASSWORD);
}

#[tokio::test]
async fn with_a_method_a_step_is_burnt_and_given_back_to_the_budget() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    for proofless in [
        change(&ada.user, &ada.browser),
        change(&ada.user, &browser(store, &ada.user).await),
    ] {
        let taken = store.change_password(proofless).await.unwrap();
        assert_eq!(taken, PasswordUpdate::SessionGone);
    }
    let half = browser(store, &ada.user).await;
    let half = PasswordChange {
        swap: half.swap(),
        ..protected_change(&ada, 1)
    };
    assert_eq!(
        store.change_password(half).await.unwrap(),
        PasswordUpdate::SessionGone
    );

    let burnt = store.change_password(protected_change(&ada, 0)).await;
    assert_eq!(burnt.unwrap(), PasswordUpdate::ProofUsed);
    assert_eq!(password(store, &ada.user).await, PASSWORD);
    let factor = Factor::Application;
    store
        .count_second_factor(&ada.user, &ada.browser.holder(), factor, START)
        .await
        .unwrap();
    let change = protected_change(&ada, 1);
    ada.browser.token = change.swap.new;
    assert_eq!(
        store.change_password(change).await.unwrap(),
        PasswordUpdate::Changed
    );
    assert_eq!(
        store
            .refused_in_a_row(&ada.user, &ada.browser.holder())
            .await
            .unwrap(),
        0
    );
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(method.last_step(), FIRST_STEP.offset(1));
}

#[tokio::test]
async fn so_does_a_backup_code_once() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let by_code = |browser: &BrowserSession, current: &str| PasswordChange {
        proof: Some(ada.backup_proof(0)),
        current: SecretHash::phc(current.to_owned()),
        ..change(&ada.user, browser)
    };
    let first = by_code(&ada.browser, PASSWORD);
    let next = BrowserSession {
        token: first.swap.new,
        ..ada.browser.clone()
    };
    assert_eq!(
        store.change_password(first).await.unwrap(),
        PasswordUpdate::Changed
    );
    let again = store.change_password(by_code(&next, "$argon2id$new")).await;
    assert_eq!(again.unwrap(), PasswordUpdate::ProofUsed);
    assert_eq!(store.settings(&ada.user).await.unwrap().codes_left, 9);
}
