//! Right signatures: at sign-in, in an Identity verification, for a new password, and in a test.

use domain::{
    ids::MethodId,
    ports::{
        Activation, Attempts, CodeUse, Deletion, KeyActivation, KeyUse, MethodDeletion, Mfa,
        PasswordChange, PasswordChanges, PasswordUpdate, Proof, PublicKeyRecord, SecretHash,
        Sessions, SignInCodeUse, SignInKey, StepUps, TestedKey, Users,
    },
    second_factor::{lockout::Factor, step_up::Intent},
    webauthn::authenticators::KeyKind,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START,
    challenges::{challenge, keep_challenge},
    factors::{FactorParts, default_key, protected_by_key, public_key, registered, signature},
    later,
    people::{
        BrowserSession, PASSWORD, Protected, STRANGER, WithoutCount, activation, browser,
        default_method, pending, protected,
    },
    token,
};

fn sign_in(ada: &Protected, browser: &BrowserSession, key: KeyUse) -> SignInKey {
    SignInKey {
        swap: browser.swap(),
        user: ada.user.clone(),
        key,
        browser: token(),
        is_browser_known: false,
        at: later(40),
    }
}

async fn counter(store: &Store, ada: &Protected) -> u32 {
    default_key(store, ada).await.counter
}

/// The action, method and number of the newest event.
async fn newest_event(store: &Store) -> (String, Option<String>) {
    let events = store.newest_events(1).await.unwrap();
    let newest = events.into_iter().next().unwrap();
    (newest.action, newest.method)
}

#[tokio::test]
async fn a_signature_completes_the_sign_in_and_clears_the_budgets() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected_by_key(store, KeyKind::SecurityKey).await;
    let mine = browser(store, &ada.user).await;
    let count = store.count_second_factor(&ada.user, STRANGER, Factor::Application, START);
    count.await.unwrap();
    let key = KeyUse {
        backup_eligible: true,
        backed_up: true,
        ..signature(&ada.method, 7, 12)
    };
    let signed = sign_in(&ada, &mine, key);
    let answer = store.use_key(signed.clone()).await.unwrap();
    assert_eq!(answer, SignInCodeUse::Accepted { refused_before: 1 });

    let found = Sessions::find(store, signed.swap.new).await.unwrap();
    let found = found.unwrap();
    assert_eq!(
        (found.id, found.facts.second_factor_at),
        (mine.session, Some(later(40)))
    );
    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(method.used_at, Some(later(40)));
    let stored = method.public_key();
    assert_eq!(
        (stored.counter, stored.backup_eligible, stored.backed_up),
        (12, true, true)
    );
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    assert_eq!(user.last_sign_in, Some(later(40)));
    let refused = store.refused_in_a_row(&ada.user, STRANGER).await.unwrap();
    assert_eq!(refused, 0);
    let (action, method) = newest_event(store).await;
    assert_eq!(
        (action.as_str(), method.as_deref()),
        ("second_factor", Some("security_key"))
    );
}

#[tokio::test]
async fn a_signature_counts_only_by_the_counter_that_it_was_judged_by() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected_by_key(store, KeyKind::SecurityKey).await;
    let stale = browser(store, &ada.user).await;
    for (judged_by, next, answer) in [
        (7, 9, CodeUse::Accepted),
        (7, 10, CodeUse::AlreadyUsed),
        (9, 10, CodeUse::Accepted),
        // A counter of zero on both sides does not count.
        (10, 0, CodeUse::Accepted),
        (0, 0, CodeUse::Accepted),
        (0, 0, CodeUse::Accepted),
    ] {
        let mine = browser(store, &ada.user).await;
        let key = signature(&ada.method, judged_by, next);
        let used = store.use_key(sign_in(&ada, &mine, key)).await.unwrap();
        assert_eq!(used.without_count(), answer, "{judged_by} → {next}");
        let alive = Sessions::find(store, mine.token).await.unwrap();
        let is_half = alive.is_some_and(|half| half.facts.second_factor_at.is_none());
        assert_eq!(is_half, answer == CodeUse::AlreadyUsed);
    }
    let unknown = signature(&MethodId::from_random([3; 16]), 0, 0);
    let used = store.use_key(sign_in(&ada, &stale, unknown)).await;
    assert_eq!(used.unwrap(), SignInCodeUse::AlreadyUsed);
}

#[tokio::test]
async fn a_signature_counts_for_its_owner_and_a_live_session_only() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected_by_key(store, KeyKind::Passkey).await;
    let eve = protected_by_key(store, KeyKind::Passkey).await;
    let eves = browser(store, &eve.user).await;
    let of_ada = || signature(&ada.method, 7, 8);
    let used = store.use_key(sign_in(&eve, &eves, of_ada())).await;
    assert_eq!(used.unwrap(), SignInCodeUse::AlreadyUsed);
    let used = store.use_key(sign_in(&ada, &eves, of_ada())).await;
    assert_eq!(used.unwrap(), SignInCodeUse::SessionGone);
    let mine = browser(store, &ada.user).await;
    store.end(&mine.session).await.unwrap();
    let used = store.use_key(sign_in(&ada, &mine, of_ada())).await;
    assert_eq!(used.unwrap(), SignInCodeUse::SessionGone);
    let complete = sign_in(&ada, &ada.browser, of_ada());
    let used = store.use_key(complete).await.unwrap();
    assert_eq!(used, SignInCodeUse::SessionGone, "it owes nothing");
    assert_eq!(
        (counter(store, &ada).await, counter(store, &eve).await),
        (7, 7)
    );
    let mine = browser(store, &ada.user).await;
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();
    let used = store.use_key(sign_in(&ada, &mine, of_ada())).await;
    assert_eq!(used.unwrap(), SignInCodeUse::SessionGone);
    assert_eq!(counter(store, &ada).await, 7, "nothing was used up");
}

#[tokio::test]
async fn a_signature_verifies_the_identity_and_touches_no_budget() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected_by_key(store, KeyKind::SecurityKey).await;
    let eve = protected_by_key(store, KeyKind::SecurityKey).await;
    let session = &ada.browser.session;
    let holder = ada.browser.holder();
    let count = store.count_second_factor(&ada.user, &holder, Factor::Application, START);
    count.await.unwrap();
    let intent = Intent::Generate;
    let asked = ada.asked(&intent);
    store.ask(session, &ada.user, asked).await.unwrap();
    let by = |key| ada.verification(&ada.browser, &intent, Proof::Key(key));
    for key in [signature(&eve.method, 7, 8), signature(&ada.method, 6, 8)] {
        let answer = store.verify(by(key)).await.unwrap();
        assert_eq!(answer, CodeUse::AlreadyUsed);
    }
    assert_eq!(counter(store, &eve).await, 7);
    let right = by(signature(&ada.method, 7, 8));
    let new = right.swap.new;
    assert_eq!(store.verify(right).await.unwrap(), CodeUse::Accepted);
    assert!(Sessions::find(store, new).await.unwrap().is_some());
    let granted = store.asked(session).await.unwrap().unwrap();
    assert_eq!(granted.granted_at, Some(START));
    assert_eq!(counter(store, &ada).await, 8);
    let refused = store.refused_in_a_row(&ada.user, &holder);
    assert_eq!(refused.await.unwrap(), 1);
    let (action, method) = newest_event(store).await;
    assert_eq!(
        (action.as_str(), method.as_deref()),
        ("step_up", Some("security_key"))
    );
}

#[tokio::test]
async fn a_signature_proves_for_a_new_password_and_ends_what_was_begun() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected_by_key(store, KeyKind::Passkey).await;
    pending(store, &ada.user, &ada.browser, START).await;
    let begun = challenge(&ada.user, &ada.browser, START);
    keep_challenge(store, begun).await;
    let change = |ada: &Protected, key| PasswordChange {
        swap: ada.browser.swap(),
        user: ada.user.clone(),
        current: SecretHash::phc(PASSWORD.to_owned()),
        new: SecretHash::phc("$argon2id$new".to_owned()),
        proof: Some(Proof::Key(key)),
        at: later(60),
    };
    let stale = change(&ada, signature(&ada.method, 6, 8));
    let refused = store.change_password(stale).await.unwrap();
    assert_eq!(refused, PasswordUpdate::ProofUsed);
    assert_eq!(database.count("challenges").await, 1);
    let right = change(&ada, signature(&ada.method, 7, 8));
    ada.browser.token = right.swap.new;
    let changed = store.change_password(right).await.unwrap();
    assert_eq!(changed, PasswordUpdate::Changed);
    assert_eq!(counter(store, &ada).await, 8);
    for table in ["challenges", "pending_keys"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    let alive = Sessions::find(store, ada.browser.token).await.unwrap();
    assert!(alive.is_some());
}

#[tokio::test]
async fn a_test_stores_the_counter_and_proves_nothing_but_the_key() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected_by_key(store, KeyKind::Passkey).await;
    let eve = protected_by_key(store, KeyKind::Passkey).await;
    let tested = |key| TestedKey {
        session: ada.browser.session.clone(),
        user: ada.user.clone(),
        key,
        at: later(30),
    };
    let right = tested(signature(&ada.method, 7, 8));
    let answer = store.test_key(right.clone()).await.unwrap();
    assert_eq!(answer, CodeUse::Accepted);
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(
        (method.public_key().counter, method.used_at),
        (8, Some(later(30)))
    );
    assert_eq!(newest_event(store).await.0, "method_test");
    for refused in [right, tested(signature(&eve.method, 7, 8))] {
        let answer = store.test_key(refused).await.unwrap();
        assert_eq!(answer, CodeUse::AlreadyUsed);
    }
    let of_eve = TestedKey {
        session: eve.browser.session.clone(),
        ..tested(signature(&ada.method, 8, 9))
    };
    let answer = store.test_key(of_eve).await.unwrap();
    assert_eq!(answer, CodeUse::SessionGone);
    assert_eq!(counter(store, &ada).await, 8);
}

#[tokio::test]
async fn the_last_key_takes_everything_along() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected_by_key(store, KeyKind::Passkey).await;
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    let first = ada.method.clone();
    let mut name = None;
    for method in [first, tablet.clone()] {
        let begun = challenge(&ada.user, &ada.browser, START);
        keep_challenge(store, begun).await;
        let intent = Intent::Delete {
            method: method.clone(),
        };
        let deletion = Deletion {
            grant: ada.granted(store, &intent).await,
            swap: ada.browser.swap(),
            at: later(60),
        };
        let new = deletion.swap.new;
        let answer = store.delete(deletion).await.unwrap();
        let MethodDeletion::Deleted { new_default } = answer else {
            panic!("{answer:?}")
        };
        name = name.or(new_default);
        ada.browser.token = new;
        ada.method = tablet.clone();
    }
    assert_eq!(name.unwrap().as_str(), "Tablet", "the default until then");
    for table in [
        "mfa_methods",
        "app_keys",
        "public_keys",
        "code_sets",
        "challenges",
        "pending_keys",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn keys_of_another_site_are_counted() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    for rp_id in ["login.example.com", "zone.example.com", "panel.example.com"] {
        let key = ada.further_public_key(store, KeyKind::Passkey, false).await;
        let record = PublicKeyRecord {
            rp_id: rp_id.to_owned(),
            ..public_key(KeyKind::Passkey)
        };
        let activation = Activation {
            factor: registered(record),
            ..activation(&key, &ada.browser)
        };
        let new = activation.swap.new;
        let activated = store.activate(activation).await.unwrap();
        assert_eq!(activated, KeyActivation::Activated);
        ada.browser.token = new;
    }
    for (rp_id, others) in [("panel.example.com", 2), ("example.com", 3)] {
        assert_eq!(store.keys_of_other_rp(rp_id).await.unwrap(), others);
    }
}
