//! Setting up a passkey or security key, as the first method or a further one.

use domain::{
    events::MethodKind,
    ports::{
        Activation, Attempts, Enrolment, GrantUse, KeyActivation, KeyPurpose, MethodFactor,
        MethodSummary, Mfa, NewFactor, PendingFactor, PendingKey, PublicKeyRecord, Sessions,
    },
    second_factor::{
        lockout::Factor,
        methods::{MAX_KEYS, MethodType},
        step_up::Intent,
    },
    time::Timestamp,
    webauthn::authenticators::KeyKind,
};
use rstest::rstest;
use storage::Store;

use crate::{
    mfa::several::{methods, own_session},
    support::{
        ContractDatabase, START,
        factors::{
            FactorParts, WithKey, pending_public_key, protected_by_key, public_key, registered,
        },
        later,
        people::{activation, browser, code_set, default_method, pending, protected, somebody},
        sealed,
    },
};

/// The method kind of the newest event.
async fn newest_kind(store: &Store) -> Option<String> {
    let events = store.newest_events(1).await.unwrap();
    events.into_iter().next().unwrap().method
}

#[rstest]
#[case::passkey(KeyKind::Passkey)]
#[case::security_key(KeyKind::SecurityKey)]
#[tokio::test]
async fn a_first_key_does_everything_at_once(#[case] kind: KeyKind) {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let (mine, other) = (browser(store, &user).await, browser(store, &user).await);
    let key = pending_public_key(store, &user, &mine, kind, START).await;
    assert_eq!(key.factor, PendingFactor::PublicKey(kind));
    let holder = mine.holder();
    let count = store.count_second_factor(&user, &holder, Factor::Application, START);
    count.await.unwrap();
    let record = PublicKeyRecord {
        counter: u32::MAX,
        backup_eligible: true,
        backed_up: true,
        ..public_key(kind)
    };
    let activation = Activation {
        factor: NewFactor::PublicKey {
            record: record.clone(),
            name: "Bitwarden".parse().unwrap(),
        },
        at: later(3),
        ..activation(&key, &mine)
    };
    let activated = store.activate(activation.clone()).await.unwrap();
    assert_eq!(activated, KeyActivation::Activated);

    let method = default_method(store, &user).await.unwrap();
    assert_eq!(method.id, activation.method);
    assert_eq!(method.name.as_str(), "Bitwarden", "as the factor says");
    assert_eq!(*method.public_key(), record);
    assert_eq!(
        (method.added_at, method.used_at),
        (later(3), Some(later(3)))
    );
    assert_eq!(store.settings(&user).await.unwrap().codes_left, 10);
    let found = Sessions::find(store, activation.swap.new).await.unwrap();
    let found = found.unwrap();
    assert_eq!(found.facts.second_factor_at, Some(later(3)));
    assert_eq!(found.codes_since, Some(later(3)));
    assert!(found.subject.has_mfa);
    for dead in [mine.token, other.token] {
        assert!(Sessions::find(store, dead).await.unwrap().is_none());
    }
    assert_eq!(database.count("pending_keys").await, 0);
    let refused = store.refused_in_a_row(&user, &holder).await.unwrap();
    assert_eq!(refused, 1, "a signature gives no guess back");
    let named = MethodKind::from(MethodType::from(kind)).as_str();
    assert_eq!(newest_kind(store).await.as_deref(), Some(named));
}

#[tokio::test]
async fn a_further_key_leaves_the_codes_and_may_become_the_default() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let other = browser(store, &ada.user).await;
    let old = ada.browser.token;
    let stick = ada
        .add_key(store, KeyKind::SecurityKey, false, later(5))
        .await;
    assert_eq!(
        methods(store, &ada).await,
        [ada.method.clone(), stick.clone()]
    );
    for dead in [old, other.token] {
        assert!(Sessions::find(store, dead).await.unwrap().is_none());
    }
    assert_eq!(newest_kind(store).await.as_deref(), Some("security_key"));
    let passkey = ada.add_key(store, KeyKind::Passkey, true, later(9)).await;
    assert_eq!(
        methods(store, &ada).await,
        [passkey.clone(), ada.method.clone(), stick.clone()]
    );
    let settings = store.settings(&ada.user).await.unwrap();
    assert_eq!(settings.codes_left, 10);
    assert_eq!(own_session(store, &ada).await.codes_since, Some(START));
    let types = settings.methods.iter().map(|one| one.factor.method_type());
    let expected = [
        MethodType::Passkey,
        MethodType::Application,
        MethodType::SecurityKey,
    ];
    assert_eq!(types.collect::<Vec<_>>(), expected);
    let summaries: Vec<_> = settings
        .methods
        .iter()
        .map(|method| MethodSummary {
            id: method.id.clone(),
            name: method.name.clone(),
            method_type: method.factor.method_type(),
        })
        .collect();
    assert_eq!(store.method_summaries(&ada.user).await.unwrap(), summaries);
    let nobody = somebody(store).await;
    assert!(store.method_summaries(&nobody).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_eleventh_key_is_refused_and_an_application_is_not() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    for second in 1..=8 {
        let kind = [KeyKind::Passkey, KeyKind::SecurityKey][usize::try_from(second).unwrap() % 2];
        ada.add_key(store, kind, false, later(second)).await;
    }
    // There was room when this set-up began, and none when it is confirmed.
    let key = ada.further_public_key(store, KeyKind::Passkey, true).await;
    let raw = database.raw().await;
    for (number, kind) in [(1_u8, "passkey"), (2, "security_key")] {
        let method = "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) VALUES ($1, $2, 'Stick', 0, $3, 0)";
        sqlx::query(method)
            .bind(format!("{number:032}"))
            .bind(ada.user.as_str())
            .bind(kind)
            .execute(&raw)
            .await
            .unwrap();
        let key = "INSERT INTO public_keys (method_id, credential_id, key_id, sealed_key, counter, backup_eligible, backed_up, transports, rp_id) VALUES ($1, $2, 'key', $2, 0, 0, 0, '', 'x')";
        sqlx::query(key)
            .bind(format!("{number:032}"))
            .bind(vec![number; 16])
            .execute(&raw)
            .await
            .unwrap();
    }
    let all = i64::try_from(MAX_KEYS).unwrap();
    assert_eq!(database.count("public_keys").await, all);
    let refused = store.activate(activation(&key, &ada.browser)).await;
    assert_eq!(refused.unwrap(), KeyActivation::KeyGone);
    let order = methods(store, &ada).await;
    assert_eq!((&order[0], order.len()), (&ada.method, 11));

    let grant = ada.granted(store, &Intent::Add).await;
    for kind in [KeyKind::Passkey, KeyKind::SecurityKey] {
        let key = PendingKey {
            factor: PendingFactor::PublicKey(kind),
            ..ada.pending_key(KeyPurpose::Further)
        };
        let kept = store.keep_pending_with_grant(key, grant.clone()).await;
        assert_eq!(kept.unwrap(), GrantUse::NoGrant, "{kind:?}");
    }
    ada.add_application(store, "Tablet", false, later(20)).await;
    assert_eq!(database.count("public_keys").await, all);
}

#[tokio::test]
async fn a_credential_is_registered_once_for_one_user() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected_by_key(store, KeyKind::Passkey).await;
    let taken = default_method(store, &ada.user).await.unwrap();
    let same = |kind| PublicKeyRecord {
        id: taken.public_key().id.clone(),
        ..public_key(kind)
    };
    let eve = somebody(store).await;
    let eves = browser(store, &eve).await;
    let key = pending_public_key(store, &eve, &eves, KeyKind::SecurityKey, START).await;
    let by_eve = Activation {
        factor: registered(same(KeyKind::SecurityKey)),
        ..activation(&key, &eves)
    };
    let answer = store.activate(by_eve).await.unwrap();
    assert_eq!(answer, KeyActivation::CredentialTaken);
    assert!(store.settings(&eve).await.unwrap().methods.is_empty());
    let alive = Sessions::find(store, eves.token).await.unwrap();
    assert!(alive.is_some(), "all of it is undone");
    assert!(store.pending(&eves.session).await.unwrap().is_some());
    assert!(default_method(store, &eve).await.is_none());

    let key = ada.further_public_key(store, KeyKind::Passkey, true).await;
    let again = Activation {
        factor: registered(same(KeyKind::Passkey)),
        ..activation(&key, &ada.browser)
    };
    let answer = store.activate(again).await.unwrap();
    assert_eq!(answer, KeyActivation::CredentialTaken);
    assert_eq!(methods(store, &ada).await, [ada.method.clone()]);
    // Another credential of the same set-up is taken.
    let other = store.activate(activation(&key, &ada.browser)).await;
    assert_eq!(other.unwrap(), KeyActivation::Activated);
    assert_eq!(database.count("public_keys").await, 2);
}

/// Both are made at the same instant, so that only the type tells them apart.
#[rstest]
#[case::an_application_becomes_no_key(false)]
#[case::a_key_becomes_no_application(true)]
#[tokio::test]
async fn a_set_up_that_was_swapped_for_one_of_another_type_activates_nothing(
    #[case] is_key_first: bool,
) {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    let began = if is_key_first {
        ada.further_public_key(store, KeyKind::Passkey, false).await
    } else {
        ada.further_key(store, "Tablet", false).await
    };
    let confirmed = activation(&began, &ada.browser);
    if is_key_first {
        ada.further_key(store, "Tablet", false).await;
    } else {
        ada.further_public_key(store, KeyKind::Passkey, false).await;
    }
    let swapped = Activation {
        swap: ada.browser.swap(),
        ..confirmed
    };
    let answer = store.activate(swapped).await.unwrap();
    assert_eq!(answer, KeyActivation::KeyGone);
    assert_eq!(methods(store, &ada).await, [ada.method.clone()]);
    assert_eq!(database.count("pending_keys").await, 1);
    assert_eq!(database.count("public_keys").await, 0);
}

#[tokio::test]
async fn a_passkey_becomes_no_security_key() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    let key = pending_public_key(store, &user, &mine, KeyKind::Passkey, START).await;
    let other = Activation {
        factor: registered(public_key(KeyKind::SecurityKey)),
        ..activation(&key, &mine)
    };
    let answer = store.activate(other).await.unwrap();
    assert_eq!(answer, KeyActivation::KeyGone);
    assert!(default_method(store, &user).await.is_none());
}

#[tokio::test]
async fn a_first_set_up_of_another_type_replaces_the_pending_one() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    let application = pending(store, &user, &mine, START).await;
    let passkey = pending_public_key(store, &user, &mine, KeyKind::Passkey, later(1)).await;
    assert_eq!(passkey.factor, PendingFactor::PublicKey(KeyKind::Passkey));
    assert_eq!(passkey.made_at, later(1));
    assert_eq!(passkey.name.as_str(), "Passkey");
    let again = PendingKey {
        made_at: later(2),
        name: "Laptop".parse().unwrap(),
        ..passkey.clone()
    };
    let stands = store.keep_pending(again, Timestamp::default()).await;
    let stands = stands.unwrap().unwrap();
    assert_eq!(
        (stands.made_at, stands.name.as_str()),
        (later(1), "Laptop"),
        "the same type goes on"
    );
    let stick = pending_public_key(store, &user, &mine, KeyKind::SecurityKey, later(3)).await;
    assert_eq!(stick.made_at, later(3));
    let back = pending(store, &user, &mine, later(4)).await;
    assert_eq!(back.made_at, later(4));
    assert_ne!(back.key(), application.key());
    let begun = store.newest_events(100).await.unwrap();
    let begun = begun.iter().filter(|event| event.action == "set_up_begin");
    assert_eq!(begun.map(|event| event.times).sum::<i64>(), 4);
}

/// Only the secret of an application is replaced under its name.
#[tokio::test]
async fn a_key_has_no_reset() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let stick = ada
        .add_key(store, KeyKind::SecurityKey, false, later(1))
        .await;
    for (method, factor) in [
        (&stick, PendingFactor::Application(sealed())),
        (&stick, PendingFactor::PublicKey(KeyKind::SecurityKey)),
        (
            &ada.method.clone(),
            PendingFactor::PublicKey(KeyKind::Passkey),
        ),
    ] {
        let intent = Intent::Reset {
            method: method.clone(),
        };
        let grant = ada.granted(store, &intent).await;
        let key = PendingKey {
            factor,
            ..ada.pending_key(KeyPurpose::Reset(method.clone()))
        };
        let kept = store.keep_pending_with_grant(key, grant).await;
        assert_eq!(kept.unwrap(), GrantUse::NoGrant);
    }
    // Nor does a registration end the reset of an application.
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let key = ada.pending_key(KeyPurpose::Reset(ada.method.clone()));
    let kept = store.keep_pending_with_grant(key.clone(), grant).await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let (codes, _) = code_set(&ada.user, &ada.browser.session);
    let registration = Activation {
        factor: registered(public_key(KeyKind::Passkey)),
        enrolment: Enrolment::Reset(ada.method.clone(), codes),
        ..activation(&key, &ada.browser)
    };
    let answer = store.activate(registration).await.unwrap();
    assert_eq!(answer, KeyActivation::KeyGone);
    assert_eq!(methods(store, &ada).await, [ada.method.clone(), stick]);
}

/// Left out, such a method would read as "no MFA".
#[rstest]
#[case::a_passkey_without_its_key("DELETE FROM public_keys")]
#[case::an_application_without_its_key("DELETE FROM app_keys")]
#[case::a_passkey_that_is_called_an_application(
    "UPDATE mfa_methods SET kind = 'application' WHERE kind = 'passkey'"
)]
#[case::an_application_that_is_called_a_key(
    "UPDATE mfa_methods SET kind = 'security_key' WHERE kind = 'application'"
)]
#[tokio::test]
async fn a_method_without_a_key_of_its_kind_is_damaged(#[case] damage: &'static str) {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    ada.add_key(store, KeyKind::Passkey, false, later(1)).await;
    let settings = store.settings(&ada.user).await.unwrap();
    assert!(matches!(
        settings.methods[1].factor,
        MethodFactor::PublicKey(_)
    ));
    sqlx::query(damage)
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(store.settings(&ada.user).await.is_err());
    assert!(own_session(store, &ada).await.subject.has_mfa);
}
