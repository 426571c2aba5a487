//! Databases on a `PostgreSQL` server, and that server's CPU time.

use std::time::Duration;

use anyhow::Result;
use sqlx::{AnyConnection, Connection};
use testkit::postgres::create_database;

use crate::machine::process::{family_cpu, parent};

/// A `PostgreSQL` server on this machine.
pub struct Postgres {
    url: String,
    /// The server's main process, whose children serve the connections.
    process: u32,
}

impl Postgres {
    /// The server that has a database with this URL.
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

    /// Creates a database and returns its URL. Never drops it, because the server is expected to be
    /// temporary.
    pub async fn database(&self, name: &str) -> Result<String> {
        Ok(create_database(&self.url, name).await?)
    }

    /// Total CPU time of all the server's processes.
    pub fn cpu(&self) -> Duration {
        family_cpu(self.process)
    }
}
