//! Statements that are sent to the database together, and their results.
//!
//! On `SQLite` a batch is one text, because the round trip to the file's worker thread is most of
//! a statement's cost (ADR 19). The driver reads `$n` as a position among the values of the whole
//! text, so each statement's placeholders move up by the number of values before it. On
//! `PostgreSQL` the statements run one by one and keep their numbers.

use std::ops::Index;

use domain::ports::PortError;
use futures_util::TryStreamExt;
use sqlx::{AnyConnection, AssertSqlSafe, Either, Executor, any::AnyRow};

use crate::engine::{
    error::port,
    statement::{DriverQuery, Statement, driver_query},
};

/// Statements that are sent together and run in order. No statement may depend on the result of
/// another one of its batch.
#[derive(Default)]
pub struct Batch {
    statements: Vec<Statement>,
}

/// Names a statement of one batch. It finds the statement's result in the results of that batch.
#[derive(Clone, Copy)]
pub struct StatementHandle(usize);

impl Batch {
    /// Appends a statement.
    pub fn add(&mut self, statement: Statement) -> StatementHandle {
        self.statements.push(statement);
        StatementHandle(self.statements.len() - 1)
    }

    /// Appends statements whose results do not matter.
    pub fn add_all(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }

    /// Puts statements before those of the batch. The handles of the batch stay valid for the
    /// results of [`BatchResults::without_first`].
    pub fn preceded_by(mut self, first: impl IntoIterator<Item = Statement>) -> Self {
        self.statements.splice(0..0, first);
        self
    }
}

impl FromIterator<Statement> for Batch {
    fn from_iter<I: IntoIterator<Item = Statement>>(statements: I) -> Self {
        Self {
            statements: statements.into_iter().collect(),
        }
    }
}

/// The result of one statement.
#[derive(Default)]
pub struct StatementResult {
    /// Rows that the statement changed; has no meaning for a statement that only reads.
    pub changed: u64,
    /// Rows that the statement returned.
    pub rows: Vec<AnyRow>,
}

impl StatementResult {
    /// The first row. Fails if the statement returned none.
    pub fn first_row(&self) -> Result<&AnyRow, PortError> {
        let row = self.rows.first();
        row.ok_or_else(|| port(sqlx::Error::RowNotFound))
    }
}

/// The results of a batch, one per statement, indexed by the statement's handle.
pub struct BatchResults(Vec<StatementResult>);

impl BatchResults {
    /// The results without those of the first `count` statements.
    pub fn without_first(self, count: usize) -> Self {
        Self(self.0.into_iter().skip(count).collect())
    }

    /// The result of a batch of one statement.
    pub fn into_single(self) -> StatementResult {
        self.0.into_iter().next().unwrap_or_default()
    }
}

impl Index<StatementHandle> for BatchResults {
    type Output = StatementResult;

    fn index(&self, handle: StatementHandle) -> &StatementResult {
        &self.0[handle.0]
    }
}

/// Sends the statements of a batch as one text. Stops at the first one that fails.
pub async fn run_joined(
    connection: &mut AnyConnection,
    batch: Batch,
) -> sqlx::Result<BatchResults> {
    let count = batch.statements.len();
    if count == 0 {
        return Ok(BatchResults(Vec::new()));
    }
    let results = run(connection, joined(batch.statements)?).await?;
    complete(results, count)
}

/// Sends the statements of a batch one by one, for an engine that takes one at a time.
pub async fn run_one_by_one(
    connection: &mut AnyConnection,
    batch: Batch,
) -> sqlx::Result<BatchResults> {
    let count = batch.statements.len();
    let mut results = Vec::with_capacity(count);
    for statement in batch.statements {
        results.append(&mut run(connection, statement.into_driver_query()?).await?);
    }
    complete(results, count)
}

async fn run(
    connection: &mut AnyConnection,
    query: DriverQuery,
) -> sqlx::Result<Vec<StatementResult>> {
    let mut answers = connection.fetch_many(query);
    let (mut results, mut result) = (Vec::new(), StatementResult::default());
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Right(row) => result.rows.push(row),
            Either::Left(done) => {
                result.changed = done.rows_affected();
                results.push(std::mem::take(&mut result));
            }
        }
    }
    Ok(results)
}

/// Fails if the answer ended before every statement had its result.
fn complete(results: Vec<StatementResult>, count: usize) -> sqlx::Result<BatchResults> {
    if results.len() == count {
        Ok(BatchResults(results))
    } else {
        Err(sqlx::Error::WorkerCrashed)
    }
}

/// Joins the statements into one text, with the values of all.
fn joined(statements: Vec<Statement>) -> sqlx::Result<DriverQuery> {
    let (mut text, mut values) = (String::new(), Vec::new());
    for statement in statements {
        let (own_text, mut own_values) = statement.into_parts();
        push_with_offset(&mut text, own_text.as_str(), values.len());
        text.push(';');
        values.append(&mut own_values);
    }
    driver_query(AssertSqlSafe(text), values)
}

/// Appends a statement with `offset` added to the number of each placeholder. No statement of this
/// program uses `$` for anything else.
fn push_with_offset(text: &mut String, sql: &str, offset: usize) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        text.push('$');
        match number.parse::<usize>() {
            Ok(number) => text.push_str(&(offset + number).to_string()),
            Err(_) => text.push_str(number),
        }
        text.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Row};

    use super::*;
    use crate::engine::statement::query;

    #[test]
    fn numbers_count_on() {
        let mut text = String::new();
        push_with_offset(&mut text, "UPDATE t SET a = $2 WHERE b = $1 OR c = $12", 9);
        assert_eq!(text, "UPDATE t SET a = $11 WHERE b = $10 OR c = $21");
    }

    async fn file() -> AnyConnection {
        sqlx::any::install_default_drivers();
        let mut file = AnyConnection::connect("sqlite::memory:").await.unwrap();
        file.execute("CREATE TABLE t (n BIGINT NOT NULL UNIQUE)")
            .await
            .unwrap();
        file
    }

    fn insert(number: i64) -> Statement {
        query("INSERT INTO t VALUES ($1) RETURNING n").bind(number)
    }

    #[tokio::test]
    async fn each_statement_has_its_own_values_rows_and_count() {
        let mut file = file().await;
        let mut batch = Batch::default();
        let first = batch.add(insert(5));
        let none = query("UPDATE t SET n = $1 WHERE n = $2")
            .bind(8_i64)
            .bind(7_i64);
        let handles = [
            first,
            batch.add(none),
            batch.add(insert(6)),
            batch.add(query("UPDATE t SET n = n + $1").bind(10_i64)),
        ];
        let read = query("SELECT n FROM t WHERE n > $1 ORDER BY n").bind(0_i64);
        let read = batch.add(read);
        let results = run_joined(&mut file, batch).await.unwrap();
        assert_eq!(handles.map(|handle| results[handle].changed), [1, 0, 1, 2]);
        let rows: Vec<i64> = results[read].rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(rows, [15, 16]);
        assert_eq!(results[first].rows[0].get::<i64, _>(0), 5);
    }

    /// Handles find the same results if statements were put before the batch.
    #[tokio::test]
    async fn handles_stay_valid_behind_other_statements() {
        let mut file = file().await;
        let mut batch = Batch::default();
        let kept = batch.add(insert(2));
        let batch = batch.preceded_by([insert(1)]);
        let results = run_joined(&mut file, batch).await.unwrap();
        let results = results.without_first(1);
        assert_eq!(results[kept].rows[0].get::<i64, _>(0), 2);
    }

    #[tokio::test]
    async fn one_that_fails_fails_for_all_behind_it() {
        let mut file = file().await;
        let batch = [insert(1), insert(1), insert(2)].into_iter().collect();
        assert!(run_joined(&mut file, batch).await.is_err());
        let rows = file.fetch_all("SELECT n FROM t").await.unwrap();
        assert_eq!(rows.len(), 1);
        let none = run_joined(&mut file, Batch::default()).await.unwrap();
        assert!(none.0.is_empty());
    }
}
