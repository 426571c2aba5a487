//! A code and a session in an application end with the person's session and with their membership.

use domain::{
    door::ApplicationAccess,
    people::roles::Role,
    ports::{
        AccountRemoval, Accounts, ApplicationSessionEnd, Applications, CodeDraw, Members,
        MembershipChange, PasswordConfirmation, Sessions, UserStatus, Users,
    },
};

use super::codes::assert_refused;
use crate::{
    people::memberships::{joined, owned},
    support::{
        ContractDatabase,
        applications::{Visit, added, draw, enter, is_in, restricted, visit},
        later,
        people::{browser, somebody},
        token,
    },
};

/// Both tables are empty, and a new code is refused.
async fn assert_ended(database: &ContractDatabase, visit: &Visit) {
    for table in ["application_codes", "application_sessions"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    let drawn = database.store.draw_code(visit.code()).await.unwrap();
    assert_eq!(drawn, CodeDraw::Gone);
}

#[tokio::test]
async fn they_end_with_the_session() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let mine = browser(store, &ada).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, None);
    let cookie = enter(store, &visit).await;
    let code = draw(store, &visit).await;
    assert!(is_in(store, &visit, cookie).await);
    Sessions::end(store, &mine.session).await.unwrap();
    assert!(!is_in(store, &visit, cookie).await);
    assert_refused(store, visit.taken(&code)).await;
    assert_ended(&database, &visit).await;
}

#[tokio::test]
async fn they_end_with_the_user() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, _) = owned(store).await;
    let bob = joined(store, &acme, Role::Member).await;
    let mine = browser(store, &bob).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, Some(&acme));
    enter(store, &visit).await;
    draw(store, &visit).await;
    Users::remove(store, &bob).await.unwrap();
    assert_ended(&database, &visit).await;
}

#[tokio::test]
async fn they_end_when_the_user_is_disabled() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, _) = owned(store).await;
    let bob = joined(store, &acme, Role::Member).await;
    let mine = browser(store, &bob).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, Some(&acme));
    let cookie = enter(store, &visit).await;
    let code = draw(store, &visit).await;
    // The flag alone is enough, whatever else the disabling ends.
    let raw = database.raw().await;
    sqlx::query("UPDATE users SET disabled = 1 WHERE id = $1")
        .bind(bob.as_str())
        .execute(&raw)
        .await
        .unwrap();
    assert!(!is_in(store, &visit, cookie).await);
    assert_refused(store, visit.taken(&code)).await;
    sqlx::query("UPDATE users SET disabled = 0 WHERE id = $1")
        .bind(bob.as_str())
        .execute(&raw)
        .await
        .unwrap();
    assert!(is_in(store, &visit, cookie).await);
    store.set_status(&bob, UserStatus::Disabled).await.unwrap();
    assert_ended(&database, &visit).await;
}

#[tokio::test]
async fn they_end_with_the_membership_and_stay_ended() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ((acme, _), (beta, _)) = (owned(store).await, owned(store).await);
    let bob = joined(store, &acme, Role::Member).await;
    store.join(&bob, &beta, Role::Member).await.unwrap();
    let mine = browser(store, &bob).await;
    let grafana = added(store, "Grafana").await;
    let (there, here) = (
        visit(&grafana, &mine.session, Some(&beta)),
        visit(&grafana, &mine.session, Some(&acme)),
    );
    let (kept, cookie) = (enter(store, &there).await, enter(store, &here).await);
    let code = draw(store, &here).await;
    let left = store.leave(&bob, &acme).await.unwrap();
    assert_eq!(left, MembershipChange::Done);
    let assert_out = async || {
        assert!(!is_in(store, &here, cookie).await);
        assert_refused(store, here.taken(&code)).await;
    };
    assert_out().await;
    assert!(is_in(store, &there, kept).await, "another account's stays");
    store.join(&bob, &acme, Role::Owner).await.unwrap();
    assert_out().await;
    enter(store, &here).await;
}

#[tokio::test]
async fn an_application_whose_account_was_removed_is_open_to_no_one() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, ada) = owned(store).await;
    let mine = browser(store, &ada).await;
    let grafana = restricted(store, "Grafana", std::slice::from_ref(&acme)).await;
    let visit = visit(&grafana, &mine.session, Some(&acme));
    enter(store, &visit).await;
    draw(store, &visit).await;
    let removal = Accounts::remove(store, &acme).await.unwrap();
    assert_eq!(removal, AccountRemoval::Removed);
    assert_ended(&database, &visit).await;
    let record = Applications::get(store, &grafana.id).await;
    let record = record.unwrap().unwrap();
    assert_eq!(record.access, ApplicationAccess::Accounts(Vec::new()));
    assert!(record.account_names.is_empty());
}

#[tokio::test]
async fn a_new_token_of_the_session_keeps_them() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mine = browser(store, &somebody(store).await).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, None);
    let cookie = enter(store, &visit).await;
    let code = draw(store, &visit).await;
    let confirmed = store.confirm_password(mine.swap(), later(1)).await;
    assert_eq!(confirmed.unwrap(), PasswordConfirmation::Confirmed);
    assert!(is_in(store, &visit, cookie).await);
    store.take_code(visit.taken(&code)).await.unwrap();
    assert!(is_in(store, &visit, cookie).await);
}

#[tokio::test]
async fn a_person_signs_out_of_one_application() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    let mine = browser(store, &ada).await;
    let here = visit(&added(store, "Grafana").await, &mine.session, Some(&acme));
    let there = visit(&added(store, "Wiki").await, &mine.session, None);
    let (cookie, kept) = (enter(store, &here).await, enter(store, &there).await);
    let end = async |token, visit: &Visit| {
        let ended = Applications::end_session(store, token, &visit.origin).await;
        ended.unwrap()
    };
    let none = ApplicationSessionEnd::NoSession;
    assert_eq!(end(cookie, &there).await, none, "at another origin");
    assert_eq!(end(token(), &here).await, none, "unknown");
    assert_eq!(end(cookie, &here).await, ApplicationSessionEnd::Ended);
    assert_eq!(end(cookie, &here).await, none, "twice");
    assert!(!is_in(store, &here, cookie).await && is_in(store, &there, kept).await);
    let found = Sessions::find(store, mine.token).await.unwrap();
    assert!(found.is_some(), "Twinlock's own session stays");

    let event = store.events_after(0).await.unwrap().pop().unwrap();
    assert_eq!(event.action, "application_sign_out");
    assert_eq!(event.subject.as_deref(), Some(ada.as_str()));
    assert_eq!(event.account.as_deref(), Some(acme.as_str()));
    assert_eq!(event.detail.as_deref(), Some("Grafana"));
}
