//! Requesting a verification, and the grant that a correct code turns it into.

use std::time::Duration;

use domain::{
    ids::{AccountId, BackupCodeId, MethodId, UserId},
    ports::{
        Attempts, CodeUse, Grant, GrantUse, Mfa, Proof, Sessions, StepUp, StepUps, Users,
        Verification,
    },
    second_factor::{lockout::Factor, step_up::Intent},
    time::Timestamp,
};

use crate::support::{
    ContractDatabase, START, bits,
    factors::FactorParts,
    grants::fresh_step,
    later,
    people::{
        FIRST_STEP, Protected, STRANGER, WithoutCount, browser, code_set, default_method, protected,
    },
};

fn rule_off() -> Intent {
    Intent::RuleOff {
        account: AccountId::from_random(bits()),
    }
}

/// Whether a valid grant exists, checked by an action that takes it.
async fn generates(store: &storage::Store, grant: &Grant) -> bool {
    let (codes, _) = code_set(&grant.user, &grant.session);
    store.generate(grant.clone(), codes).await.unwrap() == GrantUse::Done
}

#[tokio::test]
async fn a_session_asks_one_thing_at_a_time() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let session = &ada.browser.session;
    assert_eq!(store.asked(session).await.unwrap(), None);
    let member = Intent::MemberReset {
        account: AccountId::from_random(bits()),
        member: UserId::from_random(bits()),
    };
    for intent in [
        ada.reset_intent(),
        ada.delete_intent(),
        Intent::Generate,
        rule_off(),
        member,
    ] {
        let asked = StepUp {
            asked_at: later(7),
            granted_at: None,
            ..ada.asked(&intent)
        };
        store.ask(session, &ada.user, asked.clone()).await.unwrap();
        assert_eq!(store.asked(session).await.unwrap(), Some(asked));
    }
    let other = browser(store, &ada.user).await;
    assert_eq!(store.asked(&other.session).await.unwrap(), None);
    store.forget(session).await.unwrap();
    assert_eq!(store.asked(session).await.unwrap(), None);
}

#[tokio::test]
async fn only_a_live_session_of_ones_own_asks_on_ones_own_method() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let session = &ada.browser.session;
    let former = ada.asked(&ada.reset_intent());
    store.ask(session, &ada.user, former).await.unwrap();
    let foreign = StepUp {
        method: eve.method.clone(),
        ..ada.asked(&ada.delete_intent())
    };
    store.ask(session, &ada.user, foreign).await.unwrap();
    assert_eq!(
        store.asked(session).await.unwrap(),
        None,
        "and what was asked before is given up"
    );
    store
        .ask(session, &eve.user, eve.asked(&ada.delete_intent()))
        .await
        .unwrap();
    assert_eq!(store.asked(session).await.unwrap(), None);
    store
        .ask(session, &eve.user, ada.asked(&ada.delete_intent()))
        .await
        .unwrap();
    assert_eq!(store.asked(session).await.unwrap(), None);
    store.end(session).await.unwrap();
    store
        .ask(session, &ada.user, ada.asked(&ada.delete_intent()))
        .await
        .unwrap();
    assert_eq!(database.count("step_ups").await, 0);
}

#[tokio::test]
async fn a_right_code_gives_one_grant_and_a_new_token() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let old = ada.browser.token;
    for _ in 0..2 {
        store
            .count_second_factor(&ada.user, &ada.browser.holder(), Factor::Application, START)
            .await
            .unwrap();
    }
    let grant = ada.granted(store, &Intent::Generate).await;
    assert!(Sessions::find(store, old).await.unwrap().is_none());
    let found = Sessions::find(store, ada.browser.token).await.unwrap();
    assert_eq!(found.unwrap().id, ada.browser.session);
    let refused = store
        .refused_in_a_row(&ada.user, &ada.browser.holder())
        .await
        .unwrap();
    assert_eq!(refused, 1, "the right code's attempt is given back");
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    assert_eq!(user.last_sign_in, None, "it is no sign-in");

    assert!(generates(store, &grant).await);
    assert!(!generates(store, &grant).await, "a grant is used once");
}

#[tokio::test]
async fn a_grant_is_for_what_it_was_given_for() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    let other = browser(store, &ada.user).await;
    let grant = ada.granted(store, &Intent::Generate).await;
    let session = Grant {
        session: other.session,
        ..grant.clone()
    };
    let user = Grant {
        user: eve.user.clone(),
        ..grant.clone()
    };
    let lapsed = Grant {
        lapsed: START,
        ..grant.clone()
    };
    let others = [
        ada.reset_intent(),
        ada.delete_intent(),
        Intent::RuleOff {
            account: AccountId::from_random(bits()),
        },
    ];
    let intents = others.map(|intent| Grant {
        intent,
        ..grant.clone()
    });
    for (number, wrong) in [session, user, lapsed]
        .into_iter()
        .chain(intents)
        .enumerate()
    {
        assert!(!generates(store, &wrong).await, "case {number}");
    }
    let last_moment = Grant {
        lapsed: START.minus(Duration::from_millis(1)),
        ..grant
    };
    assert!(generates(store, &last_moment).await);
}

#[tokio::test]
async fn an_intent_without_its_code_grants_nothing() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let asked = ada.asked(&Intent::Generate);
    store
        .ask(&ada.browser.session, &ada.user, asked)
        .await
        .unwrap();
    let ever = Grant {
        lapsed: Timestamp::from_millis(i64::MIN),
        ..ada.grant(&Intent::Generate)
    };
    assert!(!generates(store, &ever).await);
}

#[tokio::test]
async fn asking_again_gives_up_a_grant() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let grant = ada.granted(store, &Intent::Generate).await;
    let asked = ada.asked(&Intent::Generate);
    store
        .ask(&ada.browser.session, &ada.user, asked)
        .await
        .unwrap();
    assert!(!generates(store, &grant).await);
    let grant = ada.granted(store, &Intent::Generate).await;
    store.forget(&ada.browser.session).await.unwrap();
    assert!(!generates(store, &grant).await);
}

/// Each of these differs in one field from a valid verification.
fn mismatches(ada: &Protected, eve: &Protected, right: &Verification) -> Vec<Verification> {
    let mut wrong = vec![right.clone(); 6];
    wrong[0].intent = ada.delete_intent();
    wrong[1].intent = rule_off();
    wrong[2].method = MethodId::from_random(bits());
    wrong[3].user = eve.user.clone();
    wrong[4].swap.session = eve.browser.session.clone();
    wrong[5].swap.old = right.swap.new;
    wrong
}

#[tokio::test]
async fn what_does_not_match_spends_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (ada, eve) = (protected(store).await, protected(store).await);
    let session = &ada.browser.session;
    let (step, code) = (fresh_step(store, &ada).await, ada.backup_proof(0));
    for (intent, proof) in [
        (ada.reset_intent(), step.clone()),
        (ada.reset_intent(), code.clone()),
        (rule_off(), step),
        (rule_off(), code),
    ] {
        let right = ada.verification(&ada.browser, &intent, proof);
        store.forget(session).await.unwrap();
        let unasked = store.verify(right.clone()).await.unwrap();
        assert_eq!(unasked, CodeUse::SessionGone);
        store
            .ask(session, &ada.user, ada.asked(&intent))
            .await
            .unwrap();
        for (number, wrong) in mismatches(&ada, &eve, &right).into_iter().enumerate() {
            let taken = store.verify(wrong).await.unwrap();
            assert_eq!(taken, CodeUse::SessionGone, "case {number}");
        }
        let alive = Sessions::find(store, ada.browser.token).await.unwrap();
        assert!(alive.is_some(), "the token is the old one");
    }
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(method.last_step(), FIRST_STEP);
    assert_eq!(store.settings(&ada.user).await.unwrap().codes_left, 10);

    store
        .ask(session, &ada.user, ada.asked(&ada.reset_intent()))
        .await
        .unwrap();
    let proof = fresh_step(store, &ada).await;
    let right = ada.verification(&ada.browser, &ada.reset_intent(), proof);
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();
    let barred = store.verify(right.clone()).await.unwrap();
    assert_eq!(barred, CodeUse::SessionGone);
    sqlx::query("UPDATE users SET disabled = 0")
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(store.verify(right).await.unwrap(), CodeUse::Accepted);
}

#[tokio::test]
async fn a_grant_is_not_given_twice_for_one_asking() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    ada.granted(store, &ada.reset_intent()).await;
    let proof = fresh_step(store, &ada).await;
    let again = ada.verification(&ada.browser, &ada.reset_intent(), proof);
    assert_eq!(store.verify(again).await.unwrap(), CodeUse::SessionGone);
}

#[tokio::test]
async fn half_a_sign_in_does_not_step_up() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    let half = browser(store, &ada.user).await;
    store
        .ask(&half.session, &ada.user, ada.asked(&ada.delete_intent()))
        .await
        .unwrap();
    let proof = fresh_step(store, &ada).await;
    let verification = ada.verification(&half, &ada.delete_intent(), proof);
    assert_eq!(
        store.verify(verification).await.unwrap(),
        CodeUse::SessionGone
    );
}

#[tokio::test]
async fn a_spent_proof_grants_nothing() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    ada.granted(store, &ada.reset_intent()).await;
    let used = browser(store, &ada.user).await;
    let signed_in = store.use_backup_code(ada.backup_code(&used, 3)).await;
    assert_eq!(signed_in.unwrap().without_count(), CodeUse::Accepted);
    let session = &ada.browser.session;
    store
        .ask(session, &ada.user, ada.asked(&Intent::Generate))
        .await
        .unwrap();
    let burnt = default_method(store, &ada.user).await.unwrap().last_step();
    for proof in [
        ada.step_proof(burnt),
        ada.step_proof(burnt.offset(-1)),
        ada.backup_proof(3),
        eve.backup_proof(0),
        Proof::BackupCode(BackupCodeId::from_random(bits())),
    ] {
        let verification = ada.verification(&ada.browser, &Intent::Generate, proof);
        let taken = store.verify(verification).await.unwrap();
        assert_eq!(taken, CodeUse::AlreadyUsed);
    }
    assert!(!generates(store, &ada.grant(&Intent::Generate)).await);
    let alive = Sessions::find(store, ada.browser.token).await.unwrap();
    assert!(alive.is_some(), "the token is the old one");
    let proof = ada.step_proof(burnt.offset(1));
    let right = ada.verification(&ada.browser, &Intent::Generate, proof);
    assert_eq!(store.verify(right).await.unwrap(), CodeUse::Accepted);
}

#[tokio::test]
async fn a_backup_code_steps_up_and_unlocks() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = protected(store).await;
    for hour in 0..3 {
        for _ in 0..5 {
            let at = later(hour * 3600);
            for holder in [STRANGER, &ada.browser.holder()] {
                store
                    .count_second_factor(&ada.user, holder, Factor::BackupCode, at)
                    .await
                    .unwrap();
            }
        }
    }
    for holder in [STRANGER, &ada.browser.holder()] {
        let locked = store.refused_in_a_row(&ada.user, holder).await.unwrap();
        assert!(locked > domain::second_factor::lockout::LOCK_AFTER);
    }
    let session = &ada.browser.session;
    store
        .ask(session, &ada.user, ada.asked(&ada.delete_intent()))
        .await
        .unwrap();
    let verification = ada.verification(&ada.browser, &ada.delete_intent(), ada.backup_proof(0));
    assert_eq!(store.verify(verification).await.unwrap(), CodeUse::Accepted);
    for holder in [STRANGER, &ada.browser.holder()] {
        let refused = store.refused_in_a_row(&ada.user, holder).await.unwrap();
        assert_eq!(refused, 0);
    }

    assert_eq!(store.settings(&ada.user).await.unwrap().codes_left, 9);
    let index = ada.codes.codes[0].index;
    let code = store.find_backup_code(&ada.user, index).await.unwrap();
    assert!(code.unwrap().is_used);
}

#[tokio::test]
async fn a_session_takes_its_grant_along() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let mut ada = protected(store).await;
    ada.granted(store, &ada.delete_intent()).await;
    store.end(&ada.browser.session).await.unwrap();
    assert_eq!(database.count("step_ups").await, 0);
}
