//! Databases on the `PostgreSQL` server that `TWINLOCK_TEST_POSTGRES` names: one per test, dropped
//! at its end.
//!
//! Each test has a database and not only a schema, because the server keeps one catalog per
//! database. The checks at a start read the whole catalog, so that with a schema per test each
//! start took longer than the one before. The schema is migrated once per process; the other
//! databases are copies of that one.

use std::{
    env,
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
use tokio::{runtime::Builder, sync::OnceCell};

/// All databases are named with this prefix, the number of the test process and a serial number.
const PREFIX: &str = "twinlock_test_";

/// A database of one test.
pub struct ServerDatabase {
    /// The URL of the database. It has a parameter, so that a test can append others.
    pub url: String,
    server: String,
    name: String,
}

impl ServerDatabase {
    /// Creates a database without tables, if the variable names a server.
    pub async fn empty() -> Option<Self> {
        let server = env::var("TWINLOCK_TEST_POSTGRES").ok()?;
        Some(Self::create(server, "template1").await)
    }

    /// Creates a database with the current schema and without rows, if the variable names a server.
    /// `migrate` gets the URL of an empty database, and closes its connections before it returns.
    pub async fn migrated(migrate: impl AsyncFnOnce(String)) -> Option<Self> {
        static TEMPLATE: OnceCell<ServerDatabase> = OnceCell::const_new();
        let server = env::var("TWINLOCK_TEST_POSTGRES").ok()?;
        let template = TEMPLATE.get_or_init(|| Self::template(server.clone(), migrate));
        let template = template.await;
        Some(Self::create(server, &template.name).await)
    }

    /// A static is never dropped, so this database stays until the next process looks for abandoned
    /// ones.
    async fn template(server: String, migrate: impl AsyncFnOnce(String)) -> Self {
        drop_abandoned(&server).await;
        let template = Self::create(server, "template1").await;
        // A database can be copied only while no program is connected to it.
        migrate(template.url.clone()).await;
        template
    }

    async fn create(server: String, template: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}_{number}", process::id());
        let mut connection = connected(&server).await;
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        ] {
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        connection.close().await.unwrap();
        Self {
            url: url_of(&server, &name),
            server,
            name,
        }
    }
}

impl Drop for ServerDatabase {
    /// Uses a thread, because a test's own runtime can't wait here. Errors are ignored: the test's
    /// result matters more.
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server.clone();
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                if let Ok(mut connection) = AnyConnection::connect(&server).await {
                    let _ = connection.execute(AssertSqlSafe(drop)).await;
                    let _ = connection.close().await;
                }
            });
        });
        let _ = thread.join();
    }
}

/// Drops databases of test processes that have ended without dropping them.
async fn drop_abandoned(server: &str) {
    let mut connection = connected(server).await;
    let databases = "SELECT CAST(datname AS TEXT) FROM pg_database";
    let databases = connection.fetch_all(databases).await.unwrap();
    for row in databases {
        let name: String = row.get(0);
        let process = name.strip_prefix(PREFIX);
        let process = process.and_then(|rest| rest.split('_').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Two processes that start together may both drop it.
            let drop = format!("DROP DATABASE IF EXISTS {name}");
            let _ = connection.execute(AssertSqlSafe(drop)).await;
        }
    }
    connection.close().await.unwrap();
}

async fn connected(server: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(server).await.unwrap()
}

/// Replaces the database of a URL.
fn url_of(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').unwrap_or((server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    format!("{address}/{name}?application_name=twinlock_test&{parameters}")
}
