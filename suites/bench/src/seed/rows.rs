//! Inserts many rows per statement, on either engine.

use std::fmt::Write;

use anyhow::Result;
use sqlx::{AnyConnection, AssertSqlSafe, query};

/// The maximum number of values per statement that every engine accepts.
const VALUES: usize = 30_000;

/// A value of a row.
pub enum Cell {
    /// Text or NULL.
    Text(Option<String>),
    /// A number or NULL.
    Number(Option<i64>),
    /// Bytes or NULL.
    Bytes(Option<Vec<u8>>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Option<Vec<u8>>> for Cell {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

/// Inserts rows; `into` names the table and its columns.
pub async fn insert<const COLUMNS: usize>(
    all: &mut AnyConnection,
    into: &str,
    rows: impl IntoIterator<Item = [Cell; COLUMNS]>,
) -> Result<()> {
    // SQLite treats a numbered parameter as a name, and searches the list of all names for each
    // one.
    let is_numbered = all.backend_name() != "SQLite";
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part: Vec<_> = rows.by_ref().take(VALUES / COLUMNS).collect();
        let sql = statement(into, part.len(), COLUMNS, is_numbered)?;
        // Full statements are identical, so only they are cached.
        let mut query = query(AssertSqlSafe(sql)).persistent(part.len() == VALUES / COLUMNS);
        for cell in part.into_iter().flatten() {
            query = match cell {
                Cell::Text(text) => query.bind(text),
                Cell::Number(number) => query.bind(number),
                Cell::Bytes(bytes) => query.bind(bytes),
            };
        }
        query.execute(&mut *all).await?;
    }
    Ok(())
}

fn statement(into: &str, rows: usize, columns: usize, is_numbered: bool) -> Result<String> {
    let mut sql = format!("INSERT INTO {into} VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            sql.push_str(if column == 1 { "" } else { ", " });
            if is_numbered {
                write!(sql, "${}", row * columns + column)?;
            } else {
                sql.push('?');
            }
        }
        sql.push(')');
    }
    Ok(sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_its_own_words_for_a_value() {
        let words = |is_numbered| statement("t (a, b)", 2, 2, is_numbered).unwrap();
        assert_eq!(
            words(true),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
        assert_eq!(words(false), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
    }
}
