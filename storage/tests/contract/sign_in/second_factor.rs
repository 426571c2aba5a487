//! The second factor at sign-in: each time step and each code works once.

use domain::{
    ids::{BackupCodeId, MethodId},
    ports::{Attempts, BackupCodeUse, CodeUse, Mfa, Sessions, Taken, Users},
    second_factor::lockout::Factor,
};
use proptest::prelude::*;

use crate::support::{
    Database, START, bits,
    people::{FIRST_STEP, Protected, STRANGER, browser, protected},
    vault,
};

#[tokio::test]
async fn a_right_code_completes_the_sign_in() {
    let Database { store, .. } = &Database::fresh().await;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    store
        .count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    let code = ada.code(&mine, 1);
    assert_eq!(store.use_code(code.clone()).await.unwrap().0, Taken::Taken);

    let found = Sessions::find(store, code.swap.new).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.facts.second_factor_at),
        (mine.session, Some(code.at))
    );
    assert_eq!(found.codes_since, None);
    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    let method = store.method(&ada.user).await.unwrap().unwrap();
    assert_eq!(
        (method.last_step, method.used_at),
        (FIRST_STEP.offset(1), Some(code.at))
    );
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    assert_eq!(user.last_sign_in, Some(code.at));
    assert_eq!(
        store.refused_in_a_row(&ada.user, STRANGER).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn a_step_is_burnt_once_and_takes_the_older_ones_along() {
    let Database { store, .. } = &Database::fresh().await;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    let set_up_step = store.use_code(ada.code(&mine, 0)).await.unwrap().0;
    assert_eq!(set_up_step, Taken::AlreadyTaken, "the set-up burnt it");

    let other = browser(store, &ada.user).await;
    assert_eq!(
        store.use_code(ada.code(&other, 2)).await.unwrap().0,
        Taken::Taken
    );
    store
        .count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    for burnt in [2, 1] {
        assert_eq!(
            store.use_code(ada.code(&mine, burnt)).await.unwrap().0,
            Taken::AlreadyTaken
        );
    }
    let half = Sessions::find(store, mine.token).await.unwrap().unwrap();
    assert_eq!(half.facts.second_factor_at, None);
    assert_eq!(
        store.refused_in_a_row(&ada.user, STRANGER).await.unwrap(),
        1,
        "a refusal clears nothing"
    );
    assert_eq!(
        store.use_code(ada.code(&mine, 3)).await.unwrap().0,
        Taken::Taken
    );
}

#[tokio::test]
async fn a_code_counts_for_its_owner_and_a_live_session_only() {
    let Database { store, .. } = &Database::fresh().await;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let (adas, eves) = (
        browser(store, &ada.user).await,
        browser(store, &eve.user).await,
    );

    let eves_method = CodeUse {
        method: eve.method.clone(),
        ..ada.code(&adas, 1)
    };
    assert_eq!(
        store.use_code(eves_method).await.unwrap().0,
        Taken::AlreadyTaken
    );
    let no_method = CodeUse {
        method: MethodId::from_random(bits()),
        ..ada.code(&adas, 1)
    };
    assert_eq!(
        store.use_code(no_method).await.unwrap().0,
        Taken::AlreadyTaken
    );
    let eves_session = ada.code(&eves, 1);
    assert_eq!(
        store.use_code(eves_session).await.unwrap().0,
        Taken::SessionGone
    );
    let complete = ada.code(&ada.browser, 1);
    assert_eq!(
        store.use_code(complete).await.unwrap().0,
        Taken::SessionGone,
        "owes nothing"
    );

    store.end(&adas.session).await.unwrap();
    assert_eq!(
        store.use_code(ada.code(&adas, 1)).await.unwrap().0,
        Taken::SessionGone
    );
    let next = browser(store, &ada.user).await;
    let taken = store.use_code(ada.code(&next, 1)).await.unwrap().0;
    assert_eq!(
        taken,
        Taken::Taken,
        "the step was not burnt by what was undone"
    );
}

#[tokio::test]
async fn a_barred_user_completes_nothing() {
    let database = Database::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(
        store.use_code(ada.code(&mine, 1)).await.unwrap().0,
        Taken::SessionGone
    );
    let backup = store
        .use_backup_code(ada.backup_code(&mine, 0))
        .await
        .unwrap();
    assert_eq!(backup.0, Taken::SessionGone);
}

#[tokio::test]
async fn a_backup_code_signs_in_once_and_says_how_many_are_left() {
    let Database { store, .. } = &Database::fresh().await;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let mine = browser(store, &ada.user).await;
    store
        .count_second_factor(&ada.user, STRANGER, Factor::BackupCode, START)
        .await
        .unwrap();
    let code = ada.backup_code(&mine, 3);
    assert_eq!(
        store.use_backup_code(code.clone()).await.unwrap(),
        (Taken::Taken, 9)
    );
    let found = Sessions::find(store, code.swap.new).await.unwrap().unwrap();
    assert_eq!(found.facts.second_factor_at, Some(START));
    assert_eq!(
        store.refused_in_a_row(&ada.user, STRANGER).await.unwrap(),
        0
    );
    assert_eq!(
        store.method(&ada.user).await.unwrap().unwrap().codes_left,
        9
    );

    let index = ada.codes.codes[3].index;
    assert!(
        store
            .find_backup_code(&ada.user, index)
            .await
            .unwrap()
            .unwrap()
            .is_used
    );
    assert!(
        store
            .find_backup_code(&eve.user, index)
            .await
            .unwrap()
            .is_none(),
        "not for others"
    );
    let unused = ada.codes.codes[4].index;
    let unused = store
        .find_backup_code(&ada.user, unused)
        .await
        .unwrap()
        .unwrap();
    assert!(!unused.is_used && unused.hash == ada.codes.codes[4].hash);
    let unknown = vault().backup_code_index(
        &ada.user,
        &domain::second_factor::backup_code::BackupCode::from_random(bits()),
    );
    assert!(
        store
            .find_backup_code(&ada.user, unknown)
            .await
            .unwrap()
            .is_none()
    );

    let again = browser(store, &ada.user).await;
    let twice = store
        .use_backup_code(ada.backup_code(&again, 3))
        .await
        .unwrap();
    assert_eq!(twice.0, Taken::AlreadyTaken);
    let foreign = BackupCodeUse {
        code: eve.codes.codes[0].id.clone(),
        ..ada.backup_code(&again, 4)
    };
    assert_eq!(
        store.use_backup_code(foreign).await.unwrap().0,
        Taken::AlreadyTaken
    );
    let none = BackupCodeUse {
        code: BackupCodeId::from_random(bits()),
        ..ada.backup_code(&again, 4)
    };
    assert_eq!(
        store.use_backup_code(none).await.unwrap().0,
        Taken::AlreadyTaken
    );
    let gone = store
        .use_backup_code(ada.backup_code(&mine, 4))
        .await
        .unwrap();
    assert_eq!(gone.0, Taken::SessionGone, "the old token");
    assert_eq!(
        store.method(&ada.user).await.unwrap().unwrap().codes_left,
        9,
        "it was not spent"
    );
}

async fn no_code_is_accepted_twice(uses: Vec<usize>) {
    let Database { store, .. } = &Database::fresh().await;
    let ada: Protected = protected(store).await;
    let mut spent = [false; 10];
    for index in uses {
        let mine = browser(store, &ada.user).await;
        let (taken, left) = store
            .use_backup_code(ada.backup_code(&mine, index))
            .await
            .unwrap();
        let expected = if spent[index] {
            Taken::AlreadyTaken
        } else {
            Taken::Taken
        };
        assert_eq!(taken, expected, "code {index} after {spent:?}");
        spent[index] = true;
        let unspent = spent.iter().filter(|spent| !**spent).count();
        assert_eq!(usize::try_from(left).unwrap(), unspent);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]
    #[test]
    fn whatever_the_order_no_backup_code_is_accepted_twice(uses in prop::collection::vec(0_usize..10, 1..30)) {
        tokio::runtime::Runtime::new().unwrap().block_on(no_code_is_accepted_twice(uses));
    }
}
