//! The budgets of the second factor: one for strangers, one per known browser, one per complete
//! session (RB4 and RA4).

use domain::{
    events::Outcome,
    ids::{SessionId, UserId},
    people::roles::Role,
    ports::{
        Accounts, Attempts, CodeUse, Deletion, KnownBrowsers, MembershipChange, MethodChange,
        MethodDeletion, Mfa, Sessions, SignInCode, SignInCodeUse, StepUps, TestedCode,
        UserAddition, Users,
    },
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{Budget, Factor},
    },
};
use storage::Store;

use crate::{
    races::{at_once, count, programs},
    sign_in::known_browsers::known,
    support::{
        ContractDatabase, START, bits, email_index, later,
        people::{
            FIRST_STEP, Protected, STRANGER, WithoutCount, browser, protected, protected_user,
            somebody, user,
        },
        token,
    },
};

/// Every table of budgets.
pub const TABLES: [&str; 3] = ["attempts", "browser_attempts", "session_attempts"];

/// A user's three kinds of holders, and a second browser.
async fn holders(store: &Store, ada: &Protected) -> [GuessHolder; 4] {
    [
        GuessHolder::Stranger,
        GuessHolder::KnownBrowser(known(store, &ada.user, START).await),
        ada.browser.holder(),
        GuessHolder::KnownBrowser(known(store, &ada.user, START).await),
    ]
}

/// A user who can be removed, because the account has another Owner.
async fn member(store: &Store) -> UserId {
    let owner = somebody(store).await;
    let account = store.of_user(&owner).await.unwrap().remove(0).account.id;
    let number = u128::from_be_bytes(bits());
    let user = user(&format!("member{number}@example.com"));
    let added = Users::add(store, user.clone(), &account, Role::Member).await;
    assert_eq!(added.unwrap(), UserAddition::Added);
    user.id
}

async fn guess(store: &Store, user: &UserId, holder: &GuessHolder) -> Budget {
    store
        .count_second_factor(user, holder, Factor::Application, START)
        .await
        .unwrap()
}

async fn refused_in_a_row(store: &Store, user: &UserId, holders: &[GuessHolder; 4]) -> [u32; 4] {
    let mut all = [0; 4];
    for (count, holder) in all.iter_mut().zip(holders) {
        *count = store.refused_in_a_row(user, holder).await.unwrap();
    }
    all
}

async fn all_guess(store: &Store, user: &UserId, holders: &[GuessHolder; 4]) {
    for holder in holders {
        assert_eq!(guess(store, user, holder).await, Budget::Open);
    }
}

#[tokio::test]
async fn no_holder_spends_the_budget_of_another() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let holders = holders(store, &ada).await;
    for (number, holder) in holders.iter().enumerate() {
        for _ in 0..5 {
            assert_eq!(guess(store, &ada.user, holder).await, Budget::Open);
        }
        assert!(matches!(
            guess(store, &ada.user, holder).await,
            Budget::Paused { .. }
        ));
        let mut expected = [0; 4];
        expected[..=number].fill(5);
        assert_eq!(refused_in_a_row(store, &ada.user, &holders).await, expected);
    }
}

#[tokio::test]
async fn a_complete_sign_in_clears_the_common_budget_and_its_browsers() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let holders = holders(store, &ada).await;
    let GuessHolder::KnownBrowser(mine) = holders[1] else {
        panic!("it is a browser")
    };
    all_guess(store, &ada.user, &holders).await;
    let half = browser(store, &ada.user).await;
    let code = SignInCode {
        browser: mine,
        is_browser_known: true,
        ..ada.code(&half, 1)
    };
    let answer = store.use_code(code).await.unwrap();
    assert_eq!(
        answer,
        SignInCodeUse::Accepted { refused_before: 1 },
        "by strangers; its own one is the right one"
    );
    assert_eq!(
        refused_in_a_row(store, &ada.user, &holders).await,
        [0, 0, 1, 1]
    );

    all_guess(store, &ada.user, &holders).await;
    let half = browser(store, &ada.user).await;
    let mut code = ada.backup_code(&half, 0);
    code.browser = mine;
    assert_eq!(
        store.use_backup_code(code).await.unwrap().without_count(),
        CodeUse::Accepted
    );
    assert_eq!(
        refused_in_a_row(store, &ada.user, &holders).await,
        [0, 0, 2, 2]
    );
}

/// ADR 7: a backup code clears both budgets.
#[tokio::test]
async fn a_backup_code_within_a_session_clears_the_common_budget_and_the_sessions() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let holders = holders(store, &ada).await;
    all_guess(store, &ada.user, &holders).await;
    let asked = ada.asked(&ada.delete_intent());
    let session = &ada.browser.session;
    store.ask(session, &ada.user, asked).await.unwrap();
    let verification = ada.verification(&ada.browser, &ada.delete_intent(), ada.backup_proof(0));
    assert_eq!(store.verify(verification).await.unwrap(), CodeUse::Accepted);
    assert_eq!(
        refused_in_a_row(store, &ada.user, &holders).await,
        [0, 1, 0, 1]
    );
}

#[tokio::test]
async fn whoever_unlocks_clears_all_of_them() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let (hers, eves) = (holders(store, &ada).await, holders(store, &eve).await);
    all_guess(store, &eve.user, &eves).await;

    all_guess(store, &ada.user, &hers).await;
    all_guess(
        store,
        &ada.user,
        &[STRANGER, &hers[1], &hers[1], &hers[1]].map(Clone::clone),
    )
    .await;
    let name = email_index("ada@example.com");
    assert_eq!(store.unlock(&ada.user, name).await.unwrap(), 4, "the most");
    assert_eq!(store.unlock(&ada.user, name).await.unwrap(), 0);
    assert_eq!(refused_in_a_row(store, &ada.user, &hers).await, [0; 4]);

    all_guess(store, &ada.user, &hers).await;
    assert_eq!(
        store.reset_by_operator(&ada.user).await.unwrap(),
        MethodChange::Done
    );
    for table in TABLES {
        let left = if table == "browser_attempts" { 2 } else { 1 };
        assert_eq!(database.count(table).await, left, "{table}: only Eve's");
    }
    assert_eq!(refused_in_a_row(store, &eve.user, &eves).await, [1; 4]);
}

#[tokio::test]
async fn a_deleted_method_leaves_no_budget() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let holders = holders(store, &ada).await;
    all_guess(store, &ada.user, &holders).await;
    let grant = ada.granted(store, &ada.delete_intent()).await;
    let deletion = Deletion {
        swap: ada.browser.swap(),
        grant,
        at: later(3),
    };
    assert_eq!(
        store.delete(deletion).await.unwrap(),
        MethodDeletion::Deleted { new_default: None }
    );
    for table in TABLES {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_holder_that_has_ended_is_gone_and_leaves_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, somebody(store).await);
    let holders = holders(store, &ada).await;
    all_guess(store, &ada.user, &holders).await;

    // A holder is valid for its own user only.
    for holder in &holders[1..] {
        assert_eq!(guess(store, &eve, holder).await, Budget::Gone);
    }
    store.end(&ada.browser.session).await.unwrap();
    assert_eq!(database.count("session_attempts").await, 0);
    assert_eq!(guess(store, &ada.user, &holders[2]).await, Budget::Gone);

    assert_eq!(
        store.reset_by_operator(&ada.user).await.unwrap(),
        MethodChange::Done
    );
    let GuessHolder::KnownBrowser(mine) = holders[1] else {
        panic!("it is a browser")
    };
    assert!(!store.is_known(mine, &ada.user, START).await.unwrap());
    assert_eq!(database.count("browser_attempts").await, 0);
    assert_eq!(guess(store, &ada.user, &holders[1]).await, Budget::Gone);

    all_guess(store, &eve, &[(); 4].map(|()| GuessHolder::Stranger)).await;
    let removed = member(store).await;
    assert_eq!(guess(store, &removed, STRANGER).await, Budget::Open);
    let done = Users::remove(store, &removed).await.unwrap();
    assert_eq!(done, MembershipChange::Done);
    assert_eq!(guess(store, &removed, STRANGER).await, Budget::Gone);
    let nobodys = GuessHolder::Session(SessionId::from_random(bits()));
    assert_eq!(guess(store, &eve, &nobodys).await, Budget::Gone);
    let nobodys = GuessHolder::KnownBrowser(token());
    assert_eq!(guess(store, &eve, &nobodys).await, Budget::Gone);
    let [rows, none, nothing] = TABLES;
    assert_eq!(database.count(rows).await, 1);
    assert_eq!(database.count(none).await, 0);
    assert_eq!(database.count(nothing).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_guesses_at_once_of_one_holder_five_are_judged() {
    let (database, programs) = programs().await;
    let ada = protected(&database.store).await;
    let holders = holders(&database.store, &ada).await;
    for holder in &holders {
        let results = at_once(&programs, 20, |store, _| {
            let (user, holder) = (ada.user.clone(), holder.clone());
            async move { guess(&store, &user, &holder).await }
        })
        .await;
        assert_eq!(count(&results, &Budget::Open), 5, "{holder:?}");
    }
    assert_eq!(
        refused_in_a_row(&database.store, &ada.user, &holders).await,
        [5; 4]
    );
}

/// A guess while its holder ends is counted or gets `Gone`; it never fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_guess_beside_the_end_of_its_holder_does_not_fail() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..12 {
        let user = member(store).await;
        let ada = protected_user(store, user).await;
        let holders = holders(store, &ada).await;
        let holder = &holders[round % 3];
        let results = at_once(&programs, 8, |store, number| {
            let (user, holder, session) = (
                ada.user.clone(),
                holder.clone(),
                ada.browser.session.clone(),
            );
            async move {
                if number != 4 {
                    return Some(guess(&store, &user, &holder).await);
                }
                match holder {
                    GuessHolder::Stranger => drop(Users::remove(&*store, &user).await.unwrap()),
                    GuessHolder::Session(_) => store.end(&session).await.unwrap(),
                    GuessHolder::KnownBrowser(_) => {
                        store.reset_by_operator(&user).await.unwrap();
                    }
                }
                None
            }
        })
        .await;
        assert!(count(&results, &Some(Budget::Open)) <= 5, "round {round}");
        assert_eq!(guess(store, &ada.user, holder).await, Budget::Gone);
        for table in TABLES {
            assert_eq!(database.count(table).await, 0, "round {round}: {table}");
        }
    }
}

/// A correct code within a session gives back that session's attempt, and no other.
#[tokio::test]
async fn what_is_given_back_is_the_sessions() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let holders = holders(store, &ada).await;
    all_guess(store, &ada.user, &holders).await;
    let code = TestedCode {
        session: ada.browser.session.clone(),
        user: ada.user.clone(),
        method: ada.method.clone(),
        step: FIRST_STEP.offset(1),
        at: later(30),
    };
    assert_eq!(store.test(code).await.unwrap(), CodeUse::Accepted);
    assert_eq!(
        refused_in_a_row(store, &ada.user, &holders).await,
        [1, 1, 0, 1]
    );
}

/// Item 6 of the field's list: repeating the code of one step uses the budget only once.
#[tokio::test]
async fn the_code_of_one_step_spends_the_budget_once() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let eves = holders(store, &eve).await;
    all_guess(store, &eve.user, &eves).await;
    for holder in &holders(store, &ada).await {
        let spent = async |step: Option<i64>| {
            assert_eq!(guess(store, &ada.user, holder).await, Budget::Open);
            if let Some(step) = step {
                let step = FIRST_STEP.offset(step);
                let used = store.refuse_step(&ada.user, holder, step, Outcome::Used);
                used.await.unwrap();
            }
            store.refused_in_a_row(&ada.user, holder).await.unwrap()
        };
        assert_eq!(spent(Some(1)).await, 1);
        assert_eq!(spent(Some(1)).await, 1, "again");
        assert_eq!(spent(Some(0)).await, 1, "an earlier one");
        assert_eq!(spent(Some(2)).await, 2, "a later one");
        assert_eq!(spent(None).await, 3, "a wrong code");
        assert_eq!(spent(Some(2)).await, 3, "again behind a wrong code");
        for wrong in 4..=5 {
            assert_eq!(spent(None).await, wrong);
        }
        let paused = guess(store, &ada.user, holder).await;
        assert!(matches!(paused, Budget::Paused { .. }), "{paused:?}");
    }
    assert_eq!(
        refused_in_a_row(store, &eve.user, &eves).await,
        [1, 1, 1, 1]
    );
}

/// A holder that has ended has no budget, and gets none.
#[tokio::test]
async fn a_step_refused_to_a_holder_that_has_ended_is_nobodys() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    for holder in &holders(store, &ada).await {
        let used = store.refuse_step(&ada.user, holder, FIRST_STEP, Outcome::Used);
        used.await.unwrap();
        assert_eq!(store.refused_in_a_row(&ada.user, holder).await.unwrap(), 0);
    }
    assert_eq!(
        refused_in_a_row(store, &ada.user, &holders(store, &ada).await).await,
        [0; 4]
    );
}

/// A server without the master key can't judge a code, so the attempt is not counted as a guess.
#[tokio::test]
async fn s20_a_code_that_nobody_could_judge_is_given_back() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    for holder in &holders(store, &ada).await {
        for _ in 0..2 {
            assert_eq!(guess(store, &ada.user, holder).await, Budget::Open);
        }
        for _ in 0..20 {
            assert_eq!(guess(store, &ada.user, holder).await, Budget::Open);
            store.give_back_unjudged(&ada.user, holder).await.unwrap();
        }
        assert_eq!(store.refused_in_a_row(&ada.user, holder).await.unwrap(), 2);
    }
}
