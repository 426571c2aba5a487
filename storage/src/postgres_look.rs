//! The first look at a `PostgreSQL` database, by connections of its own: whether it is there, what stands before it, and what the role may
//! do. Each refusal is one sentence with the statement that mends it.

use std::time::Duration;

use sqlx::{
    Connection, PgConnection, Row,
    postgres::{PgConnectOptions, PgRow},
    raw_sql,
};
use tokio::time::{sleep, timeout};

use crate::{
    cause::{self, Cause},
    connect::PATIENCE,
    error::OpenError,
    schema_check::{HISTORY, is_ours},
};

/// The time between two tries to reach a server that is starting.
const AGAIN: Duration = Duration::from_millis(200);
/// A pooler whose only connection is taken does not answer; nothing is concluded from that alone.
const PROMPT: Duration = Duration::from_secs(1);

const ROLE: &str = "
    SELECT current_setting('server_encoding') AS encoding, CAST(current_user AS TEXT) AS role, CAST(current_database() AS TEXT) AS database,
           COALESCE(CAST(current_schema() AS TEXT), '') AS schema, current_setting('search_path') AS search_path,
           COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create";
/// A catalogue that shows everybody every table; `information_schema` shows only what the role may use.
const TABLES: &str = "
    SELECT CAST(c.relname AS TEXT) AS name, CAST(pg_get_userbyid(c.relowner) AS TEXT) AS owner, pg_has_role(c.relowner, 'USAGE') AS is_own,
           has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
               AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') AS may_use
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname";

/// What the role may do where the tables stand.
pub struct Rights {
    role: String,
    database: String,
    schema: String,
    may_create: bool,
    /// A table that belongs to another role, and that role.
    foreign: Option<(String, String)>,
}

impl Rights {
    /// Refuses a role that can't bring the schema up to date.
    pub fn refuse_without_migrating(&self) -> Result<(), OpenError> {
        let (role, schema) = (quoted(&self.role), quoted(&self.schema));
        if !self.may_create {
            return Err(OpenError::NotAllowed(format!(
                "the role {role} may not create tables in the schema {schema}: run `GRANT CREATE ON SCHEMA {schema} TO {role}` as the owner of the database {}",
                quoted(&self.database)
            )));
        }
        match &self.foreign {
            Some((table, owner)) => Err(OpenError::NotAllowed(format!(
                "the schema is of an older version, and only the role {owner}, which owns the table {table}, can change it: {}",
                self.as_owner(table, owner)
            ))),
            None => Ok(()),
        }
    }

    fn refuse_without_use(&self, table: &str, owner: &str) -> OpenError {
        OpenError::NotAllowed(format!(
            "the role {} may not use the table {table}, which belongs to the role {owner}: {}",
            quoted(&self.role),
            self.as_owner(table, owner)
        ))
    }

    fn as_owner(&self, table: &str, owner: &str) -> String {
        format!(
            "name {owner} in TWINLOCK_DATABASE_URL, or run `ALTER TABLE {}.{table} OWNER TO {}` for each table",
            quoted(&self.schema),
            quoted(&self.role)
        )
    }
}

/// Looks, and refuses what can't work.
pub async fn look(options: &PgConnectOptions) -> Result<Rights, OpenError> {
    let mut one = connected(options).await.map_err(refused)?;
    let mut other = connected(options).await.map_err(refused)?;
    if is_shared(&mut one, &mut other).await.map_err(refused)? {
        return Err(OpenError::Pooler);
    }
    // It has done its part; what becomes of it is of no account.
    let _ = other.close().await;
    let rights = rights(&mut one).await;
    let _ = one.close().await;
    rights
}

fn refused(error: sqlx::Error) -> OpenError {
    match cause::of(&error) {
        Some(Cause::Pooler) => OpenError::Pooler,
        _ => OpenError::Server(error),
    }
}

/// Waits for a server that is starting; the last refusal is the one that counts.
async fn connected(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    let mut last = None;
    let waited = timeout(PATIENCE, async {
        loop {
            match PgConnection::connect_with(options).await {
                Err(error) if comes_later(&error) => last = Some(error),
                done => return done,
            }
            sleep(AGAIN).await;
        }
    });
    match waited.await {
        Ok(done) => done,
        Err(_) => Err(last.unwrap_or(sqlx::Error::PoolTimedOut)),
    }
}

fn comes_later(error: &sqlx::Error) -> bool {
    matches!(
        cause::of(error),
        Some(Cause::Starting | Cause::NoConnectionLeft | Cause::NobodyListens)
    )
}

/// Whether the connections of the server change hands between two transactions: then two of ours are one there, or one is several. While
/// `other` keeps one in a transaction, `one` has to get another; once both are free, a pooler hands out the one that was used last, or all
/// in turn. Only plain queries are sent: they leave nothing behind on a connection that other programs get next.
async fn is_shared(one: &mut PgConnection, other: &mut PgConnection) -> sqlx::Result<bool> {
    let before = backend(one).await?;
    raw_sql("BEGIN").execute(&mut *other).await?;
    let held = backend(other).await?;
    let during = timeout(PROMPT, backend(one)).await;
    raw_sql("COMMIT").execute(&mut *other).await?;
    let mut seen = vec![before];
    // A pooler with a single connection lets `one` wait, and that has shown it: both had the same.
    if let Ok(during) = during {
        seen.push(during?);
    }
    for _ in 0..3 {
        seen.push(backend(one).await?);
    }
    Ok(seen.iter().any(|seen| *seen != before || *seen == held))
}

/// The number of the server's process behind a connection.
async fn backend(connection: &mut PgConnection) -> sqlx::Result<i32> {
    let asked = raw_sql("SELECT pg_backend_pid() AS process").fetch_one(connection);
    asked.await?.try_get("process")
}

async fn rights(connection: &mut PgConnection) -> Result<Rights, OpenError> {
    let row = raw_sql(ROLE).fetch_one(&mut *connection).await;
    let row = row.map_err(OpenError::Server)?;
    let text = |name: &str| row.try_get::<String, _>(name).map_err(OpenError::Server);
    let encoding = text("encoding")?;
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    let mut rights = Rights {
        role: text("role")?,
        database: text("database")?,
        schema: text("schema")?,
        may_create: row.try_get("may_create").map_err(OpenError::Server)?,
        foreign: None,
    };
    if rights.schema.is_empty() {
        let role = quoted(&rights.role);
        return Err(OpenError::NotAllowed(format!(
            "the role {role} may use no schema of its search path ({}), or none is there: run `GRANT USAGE, CREATE ON SCHEMA public TO {role}` as the owner of the database {}",
            text("search_path")?,
            quoted(&rights.database)
        )));
    }
    let tables = raw_sql(TABLES).fetch_all(connection).await;
    for row in tables.map_err(OpenError::Server)? {
        let (table, is_own, may_use) = table(&row).map_err(OpenError::Server)?;
        if !is_ours(&table.0) && table.0 != HISTORY {
            continue;
        }
        if !may_use {
            return Err(rights.refuse_without_use(&quoted(&table.0), &quoted(&table.1)));
        }
        if !is_own {
            rights.foreign = Some((quoted(&table.0), quoted(&table.1)));
        }
    }
    Ok(rights)
}

/// Name and owner of a table, whether it belongs to the role, and whether the role may use it.
fn table(row: &PgRow) -> sqlx::Result<((String, String), bool, bool)> {
    let names = (row.try_get("name")?, row.try_get("owner")?);
    Ok((names, row.try_get("is_own")?, row.try_get("may_use")?))
}

/// A name as it is written in a statement.
fn quoted(name: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    let is_bare =
        name.chars().all(is_plain) && !name.starts_with(|sign: char| sign.is_ascii_digit());
    if is_bare && !name.is_empty() {
        return name.to_owned();
    }
    format!(
        "\"{}\"",
        name.escape_debug().to_string().replace("\\\"", "\"\"")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_statements_need_them() {
        for (name, written) in [
            ("twinlock", "twinlock"),
            ("app_1", "app_1"),
            ("My App", "\"My App\""),
            ("a\"b", "\"a\"\"b\""),
            ("9x", "\"9x\""),
        ] {
            assert_eq!(quoted(name), written);
        }
    }
}
