use domain::{
    ports::{
        AccountChoice, Accounts, Attempts, Mfa, NewSession, PasswordConfirmation, PasswordSetting,
        SecretHash, Sessions, Users,
    },
    second_factor::lockout::{Budget, Factor},
    session::facts::{ABSOLUTE, SessionFacts},
};

use crate::support::{
    ContractDatabase, START, later,
    people::{BrowserSession, STRANGER, browser, pending, session, somebody},
    token,
};

#[tokio::test]
async fn a_session_is_found_by_its_token_with_what_the_policy_asks() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    let found = Sessions::find(store, mine.token).await.unwrap().unwrap();
    assert_eq!((&found.id, &found.user), (&mine.session, &user));
    assert_eq!(found.name.as_str(), "Ada Owner");
    let facts = SessionFacts {
        opened_at: START,
        seen_at: START,
        password_at: START,
        second_factor_at: None,
        account: None,
    };
    assert_eq!(found.facts, facts);
    assert_eq!(found.codes_since, None);
    assert!(!found.subject.has_mfa);
    assert_eq!(found.subject.memberships.len(), 1);
    assert!(!found.subject.memberships[0].requires_mfa);
    assert!(Sessions::find(store, token()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_user_in_no_account_has_a_session_too() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    sqlx::query("DELETE FROM accounts")
        .execute(&database.raw().await)
        .await
        .unwrap();
    let found = Sessions::find(store, mine.token).await.unwrap().unwrap();
    assert!(found.subject.memberships.is_empty());
    assert!(
        Users::find(store, &user)
            .await
            .unwrap()
            .unwrap()
            .accounts
            .is_empty()
    );
}

#[tokio::test]
async fn a_request_and_a_confirmed_password_are_noted() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mine = browser(store, &somebody(store).await).await;
    store.touch(&mine.session, later(5)).await.unwrap();
    let seen = Sessions::find(store, mine.token)
        .await
        .unwrap()
        .unwrap()
        .facts;
    assert_eq!((seen.seen_at, seen.password_at), (later(5), START));

    let swap = mine.swap();
    assert_eq!(
        store
            .confirm_password(swap.clone(), later(9))
            .await
            .unwrap(),
        PasswordConfirmation::Confirmed
    );
    assert!(
        Sessions::find(store, mine.token).await.unwrap().is_none(),
        "the old token is dead"
    );
    let found = Sessions::find(store, swap.new).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.facts.password_at),
        (mine.session.clone(), later(9))
    );
    assert_eq!(
        store.confirm_password(mine.swap(), later(9)).await.unwrap(),
        PasswordConfirmation::SessionGone,
        "by the old token"
    );
}

#[tokio::test]
async fn a_complete_sign_in_is_noted_and_clears_the_budget() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    for _ in 0..5 {
        store
            .count_second_factor(&user, STRANGER, Factor::Application, START)
            .await
            .unwrap();
    }
    assert!(
        store
            .open(session(&user, later(1)))
            .await
            .unwrap()
            .is_done()
    );
    assert_eq!(
        store.refused_in_a_row(&user, STRANGER).await.unwrap(),
        5,
        "half a sign-in clears nothing"
    );
    assert_eq!(
        Users::find(store, &user)
            .await
            .unwrap()
            .unwrap()
            .last_sign_in,
        None
    );

    let complete = NewSession {
        complete: true,
        ..session(&user, later(2))
    };
    assert!(store.open(complete).await.unwrap().is_done());
    assert_eq!(
        Users::find(store, &user)
            .await
            .unwrap()
            .unwrap()
            .last_sign_in,
        Some(later(2))
    );
    let again = store
        .count_second_factor(&user, STRANGER, Factor::Application, later(2))
        .await
        .unwrap();
    assert_eq!(again, Budget::Open);
}

#[tokio::test]
async fn a_new_session_replaces_the_browsers_old_one_and_dead_ones_go() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (user, other) = (somebody(store).await, somebody(store).await);
    let (old, kept) = (browser(store, &user).await, browser(store, &user).await);
    let others = browser(store, &other).await;

    let new = NewSession {
        replaces: Some(old.token),
        ..session(&user, later(1))
    };
    assert!(store.open(new).await.unwrap().is_done());
    assert!(Sessions::find(store, old.token).await.unwrap().is_none());
    assert!(Sessions::find(store, kept.token).await.unwrap().is_some());

    store
        .open(session(&user, START.plus(ABSOLUTE)))
        .await
        .unwrap();
    assert!(
        Sessions::find(store, kept.token).await.unwrap().is_none(),
        "past its bound"
    );
    assert!(Sessions::find(store, others.token).await.unwrap().is_some());
    assert_eq!(database.count("sessions").await, 3);
}

#[tokio::test]
async fn an_ended_session_takes_its_pending_key_along() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    pending(store, &user, &mine, START).await;
    store.end(&mine.session).await.unwrap();
    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    assert!(store.pending(&mine.session).await.unwrap().is_none());
    assert_eq!(database.count("pending_keys").await, 0);
    store.end(&mine.session).await.unwrap();
    let BrowserSession { session, .. } = mine;
    store.touch(&session, later(1)).await.unwrap();
}

/// A sign-in that was verified just before the password changed is refused.
#[tokio::test]
async fn no_session_opens_on_a_password_that_has_changed() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let judged = session(&user, START);
    let changed = SecretHash::phc("$argon2id$changed".to_owned());
    assert_eq!(
        store.set_password(&user, changed).await.unwrap(),
        PasswordSetting::Set
    );
    assert!(!store.open(judged).await.unwrap().is_done());
    assert_eq!(database.count("sessions").await, 0);
}

#[tokio::test]
async fn a_session_works_in_an_account_of_its_user() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (user, other) = (somebody(store).await, somebody(store).await);
    let (mine, others) = (browser(store, &user).await, browser(store, &other).await);
    let account = store.of_user(&user).await.unwrap().remove(0).account.id;
    let choose = |browser: &BrowserSession| {
        let session = browser.session.clone();
        let account = &account;
        async move { store.choose_account(&session, account).await.unwrap() }
    };
    assert_eq!(choose(&mine).await, AccountChoice::Chosen);
    assert_eq!(choose(&mine).await, AccountChoice::Chosen, "again");
    assert_eq!(choose(&others).await, AccountChoice::NotTheirs);
    let found = Sessions::find(store, mine.token).await.unwrap().unwrap();
    assert_eq!(found.facts.account, Some(account.clone()));
    let found = Sessions::find(store, others.token).await.unwrap().unwrap();
    assert_eq!(found.facts.account, None);
    store.end(&mine.session).await.unwrap();
    assert_eq!(choose(&mine).await, AccountChoice::SessionGone);
}
