//! The maximum number of sessions per user, and how fast they may open: RC7.

use domain::{
    ids::UserId,
    ports::{
        BrowserRecord, CodeUse, KnownBrowser, KnownBrowsers, NewSession, Receipt, SessionOpening,
        Sessions,
    },
    session::bounds::{COMPLETE, HALF, SIGN_INS, WINDOW},
    time::Timestamp,
    token::TokenHash,
};
use storage::Store;

use crate::{
    races::{at_once, count, programs},
    support::{
        ContractDatabase, START, later,
        people::{WithoutCount, protected, session, somebody},
        token,
    },
};

async fn open_session(store: &Store, new: NewSession) -> SessionOpening {
    store.open(new).await.unwrap()
}

async fn is_there(store: &Store, token: TokenHash) -> bool {
    Sessions::find(store, token).await.unwrap().is_some()
}

/// How far a sign-in has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SignIn {
    /// The second factor is owed.
    Half,
    Complete,
}

/// Opens one session per minute; returns their tokens.
async fn several(store: &Store, user: &UserId, after: SignIn, count: u32) -> Vec<TokenHash> {
    let mut tokens = Vec::new();
    for number in 0..count {
        let new = NewSession {
            complete: after == SignIn::Complete,
            ..session(user, later(60 * u64::from(number)))
        };
        tokens.push(new.token);
        assert_eq!(open_session(store, new).await, SessionOpening::Done);
    }
    tokens
}

#[tokio::test]
async fn rc7_right_passwords_open_so_many_sessions_a_minute() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let events = database.count("security_events").await;
    for _ in 0..SIGN_INS {
        assert_eq!(
            open_session(store, session(&ada, later(7))).await,
            SessionOpening::Done
        );
    }
    let until = later(7).plus(WINDOW);
    for _ in 0..20 {
        let refused = open_session(store, session(&ada, later(30))).await;
        assert_eq!(refused, SessionOpening::TooMany { until });
    }
    let told = database.count("security_events").await - events;
    assert_eq!(told, i64::from(SIGN_INS), "what is refused opens nothing");
    assert_eq!(
        open_session(store, session(&eve, later(30))).await,
        SessionOpening::Done
    );
    let of_an_old_password = NewSession {
        password: domain::ports::SecretHash::phc("another".to_owned()),
        ..session(&ada, later(30))
    };
    assert_eq!(
        open_session(store, of_an_old_password).await,
        SessionOpening::NotAdmitted
    );
    assert_eq!(
        open_session(store, session(&ada, until)).await,
        SessionOpening::Done
    );
}

#[tokio::test]
async fn rc7_a_known_browser_has_the_same_figure_of_its_own() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let first = session(&ada, START);
    assert_eq!(
        open_session(store, first.clone()).await,
        SessionOpening::Done
    );
    let known = KnownBrowser {
        token: token(),
        user: ada.clone(),
        session: first.id,
        at: START,
    };
    assert_eq!(
        store.remember(known.clone()).await.unwrap(),
        BrowserRecord::Stored
    );
    while open_session(store, session(&ada, START)).await == SessionOpening::Done {}
    let mine = |at: Timestamp| NewSession {
        receipt: Some(Receipt::Browser(known.token)),
        ..session(&ada, at)
    };
    for _ in 0..SIGN_INS {
        assert_eq!(open_session(store, mine(START)).await, SessionOpening::Done);
    }
    let until = START.plus(WINDOW);
    assert_eq!(
        open_session(store, mine(START)).await,
        SessionOpening::TooMany { until }
    );
    assert_eq!(open_session(store, mine(until)).await, SessionOpening::Done);
}

#[tokio::test]
async fn rc7_the_oldest_half_session_goes_and_no_complete_one() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let halves = several(store, &ada.user, SignIn::Half, HALF + 3).await;
    for (number, half) in halves.iter().enumerate() {
        assert_eq!(is_there(store, *half).await, number >= 3, "{number}");
    }
    assert!(is_there(store, ada.browser.token).await, "the complete one");
}

/// RB4: a stranger with the password opens half sessions without limit while the user enters a code
/// in a known browser.
#[tokio::test]
async fn rc7_strangers_push_no_session_of_a_known_browser_out() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    for others in [SignIn::Half, SignIn::Complete] {
        let complete = others == SignIn::Complete;
        let user = if complete {
            somebody(store).await
        } else {
            protected(store).await.user
        };
        let known = crate::sign_in::known_browsers::known(store, &user, START).await;
        let mine = NewSession {
            complete,
            receipt: Some(Receipt::Browser(known)),
            ..session(&user, later(1))
        };
        let token = mine.token;
        assert_eq!(open_session(store, mine).await, SessionOpening::Done);
        several(store, &user, others, HALF + COMPLETE + 3).await;
        assert!(is_there(store, token).await, "complete: {complete}");
    }
}

#[tokio::test]
async fn rc7_of_complete_sessions_the_one_goes_that_is_idle_longest() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let all = several(store, &ada, SignIn::Complete, COMPLETE).await;
    let first = Sessions::find(store, all[0]).await.unwrap().unwrap();
    store.touch(&first.id, later(60 * 60)).await.unwrap();
    let next = several(store, &ada, SignIn::Complete, 1).await;
    assert!(is_there(store, all[0]).await && is_there(store, next[0]).await);
    assert!(!is_there(store, all[1]).await);
    assert!(is_there(store, all[2]).await);
}

#[tokio::test]
async fn rc7_a_second_factor_completes_no_more_than_there_may_be() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    for step in 1..=i64::from(COMPLETE) + 4 {
        let new = session(&ada.user, later(60 * u64::try_from(step).unwrap()));
        let browser = crate::support::people::BrowserSession {
            session: new.id.clone(),
            token: new.token,
        };
        assert_eq!(open_session(store, new).await, SessionOpening::Done);
        let code = ada.code(&browser, step);
        let answer = domain::ports::Mfa::use_code(store, code).await.unwrap();
        assert_eq!(answer.without_count(), CodeUse::Accepted);
    }
    let complete = "sessions WHERE second_factor_at IS NOT NULL";
    assert_eq!(database.count(complete).await, i64::from(COMPLETE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rc7_of_many_at_once_no_more_are_opened() {
    let (database, programs) = programs().await;
    let ada = somebody(&database.store).await;
    let results = at_once(&programs, 64, |store, _| {
        let new = session(&ada, START);
        async move { store.open(new).await.unwrap() }
    })
    .await;
    assert_eq!(count(&results, &SessionOpening::Done), SIGN_INS as usize);
    assert_eq!(database.count("sessions").await, i64::from(HALF));
}
