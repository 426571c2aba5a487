//! Group commit for `SQLite`, which has one writing connection and waits for the disk on each
//! commit. Concurrent transactions share one database transaction: each runs in its own savepoint
//! after the one before, and the last one commits for all. No caller gets an answer before that
//! commit (ADR 18). `BEGIN` and the release of the previous savepoint travel with the transaction's
//! first statements (ADR 19).

use std::{sync::Arc, time::Duration};

use domain::ports::PortError;
use sqlx::{AnyConnection, AnyPool, Connection};
use tokio::{
    runtime::Handle,
    sync::{
        Mutex, OwnedMutexGuard,
        oneshot::{self, error::TryRecvError},
    },
    time::timeout,
};
use tracing::Instrument;

use crate::engine::{
    batch::{Batch, BatchResults, run_joined},
    error::port,
    statement::query,
};

/// The longest time that a transaction waits for its turn to write.
const PATIENCE: Duration = Duration::from_secs(5);

/// The result of a shared commit.
type CommitResult = Result<(), Arc<sqlx::Error>>;

/// The writing connection, used by one transaction after another.
#[derive(Clone)]
pub struct Writer {
    /// Opens the connection, which never returns to this pool.
    maker: AnyPool,
    begin: &'static str,
    group: Arc<Mutex<Group>>,
    /// False in the measurement that ADR 18 compares with.
    #[cfg(test)]
    shares: bool,
}

/// Transactions that will be committed together.
#[derive(Default)]
struct Group {
    /// `None` until first used, and after a failed `COMMIT` or `ROLLBACK`, because closing the
    /// connection ends its transaction.
    connection: Option<AnyConnection>,
    is_begun: bool,
    /// The innermost savepoint. Belongs to the running transaction or to the last finished one.
    savepoint: Option<Savepoint>,
    /// Transactions that have finished their statements and wait for the commit.
    waiting: Vec<oneshot::Sender<CommitResult>>,
}

/// A savepoint's name. Neighbours have different names, so that one transaction can't roll back the
/// one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    Even,
    Odd,
}

impl Savepoint {
    /// The statements that begin the savepoint after `last`, and its name.
    const fn behind(last: Option<Self>) -> (&'static [&'static str], Self) {
        match last {
            None => (&["SAVEPOINT odd"], Self::Odd),
            Some(Self::Odd) => (&["RELEASE odd", "SAVEPOINT even"], Self::Even),
            Some(Self::Even) => (&["RELEASE even", "SAVEPOINT odd"], Self::Odd),
        }
    }

    const fn rollback(self) -> [&'static str; 2] {
        match self {
            Self::Even => ["ROLLBACK TO even", "RELEASE even"],
            Self::Odd => ["ROLLBACK TO odd", "RELEASE odd"],
        }
    }
}

/// A transaction that writes when its turn comes. Dropping it before the commit rolls it back.
pub struct GroupMember {
    writer: Writer,
    /// Set by the first statements.
    begun: Option<StartedMember>,
}

/// The transaction in a group whose turn it is.
struct StartedMember {
    /// `None` once the transaction has ended.
    group: Option<OwnedMutexGuard<Group>>,
    /// The transaction's own savepoint, if others precede it in the group, so that it can be rolled
    /// back without them.
    savepoint: Option<Savepoint>,
}

impl Writer {
    pub fn new(maker: AnyPool, begin: &'static str) -> Self {
        Self {
            maker,
            begin,
            group: Arc::default(),
            #[cfg(test)]
            shares: true,
        }
    }

    /// A writer on which each transaction has a commit of its own.
    #[cfg(test)]
    pub fn without_sharing(self) -> Self {
        Self {
            shares: false,
            ..self
        }
    }

    pub fn member(&self) -> GroupMember {
        GroupMember {
            writer: self.clone(),
            begun: None,
        }
    }

    /// Waits for running work, commits the finished transactions and closes the connection.
    pub async fn close(&self) {
        let mut group = self.group.lock().await;
        group.commit().await;
        if let Some(connection) = group.connection.take() {
            // The connection is unusable either way.
            let _ = connection.close().await;
        }
    }

    /// The caller drops the other end of `asker` when it stops waiting.
    async fn begun(
        self,
        batch: Batch,
        mut asker: oneshot::Receiver<()>,
    ) -> sqlx::Result<(StartedMember, BatchResults)> {
        let group = timeout(PATIENCE, Arc::clone(&self.group).lock_owned()).await;
        let mut group = group.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if asker.try_recv() == Err(TryRecvError::Closed) {
            return Err(sqlx::Error::WorkerCrashed);
        }
        if group.connection.is_none() {
            group.connection = Some(self.maker.acquire().await?.detach());
        }
        let (opening, savepoint) = group.opening(self.begin);
        let mut begun = StartedMember {
            group: Some(group),
            savepoint,
        };
        let batch = batch.preceded_by(opening.iter().copied().map(query));
        match begun.run(batch).await {
            Ok(results) => Ok((begun, results.without_first(opening.len()))),
            Err(error) => {
                begun.rollback().await;
                Err(error)
            }
        }
    }
}

impl Group {
    /// The statements that the next transaction begins with, and its savepoint.
    fn opening(&mut self, begin: &'static str) -> (Vec<&'static str>, Option<Savepoint>) {
        if !self.is_begun {
            self.is_begun = true;
            return (vec![begin], None);
        }
        let (opening, savepoint) = Savepoint::behind(self.savepoint);
        self.savepoint = Some(savepoint);
        (opening.to_vec(), self.savepoint)
    }

    async fn commit(&mut self) {
        if !self.is_begun {
            return;
        }
        let fate = self.end("COMMIT").await.map_err(Arc::new);
        self.tell(&fate);
    }

    /// Rolls back the waiting transactions as well, because on a full or failing disk the engine
    /// has rolled back all of them already. They get a transient error and may retry, because they
    /// did not cause the failure.
    async fn fail(&mut self) {
        self.rollback().await;
        self.tell(&Err(Arc::new(sqlx::Error::WorkerCrashed)));
    }

    async fn rollback(&mut self) {
        // If the rollback fails, closing the connection rolls back.
        let _ = self.end("ROLLBACK").await;
    }

    async fn end(&mut self, sql: &'static str) -> sqlx::Result<()> {
        let ended = self.run(sql).await;
        if ended.is_err() {
            self.connection = None;
        }
        self.is_begun = false;
        self.savepoint = None;
        ended
    }

    fn tell(&mut self, fate: &CommitResult) {
        for waiting in self.waiting.drain(..) {
            // The caller may have stopped waiting.
            let _ = waiting.send(fate.clone());
        }
    }

    async fn run(&mut self, sql: &'static str) -> sqlx::Result<()> {
        let batch = [query(sql)].into_iter().collect();
        run_joined(self.connection()?, batch).await.map(drop)
    }

    fn connection(&mut self) -> sqlx::Result<&mut AnyConnection> {
        self.connection.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }
}

impl GroupMember {
    /// Runs statements in order; the first ones when the transaction's turn comes. These run to
    /// their end even if the caller stops waiting, because an interrupted `BEGIN` or savepoint
    /// would leave the group in an unknown state.
    pub async fn run(&mut self, batch: Batch) -> sqlx::Result<BatchResults> {
        if let Some(begun) = &mut self.begun {
            return begun.run(batch).await;
        }
        let (_waits, asker) = oneshot::channel();
        let begun = self.writer.clone().begun(batch, asker);
        let begun = tokio::spawn(begun.in_current_span());
        let (begun, results) = begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        self.begun = Some(begun);
        Ok(results)
    }

    /// Commits together with concurrent transactions. Runs on even if the caller stops waiting,
    /// because the commit includes others' work.
    pub async fn commit(self) -> Result<(), PortError> {
        let Some(begun) = self.begun else {
            return Ok(());
        };
        let committed = tokio::spawn(begun.committed(self.writer));
        committed.await.map_err(unavailable_error)?
    }

    /// Rolls back this transaction alone.
    pub async fn rollback(self) -> Result<(), PortError> {
        let Some(mut begun) = self.begun else {
            return Ok(());
        };
        let rolled_back = tokio::spawn(async move { begun.rollback().await });
        rolled_back.await.map_err(unavailable_error)
    }
}

impl StartedMember {
    async fn run(&mut self, batch: Batch) -> sqlx::Result<BatchResults> {
        let group = self.group.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        run_joined(group.connection()?, batch).await
    }

    async fn committed(mut self, writer: Writer) -> Result<(), PortError> {
        let Some(mut group) = self.group.take() else {
            return Err(unavailable_error(GroupEndedError));
        };
        let (tell, told) = oneshot::channel();
        group.waiting.push(tell);
        #[cfg(test)]
        if !writer.shares {
            group.commit().await;
            return told.await.map_err(unavailable_error)?.map_err(port);
        }
        // Transactions already in the queue run first, and so share the commit.
        drop(group);
        writer.group.lock_owned().await.commit().await;
        told.await.map_err(unavailable_error)?.map_err(port)
    }

    async fn rollback(&mut self) {
        roll_back(self.group.take(), self.savepoint).await;
    }
}

async fn roll_back(group: Option<OwnedMutexGuard<Group>>, savepoint: Option<Savepoint>) {
    let Some(mut group) = group else { return };
    let Some(savepoint) = savepoint else {
        return group.rollback().await;
    };
    for sql in savepoint.rollback() {
        if group.run(sql).await.is_err() {
            return group.fail().await;
        }
    }
    group.savepoint = None;
}

impl Drop for StartedMember {
    fn drop(&mut self) {
        let Some(mut group) = self.group.take() else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(roll_back(Some(group), self.savepoint))),
            // No runtime is left, so dropping the connection rolls back, and the waiting callers
            // get an error.
            Err(_) => *group = Group::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the transaction has ended already")]
struct GroupEndedError;

fn unavailable_error(error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::Unavailable(Box::new(error))
}

#[cfg(test)]
mod measured;
#[cfg(test)]
mod tests;
