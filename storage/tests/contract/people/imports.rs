use domain::{
    events::Action,
    ids::{MethodId, UserId},
    people::roles::Role,
    ports::{
        Accounts, ImportResult, ImportedMethod, ImportedUser, Imports, MethodFactor, Mfa,
        NewAccount, Rehash, SecretHash, UserStatus, Users,
    },
    second_factor::totp::newest_step,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, bits,
    people::{account, user},
    sealed,
};

const OVER: &str = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA";

fn imported_hash(millis: u32) -> SecretHash {
    SecretHash::phc(format!(
        "imported:{millis:04}:bcrypt.plain.4:AAAA:23:{OVER}"
    ))
}

fn person(number: usize, account: &NewAccount) -> ImportedUser {
    ImportedUser {
        id: UserId::from_random(bits()),
        email: format!("person{number}@example.com").parse().unwrap(),
        name: "Ada Imported".parse().unwrap(),
        account: account.id.clone(),
        role: Role::Member,
        password: Some(imported_hash(267)),
        method: None,
        disabled: false,
    }
}

async fn added_account(store: &Store) -> NewAccount {
    let new = account("Acme");
    Accounts::add(store, new.clone()).await.unwrap();
    new
}

async fn count(database: &ContractDatabase, sql: &'static str) -> i64 {
    let mut connection = database.connection().await;
    sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn all_people_of_an_import_exist_with_what_they_bring() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let account = added_account(store).await;
    let mut people: Vec<ImportedUser> = (0..120).map(|number| person(number, &account)).collect();
    people[1].disabled = true;
    people[2].role = Role::Owner;
    people[2].password = None;
    let method = MethodId::from_random(bits());
    let (last_step, sealed_key) = (newest_step(START), sealed());
    people[3].method = Some(ImportedMethod {
        id: method.clone(),
        name: "Phone".parse().unwrap(),
        key: sealed_key.clone(),
        last_step,
    });
    let imported = store.import(people.clone(), START).await.unwrap();
    assert_eq!(imported, ImportResult::Imported);

    for (number, person) in people.iter().enumerate() {
        let found = Users::find(store, &person.id).await.unwrap().unwrap();
        assert_eq!(found.email, person.email);
        assert_eq!(found.disabled, number == 1);
        assert_eq!(found.has_password, number != 2);
        assert_eq!(found.has_mfa, number == 3);
        let [(of, role)] = &found.accounts[..] else {
            panic!("{found:?}")
        };
        assert_eq!((&of.id, *role), (&account.id, person.role));
        assert_eq!(found.last_sign_in, None);
    }
    let settings = store.settings(&people[3].id).await.unwrap();
    let [stored] = &settings.methods[..] else {
        panic!("one method")
    };
    assert!(stored.id == method && stored.is_default && stored.used_at.is_none());
    let MethodFactor::Application { key, last_step: of } = &stored.factor else {
        panic!("an application")
    };
    assert!(*key == sealed_key && *of == last_step);
    assert_eq!((settings.codes_left, settings.codes_saved), (0, false));

    let events = "SELECT COUNT(*) FROM security_events WHERE action = 'user_import' AND outcome = 'succeeded'
        AND subject IN (SELECT id FROM users) AND account IN (SELECT id FROM accounts)";
    assert_eq!(Action::UserImport.as_str(), "user_import");
    assert_eq!(count(&database, events).await, 120);
}

#[tokio::test]
async fn one_address_that_is_taken_leaves_nothing_of_the_import() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let account = added_account(store).await;
    let people: Vec<ImportedUser> = (0..120).map(|number| person(number, &account)).collect();
    let other = user("person70@example.com");
    Users::add(store, other, &account.id, Role::Owner)
        .await
        .unwrap();
    let refused = store.import(people.clone(), START).await.unwrap();
    assert_eq!(
        refused,
        ImportResult::AddressTaken(people[70].email.clone())
    );
    assert_eq!(count(&database, "SELECT COUNT(*) FROM users").await, 1);
    let events = "SELECT COUNT(*) FROM security_events WHERE action = 'user_import'";
    assert_eq!(count(&database, events).await, 0);

    // Twice in one import, with an authenticator.
    let mut twice = vec![person(1, &account), person(1, &account)];
    for one in &mut twice {
        one.method = Some(ImportedMethod {
            id: MethodId::from_random(bits()),
            name: "Phone".parse().unwrap(),
            key: sealed(),
            last_step: newest_step(START),
        });
    }
    let refused = store.import(twice.clone(), START).await.unwrap();
    assert_eq!(refused, ImportResult::AddressTaken(twice[1].email.clone()));
    assert_eq!(
        count(&database, "SELECT COUNT(*) FROM mfa_methods").await,
        0
    );
}

#[tokio::test]
async fn an_account_that_is_gone_leaves_nothing_of_the_import() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let there = added_account(store).await;
    let people = vec![person(1, &there), person(2, &account("Gone"))];
    let refused = store.import(people, START).await.unwrap();
    assert_eq!(refused, ImportResult::AccountGone);
    assert_eq!(count(&database, "SELECT COUNT(*) FROM users").await, 0);
}

async fn slowest_millis(store: &Store) -> Option<u32> {
    let slowest = store.slowest_digest().await.unwrap();
    slowest.map(|slowest| {
        assert!(slowest.work.is_some(), "its decoy can be computed");
        slowest.millis
    })
}

#[tokio::test]
async fn a_rehash_happens_once_and_ends_the_floor() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let account = added_account(store).await;
    assert_eq!(slowest_millis(store).await, None);
    let (slow, quick) = (person(1, &account), person(2, &account));
    let slow = ImportedUser {
        password: Some(imported_hash(900)),
        ..slow
    };
    let own = ImportedUser {
        password: Some(SecretHash::phc(OVER.to_owned())),
        ..person(3, &account)
    };
    let people = vec![slow.clone(), quick.clone(), own];
    store.import(people, START).await.unwrap();
    assert_eq!(slowest_millis(store).await, Some(900));

    let new = SecretHash::phc(format!("{OVER}new"));
    let old = imported_hash(900);
    // Another hash than the stored one changes nothing.
    let stale = store
        .rehash(&slow.id, &imported_hash(901), &new)
        .await
        .unwrap();
    assert_eq!(stale, Rehash::Changed);
    let (first, second) = tokio::join!(
        store.rehash(&slow.id, &old, &new),
        store.rehash(&slow.id, &old, &new)
    );
    let mut results = [first.unwrap(), second.unwrap()];
    results.sort_by_key(|result| *result == Rehash::Changed);
    assert_eq!(results, [Rehash::Replaced, Rehash::Changed]);
    assert!(store.password(&slow.id).await.unwrap() == Some(new));
    assert_eq!(slowest_millis(store).await, Some(267));

    // The hash of a disabled user is never computed.
    store
        .set_status(&quick.id, UserStatus::Disabled)
        .await
        .unwrap();
    assert_eq!(slowest_millis(store).await, None);
    store
        .set_status(&quick.id, UserStatus::Enabled)
        .await
        .unwrap();
    assert_eq!(slowest_millis(store).await, Some(267));
    let set = SecretHash::phc(OVER.to_owned());
    store.set_password(&quick.id, set).await.unwrap();
    assert_eq!(slowest_millis(store).await, None);
}
