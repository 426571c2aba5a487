//! Joining, changing and leaving; an account keeps an Owner who can sign in.

use domain::{
    ids::{AccountId, UserId},
    people::roles::Role,
    ports::{
        AccountAddition, Accounts, InvitationUse, Members, MembershipChange, NewUser, SecretHash,
        Sessions, UserAddition, UserStatus, Users,
    },
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, bits, later,
    people::{account, browser, protected, somebody, user},
    token,
};

pub const LAST: MembershipChange = MembershipChange::LastOwner { accounts: 1 };
const DONE: MembershipChange = MembershipChange::Done;
const NOT_THERE: MembershipChange = MembershipChange::NotThere;

/// An account with one Owner.
pub async fn owned(store: &Store) -> (AccountId, UserId) {
    let owner = somebody(store).await;
    let place = store.of_user(&owner).await.unwrap().remove(0);
    (place.account.id, owner)
}

/// Adds a user to an account.
pub async fn joined(store: &Store, account: &AccountId, role: Role) -> UserId {
    let number = u128::from_be_bytes(bits());
    let user = user(&format!("joined{number}@example.com"));
    let id = user.id.clone();
    assert_eq!(
        Users::add(store, user, account, role).await.unwrap(),
        UserAddition::Added
    );
    id
}

async fn role(store: &Store, user: &UserId, account: &AccountId) -> Option<Role> {
    let places = store.of_user(user).await.unwrap();
    let place = places.iter().find(|place| place.account.id == *account);
    place.map(|place| place.role)
}

#[tokio::test]
async fn a_person_joins_an_account_once() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ((acme, _), (_, ada)) = (owned(store).await, owned(store).await);
    let join = |user, account, role| {
        let store = &store;
        async move { store.join(user, account, role).await.unwrap() }
    };
    assert_eq!(join(&ada, &acme, Role::Member).await, DONE);
    assert_eq!(join(&ada, &acme, Role::Owner).await, NOT_THERE);
    assert_eq!(role(store, &ada, &acme).await, Some(Role::Member));
    assert_eq!(store.of_user(&ada).await.unwrap().len(), 2);
    let nobody = UserId::from_random(bits());
    assert_eq!(join(&nobody, &acme, Role::Owner).await, NOT_THERE);
    let nowhere = AccountId::from_random(bits());
    assert_eq!(join(&ada, &nowhere, Role::Owner).await, NOT_THERE);
}

#[tokio::test]
async fn the_last_owner_neither_steps_back_nor_leaves() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    let bob = joined(store, &acme, Role::Member).await;
    let set_role = |user, role| store.set_role(user, &acme, role);
    assert_eq!(set_role(&ada, Role::Member).await.unwrap(), LAST);
    assert_eq!(set_role(&ada, Role::Owner).await.unwrap(), DONE);
    assert_eq!(store.leave(&ada, &acme).await.unwrap(), LAST);
    assert_eq!(role(store, &ada, &acme).await, Some(Role::Owner));

    assert_eq!(set_role(&bob, Role::Owner).await.unwrap(), DONE);
    assert_eq!(set_role(&ada, Role::Member).await.unwrap(), DONE);
    assert_eq!(role(store, &ada, &acme).await, Some(Role::Member));
    assert_eq!(store.leave(&bob, &acme).await.unwrap(), LAST);
    assert_eq!(store.leave(&ada, &acme).await.unwrap(), DONE);
    assert_eq!(store.leave(&ada, &acme).await.unwrap(), NOT_THERE);
    assert_eq!(set_role(&ada, Role::Owner).await.unwrap(), NOT_THERE);
    let nobody = UserId::from_random(bits());
    assert_eq!(set_role(&nobody, Role::Member).await.unwrap(), NOT_THERE);
    assert_eq!(store.leave(&nobody, &acme).await.unwrap(), NOT_THERE);
}

#[tokio::test]
async fn a_barred_owner_is_none() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    let bob = joined(store, &acme, Role::Owner).await;
    assert_eq!(
        store.set_status(&bob, UserStatus::Disabled).await.unwrap(),
        DONE
    );
    assert_eq!(store.leave(&ada, &acme).await.unwrap(), LAST);
    assert_eq!(
        store.set_status(&ada, UserStatus::Disabled).await.unwrap(),
        LAST
    );
    assert_eq!(Users::remove(store, &ada).await.unwrap(), LAST);
    assert_eq!(
        store.set_status(&bob, UserStatus::Disabled).await.unwrap(),
        DONE,
        "as he is already"
    );
    assert_eq!(
        store.leave(&bob, &acme).await.unwrap(),
        DONE,
        "he keeps nothing open"
    );
    assert_eq!(
        store.set_status(&bob, UserStatus::Enabled).await.unwrap(),
        DONE
    );
}

/// Adds an Owner who has been invited and has no password yet.
async fn invited(store: &Store, account: &AccountId) -> UserId {
    let number = u128::from_be_bytes(bits());
    let user = NewUser {
        password: None,
        ..user(&format!("invited{number}@example.com"))
    };
    let id = user.id.clone();
    assert_eq!(
        Users::add(store, user, account, Role::Owner).await.unwrap(),
        UserAddition::Added
    );
    id
}

/// RC3: an invited Owner used to count, which left the account with an Owner who can't sign in.
#[tokio::test]
async fn an_invited_owner_does_not_count_until_they_have_a_password() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    let bob = invited(store, &acme).await;
    let link = token();
    store.invite(&bob, link, later(60)).await.unwrap();
    let set_role = |user, role| store.set_role(user, &acme, role);
    assert_eq!(Users::remove(store, &ada).await.unwrap(), LAST);
    assert_eq!(
        store.set_status(&ada, UserStatus::Disabled).await.unwrap(),
        LAST
    );
    assert_eq!(store.leave(&ada, &acme).await.unwrap(), LAST);
    assert_eq!(set_role(&ada, Role::Member).await.unwrap(), LAST);

    let hash = SecretHash::phc("$argon2id$chosen".to_owned());
    let accepted = store.accept_invitation(link, hash, token(), START);
    assert_eq!(accepted.await.unwrap(), InvitationUse::Accepted);
    assert_eq!(set_role(&ada, Role::Member).await.unwrap(), DONE);
    assert_eq!(Users::remove(store, &bob).await.unwrap(), LAST);
    assert_eq!(Users::remove(store, &ada).await.unwrap(), DONE);
}

/// RC3, the converse: removing an Owner who can't sign in is always allowed, because the account is
/// no worse without them.
#[tokio::test]
async fn an_owner_who_can_not_sign_in_is_always_taken_out() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let acme = account("Invited only");
    assert_eq!(
        Accounts::add(store, acme.clone()).await.unwrap(),
        AccountAddition::Added
    );
    let [one, two, three, four] = [
        invited(store, &acme.id).await,
        invited(store, &acme.id).await,
        invited(store, &acme.id).await,
        invited(store, &acme.id).await,
    ];
    let role = store.set_role(&one, &acme.id, Role::Member).await;
    assert_eq!(role.unwrap(), DONE);
    assert_eq!(store.leave(&two, &acme.id).await.unwrap(), DONE);
    assert_eq!(
        store
            .set_status(&three, UserStatus::Disabled)
            .await
            .unwrap(),
        DONE
    );
    assert_eq!(Users::remove(store, &four).await.unwrap(), DONE);
}

#[tokio::test]
async fn an_account_without_an_owner_holds_nobody() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, ada) = owned(store).await;
    let bob = joined(store, &acme, Role::Member).await;
    sqlx::query("UPDATE users SET disabled = 1 WHERE id = $1")
        .bind(ada.as_str())
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(
        store.set_status(&bob, UserStatus::Disabled).await.unwrap(),
        DONE
    );
    assert_eq!(store.leave(&bob, &acme).await.unwrap(), DONE);
    assert_eq!(Users::remove(store, &ada).await.unwrap(), DONE);
}

#[tokio::test]
async fn barring_ends_sessions_and_is_taken_back() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, ada) = owned(store).await;
    joined(store, &acme, Role::Owner).await;
    let mine = browser(store, &ada).await;
    assert_eq!(
        store.set_status(&ada, UserStatus::Disabled).await.unwrap(),
        DONE
    );
    assert!(Users::find(store, &ada).await.unwrap().unwrap().disabled);
    assert_eq!(
        store.set_status(&ada, UserStatus::Enabled).await.unwrap(),
        DONE
    );
    assert!(!Users::find(store, &ada).await.unwrap().unwrap().disabled);
    assert!(
        Sessions::find(store, mine.token).await.unwrap().is_none(),
        "what ended stays so"
    );
    let nobody = UserId::from_random(bits());
    for status in [UserStatus::Disabled, UserStatus::Enabled] {
        let change = store.set_status(&nobody, status).await.unwrap();
        assert_eq!(change, NOT_THERE);
    }
}

#[tokio::test]
async fn a_removed_person_takes_everything_along() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ada = protected(store).await;
    let places = store.of_user(&ada.user).await.unwrap();
    let bob = joined(store, &places[0].account.id, Role::Owner).await;
    assert_eq!(Users::remove(store, &ada.user).await.unwrap(), DONE);
    for table in ["sessions", "mfa_methods", "code_sets", "backup_codes"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    assert_eq!(database.count("memberships").await, 1);
    assert_eq!(Users::remove(store, &ada.user).await.unwrap(), NOT_THERE);
    assert_eq!(Users::remove(store, &bob).await.unwrap(), LAST);
}

#[tokio::test]
async fn a_refusal_says_how_many_accounts_stand_against_it() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (_, ada) = owned(store).await;
    for number in 0..3 {
        let further = account(&format!("Further {number}"));
        assert_eq!(
            Accounts::add(store, further.clone()).await.unwrap(),
            AccountAddition::Added
        );
        let role = if number == 0 {
            Role::Member
        } else {
            Role::Owner
        };
        store.join(&ada, &further.id, role).await.unwrap();
    }
    let three = MembershipChange::LastOwner { accounts: 3 };
    assert_eq!(
        store.set_status(&ada, UserStatus::Disabled).await.unwrap(),
        three
    );
    assert_eq!(Users::remove(store, &ada).await.unwrap(), three);
    assert!(!Users::find(store, &ada).await.unwrap().unwrap().disabled);
    let names = store.only_owner_of(&ada).await.unwrap();
    let places = store.of_user(&ada).await.unwrap().into_iter();
    let places = places.filter(|place| place.role == Role::Owner);
    let owns: Vec<_> = places.map(|place| place.account.name).collect();
    assert_eq!(names, owns, "by name, those that stand against it");

    let (shared, _) = owned(store).await;
    store.join(&ada, &shared, Role::Owner).await.unwrap();
    let left = store.leave(&ada, &shared).await.unwrap();
    assert_eq!(left, DONE, "the others do not stand against this one");
}
