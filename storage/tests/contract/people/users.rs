use domain::{
    ids::{AccountId, UserId},
    people::{email::Email, roles::Role},
    ports::{
        AccountAddition, AccountRemoval, Accounts, FirstOwner, FirstStart, InvitationUse,
        MembershipChange, NewUser, PasswordSetting, SecretHash, Sessions, UserAddition, Users,
    },
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, bits, later,
    people::{account, browser, session, somebody, user},
    token,
};

fn first_owner(link: domain::token::TokenHash, email: &str) -> FirstOwner {
    let owner = user(email);
    let session = domain::ports::NewSession {
        complete: true,
        ..session(&owner.id, START)
    };
    FirstOwner {
        link,
        account: account("Acme"),
        owner,
        session,
    }
}

#[tokio::test]
async fn the_set_up_link_makes_one_owner_once() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (old, link) = (token(), token());
    store.offer_set_up(old).await.unwrap();
    store.offer_set_up(link).await.unwrap();
    assert!(store.none_exist().await.unwrap());
    assert!(
        !store.set_up_is_open(old).await.unwrap(),
        "the link printed before is dead"
    );
    assert!(store.set_up_is_open(link).await.unwrap());
    assert_eq!(
        store
            .create_first_owner(first_owner(old, "eve@example.com"))
            .await
            .unwrap(),
        FirstStart::LinkDead
    );
    assert!(
        store.none_exist().await.unwrap(),
        "a wrong link leaves nothing behind"
    );

    let first = first_owner(link, "ada@example.com");
    let (owner, cookie) = (first.owner.id.clone(), first.session.token);
    assert_eq!(
        store.create_first_owner(first).await.unwrap(),
        FirstStart::Done
    );
    assert!(!store.set_up_is_open(link).await.unwrap());
    assert_eq!(
        store
            .create_first_owner(first_owner(link, "eve@example.com"))
            .await
            .unwrap(),
        FirstStart::LinkDead
    );
    store.offer_set_up(link).await.unwrap();
    assert!(
        !store.set_up_is_open(link).await.unwrap(),
        "somebody exists"
    );
    assert_eq!(
        store
            .create_first_owner(first_owner(link, "eve@example.com"))
            .await
            .unwrap(),
        FirstStart::LinkDead
    );

    let record = Users::find(store, &owner).await.unwrap().unwrap();
    let places: Vec<_> = record
        .accounts
        .iter()
        .map(|(account, role)| (account.name.as_str(), *role))
        .collect();
    assert_eq!(places, [("Acme", Role::Owner)]);
    assert_eq!(record.last_sign_in, Some(START));
    let session = Sessions::find(store, cookie).await.unwrap().unwrap();
    assert_eq!(session.user, owner);
    assert_eq!(Users::list(store).await.unwrap().len(), 1);
}

/// RC6: an unused set-up link used to become valid again once the last user was removed.
#[tokio::test]
async fn any_user_ends_the_set_up_link_for_good() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let link = token();
    store.offer_set_up(link).await.unwrap();
    remove_again(store).await;
    assert!(!store.set_up_is_open(link).await.unwrap());
    let first = first_owner(link, "eve@example.com");
    assert_eq!(
        store.create_first_owner(first).await.unwrap(),
        FirstStart::LinkDead
    );
    assert!(store.none_exist().await.unwrap());

    // The next start offers a new link.
    let next = token();
    store.offer_set_up(next).await.unwrap();
    assert!(store.set_up_is_open(next).await.unwrap());
}

/// RC6: as an older version left it, as a copy carries it over, or as a start offers it just after
/// the first user.
#[rstest::rstest]
#[case::left_behind(false)]
#[case::offered_late(true)]
#[tokio::test]
async fn a_set_up_link_beside_a_user_ends_with_that_user(#[case] by_a_start: bool) {
    let database = ContractDatabase::fresh().await;
    let (store, link) = (&database.store, token());
    let user = somebody(store).await;
    if by_a_start {
        store.offer_set_up(link).await.unwrap();
        assert_eq!(database.count("set_up_link").await, 0);
    } else {
        sqlx::query("INSERT INTO set_up_link (id, token_hash) VALUES (1, $1)")
            .bind(link.as_bytes().as_slice())
            .execute(&database.raw().await)
            .await
            .unwrap();
    }
    remove_user(store, &user).await;
    assert!(!store.set_up_is_open(link).await.unwrap());
}

/// Adds a user and removes them.
async fn remove_again(store: &Store) {
    let user = somebody(store).await;
    remove_user(store, &user).await;
    assert!(store.none_exist().await.unwrap());
}

/// Removes the account first, because its last Owner can't be removed.
async fn remove_user(store: &Store, user: &UserId) {
    let account = store.of_user(user).await.unwrap().remove(0).account.id;
    assert_eq!(
        Accounts::remove(store, &account).await.unwrap(),
        AccountRemoval::Removed
    );
    let removed = Users::remove(store, user).await.unwrap();
    assert_eq!(removed, MembershipChange::Done);
}

#[tokio::test]
async fn the_first_owner_joins_an_account_that_the_operator_added() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let link = token();
    assert_eq!(
        Accounts::add(store, account("ACME")).await.unwrap(),
        AccountAddition::Added
    );
    store.offer_set_up(link).await.unwrap();
    let first = first_owner(link, "ada@example.com");
    let owner = first.owner.id.clone();
    assert_eq!(
        store.create_first_owner(first).await.unwrap(),
        FirstStart::Done
    );
    let record = Users::find(store, &owner).await.unwrap().unwrap();
    assert_eq!(record.accounts[0].0.name.as_str(), "ACME");
    assert_eq!(record.accounts[0].0.members, 1);
}

#[tokio::test]
async fn an_address_is_taken_once() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let acme = account("Acme");
    assert_eq!(
        Accounts::add(store, acme.clone()).await.unwrap(),
        AccountAddition::Added
    );
    assert_eq!(
        Users::add(store, user("ada@example.com"), &acme.id, Role::Owner)
            .await
            .unwrap(),
        UserAddition::Added
    );
    assert_eq!(
        Users::add(store, user("ADA@example.com"), &acme.id, Role::Member)
            .await
            .unwrap(),
        UserAddition::AddressTaken
    );
    assert_eq!(database.count("users").await, 1);
    assert_eq!(database.count("memberships").await, 1);

    let nowhere = AccountId::from_random(bits());
    assert!(
        Users::add(store, user("bob@example.com"), &nowhere, Role::Member)
            .await
            .is_err()
    );
    assert_eq!(
        database.count("users").await,
        1,
        "a failed addition leaves nothing behind"
    );
}

#[tokio::test]
async fn users_are_listed_by_address_with_their_accounts_by_name() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (alpha, beta) = (account("alpha"), account("Beta"));
    for account in [&beta, &alpha] {
        assert_eq!(
            Accounts::add(store, account.clone()).await.unwrap(),
            AccountAddition::Added
        );
    }
    let open = NewUser {
        password: None,
        ..user("zoe@example.com")
    };
    assert_eq!(
        Users::add(store, open, &alpha.id, Role::Member)
            .await
            .unwrap(),
        UserAddition::Added
    );
    let ada = user("ada@example.com");
    assert_eq!(
        Users::add(store, ada.clone(), &beta.id, Role::Owner)
            .await
            .unwrap(),
        UserAddition::Added
    );
    sqlx::query("INSERT INTO memberships (user_id, account_id, role) VALUES ($1, $2, 'member')")
        .bind(ada.id.as_str())
        .bind(alpha.id.as_str())
        .execute(&database.raw().await)
        .await
        .unwrap();

    let listed = Users::list(store).await.unwrap();
    let emails: Vec<_> = listed
        .iter()
        .map(|user| (user.email.as_str(), user.has_password))
        .collect();
    assert_eq!(
        emails,
        [("ada@example.com", true), ("zoe@example.com", false)]
    );
    let places: Vec<_> = listed[0]
        .accounts
        .iter()
        .map(|(account, role)| (account.name.as_str(), *role))
        .collect();
    assert_eq!(places, [("alpha", Role::Member), ("Beta", Role::Owner)]);
    assert_eq!(listed[0].accounts[0].0.members, 2);
    assert!(!listed[0].has_mfa && !listed[0].disabled && listed[0].last_sign_in.is_none());
    assert_eq!(
        Users::find(store, &UserId::from_random(bits()))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn credentials_are_found_by_address() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let email = Users::find(store, &user).await.unwrap().unwrap().email;
    let found = store.credentials(&email).await.unwrap().unwrap();
    assert_eq!((found.user, found.disabled), (user.clone(), false));
    assert!(found.password == store.password(&user).await.unwrap() && found.password.is_some());
    let unknown: Email = "nobody@example.com".parse().unwrap();
    assert!(store.credentials(&unknown).await.unwrap().is_none());
    assert!(
        store
            .password(&UserId::from_random(bits()))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_new_password_ends_sessions_and_invitations() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (user, other) = (somebody(store).await, somebody(store).await);
    let (mine, others) = (browser(store, &user).await, browser(store, &other).await);
    let link = token();
    store.invite(&user, link, later(60)).await.unwrap();

    let hash = SecretHash::phc("$argon2id$new".to_owned());
    assert_eq!(
        store.set_password(&user, hash.clone()).await.unwrap(),
        PasswordSetting::Set
    );
    assert!(store.password(&user).await.unwrap() == Some(hash.clone()));
    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    assert!(Sessions::find(store, others.token).await.unwrap().is_some());
    assert_eq!(store.invited(link, START).await.unwrap(), None);
    assert_eq!(
        store
            .set_password(&UserId::from_random(bits()), hash)
            .await
            .unwrap(),
        PasswordSetting::NoUser
    );
}

#[tokio::test]
async fn an_invitation_is_open_until_it_is_used_expires_or_is_replaced() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    let (first, second) = (token(), token());
    store.invite(&user, first, later(60)).await.unwrap();
    store.invite(&user, second, later(60)).await.unwrap();
    let hash = || SecretHash::phc("$argon2id$chosen".to_owned());

    assert_eq!(store.invited(first, START).await.unwrap(), None, "replaced");
    assert_eq!(
        store
            .accept_invitation(first, hash(), token(), START)
            .await
            .unwrap(),
        InvitationUse::NotOpen
    );
    assert!(store.invited(second, later(59)).await.unwrap().is_some());
    assert_eq!(
        store.invited(second, later(60)).await.unwrap(),
        None,
        "expired"
    );
    assert_eq!(
        store
            .accept_invitation(second, hash(), token(), later(60))
            .await
            .unwrap(),
        InvitationUse::NotOpen
    );
    assert!(
        store.password(&user).await.unwrap() != Some(hash()),
        "undone with the refusal"
    );
    assert!(Sessions::find(store, mine.token).await.unwrap().is_some());

    assert_eq!(
        store
            .accept_invitation(second, hash(), token(), later(59))
            .await
            .unwrap(),
        InvitationUse::Accepted
    );
    assert!(store.password(&user).await.unwrap() == Some(hash()));
    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    assert_eq!(
        store
            .accept_invitation(second, hash(), token(), later(59))
            .await
            .unwrap(),
        InvitationUse::NotOpen,
        "used"
    );
}

#[tokio::test]
async fn a_barred_user_can_use_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let (mine, link) = (browser(store, &user).await, token());
    store.invite(&user, link, later(60)).await.unwrap();
    let email = Users::find(store, &user).await.unwrap().unwrap().email;
    sqlx::query("UPDATE users SET disabled = 1")
        .execute(&database.raw().await)
        .await
        .unwrap();

    assert!(Sessions::find(store, mine.token).await.unwrap().is_none());
    assert_eq!(store.invited(link, START).await.unwrap(), None);
    let hash = SecretHash::phc("$argon2id$chosen".to_owned());
    assert_eq!(
        store
            .accept_invitation(link, hash, token(), START)
            .await
            .unwrap(),
        InvitationUse::NotOpen
    );
    assert!(store.credentials(&email).await.unwrap().unwrap().disabled);
}
