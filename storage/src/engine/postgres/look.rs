//! The first checks of a `PostgreSQL` database, on separate connections: whether it is reachable,
//! whether a pooler stands before it, and what the role may do. Each refusal is one sentence with
//! the statement that fixes it.

use std::time::Duration;

use sqlx::{
    AnyConnection, ConnectOptions, Connection, Row,
    any::{AnyConnectOptions, AnyRow},
    raw_sql,
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
};

use crate::engine::{
    connect::PATIENCE,
    error::{
        OpenError,
        cause::{self, Cause},
    },
    migrate::schema_check::{HISTORY, is_ours},
};

/// The time between two attempts to reach a server that is starting.
const AGAIN: Duration = Duration::from_millis(200);
/// A pooler whose only connection is in use does not answer; silence alone proves nothing.
const PROMPT: Duration = Duration::from_secs(1);

/// How often the log repeats that a pooler is in use.
const TOLD_EACH: Duration = Duration::from_mins(1);
/// For this transaction only, so that the role's own short timeouts do not cut the checks short.
const PATIENTLY: &str = "BEGIN; SET LOCAL statement_timeout = 5000; SET LOCAL lock_timeout = 5000";

const ROLE: &str = "
    SELECT pg_is_in_recovery() AS is_standby, current_setting('default_transaction_read_only') AS reads_only, current_setting('server_encoding') AS encoding, CAST(current_user AS TEXT) AS role, CAST(current_database() AS TEXT) AS database,
           COALESCE(CAST(current_schema() AS TEXT), '') AS schema, current_setting('search_path') AS search_path,
           COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create";
/// `pg_class` shows every table to every role; `information_schema` shows only what the role may
/// use.
const TABLES: &str = "
    SELECT CAST(c.relname AS TEXT) AS name, CAST(pg_get_userbyid(c.relowner) AS TEXT) AS owner, pg_has_role(c.relowner, 'USAGE') AS is_own,
           has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
               AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') AS may_use
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname";

/// All existing schemas, including those that the role may not use.
const SCHEMAS: &str = "SELECT CAST(nspname AS TEXT) AS name FROM pg_namespace";

/// The role's privileges in the schema of the tables.
pub struct Rights {
    role: String,
    database: String,
    schema: String,
    may_create: bool,
    /// A table that belongs to another role, and that role.
    foreign: Option<(String, String)>,
}

impl Rights {
    /// Refuses a role that can't migrate the schema.
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

    /// Why no schema of the search path is usable, and the fix: grant a privilege on the first one
    /// that exists, or create one.
    fn without_schema(&self, search_path: &str, schemas: &[String]) -> OpenError {
        let (role, database) = (quoted(&self.role), quoted(&self.database));
        let path = path_of(search_path, &self.role);
        let there = path.iter().find(|name| schemas.contains(name));
        OpenError::NotAllowed(match (there, path.last()) {
            (Some(schema), _) => {
                let schema = quoted(schema);
                format!(
                    "the role {role} may use no schema of its search path ({search_path}): run `GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}` as the owner of the database {database}"
                )
            }
            (None, Some(schema)) => format!(
                "no schema of the search path of the role {role} ({search_path}) is there: run `CREATE SCHEMA {} AUTHORIZATION {role}` as the owner of the database {database}, or name another one with `ALTER ROLE {role} SET search_path`",
                quoted(schema)
            ),
            (None, None) => format!(
                "the search path of the role {role} is empty: run `ALTER ROLE {role} SET search_path = public`"
            ),
        })
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

/// Checks the database, and refuses one that can't work.
pub async fn look(options: &AnyConnectOptions) -> Result<Rights, OpenError> {
    let mut one = connected(options).await.map_err(refused)?;
    let mut other = connected(options).await.map_err(refused)?;
    if is_shared(&mut one, &mut other).await.map_err(refused)? {
        return Err(OpenError::Pooler);
    }
    // The connection is no longer needed, so a failed close is ignored.
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

/// Checks each new connection for a pooler while the server runs, because one may be inserted at
/// any time.
pub struct PoolerWatch {
    options: AnyConnectOptions,
    seen: Mutex<WatchState>,
}

struct WatchState {
    /// When a check last found no pooler.
    clear: Instant,
    /// When a pooler was last logged.
    told: Option<Instant>,
}

impl PoolerWatch {
    /// Starts with the assumption that the first checks found no pooler just now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day"
    )]
    pub fn new(options: AnyConnectOptions) -> Self {
        Self {
            options,
            seen: Mutex::new(WatchState {
                clear: Instant::now(),
                told: None,
            }),
        }
    }

    /// Refuses a shared connection before any setting is made on it.
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day"
    )]
    pub async fn refuse_shared(&self, connection: &mut AnyConnection) -> sqlx::Result<()> {
        let arrived = Instant::now();
        let mut seen = self.seen.lock().await;
        // Connections that open together share one check.
        if seen.clear > arrived {
            return Ok(());
        }
        let mut other = self.options.connect().await?;
        let is_shared = is_shared(connection, &mut other).await;
        let _ = other.close().await;
        if is_shared? {
            // The pool retries, so the log is rate limited.
            if seen.told.is_none_or(|told| told.elapsed() > TOLD_EACH) {
                tracing::error!("{}", OpenError::Pooler);
                seen.told = Some(Instant::now());
            }
            return Err(sqlx::Error::Configuration(OpenError::Pooler.into()));
        }
        seen.clear = Instant::now();
        Ok(())
    }
}

/// Waits for a server that is starting; on timeout, returns the last refusal.
async fn connected(options: &AnyConnectOptions) -> sqlx::Result<AnyConnection> {
    let mut last = None;
    let waited = timeout(PATIENCE, async {
        loop {
            match options.connect().await {
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

/// Whether a pooler shares server connections between transactions. While `other` keeps one in a
/// transaction, `one` must get a different one. Once both are free, a pooler hands out the most
/// recently used one, or all in turn.
/// Only plain queries are sent, because they leave nothing behind on a connection that other
/// programs may get next.
async fn is_shared(one: &mut AnyConnection, other: &mut AnyConnection) -> sqlx::Result<bool> {
    let before = own_backend(one).await?;
    raw_sql(PATIENTLY).execute(&mut *other).await?;
    let held = backend(other).await?;
    let during = timeout(PROMPT, own_backend(one)).await;
    raw_sql("COMMIT").execute(&mut *other).await?;
    let mut seen = vec![before];
    // If `one` has to wait, the pooler has a single connection, which the two backends above
    // already show.
    if let Ok(during) = during {
        seen.push(during?);
    }
    for _ in 0..3 {
        seen.push(own_backend(one).await?);
    }
    Ok(seen.iter().any(|seen| *seen != before || *seen == held))
}

/// Like [`backend`], but in a transaction of its own.
async fn own_backend(connection: &mut AnyConnection) -> sqlx::Result<i32> {
    raw_sql(PATIENTLY).execute(&mut *connection).await?;
    let process = backend(connection).await?;
    raw_sql("COMMIT").execute(connection).await?;
    Ok(process)
}

/// The process id of the server connection.
async fn backend(connection: &mut AnyConnection) -> sqlx::Result<i32> {
    let asked = raw_sql("SELECT pg_backend_pid() AS process").fetch_one(connection);
    asked.await?.try_get("process")
}

async fn rights(connection: &mut AnyConnection) -> Result<Rights, OpenError> {
    let begun = raw_sql(PATIENTLY).execute(&mut *connection).await;
    begun.map_err(OpenError::Server)?;
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
    if row.try_get("is_standby").map_err(OpenError::Server)? {
        return Err(OpenError::NoWrites(Cause::Standby));
    }
    if text("reads_only")? == "on" {
        return Err(OpenError::NoWrites(Cause::ReadOnly));
    }
    if rights.schema.is_empty() {
        let schemas = raw_sql(SCHEMAS).fetch_all(connection).await;
        let schemas = schemas.map_err(OpenError::Server)?;
        let names: sqlx::Result<Vec<String>> =
            schemas.iter().map(|row| row.try_get("name")).collect();
        let names = names.map_err(OpenError::Server)?;
        return Err(rights.without_schema(&text("search_path")?, &names));
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
fn table(row: &AnyRow) -> sqlx::Result<((String, String), bool, bool)> {
    let names = (row.try_get("name")?, row.try_get("owner")?);
    Ok((names, row.try_get("is_own")?, row.try_get("may_use")?))
}

/// The schemas of a search path, without the server's own.
fn path_of(search_path: &str, role: &str) -> Vec<String> {
    let names = search_path.split(',').map(|name| {
        let name = name.trim();
        let bare = name
            .strip_prefix('"')
            .and_then(|name| name.strip_suffix('"'));
        let name = bare.unwrap_or(name).replace("\"\"", "\"");
        if name == "$user" {
            role.to_owned()
        } else {
            name
        }
    });
    names
        .filter(|name| !name.is_empty() && !name.starts_with("pg_"))
        .collect()
}

/// A name, quoted for use in a statement where needed.
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
    fn s22_a_search_path_is_read_as_the_server_shows_it() {
        for (shown, path) in [
            ("\"$user\", public", vec!["ada", "public"]),
            ("\"\"", vec![]),
            ("", vec![]),
            ("pg_catalog, \"My \"\"App\"", vec!["My \"App"]),
        ] {
            assert_eq!(path_of(shown, "ada"), path, "{shown}");
        }
    }

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
