use domain::ports::Accounts;

use crate::{
    people::{account, somebody, user},
    support::Database,
};

#[tokio::test]
async fn a_name_is_unique_whatever_its_case() {
    let Database { store, .. } = &Database::fresh().await;
    assert!(Accounts::add(store, account("Éclair & Co")).await.unwrap());
    assert!(!Accounts::add(store, account("éCLAIR & CO")).await.unwrap());

    let found = Accounts::find(store, &"ÉCLAIR & co".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.name.as_str(), "Éclair & Co");
    assert!(!found.requires_mfa);
    assert_eq!(
        Accounts::find(store, &"Eclair & Co".parse().unwrap())
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn accounts_are_listed_by_name_with_their_members() {
    let Database { store, .. } = &Database::fresh().await;
    for name in ["beta", "Alpha", "gamma"] {
        assert!(Accounts::add(store, account(name)).await.unwrap());
    }
    let beta = Accounts::find(store, &"beta".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    for email in ["a@example.com", "b@example.com"] {
        let role = domain::roles::Role::Member;
        assert!(
            domain::ports::Users::add(store, user(email), &beta.id, role)
                .await
                .unwrap()
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
