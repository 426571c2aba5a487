//! Security events: each is written in the transaction that it describes, and a successful attempt
//! is one event, not two.

mod chain;

use std::time::Duration;

use domain::{
    events::{Action, Actor, Event, EventRecord, Origin, Outcome},
    ids::SessionId,
    ports::{
        AccountAddition, Accounts, Attempts, CodeUse, Events, Mfa, SecretHash, Sessions, Users,
    },
    second_factor::lockout::Factor,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, email_index,
    people::{STRANGER, WithoutCount, account, browser, protected, session, somebody},
    stranger,
};

pub async fn all(store: &Store) -> Vec<EventRecord> {
    store.events_after(0).await.unwrap()
}

/// Action, outcome and count of each event.
fn event_words(events: &[EventRecord]) -> Vec<(&str, &str, i64)> {
    events
        .iter()
        .map(|event| (event.action.as_str(), event.outcome.as_str(), event.times))
        .collect()
}

async fn since(store: &Store, number: usize) -> Vec<EventRecord> {
    all(store).await.split_off(number)
}

#[tokio::test]
async fn the_newest_come_in_the_order_of_writing() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    somebody(store).await;
    let all = all(store).await;
    assert_eq!(store.newest_events(100).await.unwrap(), all);
    let last = store.newest_events(1).await.unwrap();
    assert_eq!(last, all[all.len() - 1..]);
}

fn request(actor: Actor, seconds: u64) -> Origin {
    Origin {
        actor,
        session: None,
        address: Some("192.0.2.7".parse().unwrap()),
        browser: Some("Firefox".to_owned()),
        at: START.plus(Duration::from_secs(seconds)),
        trying: None,
        function: None,
    }
}

#[tokio::test]
async fn who_from_where_and_when_comes_with_the_request() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let before = all(store).await.len();
    let seen = store.seen_from(request(Actor::Nobody, 5));
    assert!(seen.open(session(&ada, START)).await.unwrap().is_done());
    let [event] = &since(store, before).await[..] else {
        panic!("one event")
    };
    assert_eq!(
        (event.action.as_str(), event.outcome.as_str()),
        ("sign_in", "owed")
    );
    assert_eq!(event.actor, ada.as_str(), "whoever signs in has proved it");
    assert_eq!(event.subject.as_deref(), Some(ada.as_str()));
    assert_eq!(event.address.as_deref(), Some("192.0.2.7"));
    assert_eq!(event.browser.as_deref(), Some("Firefox"));
    assert_eq!(event.at, START.plus(Duration::from_secs(5)));
    assert_eq!(event.method.as_deref(), Some("password"));
}

#[tokio::test]
async fn what_is_undone_leaves_none() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    assert_eq!(
        Accounts::add(store, account("Acme")).await.unwrap(),
        AccountAddition::Added
    );
    let ada = somebody(store).await;
    let before = all(store).await.len();
    assert_eq!(
        Accounts::add(store, account("ACME")).await.unwrap(),
        AccountAddition::NameTaken
    );
    let mut stranger = session(&ada, START);
    stranger.password = SecretHash::phc("another".to_owned());
    assert!(!store.open(stranger).await.unwrap().is_done());
    assert_eq!(event_words(&since(store, before).await), []);
}

#[tokio::test]
async fn an_attempt_that_comes_right_is_one_event() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    let before = all(store).await.len();
    let seen = store.seen_from(request(Actor::User(ada.user.clone()), 1));
    seen.count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    assert_eq!(
        event_words(&since(store, before).await),
        [("second_factor", "failed", 1)],
        "counted, and failed until it is completed"
    );
    assert_eq!(
        seen.use_code(ada.code(&mine, 1))
            .await
            .unwrap()
            .without_count(),
        CodeUse::Accepted
    );
    seen.settle(Outcome::Failed).await.unwrap();
    assert_eq!(
        event_words(&since(store, before).await),
        [("second_factor", "succeeded", 1)]
    );
}

#[tokio::test]
async fn an_attempt_that_is_not_completed_stays_with_how_it_ended() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    let before = all(store).await.len();
    let seen = store.seen_from(request(Actor::User(ada.user.clone()), 1));
    seen.count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    assert_eq!(
        seen.use_code(ada.code(&mine, 0))
            .await
            .unwrap()
            .without_count(),
        CodeUse::AlreadyUsed
    );
    seen.settle(Outcome::Used).await.unwrap();
    let seen = store.seen_from(request(Actor::Nobody, 2));
    seen.count_password(stranger("ada@example.com"), START)
        .await
        .unwrap();
    let events = since(store, before).await;
    assert_eq!(
        event_words(&events),
        [("second_factor", "used", 1), ("sign_in", "failed", 1)]
    );
    assert_eq!(events[0].subject.as_deref(), Some(ada.user.as_str()));
    assert_eq!(events[0].method.as_deref(), Some("application"));
    assert_eq!(
        events[1].email.as_deref(),
        Some(email_index("ada@example.com").as_bytes().as_slice())
    );
    assert_eq!(events[1].actor, "nobody");
}

#[tokio::test]
async fn another_requests_attempt_is_left_alone() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let before = all(store).await.len();
    let one = store.seen_from(request(Actor::Nobody, 1));
    one.count_password(stranger("ada@example.com"), START)
        .await
        .unwrap();
    let other = store.seen_from(request(Actor::Nobody, 2));
    other.open(session(&ada, START)).await.unwrap();
    assert_eq!(
        event_words(&since(store, before).await),
        [("sign_in", "failed", 1), ("sign_in", "owed", 1)]
    );
}

/// A1 and L: a flood does not fill the disk.
#[tokio::test]
async fn what_is_refused_again_and_again_is_counted_in_one_row_a_minute() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let before = all(store).await.len();
    let refused = || Event::new(Action::Access, Outcome::Denied).saying("/api/accounts/members");
    let tries = [(0, 1), (1, 1), (59, 1), (60, 1), (61, 2)];
    for (second, number) in tries {
        let mut origin = request(Actor::User(ada.clone()), second);
        origin.session = Some(SessionId::from_random([number; 16]));
        store.seen_from(origin).note(refused()).await.unwrap();
    }
    assert_eq!(
        event_words(&since(store, before).await),
        [
            ("access", "denied", 3),
            ("access", "denied", 1),
            ("access", "denied", 1)
        ]
    );
}

#[tokio::test]
async fn attempts_that_a_limit_refuses_are_counted_in_one_row() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let before = all(store).await.len();
    for second in 0..9 {
        let seen = store.seen_from(request(Actor::User(ada.user.clone()), second));
        seen.count_second_factor(&ada.user, STRANGER, Factor::Application, START)
            .await
            .unwrap();
        seen.settle(Outcome::Failed).await.unwrap();
    }
    let events = since(store, before).await;
    assert_eq!(event_words(&events[5..]), [("second_factor", "limited", 4)]);
    assert_eq!(events.len(), 6);
}

/// The events of a whole life cycle, in order: none is missing and none repeated.
#[tokio::test]
async fn a_set_up_is_told_step_by_step() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let mine = browser(store, &ada).await;
    let before = all(store).await.len();
    let key = crate::support::people::pending(store, &ada, &mine, START).await;
    store
        .keep_pending(key.clone(), START.minus(Duration::from_secs(1)))
        .await
        .unwrap();
    store.drop_pending(&mine.session).await.unwrap();
    store.drop_pending(&mine.session).await.unwrap();
    store.end(&mine.session).await.unwrap();
    store.end(&mine.session).await.unwrap();
    store
        .set_password(&ada, SecretHash::phc("new".to_owned()))
        .await
        .unwrap();
    let events = since(store, before).await;
    assert_eq!(events[0].action, "set_up_begin");
    let rest: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(
        &rest[rest.len() - 3..],
        ["set_up_cancel", "sign_out", "password_change"]
    );
    assert!(
        events
            .iter()
            .all(|event| event.subject.as_deref() == Some(ada.as_str()))
    );
}
