//! Many rows by one statement, on either engine.

use std::fmt::Write;

use anyhow::Result;
use sqlx::{AnyConnection, AssertSqlSafe, query};

/// Values that one statement may hold on every engine.
const VALUES: usize = 30_000;

/// A value of a row.
pub enum Cell {
    /// Text.
    Text(String),
    /// A number, or none.
    Number(Option<i64>),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
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

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

/// Inserts rows; `into` names the table and its columns.
pub async fn insert<const COLUMNS: usize>(
    all: &mut AnyConnection,
    into: &str,
    rows: impl IntoIterator<Item = [Cell; COLUMNS]>,
) -> Result<()> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part: Vec<_> = rows.by_ref().take(VALUES / COLUMNS).collect();
        let mut sql = format!("INSERT INTO {into} VALUES ");
        for row in 0..part.len() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 1..=COLUMNS {
                let comma = if column == 1 { "" } else { ", " };
                write!(sql, "{comma}${}", row * COLUMNS + column)?;
            }
            sql.push(')');
        }
        let mut query = query(AssertSqlSafe(sql)).persistent(false);
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
