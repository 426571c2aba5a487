//! Statements that are sent to the database together. On `SQLite` they are joined into one text, because the round
//! trip to the file's worker thread is most of a statement's cost (ADR 19). On `PostgreSQL` they run one by one.

use futures_util::TryStreamExt;
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Either, Execute, Executor,
    any::{AnyArguments, AnyRow},
    query_with,
};

use crate::engine::connect::Sql;

/// The result of one statement.
#[derive(Default)]
pub struct StatementResult {
    /// Rows that the statement changed; has no meaning for a statement that only reads.
    pub changed: u64,
    /// Rows that the statement returned.
    pub rows: Vec<AnyRow>,
}

/// Runs statements in order until one fails, and returns the result of each.
pub async fn run_batch(
    connection: &mut AnyConnection,
    statements: Vec<Sql>,
) -> sqlx::Result<Vec<StatementResult>> {
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    run_statements(connection, joined(statements)?).await
}

/// Like [`run_batch`], but for an engine that takes one statement at a time.
pub async fn one_by_one(
    connection: &mut AnyConnection,
    statements: Vec<Sql>,
) -> sqlx::Result<Vec<StatementResult>> {
    let mut all = Vec::new();
    for statement in statements {
        all.append(&mut run_statements(connection, statement).await?);
    }
    Ok(all)
}

async fn run_statements<'q>(
    connection: &mut AnyConnection,
    sql: impl Execute<'q, Any> + 'q,
) -> sqlx::Result<Vec<StatementResult>> {
    let mut results = connection.fetch_many(sql);
    let (mut all, mut one) = (Vec::new(), StatementResult::default());
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Right(row) => one.rows.push(row),
            Either::Left(done) => {
                one.changed = done.rows_affected();
                all.push(std::mem::take(&mut one));
            }
        }
    }
    Ok(all)
}

/// Joins the statements into one text, with the values of all.
fn joined(statements: Vec<Sql>) -> sqlx::Result<Sql> {
    let (mut text, mut values) = (String::new(), AnyArguments::default());
    for mut statement in statements {
        let own = statement.take_arguments().map_err(sqlx::Error::Encode)?;
        let before = values.values.0.len();
        values
            .values
            .0
            .append(&mut own.unwrap_or_default().values.0);
        push_counting_on(&mut text, statement.sql().as_str(), before);
        text.push(';');
    }
    Ok(query_with(AssertSqlSafe(text), values))
}

/// Appends a statement with its `$n` shifted by `before`. No statement in this program uses `$` for anything else.
fn push_counting_on(text: &mut String, sql: &str, before: usize) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        text.push('$');
        match number.parse::<usize>() {
            Ok(number) => text.push_str(&(before + number).to_string()),
            Err(_) => text.push_str(number),
        }
        text.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Row, query};

    use super::*;

    #[test]
    fn numbers_count_on() {
        let mut text = String::new();
        push_counting_on(&mut text, "UPDATE t SET a = $2 WHERE b = $1 OR c = $12", 9);
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

    fn insert(number: i64) -> Sql {
        query("INSERT INTO t VALUES ($1) RETURNING n").bind(number)
    }

    #[tokio::test]
    async fn each_statement_has_its_own_values_rows_and_count() {
        let mut file = file().await;
        let statements = vec![
            insert(5),
            query("UPDATE t SET n = $1 WHERE n = $2").bind(8).bind(7),
            insert(6),
            query("UPDATE t SET n = n + $1").bind(10),
            query("SELECT n FROM t WHERE n > $1 ORDER BY n").bind(0),
        ];
        let all = run_batch(&mut file, statements).await.unwrap();
        let changed: Vec<u64> = all.iter().take(4).map(|ran| ran.changed).collect();
        assert_eq!(changed, [1, 0, 1, 2]);
        let rows: Vec<i64> = all[4].rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(rows, [15, 16]);
        assert_eq!(all[0].rows[0].get::<i64, _>(0), 5);
    }

    #[tokio::test]
    async fn one_that_fails_fails_for_all_behind_it() {
        let mut file = file().await;
        let statements = vec![insert(1), insert(1), insert(2)];
        assert!(run_batch(&mut file, statements).await.is_err());
        let rows = file.fetch_all("SELECT n FROM t").await.unwrap();
        assert_eq!(rows.len(), 1);
        let none = run_batch(&mut file, Vec::new()).await.unwrap();
        assert!(none.is_empty());
    }
}
