//! The second factor at sign-in: each time step and each code works once.

use domain::{
    ids::{BackupCodeId, MethodId},
    ports::{
        Attempts, CodeUse, Mfa, Sessions, SignInBackupCode, SignInBackupCodeUse, SignInCode, Users,
    },
    second_factor::lockout::Factor,
};
use proptest::prelude::*;

use crate::support::{
    ContractDatabase, START, bits,
    factors::FactorParts,
    people::{FIRST_STEP, Protected, STRANGER, WithoutCount, browser, default_method, protected},
    vault,
};

#[tokio::test]
async fn a_right_code_completes_the_sign_in() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    store
        .count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    let code = ada.code(&mine, 1);
    assert_eq!(
        store.use_code(code.clone()).await.unwrap().without_count(),
        CodeUse::Accepted
    );

    let found = Sessions::find(store, code.swap.new).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.facts.second_factor_at),
        (mine.session, Some(code.at))
    );
    assert_eq!(found.codes_since, None);
    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(
        (method.last_step(), method.used_at),
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
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    let set_up_step = store
        .use_code(ada.code(&mine, 0))
        .await
        .unwrap()
        .without_count();
    assert_eq!(set_up_step, CodeUse::AlreadyUsed, "the set-up burnt it");

    let other = browser(store, &ada.user).await;
    assert_eq!(
        store
            .use_code(ada.code(&other, 2))
            .await
            .unwrap()
            .without_count(),
        CodeUse::Accepted
    );
    store
        .count_second_factor(&ada.user, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    for burnt in [2, 1] {
        assert_eq!(
            store
                .use_code(ada.code(&mine, burnt))
                .await
                .unwrap()
                .without_count(),
            CodeUse::AlreadyUsed
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
        store
            .use_code(ada.code(&mine, 3))
            .await
            .unwrap()
            .without_count(),
        CodeUse::Accepted
    );
}

#[tokio::test]
async fn a_code_counts_for_its_owner_and_a_live_session_only() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let (adas, eves) = (
        browser(store, &ada.user).await,
        browser(store, &eve.user).await,
    );

    let eves_method = SignInCode {
        method: eve.method.clone(),
        ..ada.code(&adas, 1)
    };
    assert_eq!(
        store.use_code(eves_method).await.unwrap().without_count(),
        CodeUse::AlreadyUsed
    );
    let no_method = SignInCode {
        method: MethodId::from_random(bits()),
        ..ada.code(&adas, 1)
    };
    assert_eq!(
        store.use_code(no_method).await.unwrap().without_count(),
        CodeUse::AlreadyUsed
    );
    let eves_session = ada.code(&eves, 1);
    assert_eq!(
        store.use_code(eves_session).await.unwrap().without_count(),
        CodeUse::SessionGone
    );
    let complete = ada.code(&ada.browser, 1);
    assert_eq!(
        store.use_code(complete).await.unwrap().without_count(),
        CodeUse::SessionGone,
        "owes nothing"
    );

    store.end(&adas.session).await.unwrap();
    assert_eq!(
        store
            .use_code(ada.code(&adas, 1))
            .await
            .unwrap()
            .without_count(),
        CodeUse::SessionGone
    );
    let next = browser(store, &ada.user).await;
    let taken = store
        .use_code(ada.code(&next, 1))
        .await
        .unwrap()
        .without_count();
    assert_eq!(
        taken,
        CodeUse::Accepted,
        "the step was not burnt by what was undone"
    );
}

#[tokio::test]
async fn a_barred_user_completes_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let mine = browser(store, &ada.user).await;
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(
        store
            .use_code(ada.code(&mine, 1))
            .await
            .unwrap()
            .without_count(),
        CodeUse::SessionGone
    );
    let backup = store
        .use_backup_code(ada.backup_code(&mine, 0))
        .await
        .unwrap();
    assert_eq!(backup.without_count(), CodeUse::SessionGone);
}

#[tokio::test]
async fn a_backup_code_signs_in_once_and_says_how_many_are_left() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let mine = browser(store, &ada.user).await;
    store
        .count_second_factor(&ada.user, STRANGER, Factor::BackupCode, START)
        .await
        .unwrap();
    let code = ada.backup_code(&mine, 3);
    assert_eq!(
        store.use_backup_code(code.clone()).await.unwrap(),
        SignInBackupCodeUse::Accepted { codes_left: 9 }
    );
    let found = Sessions::find(store, code.swap.new).await.unwrap().unwrap();
    assert_eq!(found.facts.second_factor_at, Some(START));
    assert_eq!(
        store.refused_in_a_row(&ada.user, STRANGER).await.unwrap(),
        0
    );
    assert_eq!(store.settings(&ada.user).await.unwrap().codes_left, 9);

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
    assert_eq!(twice.without_count(), CodeUse::AlreadyUsed);
    let foreign = SignInBackupCode {
        code: eve.codes.codes[0].id.clone(),
        ..ada.backup_code(&again, 4)
    };
    assert_eq!(
        store
            .use_backup_code(foreign)
            .await
            .unwrap()
            .without_count(),
        CodeUse::AlreadyUsed
    );
    let none = SignInBackupCode {
        code: BackupCodeId::from_random(bits()),
        ..ada.backup_code(&again, 4)
    };
    assert_eq!(
        store.use_backup_code(none).await.unwrap().without_count(),
        CodeUse::AlreadyUsed
    );
    let gone = store
        .use_backup_code(ada.backup_code(&mine, 4))
        .await
        .unwrap();
    assert_eq!(gone.without_count(), CodeUse::SessionGone, "the old token");
    assert_eq!(
        store.settings(&ada.user).await.unwrap().codes_left,
        9,
        "it was not spent"
    );
}

async fn no_code_is_accepted_twice(uses: Vec<usize>) {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada: Protected = protected(store).await;
    let mut spent = [false; 10];
    for index in uses {
        let mine = browser(store, &ada.user).await;
        let answer = store
            .use_backup_code(ada.backup_code(&mine, index))
            .await
            .unwrap();
        let was_spent = std::mem::replace(&mut spent[index], true);
        let unspent = spent.iter().filter(|spent| !**spent).count();
        let codes_left = u32::try_from(unspent).unwrap();
        let expected = if was_spent {
            SignInBackupCodeUse::AlreadyUsed
        } else {
            SignInBackupCodeUse::Accepted { codes_left }
        };
        assert_eq!(answer, expected, "code {index} after {spent:?}");
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!(settings.codes_left, codes_left);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]
    #[test]
    fn whatever_the_order_no_backup_code_is_accepted_twice(uses in prop::collection::vec(0_usize..10, 1..30)) {
        tokio::runtime::Runtime::new().unwrap().block_on(no_code_is_accepted_twice(uses));
    }
}
