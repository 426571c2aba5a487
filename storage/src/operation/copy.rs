//! Copies a whole database into an empty one, of either engine, in one transaction.

use std::fmt::Write as _;

use domain::{
    events::{Action, Event},
    ids::UserId,
    ports::PortError,
    secrets::{
        keys::{DataKeys, KeyRing},
        vault::{self, KeyId, Vault},
    },
};
use sqlx::{
    AssertSqlSafe, Column, Row, ValueRef,
    any::{AnyRow, AnyTypeInfoKind},
};
use thiserror::Error;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        dialect::Engine,
        error::{OpenError, damaged, port},
        migrate::{
            self,
            tables::{TABLES, Table, copied_tables},
        },
        rows::Values,
        statement::{Statement, query},
        transaction::{TransactionConnection, WriteTransaction, scope::WriteScope},
    },
    operation::keys::{self, SealedRow, SealedTable},
};

/// Rows per statement. The widest table has 17 columns, and every engine takes at least 32766
/// values.
const PAGE: u32 = 200;

/// Why the copy failed.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The target is not empty, so the data of two databases would be mixed.
    #[error("it is not empty: its table {0} has rows")]
    NotEmpty(&'static str),
    /// The target was created by an older version and may still be needed, even if it is empty.
    #[error("it was made by an older version")]
    Older,
    /// The target can't be opened, or its tables can't be created.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The number of rows in the target differs from the source.
    #[error("of {there} rows of the table {table}, {arrived} arrived")]
    Incomplete {
        /// The table.
        table: &'static str,
        /// Rows in the source.
        there: u32,
        /// Rows in the target.
        arrived: u32,
    },
    /// The copied data belongs to another key file.
    #[error("the key file does not belong to what was copied")]
    Foreign,
    /// The data keys can't be decrypted.
    #[error("the keys that the database holds do not open with the key file")]
    DataKeys,
    /// An authenticator key or a credential can't be decrypted, so that it would never work again.
    #[error(
        "an MFA method of {0} does not open with the key file ({1}): take it away with `twinlock user reset-mfa {0}`, or put the database back from a backup"
    )]
    Sealed(String, #[source] vault::UnsealError),
    /// One of the two databases failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl Store {
    /// Copies this database into an empty one while writes to both are blocked, and returns the
    /// rows per table. Commits only if each row has arrived and every sealed key can be opened.
    /// Creates the target's tables if it has none.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "copy.copy_into"))]
    pub async fn copy_into(
        &self,
        target: &Self,
        ring: &KeyRing,
    ) -> Result<Vec<(&'static str, u32)>, CopyError> {
        target.made_ready().await?;
        let mut write = target.write().await?;
        hold(&mut write, target.engine()).await?;
        for table in copied_tables() {
            if count(&mut write, table).await? > 0 {
                write.rollback().await?;
                return Err(CopyError::NotEmpty(table));
            }
        }
        let mut source = self.snapshot().await?;
        let mut copied = Vec::new();
        for table in &TABLES {
            copy(&mut source, &mut write, table, target.engine()).await?;
            let there = count(&mut source, table.name).await?;
            let arrived = count(&mut write, table.name).await?;
            let table = table.name;
            if there != arrived {
                return Err(CopyError::Incomplete {
                    table,
                    there,
                    arrived,
                });
            }
            copied.push((table, arrived));
        }
        if let Some(go_on) = target.engine().numbers_go_on() {
            write.row(query(go_on)).await?;
        }
        opens(&mut write, ring).await?;
        let rows: u64 = copied.iter().map(|(_, rows)| u64::from(*rows)).sum();
        let event = Event::done(Action::DatabaseCopy).saying(format!("{rows} rows"));
        write.commit(event).await?;
        // Writes to the source were blocked until now, so that the copy is complete. The source was
        // not changed.
        let _ = source.rollback().await;
        Ok(copied)
    }

    /// Whether two URLs, however they are written, lead to the same database and schema of a
    /// server. For files, compare names instead.
    ///
    /// # Errors
    /// If one of the two databases fails.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "copy.is_same_as"))]
    pub async fn is_same_as(&self, other: &Self) -> Result<bool, PortError> {
        let place = self.place_on_a_server().await?;
        Ok(place.is_some() && place == other.place_on_a_server().await?)
    }

    /// Identifies a server's database: the server's start time in microseconds, the database's oid,
    /// and the schema.
    async fn place_on_a_server(&self) -> Result<Option<String>, PortError> {
        const PLACE: &str = "
            SELECT concat_ws(' ', extract(epoch FROM pg_postmaster_start_time()),
                             d.oid, current_schema()) AS place
            FROM pg_database d
            WHERE d.datname = current_database()";
        if self.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let row = self.row(query(PLACE)).await?;
        row.map(|row| row.try_get("place").map_err(damaged))
            .transpose()
    }

    /// Refuses a target that is not empty.
    ///
    /// # Errors
    /// Like [`Store::copy_into`] with such a target.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "copy.refuse_filled"))]
    pub async fn refuse_filled(&self) -> Result<(), CopyError> {
        if migrate::is_without_schema(self.readers(), self.engine()).await? {
            return Ok(());
        }
        if !self.pending_migrations().await?.is_empty() {
            return Err(CopyError::Older);
        }
        for table in copied_tables() {
            let any = format!("SELECT 1 AS one FROM {table} LIMIT 1");
            if self.row(query(AssertSqlSafe(any))).await?.is_some() {
                return Err(CopyError::NotEmpty(table));
            }
        }
        Ok(())
    }

    /// Creates the tables if there are none. Refuses tables of an older version, because they may
    /// hold data that is still needed.
    async fn made_ready(&self) -> Result<(), CopyError> {
        if migrate::is_without_schema(self.readers(), self.engine()).await? {
            self.migrate().await?;
        } else if !self.pending_migrations().await?.is_empty() {
            return Err(CopyError::Older);
        }
        // No foreign trigger may fire during the copy.
        Ok(self.check_schema().await?)
    }

    async fn snapshot(&self) -> Result<WriteTransaction, PortError> {
        let begun = self.writer().begin_with(self.engine().begin_snapshot());
        let mut source = WriteTransaction::new(
            TransactionConnection::Alone(begun.await.map_err(port)?),
            WriteScope::none(),
        );
        // The snapshot is taken by the first query after the lock.
        hold(&mut source, self.engine()).await?;
        Ok(source)
    }
}

async fn hold(write: &mut WriteTransaction, engine: Engine) -> Result<(), PortError> {
    let tables: Vec<&str> = copied_tables().collect();
    if let Some(hold) = engine.hold(&tables.join(", ")) {
        write.run(query(AssertSqlSafe(hold))).await?;
    }
    Ok(())
}

async fn count(write: &mut WriteTransaction, table: &str) -> Result<u32, PortError> {
    let count = format!("SELECT COUNT(*) FROM {table}");
    write.count(query(AssertSqlSafe(count))).await
}

async fn copy(
    source: &mut WriteTransaction,
    target: &mut WriteTransaction,
    table: &Table,
    engine: Engine,
) -> Result<(), PortError> {
    let mut page = source.rows(page_of(table, None)?).await?;
    while let Some(last) = page.last() {
        let next = page_of(table, Some(last))?;
        target.run(insert(table, &page, engine)?).await?;
        page = source.rows(next).await?;
    }
    Ok(())
}

/// The next page of rows after `last`.
fn page_of(table: &Table, last: Option<&AnyRow>) -> Result<Statement, PortError> {
    let (name, key) = (table.name, table.key.join(", "));
    let behind = last.map_or_else(String::new, |_| {
        let places: Vec<_> = (1..=table.key.len()).map(|at| format!("${at}")).collect();
        format!("WHERE ({key}) > ({})", places.join(", "))
    });
    let sql = format!("SELECT * FROM {name} {behind} ORDER BY {key} LIMIT {PAGE}");
    let mut sql: Statement = query(AssertSqlSafe(sql));
    for column in last.iter().flat_map(|_| table.key) {
        let value = last.map_or(Ok(None), |row| CellValue::of(row, *column))?;
        sql = bound(sql, value);
    }
    Ok(sql)
}

/// A value of any column. A NULL gets its type only from its place in the statement, so it is
/// written as a literal, not bound.
enum CellValue {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl CellValue {
    fn of<I: sqlx::ColumnIndex<AnyRow> + Copy>(
        row: &AnyRow,
        column: I,
    ) -> Result<Option<Self>, PortError> {
        let raw = row.try_get_raw(column).map_err(port)?;
        if raw.is_null() {
            return Ok(None);
        }
        Ok(Some(match raw.type_info().kind() {
            AnyTypeInfoKind::Text => Self::Text(row.try_get(column).map_err(port)?),
            AnyTypeInfoKind::Blob => Self::Bytes(row.try_get(column).map_err(port)?),
            _ => Self::Number(row.try_get(column).map_err(port)?),
        }))
    }
}

fn bound(sql: Statement, value: Option<CellValue>) -> Statement {
    match value {
        None => sql,
        Some(CellValue::Number(number)) => sql.bind(number),
        Some(CellValue::Text(text)) => sql.bind(text),
        Some(CellValue::Bytes(bytes)) => sql.bind(bytes),
    }
}

fn insert(table: &Table, rows: &[AnyRow], engine: Engine) -> Result<Statement, PortError> {
    let columns: Vec<&str> = rows
        .first()
        .map_or(&[][..], AnyRow::columns)
        .iter()
        .map(Column::name)
        .collect();
    let mut sql = format!(
        "INSERT INTO {} ({}){} VALUES ",
        table.name,
        columns.join(", "),
        engine.with_numbers()
    );
    let mut values = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        sql.push_str(if number == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            let comma = if column == 0 { "" } else { ", " };
            let value = CellValue::of(row, column)?;
            if value.is_some() {
                values.push(value);
                write!(sql, "{comma}${}", values.len()).map_err(damaged)?;
            } else {
                write!(sql, "{comma}NULL").map_err(damaged)?;
            }
        }
        sql.push(')');
    }
    Ok(values.into_iter().fold(query(AssertSqlSafe(sql)), bound))
}

/// Whether every sealed value in the target can be opened.
async fn opens(target: &mut WriteTransaction, ring: &KeyRing) -> Result<(), CopyError> {
    const KEY_CHECK: &str = "SELECT value FROM key_check WHERE id = 1";
    let check = target.row(query(KEY_CHECK)).await?;
    let check = check.map(|row| row.bytes("value")).transpose()?;
    let of_database = check.and_then(|check| ring.fitting(&check));
    let of_database = of_database.ok_or(CopyError::Foreign)?;
    let mut kept = Vec::new();
    for purpose in DataKeys::PURPOSES {
        if let Some(row) = target.row(keys::of_purpose(purpose)).await? {
            kept.push((purpose, row.sealed()?));
        } else if purpose == DataKeys::ASSERTIONS {
            // The next start makes it. No row depends on it.
            let first = DataKeys::first(of_database, purpose, [0; 24]);
            kept.push((purpose, first.map_err(|_| CopyError::DataKeys)?));
        }
    }
    let kept = |purpose: &str| {
        let found = kept.iter().find(|(name, _)| *name == purpose);
        found.map(|(_, sealed)| sealed.clone())
    };
    let data = DataKeys::open(ring, kept).map_err(|_| CopyError::DataKeys)?;
    let vault = Vault::with(ring, data);
    for table in SealedTable::ALL {
        all_open(target, table, &vault).await?;
    }
    Ok(())
}

async fn all_open(
    target: &mut WriteTransaction,
    table: SealedTable,
    vault: &Vault,
) -> Result<(), CopyError> {
    let (none, mut after) = (KeyId::stored(String::new()), String::new());
    loop {
        let page = target
            .rows(keys::select(table, &none, &after, PAGE))
            .await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        keys::read(table, last)?.id().clone_into(&mut after);
        for row in &page {
            let row = keys::read(table, row)?;
            let opened = match &row {
                SealedRow::PublicKey(user, id, sealed) => {
                    vault.open_credential(sealed, user, id).map(drop)
                }
                SealedRow::Method(.., sealed) | SealedRow::Pending(.., sealed) => {
                    vault.open(sealed, row.place()).map(drop)
                }
            };
            if let Err(cause) = opened {
                return Err(CopyError::Sealed(email(target, row.user()).await?, cause));
            }
        }
    }
}

async fn email(target: &mut WriteTransaction, user: &UserId) -> Result<String, PortError> {
    const EMAIL: &str = "SELECT email FROM users WHERE id = $1";
    let email = query(EMAIL).bind(user.as_str().to_owned());
    let row = target.row(email).await?;
    row.map_or_else(
        || Ok(user.as_str().to_owned()),
        |row| row.try_get("email").map_err(port),
    )
}
