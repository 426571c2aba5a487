//! `SQLite` has one connection that writes, and each commit waits for the disk. Transactions that come at the same time share both: each
//! runs behind the one before it, in a savepoint of its own, and the last commits for all. Nobody is answered before that commit
//! (ADR 18).

use std::{sync::Arc, time::Duration};

use domain::ports::PortError;
use sqlx::{Any, AnyConnection, AnyPool, Executor, Transaction};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
    time::timeout,
};

use crate::error::{may_pass, port};

/// Nobody waits longer for their turn to write.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the commit that somebody shares.
type Fate = Result<(), Arc<sqlx::Error>>;

/// The connection that writes, for one transaction after another.
#[derive(Clone)]
pub struct Writer {
    pool: AnyPool,
    begin: &'static str,
    group: Arc<Mutex<Group>>,
}

/// Transactions that will be committed together.
#[derive(Default)]
struct Group {
    transaction: Option<Transaction<'static, Any>>,
    /// Those who have done their part and wait for the commit.
    waiting: Vec<oneshot::Sender<Fate>>,
}

/// One transaction of a group, whose turn it is. Dropped before its commit, it leaves nothing behind.
pub struct Turn {
    /// None once it has ended.
    group: Option<OwnedMutexGuard<Group>>,
    /// Whether others stand before it in the group, so that it can be undone without them.
    in_savepoint: bool,
    writer: Writer,
}

impl Writer {
    pub fn new(pool: AnyPool, begin: &'static str) -> Self {
        Self {
            pool,
            begin,
            group: Arc::default(),
        }
    }

    /// Waits for its turn and begins. It runs to its end even if nobody waits for it any more, so that a group is never left half begun.
    pub async fn turn(&self) -> Result<Turn, PortError> {
        let begun = tokio::spawn(self.clone().begun());
        begun.await.map_err(gone)?.map_err(port)
    }

    async fn begun(self) -> sqlx::Result<Turn> {
        let group = timeout(PATIENCE, Arc::clone(&self.group).lock_owned()).await;
        let group = group.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let mut turn = Turn {
            group: None,
            in_savepoint: group.transaction.is_some(),
            writer: self,
        };
        let group = turn.group.insert(group);
        match &mut group.transaction {
            Some(transaction) => {
                transaction.execute("SAVEPOINT turn").await?;
            }
            none => *none = Some(turn.writer.pool.begin_with(turn.writer.begin).await?),
        }
        Ok(turn)
    }

    /// Commits what waits, unless another has done that meanwhile.
    async fn finish(self) {
        self.group.lock_owned().await.commit().await;
    }
}

impl Group {
    async fn commit(&mut self) {
        let Some(transaction) = self.transaction.take() else {
            return;
        };
        let fate = transaction.commit().await.map_err(Arc::new);
        self.tell(&fate);
    }

    async fn undo(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            // What can't be undone is undone by the end of its connection.
            let _ = transaction.rollback().await;
        }
    }

    /// Undoes what those who wait have done, too: on a full or failing disk the engine has undone all of it already. It was nothing that
    /// they did, so that they may try again.
    async fn fail(&mut self) {
        self.undo().await;
        self.tell(&Err(Arc::new(sqlx::Error::WorkerCrashed)));
    }

    fn tell(&mut self, fate: &Fate) {
        for waiting in self.waiting.drain(..) {
            // Whoever asked may have gone.
            let _ = waiting.send(fate.clone());
        }
    }

    async fn run(&mut self, sql: &'static str) -> sqlx::Result<()> {
        match &mut self.transaction {
            Some(transaction) => transaction.execute(sql).await.map(drop),
            None => Err(sqlx::Error::WorkerCrashed),
        }
    }
}

impl Turn {
    /// The connection, for this transaction's statements.
    pub fn connection(&mut self) -> sqlx::Result<&mut AnyConnection> {
        let transaction = self
            .group
            .as_mut()
            .and_then(|group| group.transaction.as_mut());
        Ok(transaction.ok_or(sqlx::Error::WorkerCrashed)?)
    }

    /// Commits, together with those who come meanwhile. It goes on even if nobody waits for it any more: what others did before is theirs.
    pub async fn commit(self) -> Result<(), PortError> {
        let committed = tokio::spawn(self.committed());
        committed.await.map_err(gone)?
    }

    async fn committed(mut self) -> Result<(), PortError> {
        let Some(mut group) = self.group.take() else {
            return Err(gone(Ended));
        };
        if self.in_savepoint && group.run("RELEASE turn").await.is_err() {
            group.fail().await;
            return Err(gone(Ended));
        }
        let (tell, told) = oneshot::channel();
        group.waiting.push(tell);
        // Whoever waits already comes first, and so shares the commit.
        drop(group);
        self.writer.clone().finish().await;
        told.await.map_err(gone)?.map_err(shared)
    }

    /// Undoes this transaction alone.
    pub async fn undo(mut self) -> Result<(), PortError> {
        let undone = tokio::spawn(undone(self.group.take(), self.in_savepoint));
        undone.await.map_err(gone)
    }
}

async fn undone(group: Option<OwnedMutexGuard<Group>>, in_savepoint: bool) {
    let Some(mut group) = group else { return };
    if !in_savepoint {
        return group.undo().await;
    }
    for sql in ["ROLLBACK TO turn", "RELEASE turn"] {
        if group.run(sql).await.is_err() {
            return group.fail().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut group) = self.group.take() else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(undone(Some(group), self.in_savepoint))),
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

/// One error for all who share it.
fn shared(error: Arc<sqlx::Error>) -> PortError {
    if may_pass(&error) {
        PortError::Unavailable(Box::new(error))
    } else {
        PortError::Failed(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, any::AnyPoolOptions, query_scalar};

    use tokio::task::JoinHandle;

    use super::*;
    use crate::sqlite::is_usable;

    struct File {
        _folder: tempfile::TempDir,
        writer: Writer,
        reader: AnyPool,
    }

    async fn file() -> File {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("a.db").display());
        let pool = || {
            let options = AnyPoolOptions::new().max_connections(1);
            let options = options.after_release(|connection, _| Box::pin(is_usable(connection)));
            options.connect(&url)
        };
        let (writer, reader) = (pool().await.unwrap(), pool().await.unwrap());
        for sql in [
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE t (n BIGINT NOT NULL UNIQUE)",
            "CREATE TABLE large (n BLOB)",
            "CREATE TABLE late (n BIGINT REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)",
        ] {
            writer.execute(sql).await.unwrap();
        }
        let writer = Writer::new(writer, "BEGIN IMMEDIATE");
        File {
            _folder: folder,
            writer,
            reader,
        }
    }

    impl File {
        async fn rows(&self) -> Vec<i64> {
            let rows = query_scalar("SELECT n FROM t ORDER BY n").fetch_all(&self.reader);
            rows.await.unwrap()
        }
    }

    async fn insert(turn: &mut Turn, number: i64) -> sqlx::Result<()> {
        let sql = format!("INSERT INTO t VALUES ({number})");
        let insert = turn.connection()?.execute(sqlx::query(AssertSqlSafe(sql)));
        insert.await.map(drop)
    }

    /// One that has written the row 1 and waits for its commit, and the one behind it, whose turn it is.
    async fn pair(file: &File) -> (JoinHandle<Result<(), PortError>>, Turn) {
        let mut first = file.writer.turn().await.unwrap();
        insert(&mut first, 1).await.unwrap();
        let second = tokio::spawn(file.writer.clone().begun());
        // It waits in the queue before the first one's commit can come behind it.
        tokio::task::yield_now().await;
        let first = tokio::spawn(first.commit());
        (first, second.await.unwrap().unwrap())
    }

    async fn written(writer: Writer, number: i64) -> Result<(), PortError> {
        let mut turn = writer.turn().await?;
        insert(&mut turn, number).await.map_err(port)?;
        turn.commit().await
    }

    #[tokio::test]
    async fn whoever_has_been_answered_is_there() {
        let file = file().await;
        let all: Vec<_> = (0..20)
            .map(|number| tokio::spawn(written(file.writer.clone(), number)))
            .collect();
        for (number, one) in (0..).zip(all) {
            one.await.unwrap().unwrap();
            assert!(file.rows().await.contains(&number));
        }
    }

    #[tokio::test]
    async fn nobody_is_answered_before_the_commit() {
        let file = file().await;
        let (first, mut second) = pair(&file).await;
        assert!(second.in_savepoint);
        insert(&mut second, 2).await.unwrap();
        assert!(!first.is_finished());
        assert_eq!(file.rows().await, []);
        second.commit().await.unwrap();
        first.await.unwrap().unwrap();
        assert_eq!(file.rows().await, [1, 2]);
    }

    #[tokio::test]
    async fn one_that_fails_or_is_given_up_takes_nobody_with_it() {
        let file = file().await;
        let mut all = Vec::new();
        for number in 0..30 {
            let writer = file.writer.clone();
            all.push(tokio::spawn(async move {
                let mut turn = writer.turn().await.unwrap();
                insert(&mut turn, number).await.unwrap();
                match number % 3 {
                    // A statement fails, and the rest with it.
                    0 => assert!(insert(&mut turn, number).await.is_err()),
                    1 => turn.undo().await.unwrap(),
                    _ => turn.commit().await.unwrap(),
                }
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        let kept: Vec<i64> = (0..30).filter(|number| number % 3 == 2).collect();
        assert_eq!(file.rows().await, kept);
        written(file.writer.clone(), 100).await.unwrap();
    }

    #[tokio::test]
    async fn a_commit_that_fails_fails_for_all() {
        let file = file().await;
        let (first, mut second) = pair(&file).await;
        // What is deferred is judged by the commit.
        let late = second.connection().unwrap();
        late.execute("INSERT INTO late VALUES (77)").await.unwrap();
        assert!(second.commit().await.is_err());
        assert!(first.await.unwrap().is_err());
        assert_eq!(file.rows().await, []);
        written(file.writer.clone(), 3).await.unwrap();
        assert_eq!(file.rows().await, [3]);
    }

    #[tokio::test]
    async fn a_full_disk_is_nobodys_fault_and_no_end() {
        let file = file().await;
        let (first, mut second) = pair(&file).await;
        // No page more than there are is the same to the engine as a disk without room: it undoes the whole group.
        let full = "PRAGMA max_page_count = 1; INSERT INTO large VALUES (zeroblob(100000))";
        let refused = second.connection().unwrap().execute(full).await;
        assert!(may_pass(&refused.unwrap_err()));
        drop(second);
        let lost = first.await.unwrap();
        assert!(matches!(lost, Err(PortError::Unavailable(_))), "{lost:?}");
        assert_eq!(file.rows().await, []);
        written(file.writer.clone(), 2).await.unwrap();
        assert_eq!(file.rows().await, [2]);
    }

    #[tokio::test]
    async fn whoever_goes_away_while_waiting_is_forgotten() {
        let file = file().await;
        let first = file.writer.turn().await.unwrap();
        let gone = tokio::spawn(written(file.writer.clone(), 1));
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(first);
        written(file.writer.clone(), 2).await.unwrap();
        assert_eq!(file.rows().await, [2]);
    }
}
