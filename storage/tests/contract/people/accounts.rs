use domain::{
    ids::AccountId,
    ports::{
        AccountAddition, AccountChoice, AccountRemoval, AccountRename, Accounts, Sessions,
        UserAddition,
    },
};

use crate::support::{
    ContractDatabase, bits,
    people::{account, browser, somebody, user},
};

#[tokio::test]
async fn a_name_is_unique_whatever_its_case_and_marks() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    assert_eq!(
        Accounts::add(store, account("Éclair & Co")).await.unwrap(),
        AccountAddition::Added
    );
    assert_eq!(
        Accounts::add(store, account("éCLAIR & CO")).await.unwrap(),
        AccountAddition::NameTaken
    );

    let found = Accounts::find(store, &"ÉCLAIR & co".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.name.as_str(), "Éclair & Co");
    assert!(!found.requires_mfa);
    let unmarked = Accounts::find(store, &"Eclair & Co".parse().unwrap()).await;
    assert_eq!(unmarked.unwrap(), Some(found), "marks are no difference");
    let other = Accounts::find(store, &"Eclairs & Co".parse().unwrap()).await;
    assert_eq!(other.unwrap(), None);
}

#[tokio::test]
async fn accounts_are_listed_by_name_with_their_members() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    for name in ["beta", "Alpha", "gamma"] {
        assert_eq!(
            Accounts::add(store, account(name)).await.unwrap(),
            AccountAddition::Added
        );
    }
    let beta = Accounts::find(store, &"beta".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    for email in ["a@example.com", "b@example.com"] {
        let role = domain::people::roles::Role::Member;
        assert_eq!(
            domain::ports::Users::add(store, user(email), &beta.id, role)
                .await
                .unwrap(),
            UserAddition::Added
        );
    }

    let listed = Accounts::list(store).await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|account| (account.name.as_str(), account.members))
        .collect();
    assert_eq!(listed, [("Alpha", 0), ("beta", 2), ("gamma", 0)]);
    somebody(store).await;
    assert_eq!(Accounts::list(store).await.unwrap().len(), 4);
}

#[tokio::test]
async fn an_account_is_renamed_to_a_name_that_is_free() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, other) = (account("Acme"), account("Éclair & Co"));
    for account in [&acme, &other] {
        assert_eq!(
            Accounts::add(store, account.clone()).await.unwrap(),
            AccountAddition::Added
        );
    }
    let rename = |name: &str| {
        let name = name.parse().unwrap();
        let (store, id) = (&store, &acme.id);
        async move { Accounts::rename(*store, id, &name).await.unwrap() }
    };
    let (renamed, refused) = (AccountRename::Renamed, AccountRename::Refused);
    assert_eq!(rename("éCLAIR & co").await, refused, "taken in any case");
    assert_eq!(rename("ACME").await, renamed, "its own in another case");
    assert_eq!(rename("Ümläut").await, renamed);
    let find = |name: &str| {
        let name = name.parse().unwrap();
        async move { Accounts::find(store, &name).await.unwrap() }
    };
    assert_eq!(find("ÜMLÄUT").await.unwrap().id, acme.id);
    assert_eq!(find("acme").await, None);
    let nowhere = AccountId::from_random(bits());
    let free = "Free".parse().unwrap();
    assert_eq!(
        Accounts::rename(store, &nowhere, &free).await.unwrap(),
        AccountRename::Refused
    );
}

#[tokio::test]
async fn a_removed_account_leaves_its_people() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let user = somebody(store).await;
    let mine = browser(store, &user).await;
    let account = store.of_user(&user).await.unwrap().remove(0).account.id;
    let chosen = store.choose_account(&mine.session, &account).await;
    assert_eq!(chosen.unwrap(), AccountChoice::Chosen);
    assert_eq!(
        Accounts::remove(store, &account).await.unwrap(),
        AccountRemoval::Removed
    );
    assert_eq!(
        Accounts::remove(store, &account).await.unwrap(),
        AccountRemoval::NoAccount
    );
    assert_eq!(database.count("memberships").await, 0);
    let found = Sessions::find(store, mine.token).await.unwrap().unwrap();
    assert_eq!(found.facts.account, None);
    assert_eq!(found.user, user);
}
