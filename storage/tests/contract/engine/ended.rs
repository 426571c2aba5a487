//! Connections that the server closes: a restart, a failover, an operator.

use domain::ports::Accounts;
use storage::Store;

use crate::support::{ContractDatabase, engine};

#[tokio::test]
async fn a_connection_that_was_ended_costs_one_read_at_most() {
    let database = ContractDatabase::fresh().await;
    // A file has no server that could close a connection.
    if engine() == "sqlite" {
        return;
    }
    let url = format!("{}&application_name=ended", database.url);
    let store = Store::open(&url).await.unwrap();
    Accounts::list(&store).await.unwrap();
    let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ended'";
    let ended: i64 = sqlx::query_scalar(end)
        .fetch_one(&database.raw().await)
        .await
        .unwrap();
    assert_ne!(ended, 0);
    let mut failed = 0;
    while Accounts::list(&store).await.is_err() {
        failed += 1;
        assert_eq!(failed, 1);
    }
}
