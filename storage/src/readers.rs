//! Connections to a `SQLite` file that read, kept from one statement to the next. The driver's pool asks each connection that comes back
//! whether it is still there, which costs as much as most statements do (ADR 19); a file does not go away.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{AnyConnection, AnyPool, Connection, any::AnyRow};
use tokio::sync::Semaphore;

use crate::{connect::Sql, sqlite::READERS};

/// The connections that read.
#[derive(Clone)]
pub struct Readers {
    /// Opens them, and never sees them again.
    maker: AnyPool,
    places: Arc<Semaphore>,
    free: Arc<Mutex<Vec<AnyConnection>>>,
}

impl Readers {
    pub fn new(maker: AnyPool) -> Self {
        Self {
            maker,
            places: Arc::new(Semaphore::new(READERS as usize)),
            free: Arc::default(),
        }
    }

    /// The first row of an answer.
    pub async fn row(&self, sql: Sql) -> sqlx::Result<Option<AnyRow>> {
        self.ask(async |connection| sql.fetch_optional(connection).await)
            .await
    }

    /// All of them.
    pub async fn rows(&self, sql: Sql) -> sqlx::Result<Vec<AnyRow>> {
        self.ask(async |connection| sql.fetch_all(connection).await)
            .await
    }

    /// Only a connection that has answered is kept: one that failed, or whose answer nobody waited for, is closed by its drop.
    async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut AnyConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let free = self.with_free(Vec::pop);
        let mut connection = match free {
            Some(connection) => connection,
            None => self.maker.acquire().await?.detach(),
        };
        let answer = question(&mut connection).await?;
        self.with_free(|free| free.push(connection));
        Ok(answer)
    }

    /// Waits for what is asked, and closes every connection.
    pub async fn close(&self) {
        // Closed only here, after which there is nothing to wait for.
        let _all = self.places.acquire_many(READERS).await;
        self.places.close();
        for connection in self.with_free(std::mem::take) {
            // It is gone either way.
            let _ = connection.close().await;
        }
    }

    fn with_free<T>(&self, change: impl FnOnce(&mut Vec<AnyConnection>) -> T) -> T {
        change(&mut self.free.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Row, any::AnyPoolOptions, query};

    use super::*;

    async fn readers() -> (tempfile::TempDir, Readers) {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("a.db").display());
        let maker = AnyPoolOptions::new().max_connections(READERS);
        let maker = maker.connect_lazy(&url).unwrap();
        (folder, Readers::new(maker))
    }

    fn kept(readers: &Readers) -> usize {
        readers.with_free(|free| free.len())
    }

    #[tokio::test]
    async fn one_connection_answers_again_and_again() {
        let (_folder, readers) = readers().await;
        for _ in 0..3 {
            let row = readers.row(query("SELECT 7")).await.unwrap().unwrap();
            assert_eq!(row.get::<i64, _>(0), 7);
            assert_eq!(readers.rows(query("SELECT 7")).await.unwrap().len(), 1);
            assert_eq!(kept(&readers), 1);
        }
    }

    #[tokio::test]
    async fn one_that_failed_or_was_given_up_is_not_kept() {
        let (_folder, readers) = readers().await;
        assert!(readers.row(query("SELECT nothing")).await.is_err());
        assert_eq!(kept(&readers), 0);
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT COUNT(*) FROM n";
        let given_up = tokio::time::timeout(
            std::time::Duration::from_millis(1),
            readers.row(query(endless)),
        );
        assert!(given_up.await.is_err());
        assert_eq!(kept(&readers), 0);
        assert!(readers.row(query("SELECT 7")).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn no_more_than_there_are_places_and_none_is_lost() {
        let (_folder, readers) = readers().await;
        let all = (0..40).map(|number| {
            let readers = readers.clone();
            tokio::spawn(async move { readers.row(query("SELECT $1").bind(number)).await })
        });
        for one in all.collect::<Vec<_>>() {
            assert!(one.await.unwrap().unwrap().is_some());
        }
        assert!((1..=READERS as usize).contains(&kept(&readers)));
        assert_eq!(readers.places.available_permits(), READERS as usize);
    }

    #[tokio::test]
    async fn closed_is_closed() {
        let (_folder, readers) = readers().await;
        readers.row(query("SELECT 7")).await.unwrap();
        readers.close().await;
        let refused = readers.row(query("SELECT 7")).await;
        assert!(matches!(refused, Err(sqlx::Error::PoolClosed)));
        assert_eq!(kept(&readers), 0);
    }
}
