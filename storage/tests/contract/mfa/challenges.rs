//! Challenges, each of which is taken once, and the handles of users.

use domain::{
    ids::MethodId,
    ports::{
        ChallengeAdmission, Challenges, MethodChange, Mfa, NewChallenge, Sessions, TakenChallenge,
    },
    webauthn::{
        options::{ChallengePurpose, MAX_CHALLENGES},
        pace::{ANSWER_WINDOW, MAX_ANSWERS},
    },
};

use crate::support::{
    ContractDatabase, START,
    challenges::{challenge, handle, keep_challenge},
    later,
    people::{browser, protected, somebody},
};

/// The challenges that can still be answered.
const OPEN: &str = "challenges WHERE answered_at IS NULL";

#[tokio::test]
async fn a_challenge_is_taken_once_with_what_it_was_made_for() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let mine = browser(store, &ada).await;
    for (number, purpose) in ChallengePurpose::ALL.into_iter().enumerate() {
        let at = later(u64::try_from(number).unwrap());
        let method = (purpose == ChallengePurpose::Test).then(|| MethodId::from_random([3; 16]));
        let kept = NewChallenge {
            purpose,
            method: method.clone(),
            ..challenge(&ada, &mine, at)
        };
        keep_challenge(store, kept.clone()).await;
        let taken = store.take(&mine.session, kept.hash, START).await.unwrap();
        let expected = TakenChallenge {
            purpose,
            method,
            made_at: at,
        };
        assert_eq!(taken, Some(expected));
        let again = store.take(&mine.session, kept.hash, START).await.unwrap();
        assert_eq!(again, None, "once");
    }
    assert_eq!(database.count(OPEN).await, 0);
}

#[tokio::test]
async fn a_challenge_is_for_the_session_that_asked() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let (mine, other) = (browser(store, &ada).await, browser(store, &ada).await);
    let eves = browser(store, &eve).await;
    let kept = challenge(&ada, &mine, START);
    keep_challenge(store, kept.clone()).await;
    for foreign in [&other.session, &eves.session] {
        assert_eq!(store.take(foreign, kept.hash, START).await.unwrap(), None);
    }
    let unknown = challenge(&ada, &mine, START);
    let taken = store
        .take(&mine.session, unknown.hash, START)
        .await
        .unwrap();
    assert_eq!(taken, None);
    assert!(
        store
            .take(&mine.session, kept.hash, START)
            .await
            .unwrap()
            .is_some()
    );
    // No one asks in a session of another user, or in one that has ended.
    let kept = store.keep(challenge(&eve, &mine, START)).await.unwrap();
    assert_eq!(kept, ChallengeAdmission::SessionGone);
    store.end(&mine.session).await.unwrap();
    let kept = store.keep(challenge(&ada, &mine, START)).await.unwrap();
    assert_eq!(kept, ChallengeAdmission::SessionGone);
    assert_eq!(database.count("challenges").await, 0);
}

#[tokio::test]
async fn the_oldest_goes_at_the_sixth_and_the_new_one_never() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let (mine, other) = (browser(store, &ada).await, browser(store, &ada).await);
    let beside = challenge(&ada, &other, START);
    keep_challenge(store, beside.clone()).await;
    let mut kept = Vec::new();
    for second in 1..=7 {
        let next = challenge(&ada, &mine, later(second));
        keep_challenge(store, next.clone()).await;
        kept.push(next);
    }
    let all = i64::from(MAX_CHALLENGES) + 1;
    assert_eq!(database.count("challenges").await, all);
    // The clock was put back.
    let last = challenge(&ada, &mine, START);
    keep_challenge(store, last.clone()).await;
    assert_eq!(database.count("challenges").await, all);
    for gone in &kept[..3] {
        assert_eq!(
            store.take(&mine.session, gone.hash, START).await.unwrap(),
            None
        );
    }
    for stays in kept[3..].iter().chain([&last]) {
        let taken = store.take(&mine.session, stays.hash, START).await.unwrap();
        assert!(taken.is_some());
    }
    let taken = store
        .take(&other.session, beside.hash, START)
        .await
        .unwrap();
    assert!(taken.is_some(), "each session has its own");
}

#[tokio::test]
async fn a_session_that_answered_twenty_within_a_minute_waits() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let (mine, other) = (browser(store, &ada).await, browser(store, &ada).await);
    let answer = async |second| {
        let kept = challenge(&ada, &mine, later(second));
        keep_challenge(store, kept.clone()).await;
        let taken = store.take(&mine.session, kept.hash, later(second)).await;
        assert!(taken.unwrap().is_some());
    };
    for second in 0..u64::from(MAX_ANSWERS) {
        answer(second).await;
    }
    let next = |second| store.keep(challenge(&ada, &mine, later(second)));
    let until = START.plus(ANSWER_WINDOW);
    for second in [20, 59] {
        let refused = next(second).await.unwrap();
        assert_eq!(refused, ChallengeAdmission::TooMany { until });
    }
    // Other sessions of the user do not wait, and neither does one whose clock was put back.
    keep_challenge(store, challenge(&ada, &other, later(20))).await;
    let put_back = START.minus(ANSWER_WINDOW);
    keep_challenge(store, challenge(&ada, &mine, put_back)).await;
    answer(60).await;
    assert_eq!(
        next(60).await.unwrap(),
        ChallengeAdmission::TooMany { until: later(61) }
    );
    assert_eq!(database.count(OPEN).await, 2);
    let answers = database.count("challenges").await - 2;
    let counted = i64::from(MAX_ANSWERS);
    assert_eq!(
        answers,
        counted + 1,
        "older answers go with the next challenge"
    );
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_challenges() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let half = browser(store, &ada.user).await;
    for browser in [&half, &ada.browser] {
        let kept = challenge(&ada.user, browser, START);
        keep_challenge(store, kept).await;
    }
    store.end(&half.session).await.unwrap();
    assert_eq!(database.count("challenges").await, 1);
    let reset = store.reset_by_operator(&ada.user).await.unwrap();
    assert_eq!(reset, MethodChange::Done);
    assert_eq!(database.count("challenges").await, 0);
}

#[tokio::test]
async fn a_user_keeps_the_first_handle() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    assert_eq!(store.known_handle(&ada).await.unwrap(), None);
    let first = handle();
    for drawn in [first.clone(), handle(), handle()] {
        let stands = store.user_handle(&ada, drawn).await.unwrap();
        assert!(stands == first);
    }
    assert_eq!(store.known_handle(&ada).await.unwrap(), Some(first.clone()));
    assert_eq!(store.known_handle(&eve).await.unwrap(), None);
    let taken = store.user_handle(&eve, first).await;
    assert!(taken.is_err(), "no two users have one handle");
    let other = store.user_handle(&eve, handle()).await.unwrap();
    assert_eq!(store.known_handle(&eve).await.unwrap(), Some(other));
    let nobody = domain::ids::UserId::from_random([9; 16]);
    assert!(store.user_handle(&nobody, handle()).await.is_err());
}
