//! Compares the SQL statements with the pure rules.

use std::time::Duration;

use domain::{
    ids::UserId,
    ports::{Attempts, PasswordCount},
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{Budget, Factor, GuessHistory as Rule},
    },
    session::sign_in_delay::{MEMORY, PasswordAttempts},
};
use proptest::prelude::*;

use crate::{
    sign_in::known_browsers::known,
    support::{
        ContractDatabase, START, bits, cases, email_index, later,
        people::{STRANGER, browser, somebody},
        stranger,
    },
};

#[derive(Debug, Clone, Copy)]
enum AttemptStep {
    /// An attempt by one of [`holders`].
    Try(usize, Factor),
    /// Waits until exactly the time that a refusal names.
    Wait,
    Unlock,
}

fn steps() -> impl Strategy<Value = Vec<(u64, AttemptStep)>> {
    let step = prop_oneof![
        20 => (0..3_usize).prop_map(|holder| AttemptStep::Try(holder, Factor::Application)),
        20 => (0..3_usize).prop_map(|holder| AttemptStep::Try(holder, Factor::BackupCode)),
        8 => Just(AttemptStep::Wait),
        1 => Just(AttemptStep::Unlock),
    ];
    // Gaps from a burst to most of a day, so that pauses, the lockout and the day's backup codes
    // all occur.
    let gap =
        prop_oneof![4 => Just(0_u64), 4 => 0_u64..120, 4 => 120_u64..1_000, 1 => 1_000_u64..80_000];
    prop::collection::vec((gap, step), 1..160)
}

async fn storage_agrees_with_the_rule(steps: Vec<(u64, AttemptStep)>) {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let holders = [
        GuessHolder::Stranger,
        GuessHolder::KnownBrowser(known(store, &user, START).await),
        browser(store, &user).await.holder(),
    ];
    let (mut rules, mut now) = ([(); 3].map(|()| Rule::default()), START);
    for (gap, step) in steps {
        now = now.plus(Duration::from_secs(gap));
        match step {
            AttemptStep::Try(number, factor) => {
                let rule = &mut rules[number];
                let expected = rule.budget(factor, now);
                let counted = store.count_second_factor(&user, &holders[number], factor, now);
                let budget = counted.await.unwrap();
                assert_eq!(budget, expected, "{factor:?} at {now:?} after {rule:?}");
                if expected == Budget::Open {
                    *rule = rule.counted(now);
                }
            }
            AttemptStep::Wait => {
                if let Budget::Paused { until } = rules[0].budget(Factor::BackupCode, now) {
                    now = until;
                }
            }
            AttemptStep::Unlock => {
                let refused = store
                    .unlock(&user, email_index("ada@example.com"))
                    .await
                    .unwrap();
                let most = rules.iter().map(|rule| rule.in_a_row).max();
                assert_eq!(Some(refused), most);
                rules = [(); 3].map(|()| Rule::default());
            }
        }
        for (holder, rule) in holders.iter().zip(&rules) {
            let refused = store.refused_in_a_row(&user, holder).await.unwrap();
            assert_eq!(refused, rule.in_a_row);
        }
    }
}

async fn passwords_agree_with_the_rule(gaps: Vec<(u64, bool)>) {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, email) = (stranger("ada@example.com"), email_index("ada@example.com"));
    let (mut rule, mut now) = (PasswordAttempts::default(), START);
    for (gap, is_right) in gaps {
        now = now.plus(Duration::from_secs(gap));
        let counted = store.count_password(ada.clone(), now).await.unwrap();
        match (rule.count(now), counted) {
            (Ok(next), PasswordCount::Counted(receipt)) => {
                rule = next;
                if is_right {
                    store.password_was_right(receipt).await.unwrap();
                    rule = PasswordAttempts::default();
                }
            }
            (Err(expected), PasswordCount::Refused { until }) => assert_eq!(until, expected),
            (expected, counted) => panic!("{counted:?} and not {expected:?}"),
        }
        assert_eq!(store.password_attempts(email).await.unwrap(), rule);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]
    #[test]
    fn the_guess_budget_is_the_rules(steps in steps()) {
        tokio::runtime::Runtime::new().unwrap().block_on(storage_agrees_with_the_rule(steps));
    }

    #[test]
    fn the_sign_in_delay_is_the_rules(
        gaps in prop::collection::vec((prop_oneof![8 => 0_u64..70, 1 => 80_000_u64..90_000], prop::bool::weighted(0.05)), 1..40),
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(passwords_agree_with_the_rule(gaps));
    }
}

#[tokio::test]
async fn attempts_survive_a_restart() {
    let database = ContractDatabase::fresh().await;
    let user = somebody(&database.store).await;
    for _ in 0..5 {
        let budget = database
            .store
            .count_second_factor(&user, STRANGER, Factor::Application, START)
            .await;
        assert_eq!(budget.unwrap(), Budget::Open);
    }
    database.store.close().await;
    let budget = database
        .another()
        .await
        .count_second_factor(&user, STRANGER, Factor::BackupCode, later(1))
        .await;
    assert!(matches!(budget.unwrap(), Budget::Paused { .. }));
}

#[tokio::test]
async fn budgets_are_apart() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (somebody(store).await, somebody(store).await);
    for _ in 0..6 {
        store
            .count_second_factor(&eve, STRANGER, Factor::Application, START)
            .await
            .unwrap();
        store
            .count_password(stranger("eve@example.com"), START)
            .await
            .unwrap();
    }
    let budget = store
        .count_second_factor(&ada, STRANGER, Factor::Application, START)
        .await
        .unwrap();
    assert_eq!(budget, Budget::Open);
    let ada = email_index("ada@example.com");
    assert_eq!(
        store.password_attempts(ada).await.unwrap(),
        PasswordAttempts::default()
    );
    let counted = store.count_password(stranger("ada@example.com"), START);
    assert!(matches!(counted.await.unwrap(), PasswordCount::Counted(_)));
}

#[tokio::test]
async fn unlocking_clears_both_budgets() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (user, email) = (somebody(store).await, email_index("ada@example.com"));
    for _ in 0..3 {
        store
            .count_second_factor(&user, STRANGER, Factor::Application, START)
            .await
            .unwrap();
        store
            .count_password(stranger("ada@example.com"), START)
            .await
            .unwrap();
    }
    assert_eq!(store.unlock(&user, email).await.unwrap(), 3);
    assert_eq!(store.unlock(&user, email).await.unwrap(), 0);
    assert_eq!(store.password_attempts(email).await.unwrap().failures, 0);
}

#[tokio::test]
async fn rows_of_forgotten_addresses_go() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    for number in 0..20 {
        let typed = stranger(&format!("typed{number}@example.com"));
        store.count_password(typed, START).await.unwrap();
    }
    store
        .count_password(stranger("ada@example.com"), START.plus(MEMORY))
        .await
        .unwrap();
    assert_eq!(database.count("password_attempts").await, 1);
}

#[tokio::test]
async fn nobody_has_no_budget() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let nobody = UserId::from_random(bits());
    let budget = store
        .count_second_factor(&nobody, STRANGER, Factor::Application, START)
        .await;
    assert_eq!(budget.unwrap(), Budget::Gone, "closed, not open");
    assert_eq!(store.refused_in_a_row(&nobody, STRANGER).await.unwrap(), 0);
}
