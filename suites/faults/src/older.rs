//! Converts a database to an older version: only the first migrations, with all current rows in
//! their tables.

use std::{fs, path::Path};

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType},
};

use crate::{database::OpenDatabase, engine::TestedEngine};

/// The migrations of `storage`, oldest first.
pub fn migrations(engine: TestedEngine) -> Vec<Migration> {
    let folder = match engine {
        TestedEngine::Sqlite => "sqlite",
        TestedEngine::Postgres => "postgres",
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../storage/migrations")
        .join(folder);
    let mut migrations: Vec<Migration> = fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let number = name.split('_').next().unwrap().parse().unwrap();
            let sql = AssertSqlSafe(fs::read_to_string(&path).unwrap()).into_sql_str();
            Migration::new(number, name.into(), MigrationType::Simple, sql, false)
        })
        .collect();
    migrations.sort_by_key(|migration| migration.version);
    migrations
}

/// Converts a database to the schema of these first migrations. Columns that they lack are dropped.
pub fn take_back(engine: TestedEngine, url: &str, migrations: &[Migration]) {
    let older = match engine {
        TestedEngine::Sqlite => format!("{url}.older"),
        TestedEngine::Postgres => url.to_owned(),
    };
    let file = |url: &str| url.trim_start_matches("sqlite:").to_owned();
    let mut open = match engine {
        TestedEngine::Sqlite => {
            fs::write(file(&older), "").unwrap();
            let mut open = OpenDatabase::at(&older);
            open.run("PRAGMA foreign_keys = OFF");
            open.run(&format!("ATTACH '{}' AS public", file(url)));
            open
        }
        TestedEngine::Postgres => {
            let mut open = OpenDatabase::at(url);
            open.run("CREATE SCHEMA older; SET search_path TO older; SET session_replication_role = replica");
            open
        }
    };
    open.migrate(migrations.to_vec());
    let numbered = match engine {
        TestedEngine::Sqlite => "",
        TestedEngine::Postgres => " OVERRIDING SYSTEM VALUE",
    };
    for (table, columns) in tables(&mut open, engine) {
        let columns = columns.join(", ");
        let source = source("public.", &table, &columns, true);
        open.run(&format!(
            "INSERT INTO {table} ({columns}){numbered} SELECT {columns} FROM {source}"
        ));
        if engine == TestedEngine::Postgres && table == "security_events" {
            open.run("SELECT setval(pg_get_serial_sequence('security_events', 'id'), MAX(id)) FROM security_events");
        }
    }
    match engine {
        TestedEngine::Sqlite => {
            open.run("DETACH public");
            open.close();
            fs::rename(file(&older), file(url)).unwrap();
        }
        TestedEngine::Postgres => {
            open.run("DROP SCHEMA public CASCADE; ALTER SCHEMA older RENAME TO public");
            open.close();
        }
    }
}

/// Where the rows of a table with these columns are. Migration 47 moved the keys of the methods
/// into a table of their own.
fn source(schema: &str, table: &str, columns: &str, has_app_keys: bool) -> String {
    if table == "mfa_methods" && columns.contains("sealed_key") && has_app_keys {
        format!("{schema}mfa_methods JOIN {schema}app_keys ON method_id = id")
    } else {
        format!("{schema}{table}")
    }
}

/// The tables with their columns, except the migration history.
pub fn tables(open: &mut OpenDatabase, engine: TestedEngine) -> Vec<(String, Vec<String>)> {
    let (tables, columns) = match engine {
        TestedEngine::Sqlite => (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT name FROM pragma_table_info",
        ),
        TestedEngine::Postgres => (
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()",
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name =",
        ),
    };
    let mut tables = open.texts(tables);
    tables.retain(|table| table != "_sqlx_migrations");
    tables.sort();
    let with_columns = |table: String| {
        let columns = open.texts(&format!("{columns} ('{table}')"));
        (table, columns)
    };
    tables.into_iter().map(with_columns).collect()
}

/// The rows of these columns, sorted.
pub fn rows(
    open: &mut OpenDatabase,
    engine: TestedEngine,
    tables: &[(String, Vec<String>)],
) -> Vec<String> {
    let text = |column: &String| match engine {
        TestedEngine::Sqlite => format!("quote({column})"),
        TestedEngine::Postgres => format!("COALESCE(CAST({column} AS TEXT), 'NULL')"),
    };
    let now = self::tables(open, engine);
    let has_app_keys = now.iter().any(|(table, _)| table == "app_keys");
    let mut rows = Vec::new();
    for (table, columns) in tables {
        let columns: Vec<String> = columns.iter().map(text).collect();
        let columns = columns.join(" || ' ' || ");
        let source = source("", table, &columns, has_app_keys);
        rows.extend(open.texts(&format!(
            "SELECT '{table} ' || {columns} FROM {source} ORDER BY 1"
        )));
    }
    rows
}

/// The engine's full description of the schema, one line per object.
pub fn schema(open: &mut OpenDatabase, engine: TestedEngine) -> Vec<String> {
    match engine {
        TestedEngine::Sqlite => open.texts("SELECT COALESCE(sql, name) FROM sqlite_master ORDER BY 1"),
        TestedEngine::Postgres => open.texts(
            "SELECT CONCAT_WS(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default, is_identity, collation_name)
             FROM information_schema.columns WHERE table_schema = current_schema()
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
             UNION ALL SELECT CONCAT_WS(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
                       WHERE connamespace = current_schema()::regnamespace
             ORDER BY 1",
        ),
    }
}
