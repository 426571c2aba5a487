//! The last Owner, the account's rule, and Owners who reset each other, through two programs.

use domain::{
    ids::{AccountId, UserId},
    people::roles::Role,
    ports::{
        Accounts, MemberReset, Members, MembershipChange, MfaRule, RuleChange, Sessions,
        UserStatus, Users,
    },
    second_factor::step_up::Intent,
};

use crate::{
    people::memberships::{LAST, joined, owned},
    races::{at_once, count, programs},
    support::{
        ContractDatabase, later,
        people::{newcomer, protected_user},
        rounds,
    },
};

const TASKS: usize = 16;

async fn owners(database: &ContractDatabase, account: &AccountId) -> i64 {
    let sql = "SELECT COUNT(*) FROM memberships p JOIN users u ON u.id = p.user_id
               WHERE p.account_id = $1 AND p.role = 'owner' AND u.disabled = 0";
    sqlx::query_scalar(sql)
        .bind(account.as_str())
        .fetch_one(&database.raw().await)
        .await
        .unwrap()
}

/// All Owners leave at the same time, in every possible way: one stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_owners_who_go_at_once_one_stays() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let (account, first) = owned(store).await;
        let mut people: Vec<UserId> = vec![first];
        for _ in 1..TASKS {
            people.push(joined(store, &account, Role::Owner).await);
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let (user, account) = (people[number].clone(), account.clone());
            async move {
                match (number / 2) % 4 {
                    0 => store.leave(&user, &account).await.unwrap(),
                    1 => {
                        let role = Role::Member;
                        store.set_role(&user, &account, role).await.unwrap()
                    }
                    2 => store.set_status(&user, UserStatus::Disabled).await.unwrap(),
                    _ => Users::remove(&*store, &user).await.unwrap(),
                }
            }
        })
        .await;
        assert_eq!(count(&results, &LAST), 1, "round {round}");
        assert_eq!(count(&results, &MembershipChange::Done), TASKS - 1);
        assert_eq!(owners(&database, &account).await, 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_owners_do_not_remove_each_other() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let (account, one) = owned(store).await;
        let pair = [one, joined(store, &account, Role::Owner).await];
        let results = at_once(&programs, 2, |store, number| {
            let (user, account) = (pair[1 - number].clone(), account.clone());
            async move { store.leave(&user, &account).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &LAST), 1, "round {round}");
        assert_eq!(owners(&database, &account).await, 1, "round {round}");
    }
}

/// Once the rule is acknowledged, every session of every member knows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_session_knows_the_rule_once_it_is_acknowledged() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let (account, owner) = owned(store).await;
    let member = joined(store, &account, Role::Member).await;
    let browser = newcomer(&database, &member).await;
    for round in 0..rounds() {
        let acknowledged = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let results = at_once(&programs, TASKS, |store, number| {
            let (account, owner) = (account.clone(), owner.clone());
            let acknowledged = acknowledged.clone();
            async move {
                use std::sync::atomic::Ordering::SeqCst;
                if number % 5 == 2 {
                    let set = store.require_mfa(&account, &owner, later(1)).await;
                    acknowledged.store(true, SeqCst);
                    return set.unwrap() != RuleChange::Refused;
                }
                let is_known = acknowledged.load(SeqCst);
                let found = Sessions::find(&*store, browser.token).await;
                let found = found.unwrap().unwrap();
                found.subject.memberships[0].requires_mfa || !is_known
            }
        })
        .await;
        assert!(results.iter().all(|right| *right), "round {round}");
        let found = Sessions::find(store, browser.token).await.unwrap().unwrap();
        assert!(found.subject.memberships[0].requires_mfa);
        assert_ne!(
            store
                .set_rule(&account, MfaRule::Optional, later(2))
                .await
                .unwrap(),
            RuleChange::Refused
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_owners_who_reset_each_other_both_get_an_answer() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let (account, one) = owned(store).await;
        let other = joined(store, &account, Role::Owner).await;
        let mut pair = [
            protected_user(store, one).await,
            protected_user(store, other).await,
        ];
        let mut grants = Vec::new();
        for number in 0..2 {
            let intent = Intent::MemberReset {
                account: account.clone(),
                member: pair[1 - number].user.clone(),
            };
            grants.push(pair[number].granted(store, &intent).await);
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let grant = grants[(number / 2) % 2].clone();
            async move { store.reset(grant).await.unwrap() }
        })
        .await;
        // The first Owner who is reset loses the session with the other grant.
        assert_eq!(count(&results, &MemberReset::Done), 1, "round {round}");
        assert_eq!(count(&results, &MemberReset::NoGrant), TASKS - 1);
    }
}
