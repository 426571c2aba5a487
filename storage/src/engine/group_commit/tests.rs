//! A transaction that fails, disconnects or closes does not affect the others of its group.

use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Executor, any::AnyPoolOptions, query_scalar};

use tokio::task::JoinHandle;

use super::*;
use crate::engine::{error::port, sqlite::is_usable};

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

async fn run(member: &mut GroupMember, sql: String) -> sqlx::Result<()> {
    let batch = [query(AssertSqlSafe(sql))].into_iter().collect();
    member.run(batch).await.map(drop)
}

async fn insert(member: &mut GroupMember, number: i64) -> sqlx::Result<()> {
    run(member, format!("INSERT INTO t VALUES ({number})")).await
}

/// A transaction that has written row 1 and waits for its commit, and the next one, which has
/// written row 2.
async fn pair(file: &File) -> (JoinHandle<Result<(), PortError>>, GroupMember) {
    pair_of(file, 1).await
}

async fn pair_of(file: &File, number: i64) -> (JoinHandle<Result<(), PortError>>, GroupMember) {
    let mut first = file.writer.member();
    insert(&mut first, number).await.unwrap();
    let mut second = file.writer.member();
    let second = tokio::spawn(async move {
        insert(&mut second, number + 1).await.unwrap();
        second
    });
    // The second transaction must be in the queue before the first one's commit.
    for _ in 0..2 {
        tokio::task::yield_now().await;
    }
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    assert!(second.begun.as_ref().unwrap().savepoint.is_some());
    (first, second)
}

async fn written(writer: Writer, number: i64) -> Result<(), PortError> {
    let mut member = writer.member();
    insert(&mut member, number).await.map_err(port)?;
    member.commit().await
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
    assert_eq!(file.rows().await, Vec::<i64>::new());
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
            let mut member = writer.member();
            match number % 6 {
                // A statement fails, which fails the transaction.
                0 => {
                    insert(&mut member, number).await.unwrap();
                    assert!(insert(&mut member, number).await.is_err());
                }
                // The first statement fails.
                1 => assert!(
                    run(&mut member, "INSERT INTO nothing".to_owned())
                        .await
                        .is_err()
                ),
                2 => {
                    insert(&mut member, number).await.unwrap();
                    member.rollback().await.unwrap();
                }
                // Cancelled while its first statement waits for its turn.
                3 => assert!(insert(&mut member, number).now_or_never().is_none()),
                _ => {
                    insert(&mut member, number).await.unwrap();
                    member.commit().await.unwrap();
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
    second.rollback().await.unwrap();
    first.await.unwrap().unwrap();
    for number in 3..6 {
        let (kept, undone) = pair_of(&file, number).await;
        undone.rollback().await.unwrap();
        kept.await.unwrap().unwrap();
    }
    assert_eq!(file.rows().await, [1, 3, 4, 5]);
}

#[tokio::test]
async fn one_without_statements_leaves_nothing_begun() {
    let file = file().await;
    file.writer.member().commit().await.unwrap();
    file.writer.member().rollback().await.unwrap();
    drop(file.writer.member());
    assert!(file.writer.group.lock().await.connection.is_none());
}

#[tokio::test]
async fn closing_commits_what_has_done_its_part() {
    let file = file().await;
    let mut first = file.writer.member();
    insert(&mut first, 1).await.unwrap();
    let writer = file.writer.clone();
    let closed = tokio::spawn(async move { writer.close().await });
    tokio::task::yield_now().await;
    // The commit queues behind the close.
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
    // A deferred constraint is checked at commit.
    let late = "INSERT INTO late VALUES (77)".to_owned();
    run(&mut second, late).await.unwrap();
    assert!(second.commit().await.is_err());
    assert!(first.await.unwrap().is_err());
    assert_eq!(file.rows().await, Vec::<i64>::new());
    written(file.writer.clone(), 3).await.unwrap();
    assert_eq!(file.rows().await, [3]);
}

#[tokio::test]
async fn a_full_disk_is_nobodys_fault_and_no_end() {
    let file = file().await;
    let (first, mut second) = pair(&file).await;
    // For the engine, reaching `max_page_count` equals a full disk, so it rolls back the whole
    // group.
    let full = "PRAGMA max_page_count = 1; INSERT INTO large VALUES (zeroblob(100000))";
    let refused = run(&mut second, full.to_owned()).await;
    assert!(crate::engine::error::may_pass(&refused.unwrap_err()));
    drop(second);
    let lost = first.await.unwrap();
    assert!(matches!(lost, Err(PortError::Unavailable(_))), "{lost:?}");
    assert_eq!(file.rows().await, Vec::<i64>::new());
    written(file.writer.clone(), 2).await.unwrap();
    assert_eq!(file.rows().await, [2]);
}

#[tokio::test]
async fn whoever_goes_away_while_waiting_is_forgotten() {
    let file = file().await;
    let mut first = file.writer.member();
    insert(&mut first, 0).await.unwrap();
    let gone = tokio::spawn(written(file.writer.clone(), 1));
    tokio::task::yield_now().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    drop(first);
    written(file.writer.clone(), 2).await.unwrap();
    assert_eq!(file.rows().await, [2]);
}
