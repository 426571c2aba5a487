//! A code opens an application once, in the browser and at the origin that it was drawn for.

use std::time::Duration;

use domain::{
    door::{ApplicationAccess, CODE_LIFETIME, Target},
    ids::SessionId,
    people::roles::Role,
    ports::{Applications, CodeDraw, CodeTake, Members, MembershipChange, TakenApplicationCode},
};
use storage::Store;

use crate::{
    people::memberships::owned,
    support::{
        ContractDatabase, START,
        applications::{Visit, added, application, draw, enter, is_in, restricted, visit},
        bits, later,
        people::{browser, somebody},
        token,
    },
};

pub async fn assert_refused(store: &Store, code: TakenApplicationCode) {
    let taken = store.take_code(code).await;
    assert_eq!(taken.unwrap(), CodeTake::Refused);
}

#[tokio::test]
async fn a_code_opens_once_and_is_one_event() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, ada) = owned(store).await;
    let mine = browser(store, &ada).await;
    let grafana = restricted(store, "Grafana", std::slice::from_ref(&acme)).await;
    let visit = visit(&grafana, &mine.session, Some(&acme));
    let taken = visit.taken(&draw(store, &visit).await);
    let opened = store.take_code(taken.clone()).await.unwrap();
    let target: Target = "/dashboards?from=now".parse().unwrap();
    assert_eq!(opened, CodeTake::Opened { target });
    assert_refused(store, taken.clone()).await;
    assert_eq!(database.count("application_codes").await, 0);

    let session = Applications::session(store, taken.token, &visit.origin).await;
    let session = session.unwrap().unwrap();
    assert_eq!(session.account, Some(acme.clone()));
    assert_eq!(session.session.id, mine.session);
    assert_eq!(session.session.user, ada);
    assert_eq!(session.session.subject.memberships.len(), 1);
    assert_eq!(session.application.id, grafana.id);
    assert_eq!(session.application.name, grafana.name);
    assert_eq!(session.application.access, grafana.access);

    let event = store.events_after(0).await.unwrap().pop().unwrap();
    assert_eq!(event.action, "application_open");
    assert_eq!(event.subject.as_deref(), Some(ada.as_str()));
    assert_eq!(event.account.as_deref(), Some(acme.as_str()));
    assert_eq!(event.detail.as_deref(), Some("Grafana"));
}

#[tokio::test]
async fn a_refused_code_stays_for_its_own_browser() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mine = browser(store, &somebody(store).await).await;
    let wiki = added(store, "Wiki").await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, None);
    let code = draw(store, &visit).await;
    let right = visit.taken(&code);
    let events = database.count("security_events").await;
    for wrong in [
        TakenApplicationCode {
            code: token(),
            ..right.clone()
        },
        TakenApplicationCode {
            nonce: token(),
            ..right.clone()
        },
        TakenApplicationCode {
            nonce: code.code,
            ..right.clone()
        },
        TakenApplicationCode {
            origin: wiki.origin,
            ..right.clone()
        },
        TakenApplicationCode {
            origin: application("Unknown").origin,
            ..right.clone()
        },
        TakenApplicationCode {
            at: START.plus(CODE_LIFETIME),
            ..right.clone()
        },
    ] {
        assert_refused(store, wrong).await;
    }
    assert_eq!(database.count("application_sessions").await, 0);
    assert_eq!(database.count("security_events").await, events);
    let last = TakenApplicationCode {
        at: START.plus(CODE_LIFETIME).minus(Duration::from_millis(1)),
        ..right
    };
    let opened = store.take_code(last).await.unwrap();
    assert!(matches!(opened, CodeTake::Opened { .. }));
}

#[tokio::test]
async fn a_code_is_drawn_for_a_session_a_membership_and_an_application() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ((acme, ada), (beta, _)) = (owned(store).await, owned(store).await);
    let mine = browser(store, &ada).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, Some(&acme));
    let unknown = application("Unknown");
    for gone in [
        Visit {
            session: SessionId::from_random(bits()),
            ..visit.clone()
        },
        Visit {
            account: Some(beta.clone()),
            ..visit.clone()
        },
        Visit {
            application: unknown.id,
            ..visit.clone()
        },
    ] {
        let drawn = store.draw_code(gone.code()).await;
        assert_eq!(drawn.unwrap(), CodeDraw::Gone);
    }
    assert_eq!(database.count("application_codes").await, 0);
    let joined = store.join(&ada, &beta, Role::Member).await.unwrap();
    assert_eq!(joined, MembershipChange::Done);
    draw(
        store,
        &Visit {
            account: Some(beta),
            ..visit
        },
    )
    .await;
}

/// A person who belongs to several accounts: what the record lists is right for each of them.
#[tokio::test]
async fn a_session_shows_which_of_the_own_accounts_are_listed() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ((acme, ada), (beta, _)) = (owned(store).await, owned(store).await);
    let (other, _) = owned(store).await;
    store.join(&ada, &beta, Role::Member).await.unwrap();
    let mine = browser(store, &ada).await;
    let grafana = restricted(store, "Grafana", &[beta.clone(), other]).await;
    for account in [&acme, &beta] {
        let visit = visit(&grafana, &mine.session, Some(account));
        let cookie = enter(store, &visit).await;
        let session = Applications::session(store, cookie, &visit.origin).await;
        let session = session.unwrap().unwrap();
        assert_eq!(session.account.as_ref(), Some(account));
        let expected = ApplicationAccess::Accounts(vec![beta.clone()]);
        assert_eq!(session.application.access, expected);
        assert_eq!(session.session.subject.memberships.len(), 2);
    }
}

/// A browser that leaves its codes, or drops its cookies, fills no table.
#[tokio::test]
async fn a_session_has_ten_codes_and_ten_entries_of_an_application() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mine = browser(store, &somebody(store).await).await;
    let visit = visit(&added(store, "Grafana").await, &mine.session, None);
    let first = draw(store, &visit).await;
    let mut cookies = Vec::new();
    for number in 0..12 {
        let code = domain::ports::NewApplicationCode {
            at: later(number),
            ..visit.code()
        };
        store.draw_code(code.clone()).await.unwrap();
        let taken = TakenApplicationCode {
            at: later(number + 1),
            ..visit.taken(&code)
        };
        let opened = store.take_code(taken.clone()).await.unwrap();
        assert!(matches!(opened, CodeTake::Opened { .. }));
        cookies.push(taken.token);
    }
    assert_eq!(database.count("application_sessions").await, 10);
    assert!(!is_in(store, &visit, cookies[1]).await && is_in(store, &visit, cookies[2]).await);
    for number in 0..12 {
        let code = domain::ports::NewApplicationCode {
            at: later(number + 1),
            ..visit.code()
        };
        store.draw_code(code).await.unwrap();
    }
    assert_eq!(database.count("application_codes").await, 10);
    assert_refused(store, visit.taken(&first)).await;
}
