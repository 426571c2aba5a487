//! Browsers that completed a sign-in: each has its own budget, for one user, until that user's
//! sessions end.

use domain::{
    ids::UserId,
    ports::{
        Attempts, BrowserRecord, KeyActivation, KnownBrowser, KnownBrowsers, Mfa, PasswordCount,
        PasswordTry, Receipt, SecretHash, Sessions, Users,
    },
    session::known_browser::{KEPT, KNOWN, PER_USER},
    time::Timestamp,
    token::TokenHash,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, later,
    people::{activation, browser, pending, somebody},
    stranger, token,
};

async fn email(store: &Store, user: &UserId) -> String {
    Users::find(store, user)
        .await
        .unwrap()
        .unwrap()
        .email
        .into()
}

/// Makes a browser known to the user.
pub async fn known(store: &Store, user: &UserId, at: Timestamp) -> TokenHash {
    let new = crate::support::people::session(user, at);
    assert!(store.open(new.clone()).await.unwrap().is_done());
    let session = new.id;
    let known = KnownBrowser {
        token: token(),
        user: user.clone(),
        session,
        at,
    };
    assert_eq!(
        store.remember(known.clone()).await.unwrap(),
        BrowserRecord::Stored
    );
    known.token
}

async fn try_password(
    store: &Store,
    email: &str,
    from: TokenHash,
    now: Timestamp,
) -> PasswordCount {
    let attempt = PasswordTry {
        browser: Some(from),
        address_limit: 1,
        ..stranger(email)
    };
    store.count_password(attempt, now).await.unwrap()
}

#[tokio::test]
async fn a_known_browser_has_a_budget_of_its_own() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let (name, mine) = (email(store, &ada).await, known(store, &ada, START).await);
    for _ in 0..1000 {
        store.count_password(stranger(&name), START).await.unwrap();
    }
    for _ in 0..5 {
        let counted = try_password(store, &name, mine, START).await;
        assert_eq!(counted, PasswordCount::Counted(Receipt::Browser(mine)));
    }
    let refused = try_password(store, &name, mine, START).await;
    assert_eq!(refused, PasswordCount::Refused { until: later(5) });
    let other = known(store, &ada, START).await;
    assert_eq!(
        try_password(store, &name, other, START).await,
        PasswordCount::Counted(Receipt::Browser(other))
    );
    store
        .password_was_right(Receipt::Browser(mine))
        .await
        .unwrap();
    assert_eq!(
        try_password(store, &name, mine, START).await,
        PasswordCount::Counted(Receipt::Browser(mine))
    );
    let stranger = store.count_password(stranger(&name), START).await.unwrap();
    assert!(
        matches!(stranger, PasswordCount::Refused { .. }),
        "its right password does not help strangers"
    );
}

#[tokio::test]
async fn it_is_a_stranger_to_every_other_user() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let (adas, eves) = (known(store, &ada, START).await, email(store, &eve).await);
    let counted = try_password(store, &eves, adas, START).await;
    assert!(matches!(
        counted,
        PasswordCount::Counted(Receipt::Stranger { .. })
    ));
    assert!(!store.is_known(adas, &eve, START).await.unwrap());

    // Nor can the browser be made known to another user.
    let session = browser(store, &eve).await.session;
    let taken_over = KnownBrowser {
        token: adas,
        user: eve.clone(),
        session,
        at: START,
    };
    assert_eq!(
        store.remember(taken_over).await.unwrap(),
        BrowserRecord::NotStored
    );
    assert!(store.is_known(adas, &ada, START).await.unwrap());
}

#[tokio::test]
async fn it_is_forgotten_when_it_stays_away() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let (name, mine) = (email(store, &ada).await, known(store, &ada, START).await);
    let away = START.plus(KNOWN);
    assert!(!store.is_known(mine, &ada, away).await.unwrap());
    let counted = try_password(store, &name, mine, away).await;
    assert!(matches!(
        counted,
        PasswordCount::Counted(Receipt::Stranger { .. })
    ));
}

/// RB3: the browsers known longest stay, however many and often others sign in later; those rotate.
#[tokio::test]
async fn rb3_of_very_many_those_known_for_longest_stay() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let mut all = Vec::new();
    for number in 0..2 * PER_USER {
        all.push(known(store, &ada, later(60 * u64::from(number))).await);
    }
    assert_eq!(database.count("known_browsers").await, i64::from(PER_USER));
    let (kept, rotated) = (KEPT as usize, (PER_USER - KEPT) as usize);
    for (number, token) in all.iter().enumerate() {
        let stays = number < kept || number >= all.len() - rotated;
        assert_eq!(
            store.is_known(*token, &ada, START).await.unwrap(),
            stays,
            "{number}"
        );
    }
}

#[tokio::test]
async fn none_is_known_to_a_session_that_has_ended() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let mine = browser(store, &ada).await;
    let of = |user: &UserId| KnownBrowser {
        token: token(),
        user: user.clone(),
        session: mine.session.clone(),
        at: START,
    };
    assert_eq!(
        store.remember(of(&eve)).await.unwrap(),
        BrowserRecord::NotStored,
        "another's session"
    );
    store.end(&mine.session).await.unwrap();
    assert_eq!(
        store.remember(of(&ada)).await.unwrap(),
        BrowserRecord::NotStored
    );
}

#[tokio::test]
async fn a_new_password_ends_them() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    let (adas, eves) = (
        known(store, &ada, START).await,
        known(store, &eve, START).await,
    );
    let hash = SecretHash::phc("$argon2id$new".to_owned());
    store.set_password(&ada, hash).await.unwrap();
    assert!(!store.is_known(adas, &ada, START).await.unwrap());
    assert!(store.is_known(eves, &eve, START).await.unwrap());
}

#[tokio::test]
async fn so_does_a_new_method() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let known = known(store, &ada, START).await;
    let mine = browser(store, &ada).await;
    let key = pending(store, &ada, &mine, START).await;
    let activated = store.activate(activation(&key, &mine)).await.unwrap();
    assert_eq!(activated, KeyActivation::Activated);
    assert!(!store.is_known(known, &ada, START).await.unwrap());
}
