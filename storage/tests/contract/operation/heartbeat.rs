//! A write that proves that the database accepts writes.

use domain::ports::PortError;
use sqlx::Executor;

use crate::support::{ContractDatabase, START, later};

#[tokio::test]
async fn it_answers_the_newest_instant_of_any_server() {
    let database = ContractDatabase::fresh().await;
    let other = database.another().await;
    assert_eq!(database.store.beat(START).await.unwrap(), START);
    assert_eq!(other.beat(later(60)).await.unwrap(), later(60));
    let behind = database.store.beat(later(1)).await.unwrap();
    assert_eq!(behind, later(60), "a clock that was put back is told");
    let beats: i64 = sqlx::query_scalar("SELECT beats FROM heartbeat")
        .fetch_one(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(beats, 3, "each is a write");
    assert_eq!(database.count("heartbeat").await, 1);
}

#[tokio::test]
async fn it_fails_where_nothing_can_be_written() {
    let database = ContractDatabase::fresh().await;
    database
        .raw()
        .await
        .execute("DROP TABLE heartbeat")
        .await
        .unwrap();
    let beat = database.store.beat(START).await;
    assert!(matches!(beat, Err(PortError::Failed(_))));
}
