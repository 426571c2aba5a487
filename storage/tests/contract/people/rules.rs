//! An account's MFA rule: who may set and lift it, and who is named as its author.

use domain::{
    ids::{AccountId, UserId},
    people::roles::Role,
    ports::{
        AccountOverview, Accounts, Grant, Members, MfaRule, RuleChange, RuleLift, RuleRecord,
        UserStatus, Users,
    },
    second_factor::step_up::Intent,
};
use storage::Store;

use crate::{
    people::memberships::{joined, owned},
    support::{
        ContractDatabase, START, bits, later,
        people::{Protected, protected, protected_user},
    },
};

async fn place(store: &Store, user: &UserId, account: &AccountId) -> AccountOverview {
    let places = store.of_user(user).await.unwrap();
    let mut places = places.into_iter();
    places.find(|place| place.account.id == *account).unwrap()
}

fn by_ada(seconds: u64) -> RuleRecord {
    RuleRecord {
        by: Some("Ada Owner".parse().unwrap()),
        at: later(seconds),
    }
}

fn by_operator(seconds: u64) -> RuleRecord {
    RuleRecord {
        by: None,
        at: later(seconds),
    }
}

#[tokio::test]
async fn an_overview_counts_members_and_the_protected_among_them() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    let member = joined(store, &acme, Role::Member).await;
    joined(store, &acme, Role::Member).await;
    protected_user(store, member.clone()).await;
    let (other, _) = owned(store).await;
    store.join(&member, &other, Role::Owner).await.unwrap();

    let seen = place(store, &ada, &acme).await;
    assert_eq!((seen.account.members, seen.protected), (3, 1));
    assert_eq!((seen.role, seen.rule), (Role::Owner, None));
    let places = store.of_user(&member).await.unwrap();
    let roles: Vec<_> = places
        .iter()
        .map(|place| (place.role, place.account.members, place.protected))
        .collect();
    assert_eq!(roles, [(Role::Member, 3, 1), (Role::Owner, 2, 1)]);
    let nobody = store.of_user(&UserId::from_random(bits())).await.unwrap();
    assert_eq!(nobody, []);
}

#[tokio::test]
async fn an_owner_demands_mfa_and_is_named_for_it() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    assert_ne!(
        store.require_mfa(&acme, &ada, later(1)).await.unwrap(),
        RuleChange::Refused
    );
    let seen = place(store, &ada, &acme).await;
    assert!(seen.account.requires_mfa);
    assert_eq!(seen.rule, Some(by_ada(1)));

    let bob = joined(store, &acme, Role::Owner).await;
    let told = store.newest_events(100).await.unwrap().len();
    assert_ne!(
        store.require_mfa(&acme, &bob, later(2)).await.unwrap(),
        RuleChange::Refused
    );
    assert_ne!(
        store
            .set_rule(&acme, MfaRule::Required, later(3))
            .await
            .unwrap(),
        RuleChange::Refused
    );
    let seen = place(store, &ada, &acme).await;
    assert_eq!(
        seen.rule,
        Some(by_ada(1)),
        "what is so already stays as it is"
    );
    let now = store.newest_events(100).await.unwrap().len();
    assert_eq!(now, told, "nothing has changed, and nothing is told");
}

#[tokio::test]
async fn only_an_owner_who_can_sign_in_demands_it() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ((acme, ada), (_, stranger)) = (owned(store).await, owned(store).await);
    let member = joined(store, &acme, Role::Member).await;
    let barred = joined(store, &acme, Role::Owner).await;
    store
        .set_status(&barred, UserStatus::Disabled)
        .await
        .unwrap();
    for nobody in [&member, &stranger, &barred, &UserId::from_random(bits())] {
        assert_eq!(
            store.require_mfa(&acme, nobody, START).await.unwrap(),
            RuleChange::Refused
        );
    }
    let nowhere = AccountId::from_random(bits());
    assert_eq!(
        store.require_mfa(&nowhere, &ada, START).await.unwrap(),
        RuleChange::Refused
    );
    let seen = place(store, &ada, &acme).await;
    assert!(!seen.account.requires_mfa);
    assert_eq!(seen.rule, None);
}

/// An Owner with MFA, and their account, which demands it.
async fn strict(store: &Store) -> (Protected, AccountId, Intent) {
    let ada = protected(store).await;
    let account = store.of_user(&ada.user).await.unwrap().remove(0).account.id;
    let set = store.require_mfa(&account, &ada.user, later(1)).await;
    assert_ne!(set.unwrap(), RuleChange::Refused);
    let intent = Intent::RuleOff {
        account: account.clone(),
    };
    (ada, account, intent)
}

#[tokio::test]
async fn an_owner_lifts_the_rule_by_a_grant() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, account, intent) = strict(store).await;
    let unasked = ada.grant(&intent);
    let taken = store.lift_rule(unasked, later(2)).await.unwrap();
    assert_eq!(taken, RuleLift::NoGrant);
    assert!(place(store, &ada.user, &account).await.account.requires_mfa);

    let grant = ada.granted(store, &intent).await;
    let taken = store.lift_rule(grant.clone(), later(2)).await.unwrap();
    assert_eq!(taken, RuleLift::Lifted);
    let seen = place(store, &ada.user, &account).await;
    assert!(!seen.account.requires_mfa);
    assert_eq!(seen.rule, Some(by_ada(2)));
    let again = store.lift_rule(grant, later(3)).await.unwrap();
    assert_eq!(again, RuleLift::NoGrant);
}

#[tokio::test]
async fn a_grant_lifts_the_rule_that_it_names() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, account, intent) = strict(store).await;
    let (other, _) = owned(store).await;
    store.join(&ada.user, &other, Role::Owner).await.unwrap();
    let set = store.require_mfa(&other, &ada.user, later(1)).await;
    assert_ne!(set.unwrap(), RuleChange::Refused);
    let grant = ada.granted(store, &intent).await;
    let wrong = [
        Intent::RuleOff {
            account: other.clone(),
        },
        ada.delete_intent(),
    ];
    for intent in wrong {
        let grant = Grant {
            intent,
            ..grant.clone()
        };
        let taken = store.lift_rule(grant, later(2)).await.unwrap();
        assert_eq!(taken, RuleLift::NoGrant);
    }
    let taken = store.lift_rule(grant, later(2)).await.unwrap();
    assert_eq!(taken, RuleLift::Lifted);
    assert!(!place(store, &ada.user, &account).await.account.requires_mfa);
    assert!(place(store, &ada.user, &other).await.account.requires_mfa);
}

#[tokio::test]
async fn whoever_is_no_owner_any_more_lifts_nothing() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut ada, account, intent) = strict(store).await;
    joined(store, &account, Role::Owner).await;
    let grant = ada.granted(store, &intent).await;
    let set = |role| store.set_role(&ada.user, &account, role);
    set(Role::Member).await.unwrap();
    let taken = store.lift_rule(grant.clone(), later(2)).await.unwrap();
    assert_eq!(taken, RuleLift::NotOwner);
    assert!(place(store, &ada.user, &account).await.account.requires_mfa);
    set(Role::Owner).await.unwrap();
    let taken = store.lift_rule(grant, later(2)).await.unwrap();
    assert_eq!(taken, RuleLift::Lifted, "the refusal left the grant");
}

#[tokio::test]
async fn the_operator_sets_and_lifts_without_a_name() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    for (seconds, requires_mfa, rule) in [
        (1, false, None),
        (2, true, Some(by_operator(2))),
        (3, true, Some(by_operator(2))),
        (4, false, Some(by_operator(4))),
        (5, false, Some(by_operator(4))),
    ] {
        let set = store
            .set_rule(&acme, MfaRule::required_if(requires_mfa), later(seconds))
            .await;
        assert_ne!(set.unwrap(), RuleChange::Refused);
        let seen = place(store, &ada, &acme).await;
        assert_eq!((seen.account.requires_mfa, seen.rule), (requires_mfa, rule));
    }
    assert_ne!(
        store.require_mfa(&acme, &ada, later(6)).await.unwrap(),
        RuleChange::Refused
    );
    assert_ne!(
        store
            .set_rule(&acme, MfaRule::Required, later(7))
            .await
            .unwrap(),
        RuleChange::Refused
    );
    assert_eq!(place(store, &ada, &acme).await.rule, Some(by_ada(6)));
    let nowhere = AccountId::from_random(bits());
    assert_eq!(
        store
            .set_rule(&nowhere, MfaRule::Required, START)
            .await
            .unwrap(),
        RuleChange::Refused
    );
}
