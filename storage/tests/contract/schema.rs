//! Opening and migrating: what is made, and what is refused with which words.

use std::{collections::BTreeSet, fs, path::Path};

use domain::ports::{Accounts, Members};
use rstest::rstest;
use sqlx::{
    Row, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};
use storage::{OpenError, Store};

use crate::support::{Database, url};

async fn refusal(url: &str) -> OpenError {
    Store::open(url)
        .await
        .err()
        .unwrap_or_else(|| panic!("{url} was opened"))
}

#[rstest]
#[case::postgres("postgres://ada:secret@db/twinlock", "PostgreSQL is not supported yet")]
#[case::postgres_too("postgresql:///twinlock", "PostgreSQL is not supported yet")]
#[case::mysql("mysql://ada:secret@db/twinlock", "should look like `sqlite:")]
#[case::bare("twinlock.db", "should look like `sqlite:")]
#[case::nothing("sqlite:", "should look like `sqlite:")]
#[case::memory("sqlite::memory:", "name a file")]
#[case::memory_too("sqlite://:memory:", "name a file")]
#[case::named_memory("sqlite:file.db?mode=memory", "name a file")]
#[case::read_only("sqlite:file.db?mode=ro", "no parameter")]
#[case::vfs("sqlite:file.db?vfs=unix-none", "no parameter")]
#[case::folder_missing("sqlite:/no/such/folder/twinlock.db", "No such file or directory")]
#[case::folder("sqlite:/", "Is a directory")]
#[tokio::test]
async fn a_wrong_url_is_refused_by_name(#[case] url: &str, #[case] words: &str) {
    let error = refusal(url).await.to_string();
    assert!(error.contains(words), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test]
async fn another_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    let text = "Not a database, but somebody's notes.\n".repeat(100);
    fs::write(&file, &text).unwrap();
    assert!(matches!(refusal(&url(&file)).await, OpenError::Connect(_)));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::fresh().await;
    for file in fs::read_dir(database.file.parent().unwrap()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn an_escaped_url_names_the_same_file() {
    let database = Database::fresh().await;
    let escaped = url(&database.file).replace(' ', "%20");
    let store = Store::open(&format!(
        "{}?mode=rwc",
        escaped.replace("sqlite:", "sqlite://")
    ))
    .await
    .unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn migrations_are_pending_until_they_run() {
    let Database { store, .. } = &Database::empty().await;
    assert_eq!(store.pending_migrations().await.unwrap(), names("sqlite"));
    store.migrate().await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
    store.migrate().await.unwrap();
}

/// The state that the version before left behind, with people in it.
#[tokio::test]
async fn a_database_of_the_first_version_is_brought_up() {
    let database = Database::empty().await;
    let raw = database.raw().await;
    let first = fs::read_to_string(folder("sqlite").join("0001_first.sql")).unwrap();
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
        sqlx::query("INSERT INTO users (id, email, name, created_at) VALUES ($1, $2, $3, 0)")
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
    assert_eq!(folded, ["ada owner", "éva brandt", "éric"]);
    let user = format!("{:032}", 2).parse().unwrap();
    let accounts = store.of_user(&user).await.unwrap();
    assert!(accounts[0].account.requires_mfa);
    assert_eq!(accounts[0].rule, None, "nobody is named who is not known");
    assert_eq!(store.helpers(&user).await.unwrap().len(), 2);
    let violations = sqlx::query("PRAGMA foreign_key_check").fetch_all(&raw);
    assert!(violations.await.unwrap().is_empty());
}

/// While versions run side by side, the older one writes no folded name.
#[tokio::test]
async fn names_are_folded_at_every_start() {
    let database = Database::fresh().await;
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
    assert_eq!(folded, "éva");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_programs_may_migrate_at_once() {
    for _ in 0..10 {
        let database = Database::empty().await;
        let program = |url: String| async move { Store::open(&url).await?.migrate().await };
        let one = tokio::spawn(program(url(&database.file)));
        let two = tokio::spawn(program(url(&database.file)));
        one.await.unwrap().unwrap();
        two.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let database = Database::fresh().await;
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'future', 1, x'00', 0)";
    sqlx::query(future)
        .execute(&database.raw().await)
        .await
        .unwrap();
    let newer = |error| {
        matches!(
            error,
            OpenError::Newer {
                found: 99,
                known: 3
            }
        )
    };
    assert!(newer(refusal(&url(&database.file)).await));
    assert!(newer(database.store.migrate().await.unwrap_err()));
    assert!(newer(
        database.store.pending_migrations().await.unwrap_err()
    ));
}

#[tokio::test]
async fn a_schema_of_another_build_is_refused() {
    let database = Database::fresh().await;
    let changed = "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1";
    sqlx::query(changed)
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(matches!(
        refusal(&url(&database.file)).await,
        OpenError::Foreign(1)
    ));
    assert!(matches!(
        database.store.migrate().await,
        Err(OpenError::Foreign(1))
    ));
}

#[tokio::test]
async fn a_failing_migration_leaves_nothing_behind() {
    let database = Database::empty().await;
    sqlx::query("CREATE TABLE key_check (id BIGINT)")
        .execute(&database.raw().await)
        .await
        .unwrap();
    assert!(matches!(
        database.store.migrate().await,
        Err(OpenError::Migrate(_))
    ));
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let tables: Vec<String> = sqlx::query_scalar(tables)
        .fetch_all(&database.raw().await)
        .await
        .unwrap();
    assert_eq!(tables, ["key_check"]);
}

#[tokio::test]
async fn the_first_key_check_stays() {
    let Database { store, .. } = &Database::fresh().await;
    assert_eq!(store.key_check().await.unwrap(), None);
    assert_eq!(store.keep_key_check(&[1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.keep_key_check(&[2; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.key_check().await.unwrap().unwrap(), [1; 32]);
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = Database::fresh().await;
    let sql = "SELECT t.name AS owner, f.\"from\" AS referring,
                      EXISTS (SELECT 1 FROM pragma_index_list(t.name) l JOIN pragma_index_info(l.name) i
                              WHERE i.seqno = 0 AND i.name = f.\"from\") AS is_indexed
               FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";
    let rows = sqlx::query(sql)
        .fetch_all(&database.raw().await)
        .await
        .unwrap();
    assert!(rows.len() >= 15);
    for row in rows {
        let (owner, referring): (String, String) = (row.get("owner"), row.get("referring"));
        assert!(row.get::<i64, _>("is_indexed") == 1, "{owner}.{referring}");
    }
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

/// Both folders say the same but for the type of bytes and the order of text.
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
            .collect::<Vec<_>>()
    };
    for name in names("sqlite") {
        let read =
            |engine| fs::read_to_string(folder(engine).join(&name).with_extension("sql")).unwrap();
        assert_eq!(plain(read("sqlite")), plain(read("postgres")), "{name}");
    }
}
