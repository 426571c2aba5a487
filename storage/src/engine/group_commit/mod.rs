//! `SQLite` has one connection that writes, and each commit waits for the disk. Transactions that come at the same time share both: each
//! runs behind the one before it, in a savepoint of its own, and the last commits for all. Nobody is answered before that commit
//! (ADR 18). What begins a transaction goes to the file with its first statements, and so does the end of the savepoint before it (ADR 19).

use std::{sync::Arc, time::Duration};

use domain::ports::PortError;
use sqlx::{AnyConnection, AnyPool, Connection, query};
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
    batch::{StatementResult, run_batch},
    connect::Sql,
    error::port,
};

/// Nobody waits longer for their turn to write.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the commit that somebody shares.
type CommitResult = Result<(), Arc<sqlx::Error>>;

/// The connection that writes, for one transaction after another.
#[derive(Clone)]
pub struct Writer {
    /// Opens the connection, and never sees it again.
    maker: AnyPool,
    begin: &'static str,
    group: Arc<Mutex<Group>>,
}

/// Transactions that will be committed together.
#[derive(Default)]
struct Group {
    /// None until it is wanted, and after it has failed to end a transaction: what it was in ends with it.
    connection: Option<AnyConnection>,
    is_begun: bool,
    /// The innermost savepoint, of the transaction whose turn it is or of one that has done its part.
    savepoint: Option<Savepoint>,
    /// Those who have done their part and wait for the commit.
    waiting: Vec<oneshot::Sender<CommitResult>>,
}

/// A savepoint's name. Neighbours have different ones, so that whoever undoes theirs can't undo the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    Even,
    Odd,
}

impl Savepoint {
    /// What begins the one behind `last`, and its name.
    const fn behind(last: Option<Self>) -> (&'static [&'static str], Self) {
        match last {
            None => (&["SAVEPOINT odd"], Self::Odd),
            Some(Self::Odd) => (&["RELEASE odd", "SAVEPOINT even"], Self::Even),
            Some(Self::Even) => (&["RELEASE even", "SAVEPOINT odd"], Self::Odd),
        }
    }

    const fn undo(self) -> [&'static str; 2] {
        match self {
            Self::Even => ["ROLLBACK TO even", "RELEASE even"],
            Self::Odd => ["ROLLBACK TO odd", "RELEASE odd"],
        }
    }
}

/// A transaction that writes when its turn comes. Dropped before its commit, it leaves nothing behind.
pub struct GroupMember {
    writer: Writer,
    /// From its first statements on.
    begun: Option<StartedMember>,
}

/// One transaction of a group, whose turn it is.
struct StartedMember {
    /// None once it has ended.
    group: Option<OwnedMutexGuard<Group>>,
    /// Its own, where others stand before it in the group: it can be undone without them.
    savepoint: Option<Savepoint>,
}

impl Writer {
    pub fn new(maker: AnyPool, begin: &'static str) -> Self {
        Self {
            maker,
            begin,
            group: Arc::default(),
        }
    }

    pub fn member(&self) -> GroupMember {
        GroupMember {
            writer: self.clone(),
            begun: None,
        }
    }

    /// Waits for what is under way, commits what has done its part, and closes the connection.
    pub async fn close(&self) {
        let mut group = self.group.lock().await;
        group.commit().await;
        if let Some(connection) = group.connection.take() {
            // It is gone either way.
            let _ = connection.close().await;
        }
    }

    /// `asker` is dropped by whoever does not wait any more.
    async fn begun(
        self,
        mut statements: Vec<Sql>,
        mut asker: oneshot::Receiver<()>,
    ) -> sqlx::Result<(StartedMember, Vec<StatementResult>)> {
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
        statements.splice(0..0, opening.iter().copied().map(query));
        match begun.run(statements).await {
            Ok(ran) if ran.len() >= opening.len() => {
                Ok((begun, ran.into_iter().skip(opening.len()).collect()))
            }
            cut_off => {
                begun.undo().await;
                Err(cut_off.err().unwrap_or(sqlx::Error::WorkerCrashed))
            }
        }
    }
}

impl Group {
    /// What the next transaction begins with, and its savepoint.
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

    /// Undoes what those who wait have done, too: on a full or failing disk the engine has undone all of it already. It was nothing that
    /// they did, so that they may try again.
    async fn fail(&mut self) {
        self.undo().await;
        self.tell(&Err(Arc::new(sqlx::Error::WorkerCrashed)));
    }

    async fn undo(&mut self) {
        // What can't be undone is undone by the end of its connection.
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
            // Whoever asked may have gone.
            let _ = waiting.send(fate.clone());
        }
    }

    async fn run(&mut self, sql: &'static str) -> sqlx::Result<()> {
        let ran = run_batch(self.connection()?, vec![query(sql)]).await?;
        // An answer that ends before it says so is none.
        (ran.len() == 1)
            .then_some(())
            .ok_or(sqlx::Error::WorkerCrashed)
    }

    fn connection(&mut self) -> sqlx::Result<&mut AnyConnection> {
        self.connection.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }
}

impl GroupMember {
    /// Runs statements in their order; the first ones when its turn comes. Those run to their end even if nobody waits for them any more:
    /// cut off in the middle, what begins a transaction would leave its group in a state that nobody knows.
    pub async fn run(&mut self, statements: Vec<Sql>) -> sqlx::Result<Vec<StatementResult>> {
        if let Some(begun) = &mut self.begun {
            return begun.run(statements).await;
        }
        let (_waits, asker) = oneshot::channel();
        let begun = self.writer.clone().begun(statements, asker);
        let begun = tokio::spawn(begun.in_current_span());
        let (begun, ran) = begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        self.begun = Some(begun);
        Ok(ran)
    }

    /// Commits, together with those who come meanwhile. It goes on even if nobody waits for it any more: what others did before is theirs.
    pub async fn commit(self) -> Result<(), PortError> {
        let Some(begun) = self.begun else {
            return Ok(());
        };
        let committed = tokio::spawn(begun.committed(self.writer));
        committed.await.map_err(gone)?
    }

    /// Undoes this transaction alone.
    pub async fn undo(self) -> Result<(), PortError> {
        let Some(mut begun) = self.begun else {
            return Ok(());
        };
        let undone = tokio::spawn(async move { begun.undo().await });
        undone.await.map_err(gone)
    }
}

impl StartedMember {
    async fn run(&mut self, statements: Vec<Sql>) -> sqlx::Result<Vec<StatementResult>> {
        let group = self.group.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        run_batch(group.connection()?, statements).await
    }

    async fn committed(mut self, writer: Writer) -> Result<(), PortError> {
        let Some(mut group) = self.group.take() else {
            return Err(gone(Ended));
        };
        let (tell, told) = oneshot::channel();
        group.waiting.push(tell);
        // Whoever waits already comes first, and so shares the commit.
        drop(group);
        writer.group.lock_owned().await.commit().await;
        told.await.map_err(gone)?.map_err(port)
    }

    async fn undo(&mut self) {
        undone(self.group.take(), self.savepoint).await;
    }
}

async fn undone(group: Option<OwnedMutexGuard<Group>>, savepoint: Option<Savepoint>) {
    let Some(mut group) = group else { return };
    let Some(savepoint) = savepoint else {
        return group.undo().await;
    };
    for sql in savepoint.undo() {
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
            Ok(runtime) => drop(runtime.spawn(undone(Some(group), self.savepoint))),
            // The program ends: the connection takes back what was begun, and those who wait learn that it is lost.
            Err(_) => *group = Group::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the transaction has ended already")]
struct Ended;

fn gone(error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::Unavailable(Box::new(error))
}

#[cfg(test)]
mod tests;
