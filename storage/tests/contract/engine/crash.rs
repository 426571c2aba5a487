//! The state after a request is cancelled, the program ends, or the database refuses.

use domain::ports::{AccountAddition, Accounts, CodeUse, Mfa, PortError, Sessions, Users};

use crate::support::{
    ContractDatabase,
    people::{WithoutCount, account, browser, protected, somebody},
    token,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_goes_away_leaves_all_or_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = std::sync::Arc::new(database.another().await);
    for round in 0..100 {
        let ada = protected(&database.store).await;
        let mine = browser(&database.store, &ada.user).await;
        let code = ada.backup_code(&mine, 0);
        let task = tokio::spawn({
            let (store, code) = (store.clone(), code.clone());
            async move { store.use_backup_code(code).await }
        });
        // Each round is cancelled a little later.
        for _ in 0..round * 4 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let finished = task.await.is_ok();

        // The writer is free again at once, and a running commit has completed.
        assert_eq!(
            Accounts::add(&*store, account(&format!("After {}", ada.user)))
                .await
                .unwrap(),
            AccountAddition::Added
        );

        let completed = Sessions::find(&*store, code.swap.new)
            .await
            .unwrap()
            .is_some();
        let left = store.settings(&ada.user).await.unwrap().codes_left;
        let used = Users::find(&*store, &ada.user)
            .await
            .unwrap()
            .unwrap()
            .last_sign_in
            .is_some();
        assert_eq!(
            (left, used),
            if completed { (9, true) } else { (10, false) }
        );
        assert!(completed || !finished);
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let database = ContractDatabase::fresh().await;
    let ada = protected(&database.store).await;
    let mine = browser(&database.store, &ada.user).await;
    let code = ada.code(&mine, 1);
    assert_eq!(
        database
            .store
            .use_code(code.clone())
            .await
            .unwrap()
            .without_count(),
        CodeUse::Accepted
    );
    database.store.close().await;

    let again = database.another().await;
    assert_eq!(again.pending_migrations().await.unwrap(), [""; 0]);
    again.migrate().await.unwrap();
    let found = Sessions::find(&again, code.swap.new)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.facts.second_factor_at, Some(code.at));
    let other = browser(&again, &ada.user).await;
    assert_eq!(
        again
            .use_code(ada.code(&other, 1))
            .await
            .unwrap()
            .without_count(),
        CodeUse::AlreadyUsed
    );
}

#[tokio::test]
async fn a_closed_store_may_pass_and_a_damaged_row_may_not() {
    let database = ContractDatabase::fresh().await;
    let user = somebody(&database.store).await;
    let mine = browser(&database.store, &user).await;
    sqlx::query("UPDATE sessions SET id = 'no id'")
        .execute(&database.raw().await)
        .await
        .unwrap();
    let damaged = Sessions::find(&database.store, mine.token).await;
    assert!(matches!(damaged, Err(PortError::Failed(_))));
    database.store.close().await;
    let closed = Sessions::find(&database.store, token()).await;
    assert!(matches!(closed, Err(PortError::Unavailable(_))));
    let closed = database.store.end(&mine.session).await;
    assert!(matches!(closed, Err(PortError::Unavailable(_))));
}

#[tokio::test]
async fn without_a_schema_nothing_works_and_nothing_panics() {
    let ContractDatabase { store, .. } = &ContractDatabase::empty().await;
    assert!(matches!(
        store.none_exist().await,
        Err(PortError::Failed(_))
    ));
    assert!(matches!(
        store.offer_set_up(token()).await,
        Err(PortError::Failed(_))
    ));
}
