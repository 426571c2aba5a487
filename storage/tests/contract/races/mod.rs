//! Actions that may succeed only once, run concurrently: through one store, and through a second
//! one like another program.

mod applications;
mod ended;
mod keys;
mod owners;
mod several;
mod step_up;

use std::{future::Future, sync::Arc};

use domain::{
    ports::{
        Attempts, CodeUse, FirstOwner, FirstStart, InvitationUse, KeyActivation, Mfa, NewSession,
        PasswordCount, PasswordTry, SecretHash, Sessions, Users,
    },
    second_factor::lockout::{Budget, Factor},
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, later,
    people::{
        STRANGER, WithoutCount, account, activation, default_method, newcomer, pending, protected,
        session, somebody, user,
    },
    rounds, stranger, token,
};

const TASKS: usize = 32;

/// Runs `tasks` concurrently, alternating between both programs, and returns each result.
pub async fn at_once<T, F>(
    programs: &[Arc<Store>; 2],
    tasks: usize,
    task: impl Fn(Arc<Store>, usize) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let started: Vec<_> = (0..tasks)
        .map(|number| tokio::spawn(task(programs[number % 2].clone(), number)))
        .collect();
    let mut results = Vec::new();
    for handle in started {
        results.push(handle.await.unwrap());
    }
    results
}

pub async fn programs() -> (ContractDatabase, [Arc<Store>; 2]) {
    let database = ContractDatabase::fresh().await;
    let programs = [
        Arc::new(database.another().await),
        Arc::new(database.another().await),
    ];
    (database, programs)
}

pub fn count<T: PartialEq>(results: &[T], wanted: &T) -> usize {
    results.iter().filter(|result| *result == wanted).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_step_signs_in_one_of_many_sessions() {
    let (database, programs) = programs().await;
    let ada = protected(&database.store).await;
    let mut browsers = Vec::new();
    for _ in 0..TASKS {
        browsers.push(newcomer(&database, &ada.user).await);
    }
    for round in 1..=rounds() {
        let step = i64::try_from(round).unwrap();
        let uses: Vec<_> = browsers
            .iter()
            .map(|browser| ada.code(browser, step))
            .collect();
        let results = at_once(&programs, TASKS, |store, number| {
            let code = uses[number].clone();
            async move { store.use_code(code).await.unwrap().without_count() }
        })
        .await;
        assert_eq!(count(&results, &CodeUse::Accepted), 1, "round {round}");
        assert_eq!(count(&results, &CodeUse::AlreadyUsed), TASKS - 1);
        let winner = results
            .iter()
            .position(|result| *result == CodeUse::Accepted)
            .unwrap();
        database.store.end(&browsers[winner].session).await.unwrap();
        browsers[winner] = newcomer(&database, &ada.user).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_session_is_completed_once_whatever_the_codes() {
    let (database, programs) = programs().await;
    let ada = protected(&database.store).await;
    for round in 0..rounds() {
        let mine = newcomer(&database, &ada.user).await;
        let first = i64::try_from(round * TASKS + 1).unwrap();
        let uses: Vec<_> = (0..TASKS)
            .map(|i| ada.code(&mine, first + i64::try_from(i).unwrap()))
            .collect();
        let results = at_once(&programs, TASKS, |store, number| {
            let code = uses[number].clone();
            async move { store.use_code(code).await.unwrap().without_count() }
        })
        .await;
        assert_eq!(
            count(&results, &CodeUse::Accepted),
            1,
            "round {round}: one new token"
        );
        let winner = results
            .iter()
            .position(|result| *result == CodeUse::Accepted)
            .unwrap();
        let found = Sessions::find(&*programs[0], uses[winner].swap.new)
            .await
            .unwrap();
        assert_eq!(found.unwrap().id, mine.session);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_backup_code_signs_in_one_of_many_sessions() {
    let (database, programs) = programs().await;
    for round in 0..rounds() {
        let ada = protected(&database.store).await;
        let mut uses = Vec::new();
        for _ in 0..TASKS {
            uses.push(ada.backup_code(&newcomer(&database, &ada.user).await, round % 10));
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let code = uses[number].clone();
            async move { store.use_backup_code(code).await.unwrap() }
        })
        .await;
        let taken: Vec<_> = results.iter().map(|one| one.without_count()).collect();
        assert_eq!(count(&taken, &CodeUse::Accepted), 1, "round {round}");
        assert_eq!(count(&taken, &CodeUse::AlreadyUsed), TASKS - 1);
        let left = database.store.settings(&ada.user).await.unwrap().codes_left;
        assert_eq!(left, 9);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_confirmations_activates() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let user = somebody(store).await;
        // Half of the tabs share a session, the others have one each.
        let shared = newcomer(&database, &user).await;
        let shared_key = pending(store, &user, &shared, START).await;
        let mut tabs = Vec::new();
        for number in 0..TASKS {
            tabs.push(if number % 2 == 0 {
                activation(&shared_key, &shared)
            } else {
                let own = newcomer(&database, &user).await;
                activation(&pending(store, &user, &own, START).await, &own)
            });
        }
        let results = at_once(&programs, TASKS, |store, number| {
            // Mixed so that both kinds run through both programs.
            let tab = tabs[(number * 5 + number / 2) % TASKS].clone();
            async move { (store.activate(tab.clone()).await.unwrap(), tab) }
        })
        .await;
        let taken: Vec<_> = results
            .iter()
            .filter(|(taken, _)| *taken == KeyActivation::Activated)
            .collect();
        assert_eq!(taken.len(), 1, "round {round}");
        let winner = &taken[0].1;
        assert_eq!(
            default_method(store, &user).await.unwrap().id,
            winner.method
        );
        assert!(
            Sessions::find(store, winner.swap.new)
                .await
                .unwrap()
                .is_some()
        );
    }
    let rounds = i64::try_from(rounds()).unwrap();
    assert_eq!(database.count("mfa_methods").await, rounds);
    assert_eq!(
        database.count("sessions").await,
        rounds,
        "every other session ended"
    );
    assert_eq!(database.count("backup_codes").await, 10 * rounds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_accepts_an_invitation() {
    let (database, programs) = programs().await;
    let user = somebody(&database.store).await;
    for round in 0..rounds() {
        let link = token();
        database.store.invite(&user, link, later(60)).await.unwrap();
        let results = at_once(&programs, TASKS, |store, number| async move {
            let password = SecretHash::phc(format!("$argon2id${number}"));
            store
                .accept_invitation(link, password, token(), START)
                .await
                .unwrap()
        })
        .await;
        assert_eq!(
            count(&results, &InvitationUse::Accepted),
            1,
            "round {round}"
        );
        let winner = results
            .iter()
            .position(|result| *result == InvitationUse::Accepted)
            .unwrap();
        let password = database.store.password(&user).await.unwrap().unwrap();
        assert_eq!(
            password.expose(),
            format!("$argon2id${winner}"),
            "round {round}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_becomes_the_first_owner() {
    for round in 0..rounds() {
        let (database, programs) = programs().await;
        let link = token();
        database.store.offer_set_up(link).await.unwrap();
        let results = at_once(&programs, TASKS, |store, number| async move {
            let owner = user(&format!("owner{number}@example.com"));
            let session = NewSession {
                complete: true,
                ..session(&owner.id, START)
            };
            let account = account(&format!("Account {number}"));
            store
                .create_first_owner(FirstOwner {
                    link,
                    account,
                    owner,
                    session,
                })
                .await
                .unwrap()
        })
        .await;
        assert_eq!(count(&results, &FirstStart::Done), 1, "round {round}");
        for table in ["users", "accounts", "memberships", "sessions"] {
            assert_eq!(database.count(table).await, 1, "round {round}: {table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_guesses_at_once_five_are_judged() {
    let (database, programs) = programs().await;
    let user = somebody(&database.store).await;
    let results = at_once(&programs, 200, |store, number| {
        let user = user.clone();
        let factor = if number % 3 == 0 {
            Factor::BackupCode
        } else {
            Factor::Application
        };
        async move {
            store
                .count_second_factor(&user, STRANGER, factor, START)
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count(&results, &Budget::Open), 5);
    assert_eq!(
        database
            .store
            .refused_in_a_row(&user, STRANGER)
            .await
            .unwrap(),
        5
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_passwords_at_once_five_are_judged() {
    let (_database, programs) = programs().await;
    let results = at_once(&programs, 64, |store, _| async move {
        let counted = store.count_password(stranger("ada@example.com"), START);
        matches!(counted.await.unwrap(), PasswordCount::Counted(_))
    })
    .await;
    assert_eq!(
        count(&results, &true),
        5,
        "the fifth failure costs the first wait"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_passwords_at_once_from_one_address_its_limit_is_judged() {
    let (database, programs) = programs().await;
    let results = at_once(&programs, 64, |store, number| async move {
        let attempt = PasswordTry {
            address_limit: 20,
            ..stranger(&format!("typed{number}@example.com"))
        };
        let counted = store.count_password(attempt, START);
        matches!(counted.await.unwrap(), PasswordCount::Counted(_))
    })
    .await;
    assert_eq!(count(&results, &true), 20);
    assert_eq!(database.count("refused_sign_ins").await, 20);
}
