//! Opening and migrating: what is created, and what is refused with which message.

use std::{collections::BTreeSet, fs, path::Path};

use domain::ports::{Accounts, Members};
use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};
use storage::{OpenError, Store};

use crate::support::{ContractDatabase, engine, refusal};

#[tokio::test]
async fn migrations_are_pending_until_they_run() {
    let ContractDatabase { store, .. } = &ContractDatabase::empty().await;
    assert_eq!(store.pending_migrations().await.unwrap(), names("sqlite"));
    store.migrate().await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
    store.migrate().await.unwrap();
}

/// A database of the first version, with users in it.
#[tokio::test]
async fn a_database_of_the_first_version_is_brought_up() {
    let database = ContractDatabase::empty().await;
    let raw = database.raw().await;
    let first = fs::read_to_string(folder(engine()).join("0001_first.sql")).unwrap();
    let first = Migration::new(
        1,
        "0001_first".into(),
        MigrationType::Simple,
        sqlx::AssertSqlSafe(first).into_sql_str(),
        false,
    );
    Migrator::with_migrations(vec![first])
        .run(&raw)
        .await
        .unwrap();
    for (id, name) in [(1, "Ada Owner"), (2, "ÉVA Brandt"), (3, "éric")] {
        // With a password, because an Owner who can't sign in is no helper (RC3).
        let user = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, 'hash', 0)";
        sqlx::query(user)
            .bind(format!("{id:032}"))
            .bind(format!("user{id}@example.com"))
            .bind(name)
            .execute(&raw)
            .await
            .unwrap();
    }
    let account = "INSERT INTO accounts (id, name, name_folded, require_mfa, created_at) VALUES ($1, 'Acme', 'acme', 1, 0)";
    sqlx::query(account)
        .bind(format!("{:032}", 9))
        .execute(&raw)
        .await
        .unwrap();
    let member = "INSERT INTO memberships (user_id, account_id, role) SELECT u.id, a.id, 'owner' FROM users u, accounts a";
    sqlx::query(member).execute(&raw).await.unwrap();

    let store = database.another().await;
    assert_eq!(
        store.pending_migrations().await.unwrap(),
        names("sqlite")[1..]
    );
    store.migrate().await.unwrap();
    let folded: Vec<String> = sqlx::query_scalar("SELECT name_folded FROM users ORDER BY id")
        .fetch_all(&raw)
        .await
        .unwrap();
    assert_eq!(folded, ["ada owner", "eva brandt", "eric"]);
    let user = format!("{:032}", 2).parse().unwrap();
    let accounts = store.of_user(&user).await.unwrap();
    assert!(accounts[0].account.requires_mfa);
    assert_eq!(accounts[0].rule, None, "nobody is named who is not known");
    assert_eq!(store.helpers(&user).await.unwrap().len(), 2);
}

/// While two versions run at the same time, the older one writes no folded name.
#[tokio::test]
async fn names_are_folded_at_every_start() {
    let database = ContractDatabase::fresh().await;
    let raw = database.raw().await;
    sqlx::query(
        "INSERT INTO users (id, email, name, created_at) VALUES ('1', 'eva@example.com', 'ÉVA', 0)",
    )
    .execute(&raw)
    .await
    .unwrap();
    database.store.migrate().await.unwrap();
    let folded: String = sqlx::query_scalar("SELECT name_folded FROM users")
        .fetch_one(&raw)
        .await
        .unwrap();
    assert_eq!(folded, "eva");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_programs_may_migrate_at_once() {
    for _ in 0..10 {
        let database = ContractDatabase::empty().await;
        let program = |url: String| async move { Store::open(&url).await?.migrate().await };
        let one = tokio::spawn(program(database.url.clone()));
        let two = tokio::spawn(program(database.url.clone()));
        one.await.unwrap().unwrap();
        two.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let database = ContractDatabase::fresh().await;
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'future', TRUE, $1, 0)";
    sqlx::query(future)
        .bind(&[0_u8][..])
        .execute(&database.raw().await)
        .await
        .unwrap();
    let newer = |error| {
        matches!(
            error,
            OpenError::Newer {
                found: 99,
                known: 51
            }
        )
    };
    assert!(newer(refusal(&database.url).await));
    assert!(newer(database.store.migrate().await.unwrap_err()));
    assert!(newer(
        database.store.pending_migrations().await.unwrap_err()
    ));
}

#[tokio::test]
async fn a_schema_of_another_build_is_refused() {
    let database = ContractDatabase::fresh().await;
    let changed = "UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 1";
    sqlx::query(changed)
        .bind(&[0_u8][..])
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(matches!(
        refusal(&database.url).await,
        OpenError::Foreign(1)
    ));
    assert!(matches!(
        database.store.migrate().await,
        Err(OpenError::Foreign(1))
    ));
}

#[tokio::test]
async fn a_failing_migration_leaves_nothing_behind() {
    let database = ContractDatabase::empty().await;
    sqlx::query("CREATE TABLE key_check (id BIGINT)")
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(matches!(
        database.store.migrate().await,
        Err(OpenError::Migrate(_))
    ));
    let tables = match engine() {
        "sqlite" => "SELECT name FROM sqlite_master WHERE type = 'table'",
        _ => "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()",
    };
    let tables: Vec<String> = sqlx::query_scalar(tables)
        .fetch_all(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(tables, ["key_check"]);
}

#[tokio::test]
async fn the_first_key_check_stays() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    assert_eq!(store.key_check().await.unwrap(), None);
    assert_eq!(store.keep_key_check(&[1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.keep_key_check(&[2; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.key_check().await.unwrap().unwrap(), [1; 32]);
}

fn folder(engine: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine)
}

fn names(engine: &str) -> Vec<String> {
    let files = fs::read_dir(folder(engine)).unwrap();
    let name = |file: std::io::Result<fs::DirEntry>| {
        file.unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    files
        .map(name)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Both folders are equal except for the type of bytes, the collation of text and identity columns.
#[test]
fn both_engines_have_the_same_schema() {
    assert_eq!(names("sqlite"), names("postgres"));
    let plain = |text: String| {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("--"))
            .map(str::to_owned);
        lines
            .map(|line| line.replace("BYTEA", "BLOB").replace(" COLLATE \"C\"", ""))
            .map(|line| line.replace("BIGINT GENERATED ALWAYS AS IDENTITY", "INTEGER"))
            .map(|line| line.replace(" AUTOINCREMENT", ""))
            .collect::<Vec<_>>()
    };
    for name in names("sqlite") {
        let read =
            |engine| fs::read_to_string(folder(engine).join(&name).with_extension("sql")).unwrap();
        assert_eq!(plain(read("sqlite")), plain(read("postgres")), "{name}");
    }
}
