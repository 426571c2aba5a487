//! Properties that only a `SQLite` file has. On the other engine these tests are skipped by name.

use std::fs;

use rstest::rstest;
use sqlx::Row;
use storage::{OpenError, Store};

use crate::support::{ContractDatabase, people::somebody, refusal, url};

#[rstest]
#[case::postgres("postgres://ada:secret@db.invalid/twinlock", "sslmode=verify-full")]
#[case::postgres_too(
    "postgresql://ada:secret@10.0.0.7/twinlock?sslmode=require",
    "sslmode=verify-full"
)]
#[case::no_port(
    "postgres://ada:secret@localhost:port/twinlock",
    "should look like `postgres:"
)]
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
    let database = ContractDatabase::fresh().await;
    for file in fs::read_dir(database.file().parent().unwrap()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// RC5: a link that an attacker planted under the database's name does not decide where the file is
/// created.
#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_to_nothing_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, elsewhere) = (folder.path().join("a.db"), folder.path().join("elsewhere"));
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert!(matches!(refusal(&url(&file)).await, OpenError::File(..)));
    assert!(!elsewhere.exists());
    // A link that leads to an existing file is the operator's way to put the database on another
    // disk.
    fs::write(&elsewhere, "").unwrap();
    Store::open(&url(&file)).await.unwrap();
}

#[tokio::test]
async fn an_escaped_url_names_the_same_file() {
    let database = ContractDatabase::fresh().await;
    let escaped = database.url.replace(' ', "%20");
    let store = Store::open(&format!(
        "{}?mode=rwc",
        escaped.replace("sqlite:", "sqlite://")
    ))
    .await
    .unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = ContractDatabase::fresh().await;
    let sql = "SELECT t.name AS owner, f.\"from\" AS referring,
                      EXISTS (SELECT 1 FROM pragma_index_list(t.name) l JOIN pragma_index_info(l.name) i
                              WHERE i.seqno = f.seq AND i.name = f.\"from\") AS is_indexed
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

#[tokio::test]
async fn a_tidy_end_leaves_one_file() {
    let database = ContractDatabase::fresh().await;
    somebody(&database.store).await;
    database.store.close().await;
    let names = fs::read_dir(database.file().parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1);
}
