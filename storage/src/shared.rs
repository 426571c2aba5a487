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

use crate::{
    batch::{Ran, together},
    connect::Sql,
    error::may_pass,
};

/// Nobody waits longer for their turn to write.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the commit that somebody shares.
type Fate = Result<(), Arc<sqlx::Error>>;

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
    waiting: Vec<oneshot::Sender<Fate>>,
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
pub struct Turn {
    writer: Writer,
    /// From its first statements on.
    begun: Option<Begun>,
}

/// One transaction of a group, whose turn it is.
struct Begun {
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

    pub fn turn(&self) -> Turn {
        Turn {
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
    ) -> sqlx::Result<(Begun, Vec<Ran>)> {
        let group = timeout(PATIENCE, Arc::clone(&self.group).lock_owned()).await;
        let mut group = group.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if asker.try_recv() == Err(TryRecvError::Closed) {
            return Err(sqlx::Error::WorkerCrashed);
        }
        if group.connection.is_none() {
            group.connection = Some(self.maker.acquire().await?.detach());
        }
        let (opening, savepoint) = group.opening(self.begin);
        let mut begun = Begun {
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

    fn tell(&mut self, fate: &Fate) {
        for waiting in self.waiting.drain(..) {
            // Whoever asked may have gone.
            let _ = waiting.send(fate.clone());
        }
    }

    async fn run(&mut self, sql: &'static str) -> sqlx::Result<()> {
        let ran = together(self.connection()?, vec![query(sql)]).await?;
        // An answer that ends before it says so is none.
        (ran.len() == 1)
            .then_some(())
            .ok_or(sqlx::Error::WorkerCrashed)
    }

    fn connection(&mut self) -> sqlx::Result<&mut AnyConnection> {
        self.connection.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }
}

impl Turn {
    /// Runs statements in their order; the first ones when its turn comes. Those run to their end even if nobody waits for them any more:
    /// cut off in the middle, what begins a transaction would leave its group in a state that nobody knows.
    pub async fn run(&mut self, statements: Vec<Sql>) -> sqlx::Result<Vec<Ran>> {
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

impl Begun {
    async fn run(&mut self, statements: Vec<Sql>) -> sqlx::Result<Vec<Ran>> {
        let group = self.group.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        together(group.connection()?, statements).await
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
        told.await.map_err(gone)?.map_err(shared)
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

impl Drop for Begun {
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
    use futures_util::FutureExt;
    use sqlx::{AssertSqlSafe, Executor, any::AnyPoolOptions, query_scalar};

    use tokio::task::JoinHandle;

    use super::*;
    use crate::{error::port, sqlite::is_usable};

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
        let (maker, reader) = (pool().await.unwrap(), pool().await.unwrap());
        for sql in [
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE t (n BIGINT NOT NULL UNIQUE)",
            "CREATE TABLE large (n BLOB)",
            "CREATE TABLE late (n BIGINT REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)",
        ] {
            maker.execute(sql).await.unwrap();
        }
        let writer = Writer::new(maker, "BEGIN IMMEDIATE");
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

    async fn run(turn: &mut Turn, sql: String) -> sqlx::Result<()> {
        turn.run(vec![query(AssertSqlSafe(sql))]).await.map(drop)
    }

    async fn insert(turn: &mut Turn, number: i64) -> sqlx::Result<()> {
        run(turn, format!("INSERT INTO t VALUES ({number})")).await
    }

    /// One that has written the row 1 and waits for its commit, and the one behind it, which has written the row 2.
    async fn pair(file: &File) -> (JoinHandle<Result<(), PortError>>, Turn) {
        pair_of(file, 1).await
    }

    async fn pair_of(file: &File, number: i64) -> (JoinHandle<Result<(), PortError>>, Turn) {
        let mut first = file.writer.turn();
        insert(&mut first, number).await.unwrap();
        let mut second = file.writer.turn();
        let second = tokio::spawn(async move {
            insert(&mut second, number + 1).await.unwrap();
            second
        });
        // It stands in the queue before the first one's commit can come behind it.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        let first = tokio::spawn(first.commit());
        let second = second.await.unwrap();
        assert!(second.begun.as_ref().unwrap().savepoint.is_some());
        (first, second)
    }

    async fn written(writer: Writer, number: i64) -> Result<(), PortError> {
        let mut turn = writer.turn();
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
        let (first, second) = pair(&file).await;
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
        for number in 0..60 {
            let writer = file.writer.clone();
            all.push(tokio::spawn(async move {
                let mut turn = writer.turn();
                match number % 6 {
                    // A statement fails, and the rest with it.
                    0 => {
                        insert(&mut turn, number).await.unwrap();
                        assert!(insert(&mut turn, number).await.is_err());
                    }
                    // The first one already.
                    1 => assert!(
                        run(&mut turn, "INSERT INTO nothing".to_owned())
                            .await
                            .is_err()
                    ),
                    2 => {
                        insert(&mut turn, number).await.unwrap();
                        turn.undo().await.unwrap();
                    }
                    // Given up while its first statement waits for its turn.
                    3 => assert!(insert(&mut turn, number).now_or_never().is_none()),
                    _ => {
                        insert(&mut turn, number).await.unwrap();
                        turn.commit().await.unwrap();
                    }
                }
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        written(file.writer.clone(), 100).await.unwrap();
        let kept = (0..60).filter(|number| number % 6 > 3).chain([100]);
        assert_eq!(file.rows().await, kept.collect::<Vec<i64>>());
    }

    #[tokio::test]
    async fn the_one_behind_can_be_undone_as_often_as_it_likes() {
        let file = file().await;
        let (first, second) = pair(&file).await;
        second.undo().await.unwrap();
        first.await.unwrap().unwrap();
        for number in 3..6 {
            let (kept, undone) = pair_of(&file, number).await;
            undone.undo().await.unwrap();
            kept.await.unwrap().unwrap();
        }
        assert_eq!(file.rows().await, [1, 3, 4, 5]);
    }

    #[tokio::test]
    async fn one_without_statements_leaves_nothing_begun() {
        let file = file().await;
        file.writer.turn().commit().await.unwrap();
        file.writer.turn().undo().await.unwrap();
        drop(file.writer.turn());
        assert!(file.writer.group.lock().await.connection.is_none());
    }

    #[tokio::test]
    async fn closing_commits_what_has_done_its_part() {
        let file = file().await;
        let mut first = file.writer.turn();
        insert(&mut first, 1).await.unwrap();
        let writer = file.writer.clone();
        let closed = tokio::spawn(async move { writer.close().await });
        tokio::task::yield_now().await;
        // It queues behind the end.
        let first = tokio::spawn(first.commit());
        let behind = tokio::spawn(written(file.writer.clone(), 2));
        closed.await.unwrap();
        first.await.unwrap().unwrap();
        behind.await.unwrap().unwrap();
        assert_eq!(file.rows().await, [1, 2]);
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_is_replaced() {
        let file = file().await;
        written(file.writer.clone(), 1).await.unwrap();
        file.writer.close().await;
        written(file.writer.clone(), 2).await.unwrap();
        assert_eq!(file.rows().await, [1, 2]);
    }

    #[tokio::test]
    async fn a_commit_that_fails_fails_for_all() {
        let file = file().await;
        let (first, mut second) = pair(&file).await;
        // What is deferred is judged by the commit.
        let late = "INSERT INTO late VALUES (77)".to_owned();
        run(&mut second, late).await.unwrap();
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
        let refused = run(&mut second, full.to_owned()).await;
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
        let mut first = file.writer.turn();
        insert(&mut first, 0).await.unwrap();
        let gone = tokio::spawn(written(file.writer.clone(), 1));
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(first);
        written(file.writer.clone(), 2).await.unwrap();
        assert_eq!(file.rows().await, [2]);
    }
}
