//! Grants, resets and codes, used concurrently through two programs.

use domain::{
    ports::{
        Activation, CodeSetChange, CodeUse, Deletion, GrantUse, KeyActivation, KeyPurpose,
        MethodDeletion, Mfa, Proof, RecoveryGrant, Sessions, StepUps,
    },
    second_factor::step_up::Intent,
};

use crate::{
    races::{at_once, count, programs},
    support::{
        START,
        factors::FactorParts,
        grants::fresh_step,
        later,
        people::{WithoutCount, activation, code_set, default_method, newcomer, protected},
        rounds,
    },
};

const TASKS: usize = 16;

/// The answer to the deletion of a last method.
const DELETED: MethodDeletion = MethodDeletion::Deleted { new_default: None };

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant_is_taken_by_one_of_many() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    for round in 0..rounds() {
        let grant = ada.granted(store, &Intent::Generate).await;
        let results = at_once(&programs, TASKS, |store, _| {
            let (grant, (codes, _)) = (grant.clone(), code_set(&grant.user, &grant.session));
            async move { (store.generate(grant, codes.clone()).await.unwrap(), codes) }
        })
        .await;
        let won: Vec<_> = results
            .iter()
            .filter(|(answer, _)| *answer == GrantUse::Done)
            .collect();
        assert_eq!(won.len(), 1, "round {round}");
        let session = &ada.browser.session;
        let set = &won[0].1.id;
        let finished = store.finish_codes(&ada.user, session, set, later(1));
        assert_eq!(
            finished.await.unwrap(),
            CodeSetChange::Done,
            "what waits is the winner's"
        );
    }
    assert_eq!(database.count("code_sets").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_deletion_of_many_takes_the_method() {
    let (database, programs) = programs().await;
    for round in 0..rounds() {
        let mut ada = protected(&database.store).await;
        let grant = ada.granted(&database.store, &ada.delete_intent()).await;
        let results = at_once(&programs, TASKS, |store, _| {
            let deletion = Deletion {
                swap: ada.browser.swap(),
                grant: grant.clone(),
                at: later(1),
            };
            async move { store.delete(deletion).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &DELETED), 1, "round {round}");
        assert_eq!(count(&results, &MethodDeletion::NoGrant), TASKS - 1);
    }
    assert_eq!(database.count("mfa_methods").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_reset_of_many_makes_a_key_and_one_activates() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        let grant = ada.granted(store, &ada.reset_intent()).await;
        let key = || ada.pending_key(KeyPurpose::Reset(ada.method.clone()));
        let results = at_once(&programs, TASKS, |store, _| {
            let (key, grant) = (key(), grant.clone());
            async move { store.keep_pending_with_grant(key, grant).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &GrantUse::Done), 1, "round {round}");

        let tries: Vec<Activation> = (0..TASKS)
            .map(|_| activation(&key(), &ada.browser))
            .collect();
        let results = at_once(&programs, TASKS, |store, number| {
            let activation = tries[number].clone();
            async move { store.activate(activation).await.unwrap() }
        })
        .await;
        assert_eq!(
            count(&results, &KeyActivation::Activated),
            1,
            "round {round}"
        );
        let winner = results
            .iter()
            .position(|taken| *taken == KeyActivation::Activated);
        let method = default_method(store, &ada.user).await.unwrap();
        assert_eq!(method.id, tries[winner.unwrap()].method);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_proof_steps_up_one_of_many_sessions() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let ada = protected(store).await;
    for round in 0..rounds() {
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
            let asked = ada.asked(&ada.delete_intent());
            store.ask(&browser.session, &ada.user, asked).await.unwrap();
            verifications.push(ada.verification(&browser, &ada.delete_intent(), proof.clone()));
        }
        let results = at_once(&programs, TASKS, |store, number| {
            let verification = verifications[number].clone();
            async move { store.verify(verification).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &CodeUse::Accepted), 1, "round {round}");
        assert_eq!(count(&results, &CodeUse::AlreadyUsed), TASKS - 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_session_gets_one_grant_whatever_the_codes() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let ada = protected(store).await;
        let asked = ada.asked(&ada.delete_intent());
        let session = &ada.browser.session;
        store.ask(session, &ada.user, asked).await.unwrap();
        let Proof::Step {
            step: first,
            method,
        } = fresh_step(store, &ada).await
        else {
            unreachable!()
        };
        let results = at_once(&programs, TASKS, |store, number| {
            let proof = if number < 8 {
                ada.backup_proof(number)
            } else {
                Proof::Step {
                    method: method.clone(),
                    step: first.offset(i64::try_from(number).unwrap()),
                }
            };
            let verification = ada.verification(&ada.browser, &ada.delete_intent(), proof);
            async move { store.verify(verification).await.unwrap() }
        })
        .await;
        assert_eq!(count(&results, &CodeUse::Accepted), 1, "round {round}");
        assert_eq!(count(&results, &CodeUse::SessionGone), TASKS - 1);
        let method = default_method(store, &ada.user).await.unwrap();
        let by_step = method.last_step() >= first;
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!(settings.codes_left, if by_step { 10 } else { 9 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_recovery_grants_one_of_many() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        ada.browser = newcomer(&database, &ada.user).await;
        let code = ada.backup_code(&ada.browser, 0);
        assert_eq!(
            store.use_backup_code(code).await.unwrap().without_count(),
            CodeUse::Accepted
        );
        let results = at_once(&programs, TASKS, |store, number| {
            let intent = [ada.reset_intent(), Intent::Generate][number % 2].clone();
            let (asked, before) = (ada.asked(&intent), ada.grant(&intent).lapsed);
            let (session, user) = (ada.browser.session.clone(), ada.user.clone());
            async move {
                let granted = store.grant_by_recovery(&session, &user, asked, before, START);
                granted.await.unwrap()
            }
        })
        .await;
        assert_eq!(count(&results, &RecoveryGrant::Granted), 1, "round {round}");
    }
}

/// In either order: no sign-in succeeds with a deleted method, and only the session that deleted it
/// survives.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_beside_sign_ins_leaves_its_own_session_only() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        let grant = ada.granted(store, &ada.delete_intent()).await;
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
                    store.delete(deletion).await.unwrap() == DELETED
                } else {
                    let answer = store.use_code(code).await.unwrap();
                    answer.without_count() == CodeUse::Accepted
                }
            }
        })
        .await;
        assert!(results[TASKS / 2], "round {round}");
        for code in &uses {
            let signed_in = Sessions::find(store, code.swap.new).await.unwrap();
            assert!(signed_in.is_none(), "round {round}");
        }
        let own = Sessions::find(store, deletion.swap.new).await.unwrap();
        assert_eq!(own.unwrap().facts.second_factor_at, None);
    }
    let rounds = i64::try_from(rounds()).unwrap();
    assert_eq!(database.count("sessions").await, rounds);
}

/// An old code may still be accepted before `Finish` is acknowledged, never after.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_old_backup_code_works_after_finish() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
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
                    assert_eq!(
                        store.generate(grant, codes.clone()).await.unwrap(),
                        GrantUse::Done
                    );
                    let done = store.finish_codes(&user, &session, &codes.id, later(1));
                    assert_eq!(done.await.unwrap(), CodeSetChange::Done);
                    finished.store(true, SeqCst);
                    return true;
                }
                let too_late = finished.load(SeqCst);
                let answer = store.use_backup_code(code).await.unwrap();
                !(too_late && answer.without_count() == CodeUse::Accepted)
            }
        })
        .await;
        assert!(results.iter().all(|right| *right), "round {round}");
        let late = newcomer(&database, &ada.user).await;
        let late = store.use_backup_code(ada.backup_code(&late, 9)).await;
        assert_eq!(
            late.unwrap().without_count(),
            CodeUse::AlreadyUsed,
            "round {round}"
        );
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!((settings.codes_left, settings.codes_saved), (10, true));
    }
}
