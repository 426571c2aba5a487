//! Databases and programs of a `PostgreSQL` server.

use std::{fs, os::unix::fs::MetadataExt, path::Path, process::Command};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

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
