//! Databases on a server, and what that server costs.

use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use crate::machine::process::{family_cpu, parent};

/// A `PostgreSQL` server on this machine.
pub struct Postgres {
    url: String,
    /// The process whose children serve the connections.
    process: u32,
}

impl Postgres {
    /// The one whose first database has this URL.
    pub async fn at(url: &str) -> Result<Self> {
        let mut connection = AnyConnection::connect(url).await?;
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(Self {
            url: url.to_owned(),
            process: parent(u32::try_from(backend)?),
        })
    }

    /// Makes a database of its own, and answers its URL. It goes with the server.
    pub async fn database(&self, name: &str) -> Result<String> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(create).await?;
        connection.close().await?;
        let (server, _) = self.url.rsplit_once('/').context("the server's URL")?;
        Ok(format!("{server}/{name}"))
    }

    /// CPU time so far, of all its processes.
    pub fn cpu(&self) -> Duration {
        family_cpu(self.process)
    }
}
