//! Keys, challenges and handles, used concurrently through two programs.

use std::collections::HashSet;

use domain::{
    ports::{
        Activation, ChallengeAdmission, Challenges, CodeUse, Deletion, KeyActivation,
        MethodDeletion, Mfa, PublicKeyRecord, Sessions, SignInKey,
    },
    second_factor::step_up::Intent,
    webauthn::authenticators::KeyKind,
};

use crate::{
    races::{at_once, count, programs, several::elsewhere},
    support::{
        START, bits,
        challenges::{challenge, handle, keep_challenge},
        factors::{
            default_key, pending_public_key, protected_by_key, public_key, registered, signature,
        },
        later,
        people::{WithoutCount, activation, newcomer, protected, somebody},
        rounds, token,
    },
};

const TASKS: usize = 16;
/// The challenges that can still be answered.
const OPEN: &str = "challenges WHERE answered_at IS NULL";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_challenge_is_taken_by_one_of_many() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let ada = somebody(store).await;
    let mine = newcomer(&database, &ada).await;
    for round in 0..rounds() {
        // Slowly enough for the pace of a session.
        let at = later(4 * u64::try_from(round).unwrap());
        let kept = challenge(&ada, &mine, at);
        let hash = kept.hash;
        keep_challenge(store, kept).await;
        let results = at_once(&programs, TASKS, |store, _| {
            let session = mine.session.clone();
            async move { store.take(&session, hash, at).await.unwrap().is_some() }
        })
        .await;
        assert_eq!(count(&results, &true), 1, "round {round}");
    }
    assert_eq!(database.count(OPEN).await, 0);
}

/// Tabs of one session ask at once, while other tabs answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn never_more_than_five_challenges_of_a_session_stand() {
    let (database, programs) = programs().await;
    let ada = somebody(&database.store).await;
    let mine = newcomer(&database, &ada).await;
    for round in 0..rounds() {
        // Slowly enough for the pace of a session.
        let at = later(61 * u64::try_from(round).unwrap());
        let asked: Vec<_> = (0..TASKS).map(|_| challenge(&ada, &mine, at)).collect();
        let results = at_once(&programs, TASKS, |store, number| {
            let (new, old) = (asked[number].clone(), asked[TASKS - 1 - number].hash);
            async move {
                let kept = store.keep(new.clone()).await.unwrap();
                store.take(&new.session, old, at).await.unwrap();
                kept
            }
        })
        .await;
        assert_eq!(count(&results, &ChallengeAdmission::Kept), TASKS);
        assert!(database.count(OPEN).await <= 5, "round {round}");
    }
}

/// Each judged by the same stored counter, as two copies of a key would be.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_signatures_with_one_counter_one_signs_in() {
    let (database, programs) = programs().await;
    let store = &database.store;
    let ada = protected_by_key(store, KeyKind::SecurityKey).await;
    let mut browsers = Vec::new();
    for _ in 0..TASKS {
        browsers.push(newcomer(&database, &ada.user).await);
    }
    for round in 0..rounds() {
        let before = default_key(store, &ada).await.counter;
        let uses: Vec<_> = browsers
            .iter()
            .enumerate()
            .map(|(number, browser)| SignInKey {
                swap: browser.swap(),
                user: ada.user.clone(),
                key: signature(
                    &ada.method,
                    before,
                    before + 1 + u32::try_from(number).unwrap(),
                ),
                browser: token(),
                is_browser_known: false,
                at: START,
            })
            .collect();
        let results = at_once(&programs, TASKS, |store, number| {
            let key = uses[number].clone();
            async move { store.use_key(key).await.unwrap().without_count() }
        })
        .await;
        assert_eq!(count(&results, &CodeUse::Accepted), 1, "round {round}");
        assert_eq!(count(&results, &CodeUse::AlreadyUsed), TASKS - 1);
        let winner = results
            .iter()
            .position(|result| *result == CodeUse::Accepted)
            .unwrap();
        let after = default_key(store, &ada).await.counter;
        assert_eq!(after, uses[winner].key.counter);
        store.end(&browsers[winner].session).await.unwrap();
        browsers[winner] = newcomer(&database, &ada.user).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_credential_becomes_the_key_of_one_user() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let id: Vec<u8> = bits::<32>().to_vec();
        let mut activations = Vec::new();
        for _ in 0..4 {
            let user = somebody(store).await;
            let mine = newcomer(&database, &user).await;
            let key = pending_public_key(store, &user, &mine, KeyKind::Passkey, START).await;
            let record = PublicKeyRecord {
                id: id.clone().try_into().unwrap(),
                ..public_key(KeyKind::Passkey)
            };
            activations.push(Activation {
                factor: registered(record),
                ..activation(&key, &mine)
            });
        }
        let results = at_once(&programs, 4, |store, number| {
            let activation = activations[number].clone();
            async move { store.activate(activation).await.unwrap() }
        })
        .await;
        assert_eq!(
            count(&results, &KeyActivation::Activated),
            1,
            "round {round}"
        );
        assert_eq!(count(&results, &KeyActivation::CredentialTaken), 3);
    }
    let all = i64::try_from(rounds()).unwrap();
    assert_eq!(database.count("mfa_methods").await, all);
    assert_eq!(database.count("public_keys").await, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_draw_a_handle_get_the_same() {
    let (database, programs) = programs().await;
    for round in 0..rounds() {
        let ada = somebody(&database.store).await;
        let results = at_once(&programs, TASKS, |store, _| {
            let ada = ada.clone();
            async move { store.user_handle(&ada, handle()).await.unwrap() }
        })
        .await;
        let handles: HashSet<_> = results.iter().map(|one| *one.as_bytes()).collect();
        assert_eq!(handles.len(), 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_an_application_and_a_key_one_stays() {
    let (database, programs) = programs().await;
    let store = &database.store;
    for round in 0..rounds() {
        let mut ada = protected(store).await;
        let stick = ada
            .add_key(store, KeyKind::SecurityKey, true, later(1))
            .await;
        let mut other = elsewhere(&database, &ada).await;
        let mut deletions = Vec::new();
        for (one, method) in [(&mut ada, None), (&mut other, Some(stick))] {
            let method = method.unwrap_or(one.method.clone());
            let grant = one.granted(store, &Intent::Delete { method }).await;
            deletions.push(Deletion {
                swap: one.browser.swap(),
                grant,
                at: later(9),
            });
        }
        let results = at_once(&programs, 2, |store, number| {
            let deletion = deletions[number].clone();
            async move { store.delete(deletion).await.unwrap() }
        })
        .await;
        assert_eq!(
            count(&results, &MethodDeletion::NoGrant),
            1,
            "round {round}: {results:?}"
        );
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!((settings.methods.len(), settings.codes_left), (1, 10));
        assert!(settings.methods[0].is_default);
    }
}
