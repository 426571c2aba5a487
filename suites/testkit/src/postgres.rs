//! Schemas, databases and programs of a `PostgreSQL` server.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{self, Command},
    sync::atomic::{AtomicU64, Ordering},
};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

/// Creates a schema with this prefix in its name, so that tests do not see each other's rows.
/// Returns the URL of the database with that schema.
///
/// Schemas are not dropped, because the whole server is removed after the tests.
pub async fn create_schema(server: &str, prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("{prefix}_{}_{number}", process::id());
    // A server that is reused may still have the schema of an earlier run.
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    run(server, create).await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options=-csearch_path%3D{schema}")
}

/// Creates an empty database; returns its URL.
///
/// # Errors
/// That of the server, for example if the database exists.
pub async fn create_database(server: &str, name: &str) -> Result<String, sqlx::Error> {
    run(server, format!("CREATE DATABASE {name}")).await?;
    Ok(database_url(server, name))
}

/// Returns the URL of another database on the same server.
pub fn database_url(server: &str, name: &str) -> String {
    let (server, _) = server.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// Returns a command of one of `PostgreSQL`'s programs, which refuse to run as root.
pub fn program(folder: &Path, name: &str) -> Command {
    let program = folder.join(name);
    let mut command = if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let mut command = Command::new("runuser");
        command.args(["--user", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    // The server's user may not be able to enter the current folder.
    command.current_dir("/");
    command
}

async fn run(url: &str, sql: String) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await
}
