//! Reading connections, kept from one statement to the next. The driver's pool pings each returned
//! connection, which costs as much as most statements (ADR 19). Here a connection is pinged when it
//! is reused, and only if its database can go away.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{AnyConnection, AnyPool, Connection, any::AnyRow};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::engine::{connect::PATIENCE, statement::Statement};

/// The reading connections.
#[derive(Clone)]
pub struct ReadConnections {
    /// Opens connections, which never return to this pool.
    maker: AnyPool,
    size: u32,
    /// A kept connection must answer within this time, or a new one is opened. `None` if the
    /// database can't go away.
    prompt: Option<Duration>,
    places: Arc<Semaphore>,
    free: Arc<Mutex<Vec<AnyConnection>>>,
}

impl ReadConnections {
    pub fn new(maker: AnyPool, size: u32, prompt: Option<Duration>) -> Self {
        Self {
            maker,
            size,
            prompt,
            places: Arc::new(Semaphore::new(size as usize)),
            free: Arc::default(),
        }
    }

    /// The first row of a query.
    pub async fn row(&self, statement: Statement) -> sqlx::Result<Option<AnyRow>> {
        let query = statement.into_driver_query()?;
        self.ask(async |connection| query.fetch_optional(connection).await)
            .await
    }

    /// All rows of a query.
    pub async fn rows(&self, statement: Statement) -> sqlx::Result<Vec<AnyRow>> {
        let query = statement.into_driver_query()?;
        self.ask(async |connection| query.fetch_all(connection).await)
            .await
    }

    /// Runs a query; a connection that fails is closed.
    async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut AnyConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let mut asked = self.wanted().await?;
        let answer = asked.answer(question).await?;
        if let Some((connection, _place)) = asked.inside.take() {
            self.keep(connection);
        }
        Ok(answer)
    }

    fn keep(&self, connection: AnyConnection) {
        self.with_free(|free| free.push(connection));
    }

    /// The connection that answered last, if it still answers, or else a new one. If it does not
    /// answer, its host is gone and the other connections are dropped too, because pinging each of
    /// them would use up the query's time limit.
    async fn wanted(&self) -> sqlx::Result<QueuedRead> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let mut place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        if let Some(connection) = self.with_free(Vec::pop) {
            let mut asked = self.asked(connection, place);
            match asked.take_dead_permit(self.prompt).await {
                None => return Ok(asked),
                Some(left) => place = left,
            }
            self.with_free(Vec::clear);
        }
        let connection = self.maker.acquire().await?.detach();
        Ok(self.asked(connection, place))
    }

    fn asked(&self, connection: AnyConnection, place: OwnedSemaphorePermit) -> QueuedRead {
        QueuedRead {
            readers: self.clone(),
            inside: Some((connection, place)),
        }
    }

    /// Waits for running queries, and closes every connection.
    pub async fn close(&self) {
        // The semaphore is closed only here; a failed acquire means that it was closed before.
        let _all = self.places.acquire_many(self.size).await;
        self.places.close();
        for connection in self.with_free(std::mem::take) {
            // The connection is unusable either way.
            let _ = connection.close().await;
        }
    }

    fn with_free<T>(&self, change: impl FnOnce(&mut Vec<AnyConnection>) -> T) -> T {
        change(&mut self.free.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection in use, and its permit.
struct QueuedRead {
    readers: ReadConnections,
    /// `None` once the query has completed or failed.
    inside: Option<(AnyConnection, OwnedSemaphorePermit)>,
}

impl QueuedRead {
    /// Takes the permit back if the connection does not answer any more.
    async fn take_dead_permit(&mut self, prompt: Option<Duration>) -> Option<OwnedSemaphorePermit> {
        let (Some(prompt), Some((connection, _))) = (prompt, &mut self.inside) else {
            return None;
        };
        if let Ok(Ok(())) = timeout(prompt, connection.ping()).await {
            return None;
        }
        self.inside.take().map(|(_, place)| place)
    }

    async fn answer<T>(
        &mut self,
        question: impl AsyncFnOnce(&mut AnyConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let Some((connection, _)) = &mut self.inside else {
            return Err(sqlx::Error::WorkerCrashed);
        };
        let answer = question(connection).await;
        if answer.is_err() {
            self.inside = None;
        }
        answer
    }
}

impl Drop for QueuedRead {
    /// A cancelled query may still be running, so the connection is not reused before it has
    /// answered. We still return it to the pool: otherwise a client that disconnects repeatedly
    /// would force a new connection each time.
    fn drop(&mut self) {
        let (Some((mut connection, place)), Ok(runtime)) =
            (self.inside.take(), Handle::try_current())
        else {
            return;
        };
        let readers = self.readers.clone();
        runtime.spawn(async move {
            if let Ok(Ok(())) = timeout(PATIENCE, connection.ping()).await {
                readers.keep(connection);
            }
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use sqlx::{Row, any::AnyPoolOptions};

    use super::*;
    use crate::engine::statement::query;

    const SIZE: u32 = 4;
    /// A query of about half a second.
    const LONG: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT COUNT(*) FROM n";

    fn readers() -> (tempfile::TempDir, ReadConnections) {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("a.db").display());
        let maker = AnyPoolOptions::new().max_connections(SIZE);
        let maker = maker.connect_lazy(&url).unwrap();
        (
            folder,
            ReadConnections::new(maker, SIZE, Some(Duration::from_secs(1))),
        )
    }

    fn count_idle(readers: &ReadConnections) -> usize {
        readers.with_free(|free| free.len())
    }

    #[tokio::test]
    async fn one_connection_answers_again_and_again() {
        let (_folder, readers) = readers();
        for _ in 0..3 {
            let row = readers.row(query("SELECT 7")).await.unwrap().unwrap();
            assert_eq!(row.get::<i64, _>(0), 7);
            assert_eq!(readers.rows(query("SELECT 7")).await.unwrap().len(), 1);
            assert_eq!(count_idle(&readers), 1);
        }
    }

    #[tokio::test]
    async fn one_that_failed_is_not_kept() {
        let (_folder, readers) = readers();
        assert!(readers.row(query("SELECT nothing")).await.is_err());
        assert_eq!(count_idle(&readers), 0);
        assert!(readers.row(query("SELECT 7")).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn one_that_was_given_up_is_kept_once_it_has_answered() {
        let (_folder, readers) = readers();
        readers.row(query("SELECT 7")).await.unwrap();
        let given_up = timeout(Duration::from_millis(20), readers.row(query(LONG)));
        assert!(given_up.await.is_err());
        assert_eq!(readers.places.available_permits(), SIZE as usize - 1);
        // The next query does not wait for the cancelled one.
        assert!(readers.row(query("SELECT 7")).await.unwrap().is_some());
        assert_eq!(count_idle(&readers), 1);
        let all = readers.places.acquire_many(SIZE).await.unwrap();
        assert_eq!(count_idle(&readers), 2);
        drop(all);
    }

    #[tokio::test]
    async fn one_that_does_not_answer_takes_the_others_with_it() {
        let (_folder, mut readers) = readers();
        readers.prompt = Some(Duration::from_millis(20));
        for _ in 1..SIZE {
            readers.keep(readers.maker.acquire().await.unwrap().detach());
        }
        let mut busy = readers.maker.acquire().await.unwrap().detach();
        let asked = sqlx::query(LONG).fetch_optional(&mut busy).now_or_never();
        assert!(asked.is_none());
        readers.keep(busy);
        assert!(readers.row(query("SELECT 7")).await.unwrap().is_some());
        assert_eq!(count_idle(&readers), 1);
        assert_eq!(readers.places.available_permits(), SIZE as usize);
    }

    #[tokio::test]
    async fn no_more_than_there_are_places_and_none_is_lost() {
        let (_folder, readers) = readers();
        let all = (0..40).map(|number| {
            let readers = readers.clone();
            tokio::spawn(async move { readers.row(query("SELECT $1").bind(number)).await })
        });
        for one in all.collect::<Vec<_>>() {
            assert!(one.await.unwrap().unwrap().is_some());
        }
        assert!((1..=SIZE as usize).contains(&count_idle(&readers)));
        assert_eq!(readers.places.available_permits(), SIZE as usize);
    }

    #[tokio::test]
    async fn closed_is_closed() {
        let (_folder, readers) = readers();
        readers.row(query("SELECT 7")).await.unwrap();
        readers.close().await;
        let refused = readers.row(query("SELECT 7")).await;
        assert!(matches!(refused, Err(sqlx::Error::PoolClosed)));
        assert_eq!(count_idle(&readers), 0);
    }
}
