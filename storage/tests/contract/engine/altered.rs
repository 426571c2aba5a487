//! RC4: a schema that differs from what this program creates is refused, and the difference is
//! named.

use sqlx::{AssertSqlSafe, Executor};
use storage::{CopyError, OpenError};

use crate::support::{ContractDatabase, engine, master_key};

/// With this trigger, a session that owes its second factor would count as complete.
const TRIGGER_SQLITE: &str = "CREATE TRIGGER spare AFTER INSERT ON sessions BEGIN
    UPDATE sessions SET second_factor_at = NEW.opened_at WHERE id = NEW.id; END";
const TRIGGER_POSTGRES: &str = "
    CREATE FUNCTION spare() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.second_factor_at := NEW.opened_at; RETURN NEW; END';
    CREATE TRIGGER spare BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION spare()";
const FOREIGN_TRIGGER: &str = "the trigger `spare` of `sessions` is foreign";

fn trigger() -> &'static str {
    if engine() == "sqlite" {
        TRIGGER_SQLITE
    } else {
        TRIGGER_POSTGRES
    }
}

/// Rewrites the SQL of a schema object, which `SQLite` allows to any program that can write the
/// file.
fn rewritten(object: &str, from: &str, to: &str) -> String {
    format!(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '{from}', '{to}') WHERE name = '{object}'"
    )
}

/// Changes to a schema, each with the expected message.
fn changes() -> Vec<(String, &'static str)> {
    let sqlite = [
        (
            "CREATE TABLE spare (id BIGINT)",
            "the table `spare` is foreign",
        ),
        (
            "CREATE INDEX spare ON users (abs(created_at))",
            "the index `spare` of `users` is foreign",
        ),
        (
            "CREATE UNIQUE INDEX spare ON sessions (user_id)",
            "the index `spare` of `sessions` is foreign",
        ),
        (
            "DROP INDEX sessions_seen",
            "the index `sessions_seen` of `sessions` is missing",
        ),
        (
            "DROP TABLE set_up_link",
            "the table `set_up_link` is missing",
        ),
        (
            "ALTER TABLE sessions ADD COLUMN spare BIGINT GENERATED ALWAYS AS (1) VIRTUAL",
            "the table `sessions` has `spare BIGINT GENERATED ALWAYS AS(1)VIRTUAL` where",
        ),
    ];
    let postgres = [
        (
            "CREATE RULE spare AS ON INSERT TO sessions DO ALSO UPDATE sessions SET second_factor_at = 1",
            "the rule `spare` of `sessions` is foreign",
        ),
        (
            "CREATE MATERIALIZED VIEW spare AS SELECT id FROM users",
            "the view `spare` is foreign",
        ),
        (
            "CREATE POLICY spare ON sessions",
            "the policy `spare` of `sessions` is foreign",
        ),
        (
            "ALTER TABLE sessions ALTER COLUMN second_factor_at SET DEFAULT 1",
            "the default `second_factor_at` of `sessions` is foreign",
        ),
        (
            "ALTER TABLE users ALTER COLUMN disabled SET DEFAULT 1",
            "the default `disabled` of `users` has `1` where `0` would be right",
        ),
        (
            "ALTER TABLE sessions ADD COLUMN spare BIGINT GENERATED ALWAYS AS (1) STORED",
            "the generated column `spare` of `sessions` is foreign",
        ),
    ];
    let mut changes = vec![
        (trigger().to_owned(), FOREIGN_TRIGGER),
        (
            "CREATE VIEW spare AS SELECT id FROM users".to_owned(),
            "the view `spare` is foreign",
        ),
    ];
    let own = if engine() == "sqlite" {
        sqlite
    } else {
        postgres
    };
    changes.extend(own.map(|(sql, words)| (sql.to_owned(), words)));
    if engine() == "sqlite" {
        changes.push((
            rewritten("sessions", "second_factor_at BIGINT", "second_factor_at BIGINT DEFAULT 1"),
            "the table `sessions` has `second_factor_at BIGINT DEFAULT 1` where `second_factor_at BIGINT` would be right",
        ));
        changes.push((
            rewritten("users", " CHECK (disabled IN (0, 1))", ""),
            "the table `users` has `disabled BIGINT NOT NULL DEFAULT 0` where",
        ));
    }
    changes
}

async fn change_schema(database: &ContractDatabase, sql: String) {
    let raw = database.raw().await;
    raw.execute(AssertSqlSafe(sql)).await.unwrap();
    raw.close().await;
}

fn altered_words<T>(refused: Result<T, OpenError>) -> String {
    match refused {
        Err(OpenError::Altered(said)) => said,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[tokio::test]
async fn the_program_s_own_schema_is_taken() {
    let database = ContractDatabase::fresh().await;
    database.store.check_schema().await.unwrap();
    // `ANALYZE` stores its results in tables of the engine.
    change_schema(&database, "ANALYZE".to_owned()).await;
    database.another().await.check_schema().await.unwrap();
    database.store.migrate().await.unwrap();
}

#[tokio::test]
async fn whatever_differs_is_named() {
    for (sql, words) in changes() {
        let database = ContractDatabase::fresh().await;
        change_schema(&database, sql.clone()).await;
        let found = altered_words(database.store.check_schema().await);
        assert!(found.contains(words), "{sql}: {found}");
        let found = altered_words(database.store.migrate().await);
        assert!(found.contains(words), "{sql}: {found}");
    }
}

/// The trigger would fire while the migrations write.
#[tokio::test]
async fn a_trigger_in_an_older_schema_is_refused_before_anything_is_migrated() {
    let database = ContractDatabase::empty().await;
    change_schema(
        &database,
        "CREATE TABLE sessions (id TEXT, second_factor_at BIGINT, opened_at BIGINT)".to_owned(),
    )
    .await;
    change_schema(&database, trigger().to_owned()).await;
    let found = altered_words(database.store.migrate().await);
    assert!(found.contains(FOREIGN_TRIGGER), "{found}");
}

#[tokio::test]
async fn nothing_is_copied_into_a_place_where_a_trigger_waits() {
    let (source, target) = (
        ContractDatabase::sqlite().await,
        ContractDatabase::fresh().await,
    );
    change_schema(&target, trigger().to_owned()).await;
    let ring = domain::secrets::keys::KeyRing::new(master_key());
    let refused = source.store.copy_into(&target.store, &ring).await;
    assert!(
        matches!(&refused, Err(CopyError::Open(OpenError::Altered(said))) if said.contains(FOREIGN_TRIGGER)),
        "{refused:?}"
    );
}
