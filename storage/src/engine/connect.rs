//! An open database: connections that write beside connections that read.

use std::{path::Path, sync::Arc, time::Duration};

use domain::{events::Origin, ports::PortError};
use sqlx::{
    Any, AnyPool, Executor, Transaction,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
    query::Query,
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
    transaction::{Open, WriteTransaction, scope::WriteScope},
};

/// How long an answer is waited for.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The connections to one database.
#[derive(Clone)]
pub struct Pools {
    pub writer: AnyPool,
    pub readers: AnyPool,
}

/// A database that is open. It implements the ports of `domain`.
pub struct Store {
    engine: Engine,
    pools: Pools,
    readers: ReadConnections,
    /// Where one connection writes for all.
    turns: Option<Writer>,
    pub(crate) scope: WriteScope,
}

/// A statement with its values.
pub type Sql = Query<'static, Any, AnyArguments>;

impl Store {
    /// Opens a database. It changes no schema, but refuses one that is not this version's. A `SQLite` file is made if there is none; a
    /// `PostgreSQL` server on another host must prove who it is (ASVS V12.3.1).
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_by(url, postgres::Wire::Verified).await
    }

    /// The same for a `SQLite` file that is there, whatever characters its name holds.
    pub async fn open_file(file: &Path) -> Result<Self, OpenError> {
        Self::open(&sqlite::url_of(file, "rw")).await
    }

    /// The same for a network that is trusted: anybody in it may read along, or answer in the server's place.
    pub async fn open_on_a_trusted_network(url: &str) -> Result<Self, OpenError> {
        Self::open_by(url, postgres::Wire::Any).await
    }

    async fn open_by(url: &str, wire: postgres::Wire) -> Result<Self, OpenError> {
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

    /// The same database, for one request: what it writes is noted as coming from there.
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

    /// Brings the schema up to this version, all of it or nothing.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let begun = self.begun().await.map_err(OpenError::Schema)?;
        migrate::run(begun, self.engine).await
    }

    /// Brings addresses and names into their one form that are not: those which a version from before 44 wrote.
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

    /// The migrations that this version has and the database does not, by name.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>, OpenError> {
        migrate::pending(self.readers(), self.engine).await
    }

    /// Refuses a schema that is up to date and holds more or other than what this program makes: tables, indexes, triggers and views of a
    /// `SQLite` file; triggers, rules, views, policies and defaults of a `PostgreSQL` schema.
    pub async fn check_schema(&self) -> Result<(), OpenError> {
        let connection = self.readers().acquire().await;
        let mut connection = connection.map_err(OpenError::Schema)?;
        schema_check::refuse_altered(&mut connection, self.engine).await
    }

    /// Waits for what is under way and closes every connection, which leaves one tidy file.
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
            Some(writer) => Open::GroupMember(writer.member()),
            None => Open::Alone(answered(self.begun()).await?),
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

    pub(crate) async fn row(&self, sql: Sql) -> Result<Option<AnyRow>, PortError> {
        answered(self.readers.row(sql)).await
    }

    pub(crate) async fn rows(&self, sql: Sql) -> Result<Vec<AnyRow>, PortError> {
        answered(self.readers.rows(sql)).await
    }

    pub(crate) async fn exists(&self, sql: Sql) -> Result<bool, PortError> {
        Ok(self.row(sql).await?.is_some())
    }
}

/// Waits for an answer of the database, but not for ever: a server that is frozen, or out of reach, keeps no limit that it was given.
pub async fn answered<T>(answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, PortError> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(port),
        Err(elapsed) => Err(PortError::Unavailable(elapsed.into())),
    }
}

/// `setting` is run once on each new connection.
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
