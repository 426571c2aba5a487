//! An open database, with separate connections for writing and reading.

use std::{path::Path, sync::Arc, time::Duration};

use domain::{events::Origin, ports::PortError};
use sqlx::{
    Any, AnyPool, Executor, Transaction,
    any::{AnyPoolOptions, AnyRow},
};
use tokio::time::timeout;

use crate::engine::{
    dialect::Engine,
    error::{OpenError, port},
    group_commit::Writer,
    migrate::{self, canonical_forms, schema_check},
    postgres,
    read_connections::ReadConnections,
    sqlite,
    statement::Statement,
    transaction::{TransactionConnection, WriteTransaction, scope::WriteScope},
};

/// The time limit for an answer from the database.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The connections to one database.
#[derive(Clone)]
pub struct Pools {
    pub writer: AnyPool,
    pub readers: AnyPool,
}

/// An open database. Implements the ports of `domain`.
pub struct Store {
    engine: Engine,
    pools: Pools,
    readers: ReadConnections,
    /// Set only for an engine on which one connection writes for all (`SQLite`).
    turns: Option<Writer>,
    pub(crate) scope: WriteScope,
}

impl Store {
    /// Opens a database without changing its schema, and refuses a schema of another version. A
    /// missing `SQLite` file is created. A `PostgreSQL` server on another host must prove its
    /// identity (ASVS V12.3.1).
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_by(url, postgres::HostVerification::Verified).await
    }

    /// Like [`Self::open`], but for an existing `SQLite` file, whatever characters its name
    /// contains.
    pub async fn open_file(file: &Path) -> Result<Self, OpenError> {
        Self::open(&sqlite::url_of(file, "rw")).await
    }

    /// Like [`Self::open`], but for a trusted network, where any host could read the traffic or
    /// impersonate the server.
    pub async fn open_on_a_trusted_network(url: &str) -> Result<Self, OpenError> {
        Self::open_by(url, postgres::HostVerification::Any).await
    }

    async fn open_by(url: &str, wire: postgres::HostVerification) -> Result<Self, OpenError> {
        let engine = Engine::of(url)?;
        sqlx::any::install_default_drivers();
        let (pools, rights) = match engine {
            Engine::Sqlite => (sqlite::open(url).await?, None),
            Engine::Postgres => {
                let (pools, rights) = postgres::open(url, wire).await?;
                (pools, Some(rights))
            }
        };
        let writer = || Writer::new(pools.writer.clone(), engine.begin_write());
        let (size, prompt) = match engine {
            Engine::Sqlite => (sqlite::READERS, None),
            Engine::Postgres => (postgres::EACH, Some(postgres::PROMPT)),
        };
        let store = Self {
            engine,
            readers: ReadConnections::new(pools.readers.clone(), size, prompt),
            turns: (engine == Engine::Sqlite).then(writer),
            pools,
            scope: WriteScope::none(),
        };
        let is_current = store.pending_migrations().await?.is_empty();
        if let Some(rights) = rights.filter(|_| !is_current) {
            rights.refuse_without_migrating()?;
        }
        Ok(store)
    }

    /// The database for one request. Every event that this request writes is recorded with that
    /// origin.
    #[must_use]
    pub fn seen_from(&self, origin: Origin) -> Self {
        Self {
            engine: self.engine,
            pools: self.pools.clone(),
            readers: self.readers.clone(),
            turns: self.turns.clone(),
            scope: WriteScope::new(origin, Arc::clone(&self.scope.strangers)),
        }
    }

    /// This store, with a commit for each transaction.
    #[cfg(test)]
    pub(crate) fn without_sharing(mut self) -> Self {
        self.turns = self.turns.map(Writer::without_sharing);
        self
    }

    /// Brings the schema up to this version. Either all migrations apply or none.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let begun = self.begun().await.map_err(OpenError::Schema)?;
        migrate::run(begun, self.engine).await
    }

    /// Converts addresses and names that a version before 44 wrote to their canonical form.
    pub async fn bring_canonical_forms(&self) -> Result<(), OpenError> {
        let left = sqlx::query(canonical_forms::ANY_LEFT).fetch_optional(self.readers());
        if left.await.map_err(OpenError::Schema)?.is_none() {
            return Ok(());
        }
        let mut write = self.begun().await.map_err(OpenError::Schema)?;
        let brought = canonical_forms::bring(&mut write).await;
        brought.map_err(OpenError::Schema)?;
        write.commit().await.map_err(OpenError::Schema)
    }

    /// The names of the migrations that this version has and the database lacks.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>, OpenError> {
        migrate::pending(self.readers(), self.engine).await
    }

    /// Refuses a current schema that differs from what this program creates: tables, indexes,
    /// triggers and views of a `SQLite` file; triggers, rules, views, policies and defaults of a
    /// `PostgreSQL` schema.
    pub async fn check_schema(&self) -> Result<(), OpenError> {
        let connection = self.readers().acquire().await;
        let mut connection = connection.map_err(OpenError::Schema)?;
        schema_check::refuse_altered(&mut connection, self.engine).await
    }

    /// Waits for running work and closes every connection, which leaves a single file without a
    /// journal.
    pub async fn close(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.turns {
            writer.close().await;
        }
        self.pools.readers.close().await;
        self.pools.writer.close().await;
    }

    pub(crate) async fn write(&self) -> Result<WriteTransaction, PortError> {
        let open = match &self.turns {
            Some(writer) => TransactionConnection::GroupMember(writer.member()),
            None => TransactionConnection::Alone(answered(self.begun()).await?),
        };
        Ok(WriteTransaction::new(open, self.scope.clone()))
    }

    pub(crate) async fn begun(&self) -> sqlx::Result<Transaction<'static, Any>> {
        self.writer().begin_with(self.engine.begin_write()).await
    }

    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) const fn writer(&self) -> &AnyPool {
        &self.pools.writer
    }

    pub(crate) const fn readers(&self) -> &AnyPool {
        &self.pools.readers
    }

    pub(crate) async fn row(&self, statement: Statement) -> Result<Option<AnyRow>, PortError> {
        answered(self.readers.row(statement)).await
    }

    pub(crate) async fn rows(&self, statement: Statement) -> Result<Vec<AnyRow>, PortError> {
        answered(self.readers.rows(statement)).await
    }

    pub(crate) async fn exists(&self, statement: Statement) -> Result<bool, PortError> {
        Ok(self.row(statement).await?.is_some())
    }
}

/// Waits for the database with a timeout, because a server that is frozen or unreachable does not
/// enforce its own limits.
pub async fn answered<T>(answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, PortError> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(port),
        Err(elapsed) => Err(PortError::Unavailable(elapsed.into())),
    }
}

/// A pool whose connections each run `setting` once when they open.
pub fn pool(size: u32, setting: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(setting).await.map(drop) })
        })
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_is_given_up_and_may_come_later() {
        let silent = answered(pending::<sqlx::Result<()>>());
        let refused = timeout(PATIENCE * 2, silent).await.unwrap();
        assert!(matches!(refused, Err(PortError::Unavailable(_))));
        assert!(answered(async { Ok(()) }).await.is_ok());
    }
}
