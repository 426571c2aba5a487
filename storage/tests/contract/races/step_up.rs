//! Grants, resets and last Owners, used concurrently through two programs.

use domain::{
    ids::{AccountId, UserId},
    people::roles::Role,
    ports::{
        Accounts, Activation, Deletion, MemberReset, Members, MembershipChange, Mfa, PendingKey,
        Proof, RuleChange, Sessions, StepUps, Taken, Users,
    },
    second_factor::step_up::Intent,
};

use crate::{
    people::memberships::{LAST, joined, owned},
    races::{ROUNDS, at_once, count, programs},
    support::{
        Database, START,
        grants::fresh_step,
        later,
        people::{activation, code_set, newcomer, protected, protected_user},
        sealed,
    },
};

const TASKS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant_is_taken_by_one_of_many() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    for round in 0..ROUNDS {
        let grant = ada.granted(store, &Intent::Generate).await;
        let results = at_once(&programs, TASKS, |store, _| {
            let (grant, (codes, _)) = (grant.clone(), code_set(&grant.user, &grant.session));
            async move { (store.generate(grant, codes.clone()).await.unwrap(), codes) }
        })
        .await;
        let won: Vec<_> = results.iter().filter(|(done, _)| *done).collect();
        assert_eq!(won.len(), 1, "round {round}");
        let session = &ada.browser.session;
        let set = &won[0].1.id;
        let finished = store.finish_codes(&ada.user, session, set, later(1));
        assert!(finished.await.unwrap(), "what waits is the winner's");
    }
    assert_eq!(database.count("code_sets").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_deletion_of_many_takes_the_method() {
    let (database, programs) = programs().await;
    for round in 0..ROUNDS {
        let mut ada = protected(&database.store).await;
        let grant = ada.granted(&database.store, &Intent::Delete).await;
        let results = at_once(&programs, TASKS, |store, _| {
            let deletion = Deletion {
                swap: ada.browser.swap(),
                grant: grant.clone(),
                at: later(1),
            };
            async move { store.delete(deletion).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &Taken::Taken), 1, "round {round}");
        assert_eq!(count(&results, &Taken::AlreadyTaken), TASKS - 1);
    }
    assert_eq!(database.count("mfa_methods").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_reset_of_many_makes_a_key_and_one_activates() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..ROUNDS {
        let mut ada = protected(store).await;
        let grant = ada.granted(store, &Intent::Reset).await;
        let key = || PendingKey {
            session: ada.browser.session.clone(),
            user: ada.user.clone(),
            key: sealed(),
            made_at: START,
            replaces: Some(ada.method.clone()),
            proved_at: None,
        };
        let results = at_once(&programs, TASKS, |store, _| {
            let (key, grant) = (key(), grant.clone());
            async move { store.keep_pending_reset(key, grant).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &true), 1, "round {round}");

        let tries: Vec<Activation> = (0..TASKS)
            .map(|_| activation(&key(), &ada.browser))
            .collect();
        let results = at_once(&programs, TASKS, |store, number| {
            let activation = tries[number].clone();
            async move { store.activate(activation).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &Taken::Taken), 1, "round {round}");
        let winner = results.iter().position(|taken| *taken == Taken::Taken);
        let method = store.method(&ada.user).await.unwrap().unwrap();
        assert_eq!(method.id, tries[winner.unwrap()].method);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_proof_steps_up_one_of_many_sessions() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let ada = protected(store).await;
    for round in 0..ROUNDS {
        let proof = if round % 5 == 0 {
            ada.backup_proof(round / 5)
        } else {
            fresh_step(store, &ada).await
        };
        let mut verifications = Vec::new();
        for _ in 0..TASKS {
            let browser = newcomer(&database, &ada.user).await;
            sqlx::query("UPDATE sessions SET second_factor_at = 1 WHERE id = $1")
                .bind(browser.session.as_str())
                .execute(&database.raw().await)
                .await
                .unwrap();
            let asked = ada.asked(&Intent::Delete);
            store.ask(&browser.session, &ada.user, asked).await.unwrap();
            verifications.push(ada.verification(&browser, &Intent::Delete, proof.clone()));
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let verification = verifications[number].clone();
            async move { store.verify(verification).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &Taken::Taken), 1, "round {round}");
        assert_eq!(count(&results, &Taken::AlreadyTaken), TASKS - 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_session_gets_one_grant_whatever_the_codes() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..ROUNDS {
        let ada = protected(store).await;
        let asked = ada.asked(&Intent::Delete);
        let session = &ada.browser.session;
        store.ask(session, &ada.user, asked).await.unwrap();
        let Proof::Step(first) = fresh_step(store, &ada).await else {
            unreachable!()
        };
        let results = at_once(&programs, TASKS, |store, number| {
            let proof = if number < 8 {
                ada.backup_proof(number)
            } else {
                Proof::Step(first.offset(i64::try_from(number).unwrap()))
            };
            let verification = ada.verification(&ada.browser, &Intent::Delete, proof);
            async move { store.verify(verification).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &Taken::Taken), 1, "round {round}");
        assert_eq!(count(&results, &Taken::SessionGone), TASKS - 1);
        let method = store.method(&ada.user).await.unwrap().unwrap();
        let by_step = method.last_step >= first;
        assert_eq!(method.codes_left, if by_step { 10 } else { 9 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_recovery_grants_one_of_many() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..ROUNDS {
        let mut ada = protected(store).await;
        ada.browser = newcomer(&database, &ada.user).await;
        let code = ada.backup_code(&ada.browser, 0);
        assert_eq!(store.use_backup_code(code).await.unwrap().0, Taken::Taken);
        let results = at_once(&programs, TASKS, |store, number| {
            let intent = [Intent::Reset, Intent::Generate][number % 2].clone();
            let (asked, before) = (ada.asked(&intent), ada.grant(&intent).lapsed);
            let (session, user) = (ada.browser.session.clone(), ada.user.clone());
            async move {
                let granted = store.grant_by_recovery(&session, &user, asked, before, START);
                granted.await.unwrap()
            }
        })
        .await;
        assert_eq!(count(&results, &true), 1, "round {round}");
    }
}

/// In either order: no sign-in succeeds with a deleted method, and only the session that deleted it survives.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_beside_sign_ins_leaves_its_own_session_only() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..ROUNDS {
        let mut ada = protected(store).await;
        let grant = ada.granted(store, &Intent::Delete).await;
        let deletion = Deletion {
            swap: ada.browser.swap(),
            grant,
            at: later(1),
        };
        let mut uses = Vec::new();
        for number in 0..TASKS {
            let browser = newcomer(&database, &ada.user).await;
            let number = i64::try_from(number).unwrap();
            uses.push(ada.code(&browser, 2 + number));
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let (deletion, code) = (deletion.clone(), uses[number].clone());
            async move {
                if number == TASKS / 2 {
                    store.delete(deletion).await.unwrap()
                } else {
                    store.use_code(code).await.unwrap().0
                }
            }
        })
        .await;
        assert_eq!(results[TASKS / 2], Taken::Taken, "round {round}");
        for code in &uses {
            let signed_in = Sessions::find(store, code.swap.new).await.unwrap();
            assert!(signed_in.is_none(), "round {round}");
        }
        let own = Sessions::find(store, deletion.swap.new).await.unwrap();
        assert_eq!(own.unwrap().facts.second_factor_at, None);
    }
    let rounds = i64::try_from(ROUNDS).unwrap();
    assert_eq!(database.count("sessions").await, rounds);
}

/// An old code may still be accepted before `Finish` is acknowledged, never after.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_old_backup_code_works_after_finish() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..ROUNDS {
        let mut ada = protected(store).await;
        let (codes, _) = code_set(&ada.user, &ada.browser.session);
        let grant = ada.granted(store, &Intent::Generate).await;
        let finished = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut old = Vec::new();
        for number in 0..TASKS {
            old.push(ada.backup_code(&newcomer(&database, &ada.user).await, number % 10));
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let (codes, grant, code) = (codes.clone(), grant.clone(), old[number].clone());
            let (finished, user) = (finished.clone(), ada.user.clone());
            async move {
                use std::sync::atomic::Ordering::SeqCst;
                if number == 2 {
                    let session = grant.session.clone();
                    assert!(store.generate(grant, codes.clone()).await.unwrap());
                    let done = store.finish_codes(&user, &session, &codes.id, later(1));
                    assert!(done.await.unwrap());
                    finished.store(true, SeqCst);
                    return true;
                }
                let too_late = finished.load(SeqCst);
                let (taken, _) = store.use_backup_code(code).await.unwrap();
                !(too_late && taken == Taken::Taken)
            }
        })
        .await;
        assert!(results.iter().all(|right| *right), "round {round}");
        let late = newcomer(&database, &ada.user).await;
        let late = store.use_backup_code(ada.backup_code(&late, 9)).await;
        assert_eq!(late.unwrap().0, Taken::AlreadyTaken, "round {round}");
        let method = store.method(&ada.user).await.unwrap().unwrap();
        assert_eq!((method.codes_left, method.codes_saved), (10, true));
    }
}

async fn owners(database: &Database, account: &AccountId) -> i64 {
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
    for round in 0..ROUNDS {
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
                    2 => store.set_disabled(&user, true).await.unwrap(),
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
    for round in 0..ROUNDS {
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
    for round in 0..ROUNDS {
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
            store.set_rule(&account, false, later(2)).await.unwrap(),
            RuleChange::Refused
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_owners_who_reset_each_other_both_get_an_answer() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..ROUNDS {
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
