//! Servers that sleep in the middle of an operation.

use sqlx::{AnyConnection, Connection, Executor};

use crate::support::program::{ProgramSite, Running};

/// Whether a server is in the middle of a write, on `PostgreSQL`.
const WRITERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND pid <> pg_backend_pid() AND (state = 'active' OR state LIKE 'idle in transaction%')";

/// Freezes a server between two of its writes, because a frozen process keeps its locks, and every
/// command would wait for them in vain.
pub fn freeze_between_writes(site: &ProgramSite, server: &Running) {
    loop {
        server.freeze();
        if !holds_a_lock(site) {
            return;
        }
        server.thaw();
    }
}

fn holds_a_lock(site: &ProgramSite) -> bool {
    sqlx::any::install_default_drivers();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut raw = AnyConnection::connect(site.url()).await.unwrap();
        let holds = if site.url().starts_with("sqlite") {
            raw.execute("PRAGMA busy_timeout = 0").await.unwrap();
            raw.execute("BEGIN IMMEDIATE").await.is_err()
        } else {
            let writers: i64 = sqlx::query_scalar(WRITERS)
                .fetch_one(&mut raw)
                .await
                .unwrap();
            writers > 0
        };
        raw.close().await.unwrap();
        holds
    })
}
