//! Removing a method, by its owner's grant or by the operator, and testing and renaming one.

use domain::{
    events::Action,
    ids::UserId,
    ports::{
        Attempts, Challenges, CodeUse, Deletion, Grant, MethodChange, MethodDeletion, Mfa,
        Sessions, StepUps, TestedCode, Users,
    },
    second_factor::{lockout::Factor, step_up::Intent},
};

use crate::support::{
    ContractDatabase, START, bits,
    challenges::{challenge, keep_challenge},
    factors::FactorParts,
    later,
    people::{
        FIRST_STEP, Protected, STRANGER, WithoutCount, browser, code_set, default_method, pending,
        protected, somebody,
    },
    token,
};

fn deletion(ada: &Protected, grant: Grant) -> Deletion {
    Deletion {
        swap: ada.browser.swap(),
        grant,
        at: later(3),
    }
}

/// A user who has a row in every table.
async fn busy(store: &storage::Store) -> Protected {
    let ada = protected(store).await;
    let half = browser(store, &ada.user).await;
    for browser in [&half, &ada.browser] {
        pending(store, &ada.user, browser, START).await;
        let asked = challenge(&ada.user, browser, START);
        keep_challenge(store, asked).await;
    }
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    store.keep_pending_codes(&ada.user, codes).await.unwrap();
    for holder in [STRANGER, &ada.browser.holder()] {
        store
            .count_second_factor(&ada.user, holder, Factor::Application, START)
            .await
            .unwrap();
    }
    let asked = ada.asked(&ada.reset_intent());
    store.ask(&half.session, &ada.user, asked).await.unwrap();
    ada
}

async fn nothing_is_left(database: &ContractDatabase, sessions: i64) {
    for table in [
        "mfa_methods",
        "code_sets",
        "backup_codes",
        "pending_keys",
        "challenges WHERE answered_at IS NULL",
        "attempts",
        "session_attempts",
        "step_ups",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    assert_eq!(database.count("sessions").await, sessions);
}

#[tokio::test]
async fn a_deletion_takes_all_that_hangs_on_the_method() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = busy(store).await;
    let answered = challenge(&ada.user, &ada.browser, START);
    keep_challenge(store, answered.clone()).await;
    let taken = store.take(&answered.session, answered.hash, START).await;
    assert!(taken.unwrap().is_some());
    let grant = ada.granted(store, &ada.delete_intent()).await;
    let deletion = deletion(&ada, grant);
    assert_eq!(
        store.delete(deletion.clone()).await.unwrap(),
        MethodDeletion::Deleted { new_default: None }
    );
    nothing_is_left(&database, 1).await;
    let counted = database.count("challenges").await;
    assert_eq!(counted, 1, "the answer, which counts for the pace");
    let found = Sessions::find(store, deletion.swap.new).await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.id, found.facts.second_factor_at, found.codes_since),
        (ada.browser.session.clone(), None, None)
    );
    assert!(!found.subject.has_mfa);
    let old = Sessions::find(store, ada.browser.token).await.unwrap();
    assert!(old.is_none());
    assert_eq!(
        store.delete(deletion).await.unwrap(),
        MethodDeletion::NoGrant
    );
}

#[tokio::test]
async fn nothing_is_deleted_without_grant_and_token() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (busy(store).await, protected(store).await);
    let unasked = deletion(&ada, ada.grant(&ada.delete_intent()));
    assert_eq!(
        store.delete(unasked).await.unwrap(),
        MethodDeletion::NoGrant
    );
    let generate = ada.granted(store, &Intent::Generate).await;
    let other = deletion(&ada, generate);
    assert_eq!(store.delete(other).await.unwrap(), MethodDeletion::NoGrant);

    let grant = ada.granted(store, &ada.delete_intent()).await;
    let mut late = deletion(&ada, grant.clone());
    late.swap.old = token();
    assert_eq!(
        store.delete(late).await.unwrap(),
        MethodDeletion::NotAllowed
    );
    let mut foreign = deletion(&ada, grant.clone());
    foreign.swap = eve.browser.swap();
    assert_eq!(
        store.delete(foreign).await.unwrap(),
        MethodDeletion::NotAllowed
    );
    let as_eve = Grant {
        user: eve.user.clone(),
        ..grant.clone()
    };
    let as_eve = deletion(&ada, as_eve);
    assert_eq!(store.delete(as_eve).await.unwrap(), MethodDeletion::NoGrant);

    for user in [&ada.user, &eve.user] {
        assert!(default_method(store, user).await.is_some());
    }
    let right = deletion(&ada, grant);
    assert_eq!(
        store.delete(right).await.unwrap(),
        MethodDeletion::Deleted { new_default: None },
        "refusals left the grant"
    );
    assert!(default_method(store, &eve.user).await.is_some());
}

#[tokio::test]
async fn the_operator_takes_everything_but_the_person() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = busy(store).await;
    assert_eq!(
        store.reset_by_operator(&ada.user).await.unwrap(),
        MethodChange::Done
    );
    nothing_is_left(&database, 0).await;
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    assert!(!user.has_mfa && user.has_password);
    let bob = somebody(store).await;
    let mine = browser(store, &bob).await;
    assert_eq!(
        store.reset_by_operator(&bob).await.unwrap(),
        MethodChange::NoMethod
    );
    assert!(
        Sessions::find(store, mine.token).await.unwrap().is_some(),
        "where nothing was, nothing changes"
    );
    let nobody = UserId::from_random(bits());
    assert_eq!(
        store.reset_by_operator(&nobody).await.unwrap(),
        MethodChange::NoMethod
    );
}

fn tested(ada: &Protected, step: i64) -> TestedCode {
    TestedCode {
        session: ada.browser.session.clone(),
        user: ada.user.clone(),
        method: ada.method.clone(),
        step: FIRST_STEP.offset(step),
        at: later(30),
    }
}

#[tokio::test]
async fn a_tested_code_is_burnt_for_every_other_use() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, protected(store).await);
    for _ in 0..3 {
        store
            .count_second_factor(&ada.user, &ada.browser.holder(), Factor::Application, START)
            .await
            .unwrap();
    }
    assert_eq!(
        store.test(tested(&ada, 2)).await.unwrap(),
        CodeUse::Accepted
    );
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(
        (method.last_step(), method.used_at),
        (FIRST_STEP.offset(2), Some(later(30)))
    );
    assert_eq!(
        store
            .refused_in_a_row(&ada.user, &ada.browser.holder())
            .await
            .unwrap(),
        2
    );
    let alive = Sessions::find(store, ada.browser.token).await.unwrap();
    assert!(alive.is_some(), "it proves nothing but itself");

    let mut refused = [tested(&ada, 2), tested(&ada, 1), tested(&ada, 3)];
    refused[2].method = eve.method.clone();
    for code in refused {
        assert_eq!(store.test(code).await.unwrap(), CodeUse::AlreadyUsed);
    }
    let half = browser(store, &ada.user).await;
    let sign_in = store
        .use_code(ada.code(&half, 2))
        .await
        .unwrap()
        .without_count();
    assert_eq!(sign_in, CodeUse::AlreadyUsed);
    assert_eq!(
        store
            .refused_in_a_row(&ada.user, &ada.browser.holder())
            .await
            .unwrap(),
        2
    );
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();
    let barred = store.test(tested(&ada, 3)).await.unwrap();
    assert_eq!(barred, CodeUse::SessionGone);
}

#[tokio::test]
async fn a_method_is_renamed_by_its_owner() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let name = "Work phone".parse().unwrap();
    assert_eq!(
        store.rename(&ada.user, &ada.method, name).await.unwrap(),
        MethodChange::Done
    );
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(method.name.as_str(), "Work phone");
    let other = default_method(store, &eve.user).await.unwrap();
    assert_eq!(other.name.as_str(), "Authenticator application");
    let bob = somebody(store).await;
    for foreign in [&bob, &eve.user] {
        let renamed = store.rename(foreign, &ada.method, method.name.clone());
        assert_eq!(renamed.await.unwrap(), MethodChange::NoMethod);
    }
}

/// A thief with an open session can rename without limit. That writes one event row per minute, and
/// none if nothing changes.
#[tokio::test]
async fn renaming_again_and_again_leaves_one_event_a_minute() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let mut told = Vec::new();
    for name in ["Work phone", "Work phone", "Old phone", "Work phone"] {
        let name = name.parse().unwrap();
        assert_eq!(
            store.rename(&ada.user, &ada.method, name).await.unwrap(),
            MethodChange::Done
        );
        let events = store.newest_events(100).await.unwrap();
        let renames = events
            .iter()
            .filter(|event| event.action == Action::MethodRename.as_str());
        told.push(renames.map(|event| event.times).collect::<Vec<_>>());
    }
    assert_eq!(told, [[1], [1], [2], [3]]);
}
