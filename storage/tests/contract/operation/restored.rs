//! What a restored backup must not bring back.

use std::{collections::HashMap, time::Duration};

use domain::{
    ids::BackupCodeId,
    ports::{
        BrowserRecord, CodeUse, KnownBrowser, KnownBrowsers, Mfa, Sessions, StepUp, StepUps, Users,
    },
    second_factor::totp::newest_step,
    time::TimeStep,
    webauthn::authenticators::KeyKind,
};
use storage::{RestoreEffects, Store, UsedCodes};

use crate::support::{
    ContractDatabase, START,
    applications::{added, draw, enter, visit},
    challenges::{challenge, keep_challenge},
    factors::{FactorParts, default_key, protected_by_key},
    later,
    people::{Protected, WithoutCount, browser, pending, protected, somebody},
    token,
};

async fn codes_left(store: &Store, ada: &Protected) -> u32 {
    store.settings(&ada.user).await.unwrap().codes_left
}

#[tokio::test]
async fn whatever_was_open_ends() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, somebody(store).await);
    let other = browser(store, &eve).await;
    pending(store, &eve, &other, START).await;
    let asked = challenge(&eve, &other, START);
    keep_challenge(store, asked).await;
    store.invite(&eve, token(), later(3600)).await.unwrap();
    let known = KnownBrowser {
        token: token(),
        user: ada.user.clone(),
        session: ada.browser.session.clone(),
        at: START,
    };
    assert_eq!(store.remember(known).await.unwrap(), BrowserRecord::Stored);
    let asked = StepUp {
        intent: ada.delete_intent(),
        method: ada.method.clone(),
        asked_at: START,
        granted_at: None,
    };
    store
        .ask(&ada.browser.session, &ada.user, asked)
        .await
        .unwrap();
    store.beat(later(9_000_000)).await.unwrap();
    let grafana = added(store, "Grafana").await;
    let visit = visit(&grafana, &other.session, None);
    enter(store, &visit).await;
    draw(store, &visit).await;

    let ended = store
        .end_restored(&UsedCodes::Unknown, START)
        .await
        .unwrap();
    let expected = RestoreEffects {
        sessions: 2,
        invitations: 1,
        invited: vec![Users::find(store, &eve).await.unwrap().unwrap().email],
        codes: 0,
        codes_left: 10,
    };
    assert_eq!(ended, expected);
    for table in [
        "sessions",
        "step_ups",
        "pending_keys",
        "challenges",
        "application_codes",
        "application_sessions",
        "known_browsers",
        "invitations",
        "heartbeat",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    let found = Sessions::find(store, ada.browser.token).await.unwrap();
    assert!(found.is_none());
    let events: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM security_events WHERE action = 'database_restore' AND detail LIKE '2 sessions%'",
    )
    .fetch_one(&database.raw().await)
    .await
    .unwrap();
    assert_eq!(events, 1);
    // A second run finds nothing to end.
    let again = store
        .end_restored(&UsedCodes::Unknown, START)
        .await
        .unwrap();
    assert_eq!(again.sessions, 0);
}

#[tokio::test]
async fn no_step_up_to_now_is_accepted_again() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let now = START.plus(Duration::from_mins(10));
    store.end_restored(&UsedCodes::Unknown, now).await.unwrap();
    let mine = browser(store, &ada.user).await;
    let step = TimeStep::at(now).number() - TimeStep::at(START).number();
    for (step, taken) in [
        (step - 1, CodeUse::AlreadyUsed),
        (step, CodeUse::AlreadyUsed),
        (step + 1, CodeUse::Accepted),
    ] {
        let code = ada.code(&mine, step);
        assert_eq!(
            store.use_code(code).await.unwrap().without_count(),
            taken,
            "{step}"
        );
    }
    // A later step that was used already stays used.
    store.end_restored(&UsedCodes::Unknown, now).await.unwrap();
    let mine = browser(store, &ada.user).await;
    let code = ada.code(&mine, step + 1);
    assert_eq!(
        store.use_code(code).await.unwrap().without_count(),
        CodeUse::AlreadyUsed
    );
}

#[tokio::test]
async fn the_steps_of_every_application_are_burnt() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    ada.add_application(store, "Tablet", false, later(1)).await;
    let now = later(3600);
    store.end_restored(&UsedCodes::Unknown, now).await.unwrap();
    let settings = store.settings(&ada.user).await.unwrap();
    assert_eq!(settings.methods.len(), 2);
    for method in &settings.methods {
        assert_eq!(method.last_step(), newest_step(now));
    }
}

/// A key that was deleted since the backup is back, as an application is.
#[tokio::test]
async fn keys_stay_with_the_counters_of_the_backup() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected_by_key(store, KeyKind::SecurityKey).await;
    let before = default_key(store, &ada).await;
    let ended = store.end_restored(&UsedCodes::Unknown, later(3600)).await;
    assert_eq!(ended.unwrap().sessions, 1);
    assert_eq!(default_key(store, &ada).await, before);
}

#[tokio::test]
async fn what_is_known_of_backup_codes_counts() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let id = |index: usize| ada.codes.codes[index].id.clone();
    // Used since the backup, still there, and replaced since.
    let known: HashMap<BackupCodeId, bool> = (0..9).map(|index| (id(index), index == 4)).collect();
    let spent = UsedCodes::Known(known);
    let ended = store.end_restored(&spent, START).await.unwrap();
    assert_eq!((ended.codes, ended.codes_left), (2, 8));
    for (index, taken) in [
        (4, CodeUse::AlreadyUsed),
        (9, CodeUse::AlreadyUsed),
        (0, CodeUse::Accepted),
    ] {
        let mine = browser(store, &ada.user).await;
        let code = ada.backup_code(&mine, index);
        let used = store.use_backup_code(code).await.unwrap();
        assert_eq!(used.without_count(), taken, "{index}");
    }
    let spent = store.spent_codes().await.unwrap();
    assert_eq!(spent.values().filter(|used| **used).count(), 3);
    store.end_restored(&UsedCodes::All, START).await.unwrap();
    assert_eq!(codes_left(store, &ada).await, 0);
}
