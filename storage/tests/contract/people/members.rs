//! Which Owners may help which members, and an Owner's reset of a member.

use domain::{
    ids::{AccountId, UserId},
    members::may_reset,
    people::roles::Role,
    ports::{
        AccountAddition, AccountRemoval, Accounts, Attempts, Grant, MemberReset, Members,
        MembershipChange, MethodChange, Mfa, NewUser, Sessions, UserAddition, UserStatus, Users,
    },
    second_factor::{lockout::Factor, step_up::Intent},
};
use storage::Store;

use crate::{
    people::memberships::{joined, owned},
    support::{
        ContractDatabase, START, bits,
        people::{Protected, STRANGER, account, default_method, protected, protected_user, user},
    },
};

/// An Owner with MFA, their account, and a member with MFA.
async fn met(store: &Store) -> (Protected, AccountId, Protected) {
    let owner = protected(store).await;
    let account = store.of_user(&owner.user).await.unwrap().remove(0);
    let member = joined(store, &account.account.id, Role::Member).await;
    let member = protected_user(store, member).await;
    (owner, account.account.id, member)
}

fn intent(account: &AccountId, member: &UserId) -> Intent {
    Intent::MemberReset {
        account: account.clone(),
        member: member.clone(),
    }
}

#[tokio::test]
async fn an_owner_resets_a_member() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (mut owner, account, member) = met(store).await;
    for holder in [STRANGER, &member.browser.holder()] {
        store
            .count_second_factor(&member.user, holder, Factor::Application, START)
            .await
            .unwrap();
    }
    let grant = owner.granted(store, &intent(&account, &member.user)).await;
    assert_eq!(store.reset(grant.clone()).await.unwrap(), MemberReset::Done);
    assert!(default_method(store, &member.user).await.is_none());
    assert_eq!(
        store
            .refused_in_a_row(&member.user, STRANGER)
            .await
            .unwrap(),
        0
    );
    let ended = Sessions::find(store, member.browser.token).await.unwrap();
    assert!(ended.is_none());
    assert!(default_method(store, &owner.user).await.is_some());
    let own = Sessions::find(store, owner.browser.token).await.unwrap();
    assert!(own.is_some());
    for table in ["mfa_methods", "code_sets", "sessions"] {
        assert_eq!(database.count(table).await, 1, "{table}");
    }
    assert_eq!(database.count("session_attempts").await, 0);
    let again = store.reset(grant).await.unwrap();
    assert_eq!(again, MemberReset::NoGrant);
}

#[tokio::test]
async fn without_its_grant_nobody_is_reset() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut owner, account, member) = met(store).await;
    let other = joined(store, &account, Role::Member).await;
    let grant = owner.granted(store, &intent(&account, &other)).await;
    let for_another = Grant {
        intent: intent(&account, &member.user),
        ..grant.clone()
    };
    let not_for_that = Grant {
        intent: owner.delete_intent(),
        ..grant
    };
    for grant in [for_another, not_for_that] {
        let taken = store.reset(grant).await.unwrap();
        assert_eq!(taken, MemberReset::NoGrant);
    }
    assert!(default_method(store, &member.user).await.is_some());
}

/// Changes between the grant and its use, after which the rules do not allow the reset any more.
#[derive(Debug, Clone, Copy)]
enum RuleChange {
    SteppedBack,
    Left,
    MemberLeft,
    MemberJoinedElsewhere,
    MemberHasNoMethod,
    AccountGone,
    Nothing,
}

async fn apply(
    store: &Store,
    change: RuleChange,
    owner: &UserId,
    account: &AccountId,
    member: &UserId,
) {
    joined(store, account, Role::Owner).await;
    let done = match change {
        RuleChange::SteppedBack => store.set_role(owner, account, Role::Member).await,
        RuleChange::Left => store.leave(owner, account).await,
        RuleChange::MemberLeft => store.leave(member, account).await,
        RuleChange::MemberJoinedElsewhere => {
            let (elsewhere, _) = owned(store).await;
            store.join(member, &elsewhere, Role::Member).await
        }
        RuleChange::MemberHasNoMethod => {
            assert_eq!(
                store.reset_by_operator(member).await.unwrap(),
                MethodChange::Done
            );
            Ok(MembershipChange::Done)
        }
        RuleChange::AccountGone => {
            assert_eq!(
                Accounts::remove(store, account).await.unwrap(),
                AccountRemoval::Removed
            );
            Ok(MembershipChange::Done)
        }
        RuleChange::Nothing => Ok(MembershipChange::Done),
    };
    assert_eq!(done.unwrap(), MembershipChange::Done);
}

#[rstest::rstest]
#[case(RuleChange::SteppedBack)]
#[case(RuleChange::Left)]
#[case(RuleChange::MemberLeft)]
#[case(RuleChange::MemberJoinedElsewhere)]
#[case(RuleChange::MemberHasNoMethod)]
#[case(RuleChange::AccountGone)]
#[case(RuleChange::Nothing)]
#[tokio::test]
async fn the_rules_hold_at_the_very_moment(#[case] change: RuleChange) {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut owner, account, member) = met(store).await;
    let grant = owner.granted(store, &intent(&account, &member.user)).await;
    apply(store, change, &owner.user, &account, &member.user).await;
    // What `domain` says to what the Owner's list says; a member who has left stands in no list.
    let listed = store.member(&account, &member.user, &owner.user).await;
    let is_allowed = listed.unwrap().is_some_and(|listed| {
        let (has_mfa, foreign) = (listed.state.has_mfa(), listed.foreign_accounts);
        may_reset(&owner.user, &member.user, has_mfa, foreign).is_ok()
    });
    let taken = store.reset(grant).await.unwrap();
    assert_eq!(taken == MemberReset::Done, is_allowed, "{change:?}");
    let method = default_method(store, &member.user).await;
    if let RuleChange::Nothing = change {
        assert_eq!(taken, MemberReset::Done);
        assert!(method.is_none());
    } else {
        assert_eq!(taken, MemberReset::NotAllowed);
        assert_eq!(
            method.is_none(),
            matches!(change, RuleChange::MemberHasNoMethod)
        );
    }
}

#[tokio::test]
async fn nobody_resets_themselves() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut owner, account, _) = met(store).await;
    let grant = owner
        .granted(store, &intent(&account, &owner.user.clone()))
        .await;
    assert_eq!(store.reset(grant).await.unwrap(), MemberReset::NotAllowed);
    assert!(default_method(store, &owner.user).await.is_some());
}

#[tokio::test]
async fn co_owners_help_each_other() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (mut owner, account, member) = met(store).await;
    let set = store.set_role(&member.user, &account, Role::Owner).await;
    assert_eq!(set.unwrap(), MembershipChange::Done);
    let grant = owner.granted(store, &intent(&account, &member.user)).await;
    assert_eq!(store.reset(grant).await.unwrap(), MemberReset::Done);
}

async fn add_named_user(store: &Store, name: &str, account: &AccountId, role: Role) -> UserId {
    let number = u128::from_be_bytes(bits());
    let user = NewUser {
        name: name.parse().unwrap(),
        ..user(&format!("named{number}@example.com"))
    };
    let id = user.id.clone();
    assert_eq!(
        Users::add(store, user, account, role).await.unwrap(),
        UserAddition::Added
    );
    id
}

async fn helpers(store: &Store, user: &UserId) -> Vec<String> {
    let names = store.helpers(user).await.unwrap();
    names.iter().map(|name| name.as_str().to_owned()).collect()
}

#[tokio::test]
async fn those_help_who_own_every_account_of_a_person() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (one, two) = (account("One"), account("Two"));
    for account in [&one, &two] {
        assert_eq!(
            Accounts::add(store, account.clone()).await.unwrap(),
            AccountAddition::Added
        );
    }
    let mia = add_named_user(store, "Mia", &one.id, Role::Member).await;
    let zoe = add_named_user(store, "zoe", &one.id, Role::Owner).await;
    add_named_user(store, "Éric", &one.id, Role::Owner).await;
    add_named_user(store, "Bob", &one.id, Role::Member).await;
    let barred = add_named_user(store, "Adam", &one.id, Role::Owner).await;
    store
        .set_status(&barred, UserStatus::Disabled)
        .await
        .unwrap();
    // RC3: an invited Owner can't sign in, and so can't help.
    let invited = NewUser {
        password: None,
        ..user("invited@example.com")
    };
    assert_eq!(
        Users::add(store, invited, &one.id, Role::Owner)
            .await
            .unwrap(),
        UserAddition::Added
    );
    assert_eq!(helpers(store, &mia).await, ["Éric", "zoe"]);
    assert_eq!(helpers(store, &zoe).await, ["Éric"], "not oneself");

    store.join(&mia, &two.id, Role::Owner).await.unwrap();
    assert_eq!(helpers(store, &mia).await, [""; 0]);
    store.join(&zoe, &two.id, Role::Member).await.unwrap();
    assert_eq!(helpers(store, &mia).await, [""; 0]);
    store.set_role(&zoe, &two.id, Role::Owner).await.unwrap();
    assert_eq!(helpers(store, &mia).await, ["zoe"]);
    store.leave(&mia, &one.id).await.unwrap();
    store.leave(&mia, &two.id).await.unwrap();
    assert_eq!(helpers(store, &mia).await, [""; 0], "in no account");
}
