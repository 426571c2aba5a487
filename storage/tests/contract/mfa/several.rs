//! Several applications of one user: replacing one, the default, names, and codes of each.

use domain::{
    events::Action,
    ids::MethodId,
    ports::{
        Accounts, CodeUse, Enrolment, GrantUse, KeyActivation, KeyPurpose, MethodChange, Mfa,
        PasswordChange, PasswordChanges, PasswordUpdate, Proof, SecretHash, SessionRecord,
        Sessions, SignInCode, StepUps, TestedCode, Users, Verification,
    },
    second_factor::step_up::Intent,
};
use storage::Store;

use crate::support::{
    ContractDatabase,
    factors::FactorParts,
    later,
    people::{
        FIRST_STEP, PASSWORD, Protected, WithoutCount, activation, browser, codes_of, protected,
    },
};

/// The identifiers in the order of the settings, the default first.
pub async fn methods(store: &Store, ada: &Protected) -> Vec<MethodId> {
    let settings = store.settings(&ada.user).await.unwrap();
    let defaults = settings.methods.iter().filter(|method| method.is_default);
    assert_eq!(defaults.count(), 1, "one default");
    assert!(settings.methods[0].is_default);
    settings.methods.into_iter().map(|one| one.id).collect()
}

/// The record of the user's own session.
pub async fn own_session(store: &Store, ada: &Protected) -> SessionRecord {
    let found = Sessions::find(store, ada.browser.token).await.unwrap();
    found.unwrap()
}

#[tokio::test]
async fn a_reset_keeps_what_its_method_is_called_and_whether_it_is_the_default() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let mut tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    for (is_default, name) in [(false, "Old tablet"), (true, "New tablet")] {
        let intent = Intent::Reset {
            method: tablet.clone(),
        };
        let grant = ada.granted(store, &intent).await;
        let key = ada.pending_key(KeyPurpose::Reset(tablet.clone()));
        let kept = store.keep_pending_with_grant(key.clone(), grant).await;
        assert_eq!(kept.unwrap(), GrantUse::Done);
        // Both change while the key waits.
        let renamed = Mfa::rename(store, &ada.user, &tablet, name.parse().unwrap());
        assert_eq!(renamed.await.unwrap(), MethodChange::Done);
        if is_default {
            let made = store.make_default(&ada.user, &tablet).await.unwrap();
            assert_eq!(made, MethodChange::Done);
        }
        let reset = activation(&key, &ada.browser);
        (ada.browser.token, tablet) = (reset.swap.new, reset.method.clone());
        assert_eq!(
            store.activate(reset).await.unwrap(),
            KeyActivation::Activated
        );
        let settings = store.settings(&ada.user).await.unwrap();
        assert_eq!(settings.methods.len(), 2);
        let method = settings.find(&tablet).unwrap();
        assert_eq!(
            (method.name.as_str(), method.is_default),
            (name, is_default)
        );
    }
    assert_eq!(methods(store, &ada).await, [tablet, ada.method.clone()]);
}

#[tokio::test]
async fn a_grant_on_one_application_is_none_on_another() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let other = ada.pending_key(KeyPurpose::Reset(tablet.clone()));
    let kept = store
        .keep_pending_with_grant(other.clone(), grant.clone())
        .await;
    assert_eq!(kept.unwrap(), GrantUse::NoGrant, "the key is for another");
    let pretended = ada.grant(&Intent::Reset { method: tablet });
    let kept = store.keep_pending_with_grant(other, pretended).await;
    assert_eq!(kept.unwrap(), GrantUse::NoGrant, "so was the grant");
    let right = ada.pending_key(KeyPurpose::Reset(ada.method.clone()));
    let kept = store.keep_pending_with_grant(right.clone(), grant).await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let mut wrong = activation(&right, &ada.browser);
    let all = methods(store, &ada).await;
    wrong.enrolment = Enrolment::Reset(all[1].clone(), codes_of(&wrong));
    let taken = store.activate(wrong).await.unwrap();
    assert_eq!(taken, KeyActivation::KeyGone);
    assert_eq!(methods(store, &ada).await, all);
}

#[tokio::test]
async fn a_step_of_one_application_burns_no_other() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    for (method, answer) in [
        (&ada.method, CodeUse::Accepted),
        (&tablet, CodeUse::Accepted),
        (&ada.method, CodeUse::AlreadyUsed),
        (&tablet, CodeUse::AlreadyUsed),
    ] {
        let mine = browser(store, &ada.user).await;
        let code = SignInCode {
            method: method.clone(),
            ..ada.code(&mine, 9)
        };
        let used = store.use_code(code).await.unwrap();
        assert_eq!(used.without_count(), answer);
    }
    let tested = TestedCode {
        session: ada.browser.session.clone(),
        user: ada.user.clone(),
        method: tablet.clone(),
        step: FIRST_STEP.offset(10),
        at: later(400),
    };
    assert_eq!(store.test(tested).await.unwrap(), CodeUse::Accepted);
    let settings = store.settings(&ada.user).await.unwrap();
    let seen = |id| {
        let method = settings.find(id).unwrap();
        (method.last_step(), method.used_at)
    };
    let used_at = Some(FIRST_STEP.offset(9).start());
    assert_eq!(seen(&ada.method), (FIRST_STEP.offset(9), used_at));
    assert_eq!(seen(&tablet), (FIRST_STEP.offset(10), Some(later(400))));
}

/// The verification stays about the application that is reset, whichever one gives the code.
#[tokio::test]
async fn any_application_verifies_for_any_action() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    let intent = ada.reset_intent();
    let asked = ada.asked(&intent);
    let session = &ada.browser.session;
    store.ask(session, &ada.user, asked).await.unwrap();
    let by = |method: &MethodId| Proof::Step {
        method: method.clone(),
        step: FIRST_STEP.offset(20),
    };
    let foreign = ada.verification(&ada.browser, &intent, by(&eve.method));
    assert_eq!(store.verify(foreign).await.unwrap(), CodeUse::AlreadyUsed);
    let other = Verification {
        method: tablet.clone(),
        ..ada.verification(&ada.browser, &intent, by(&tablet))
    };
    assert_eq!(store.verify(other).await.unwrap(), CodeUse::SessionGone);
    let right = ada.verification(&ada.browser, &intent, by(&tablet));
    assert_eq!(store.verify(right).await.unwrap(), CodeUse::Accepted);
    let settings = store.settings(&ada.user).await.unwrap();
    let step = |id| settings.find(id).unwrap().last_step();
    assert_eq!(step(&tablet), FIRST_STEP.offset(20));
    assert!(step(&ada.method) < FIRST_STEP.offset(20));
    let key = ada.pending_key(KeyPurpose::Reset(ada.method.clone()));
    let kept = store.keep_pending_with_grant(key, ada.grant(&intent)).await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
}

#[tokio::test]
async fn any_application_proves_for_a_new_password_and_none_is_too_little() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    let change = |proof| PasswordChange {
        swap: ada.browser.swap(),
        user: ada.user.clone(),
        current: SecretHash::phc(PASSWORD.to_owned()),
        new: SecretHash::phc("$argon2id$new".to_owned()),
        proof,
        at: later(60),
    };
    let without = store.change_password(change(None)).await.unwrap();
    assert_eq!(without, PasswordUpdate::SessionGone);
    let proof = Proof::Step {
        method: tablet,
        step: FIRST_STEP.offset(1),
    };
    let changed = store.change_password(change(Some(proof))).await.unwrap();
    assert_eq!(changed, PasswordUpdate::Changed);
}

#[tokio::test]
async fn the_default_and_the_name_are_those_of_one_method() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, eve) = (protected(store).await, protected(store).await);
    let tablet = ada.add_application(store, "Tablet", false, later(1)).await;
    for (method, times) in [(&tablet, 1), (&tablet, 1), (&ada.method, 2)] {
        let made = store.make_default(&ada.user, method).await.unwrap();
        assert_eq!(made, MethodChange::Done);
        assert_eq!(methods(store, &ada).await[0], *method);
        let events = store.newest_events(100).await.unwrap();
        let told = events
            .iter()
            .filter(|event| event.action == Action::MethodDefault.as_str());
        assert_eq!(told.map(|event| event.times).sum::<i64>(), times);
    }
    let made = store.make_default(&ada.user, &eve.method).await.unwrap();
    assert_eq!(made, MethodChange::NoMethod);
    assert_eq!(methods(store, &ada).await[0], ada.method);
    assert_eq!(methods(store, &eve).await[0], eve.method);

    let renamed = Mfa::rename(store, &ada.user, &tablet, "Old tablet".parse().unwrap());
    assert_eq!(renamed.await.unwrap(), MethodChange::Done);
    let settings = store.settings(&ada.user).await.unwrap();
    let names = settings.methods.iter().map(|method| method.name.as_str());
    let names: Vec<_> = names.collect();
    assert_eq!(names, ["Authenticator application", "Old tablet"]);
}

/// A join of a user with their methods would give one row a method.
#[tokio::test]
async fn a_user_with_several_methods_is_one_user() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    ada.add_application(store, "Tablet", true, later(7)).await;
    assert_eq!(own_session(store, &ada).await.subject.memberships.len(), 1);
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    assert!(user.has_mfa);
    assert_eq!(user.accounts.len(), 1);
    let accounts = store.of_user(&ada.user).await.unwrap();
    assert_eq!((accounts.len(), accounts[0].protected), (1, 1));
}
