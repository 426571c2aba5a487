//! The limit for one address.

use domain::{
    ports::{Attempts, NewSession, PasswordCount, PasswordTry, Receipt, SecretHash, Sessions},
    session::address_limit::WINDOW,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, email_index, from, later,
    people::{session, somebody},
    stranger,
};

/// Another account name, so that the attempts share only the address.
fn other(number: u32) -> PasswordTry {
    PasswordTry {
        address_limit: 3,
        ..stranger(&format!("typed{number}@example.com"))
    }
}

async fn count_try(store: &Store, attempt: PasswordTry, seconds: u64) -> Receipt {
    match store.count_password(attempt, later(seconds)).await.unwrap() {
        PasswordCount::Counted(receipt) => receipt,
        PasswordCount::Refused { until } => panic!("refused until {until:?}"),
    }
}

#[tokio::test]
async fn an_address_has_its_refused_sign_ins_within_the_window_and_no_more() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    for number in 0..3 {
        count_try(store, other(number), u64::from(number) * 10).await;
    }
    let refused = store.count_password(other(3), later(30)).await.unwrap();
    let until = START.plus(WINDOW);
    assert_eq!(
        refused,
        PasswordCount::Refused { until },
        "when the oldest leaves the window"
    );
    count_try(store, other(3), WINDOW.as_secs()).await;
    let refused = store.count_password(other(4), until).await.unwrap();
    assert_eq!(
        refused,
        PasswordCount::Refused {
            until: later(10).plus(WINDOW)
        },
        "one place became free, not all of them"
    );
}

#[tokio::test]
async fn a_right_password_is_taken_off_the_address() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    for number in 0..20 {
        let receipt = count_try(store, other(number), 0).await;
        store.password_was_right(receipt).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_forgets_what_its_password_was_counted_with_and_none_that_opens_does_not() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let with = |receipt| NewSession {
        receipt: Some(receipt),
        ..session(&user, START)
    };
    for number in 0..20 {
        let receipt = count_try(store, other(number), 0).await;
        assert!(store.open(with(receipt)).await.unwrap().is_done());
    }
    for number in 0..3 {
        let of_an_old_password = NewSession {
            password: SecretHash::phc("another".to_owned()),
            ..with(count_try(store, other(number), 0).await)
        };
        assert!(!store.open(of_an_old_password).await.unwrap().is_done());
    }
    let refused = store.count_password(other(4), START).await.unwrap();
    assert!(matches!(refused, PasswordCount::Refused { .. }));
}

#[tokio::test]
async fn what_a_limit_refuses_is_counted_nowhere() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    for number in 0..3 {
        count_try(store, other(number), 0).await;
    }
    store.count_password(other(9), START).await.unwrap();
    let name = email_index("typed9@example.com");
    assert_eq!(store.password_attempts(name).await.unwrap().failures, 0);

    // Five for one name, then its delay. Refused attempts do not count for the address.
    let ada = || stranger("ada@example.com");
    for _ in 0..5 {
        count_try(store, ada(), WINDOW.as_secs()).await;
    }
    for _ in 0..50 {
        let refused = store
            .count_password(ada(), START.plus(WINDOW))
            .await
            .unwrap();
        assert!(matches!(refused, PasswordCount::Refused { .. }));
    }
    assert_eq!(database.count("refused_sign_ins").await, 5);
}

#[tokio::test]
async fn addresses_and_what_is_no_name_are_counted_too() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let nothing = || PasswordTry {
        email: None,
        ..other(0)
    };
    for _ in 0..3 {
        count_try(store, nothing(), 0).await;
    }
    let refused = store.count_password(nothing(), START).await.unwrap();
    assert!(matches!(refused, PasswordCount::Refused { .. }));
    let elsewhere = PasswordTry {
        address_limit: 3,
        ..from([198, 51, 100, 7].into())
    };
    count_try(store, elsewhere, 0).await;
}

#[tokio::test]
async fn the_limit_survives_a_restart() {
    let database = ContractDatabase::fresh().await;
    for number in 0..3 {
        count_try(&database.store, other(number), 0).await;
    }
    database.store.close().await;
    let refused = database
        .another()
        .await
        .count_password(other(3), START)
        .await;
    assert!(matches!(refused.unwrap(), PasswordCount::Refused { .. }));
}
