//! Checks that a database's schema is what this program creates. A trigger, view, default or table
//! that another program added could sign in users, or bypass the second factor, while every row
//! looks right.
//!
//! A `SQLite` file is compared with a freshly migrated database in memory. A `PostgreSQL` schema
//! may hold tables of other programs, so only triggers, rules, views and policies are checked, of
//! which this program creates none, and the defaults of its own columns.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};
use tokio::sync::OnceCell;

use crate::engine::{
    dialect::Engine,
    error::OpenError,
    migrate::{self, tables::copied_tables},
};

/// The whole schema, except the statistics tables that `ANALYZE` creates.
const OF_SQLITE: &str = "
    SELECT type AS kind, tbl_name AS owner, name, COALESCE(sql, '') AS text FROM sqlite_master
    WHERE NOT (type = 'table' AND name = tbl_name AND COALESCE(sql, '') IN (
        'CREATE TABLE sqlite_stat1(tbl,idx,stat)', 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)'))";

/// Excludes views of extensions, which belong to the server's operator, and internal triggers,
/// which check foreign keys.
const OF_POSTGRES: &str = "
    WITH here AS (
        SELECT c.oid, CAST(c.relname AS TEXT) AS owner, c.relkind
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema()
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
    SELECT 'trigger' AS kind, h.owner, CAST(t.tgname AS TEXT) AS name, '' AS text
    FROM pg_trigger t JOIN here h ON h.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'rule', h.owner, CAST(r.rulename AS TEXT), '' FROM pg_rewrite r JOIN here h ON h.oid = r.ev_class WHERE r.rulename <> '_RETURN'
    UNION ALL
    SELECT 'view', h.owner, h.owner, '' FROM here h WHERE h.relkind IN ('v', 'm')
    UNION ALL
    SELECT 'policy', h.owner, CAST(p.polname AS TEXT), '' FROM pg_policy p JOIN here h ON h.oid = p.polrelid
    UNION ALL
    SELECT CASE WHEN a.attgenerated = '' THEN 'default' ELSE 'generated column' END, h.owner, CAST(a.attname AS TEXT),
           CAST(pg_get_expr(d.adbin, d.adrelid) AS TEXT)
    FROM pg_attrdef d JOIN here h ON h.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum";

/// Column defaults, read from `SQLite`, because both engines have the same tables (checked by a
/// test).
const DEFAULTS: &str = "
    SELECT 'default' AS kind, t.name AS owner, c.name AS name, c.dflt_value AS text
    FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.dflt_value IS NOT NULL";

/// The migration library's own table, whose text changes with that library.
pub const HISTORY: &str = "_sqlx_migrations";
/// Tables of this program that are not copied, because they describe processes, not users.
const NOT_COPIED: [&str; 2] = ["heartbeat", "servers"];

/// SHA-256 of what [`digest`] reads from this version's schema. With it, a start can check the
/// schema without building the expected one (8 ms and 1 MiB). A stale digest only costs that time;
/// a test prints the right value.
const DIGEST_OF_SQLITE: &str = "c0d08a91875e47aee8080a4a10b4cc20b0441a358c258d2715e8b78bab8d5643";
/// The digest of the defaults on `PostgreSQL`.
const DIGEST_OF_DEFAULTS: &str = "5608800ae690c27277512a2d3a73c1fcc3fb8c4203ee108c46b9c6163237bd98";

/// A schema object: its kind, its table and its name.
type SchemaObject = (String, String, String);
/// Objects with the SQL that created each.
type SchemaObjects = BTreeMap<SchemaObject, String>;

/// Refuses triggers, views and the like in a schema of any version, because no version of this
/// program creates any. Returns whether the schema is already this version's.
pub async fn refuse_code(
    connection: &mut AnyConnection,
    engine: Engine,
) -> Result<bool, OpenError> {
    let mut found = objects(connection, engine).await?;
    if digest(&found) == digest_of(engine) {
        return Ok(true);
    }
    found
        .retain(|(kind, ..), _| !matches!(kind.as_str(), "table" | "index") && !is_of_column(kind));
    compare_objects(&found, &SchemaObjects::new())?;
    Ok(false)
}

/// Refuses a current schema that differs from this program's own.
pub async fn refuse_altered(
    connection: &mut AnyConnection,
    engine: Engine,
) -> Result<(), OpenError> {
    let found = objects(connection, engine).await?;
    if digest(&found) == digest_of(engine) {
        return Ok(());
    }
    compare_objects(&found, expected(engine).await?)
}

const fn digest_of(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => DIGEST_OF_SQLITE,
        Engine::Postgres => DIGEST_OF_DEFAULTS,
    }
}

/// Hashes each object and its text, each part prefixed by its length.
fn digest(objects: &SchemaObjects) -> String {
    let mut hash = Sha256::new();
    for ((kind, owner, name), text) in objects {
        for part in [kind, owner, name, text] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
    }
    HEXLOWER.encode(&hash.finalize())
}

async fn objects(
    connection: &mut AnyConnection,
    engine: Engine,
) -> Result<SchemaObjects, OpenError> {
    match engine {
        Engine::Sqlite => read(connection, OF_SQLITE).await,
        Engine::Postgres => read(connection, OF_POSTGRES).await,
    }
}

/// Whether a table belongs to this program. Does not include [`HISTORY`].
pub fn is_ours(table: &str) -> bool {
    NOT_COPIED.contains(&table) || copied_tables().any(|ours| ours == table)
}

async fn read(
    connection: &mut AnyConnection,
    sql: &'static str,
) -> Result<SchemaObjects, OpenError> {
    let rows = sqlx::query(sql).fetch_all(connection).await;
    let mut objects = SchemaObjects::new();
    for row in rows.map_err(OpenError::Schema)? {
        let (mut object, text) = object(&row).map_err(OpenError::Schema)?;
        if is_of_history(&object) {
            continue;
        }
        // A schema that was edited by hand may contain a name twice.
        while objects.contains_key(&object) {
            object.2.push_str(" again");
        }
        objects.insert(object, text);
    }
    // Tables of other programs in the `PostgreSQL` schema may have defaults and generated columns.
    objects.retain(|(kind, owner, _), _| !is_of_column(kind) || is_ours(owner));
    Ok(objects)
}

/// The implicit index of the migration table's key, which that table's own SQL implies.
fn is_of_history((kind, owner, name): &SchemaObject) -> bool {
    kind == "index" && owner == HISTORY && name.starts_with("sqlite_autoindex_")
}

fn is_of_column(kind: &str) -> bool {
    matches!(kind, "default" | "generated column")
}

fn object(row: &AnyRow) -> sqlx::Result<(SchemaObject, String)> {
    let (kind, owner, name): (String, String, String) = (
        row.try_get("kind")?,
        row.try_get("owner")?,
        row.try_get("name")?,
    );
    let text: String = row.try_get("text")?;
    let text = match kind.as_str() {
        "table" if name == HISTORY => String::new(),
        "default" => bare(&text).to_owned(),
        _ => plain(&text),
    };
    Ok(((kind, owner, name), text))
}

/// The expected schema, built once per process in memory.
async fn expected(engine: Engine) -> Result<&'static SchemaObjects, OpenError> {
    static SQLITE: OnceCell<SchemaObjects> = OnceCell::const_new();
    static POSTGRES: OnceCell<SchemaObjects> = OnceCell::const_new();
    match engine {
        Engine::Sqlite => SQLITE.get_or_try_init(|| made(OF_SQLITE)).await,
        Engine::Postgres => POSTGRES.get_or_try_init(|| made(DEFAULTS)).await,
    }
}

async fn made(sql: &'static str) -> Result<SchemaObjects, OpenError> {
    sqlx::any::install_default_drivers();
    let memory = AnyConnection::connect("sqlite::memory:").await;
    let mut memory = memory.map_err(OpenError::Schema)?;
    migrate::migrator(Engine::Sqlite)
        .run_direct(None, &mut memory, false)
        .await
        .map_err(OpenError::Migrate)?;
    let made = read(&mut memory, sql).await?;
    memory.close().await.map_err(OpenError::Schema)?;
    Ok(made)
}

/// Normalises whitespace, because `ALTER TABLE` adds or removes some.
fn plain(sql: &str) -> String {
    let mut text: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in ["(", ")", ","] {
        text = text.replace(&format!(" {mark}"), mark);
        text = text.replace(&format!("{mark} "), mark);
    }
    text
}

/// A default without the type cast that `PostgreSQL` appends and the quotes that it puts around a
/// negative number.
fn bare(default: &str) -> &str {
    let value = ["::text", "::bigint", "::integer"];
    let value = value.iter().find_map(|of| default.strip_suffix(of));
    value.unwrap_or(default).trim_matches('\'')
}

/// Names what is foreign, missing or changed, with the expected value.
fn compare_objects(found: &SchemaObjects, expected: &SchemaObjects) -> Result<(), OpenError> {
    let foreign = found.keys().filter(|object| !expected.contains_key(object));
    let foreign = foreign.map(|object| format!("the {} is foreign", named(object)));
    let missing = expected.keys().filter(|object| !found.contains_key(object));
    let missing = missing.map(|object| format!("the {} is missing", named(object)));
    let changed = found.iter().filter_map(|(object, text)| {
        let right = expected.get(object).filter(|right| *right != text)?;
        Some(format!(
            "the {} has {} where {} would be right",
            named(object),
            apart(text, right),
            apart(right, text)
        ))
    });
    let differences: Vec<String> = foreign.chain(missing).chain(changed).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(OpenError::Altered(differences.join(", ")))
}

/// Names come from the database, so control characters are escaped.
fn named((kind, owner, name): &SchemaObject) -> String {
    let name = name.escape_debug();
    match kind.as_str() {
        "table" | "view" => format!("{kind} `{name}`"),
        _ => format!("{kind} `{name}` of `{}`", owner.escape_debug()),
    }
}

/// The parts of a text that the other lacks. A column added last has the table's closing bracket
/// after it.
fn apart(text: &str, other: &str) -> String {
    let part = |part: &'_ str| part.trim_end_matches(')').to_owned();
    let others: Vec<String> = other.split(',').map(part).collect();
    let parts: Vec<String> = text
        .split(',')
        .map(part)
        .filter(|part| !others.contains(part))
        .map(|part| format!("`{}`", part.escape_debug()))
        .collect();
    if parts.is_empty() {
        return "nothing".to_owned();
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(kind: &str, name: &str, text: &str) -> SchemaObjects {
        let object = (kind.to_owned(), "sessions".to_owned(), name.to_owned());
        [(object, plain(text))].into()
    }

    fn describe_difference(found: &SchemaObjects, expected: &SchemaObjects) -> String {
        compare_objects(found, expected).unwrap_err().to_string()
    }

    #[tokio::test]
    async fn the_digests_are_those_of_this_version() {
        for (sql, right) in [
            (OF_SQLITE, DIGEST_OF_SQLITE),
            (DEFAULTS, DIGEST_OF_DEFAULTS),
        ] {
            assert_eq!(digest(&made(sql).await.unwrap()), right, "of {sql}");
        }
    }

    #[test]
    fn one_default_more_is_another_digest() {
        let ours = one("table", "sessions", "CREATE TABLE sessions (id TEXT)");
        let text = "CREATE TABLE sessions (id TEXT DEFAULT 1)";
        assert_ne!(digest(&ours), digest(&one("table", "sessions", text)));
        assert_ne!(
            digest(&ours),
            digest(&one("view", "sessions", "CREATE TABLE sessions (id TEXT)"))
        );
    }

    #[test]
    fn blank_space_is_no_difference() {
        let ours = one(
            "table",
            "sessions",
            "CREATE TABLE sessions (\n    id TEXT,\n    at BIGINT\n)",
        );
        let altered = one(
            "table",
            "sessions",
            "CREATE TABLE sessions (id TEXT , at BIGINT)",
        );
        assert!(compare_objects(&altered, &ours).is_ok());
    }

    #[test]
    fn what_is_foreign_missing_or_changed_is_named_with_what_is_right() {
        let ours = one(
            "table",
            "sessions",
            "CREATE TABLE sessions (id TEXT, at BIGINT)",
        );
        let changed = one(
            "table",
            "sessions",
            "CREATE TABLE sessions (id TEXT, at BIGINT DEFAULT 1)",
        );
        let line = describe_difference(&changed, &ours);
        assert!(
            line.contains(
                "the table `sessions` has `at BIGINT DEFAULT 1` where `at BIGINT` would be right"
            ),
            "{line}"
        );
        let none = SchemaObjects::new();
        let line = describe_difference(&none, &ours);
        assert!(line.contains("the table `sessions` is missing"), "{line}");
        let line = describe_difference(&one("trigger", "full\n\u{1b}[2J", ""), &none);
        assert!(
            line.contains("the trigger `full\\n\\u{1b}[2J` of `sessions` is foreign"),
            "{line}"
        );
    }

    #[test]
    fn a_default_is_the_same_in_both_engines() {
        for (postgres, sqlite) in [
            ("'added'::text", "'added'"),
            ("''::text", "''"),
            ("0", "0"),
            ("'-1'::integer", "-1"),
        ] {
            assert_eq!(bare(postgres), bare(sqlite));
        }
        assert_ne!(bare("now()"), bare("0"));
    }
}
