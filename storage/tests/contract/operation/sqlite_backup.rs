//! Backups of a `SQLite` file. On the other engine, which has its own tools, these tests are
//! skipped by name.

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc};

use domain::ports::{CodeUse, Mfa};
use storage::{BackupError, Store, given_up, sound};

use crate::support::{
    ContractDatabase,
    people::{WithoutCount, browser, default_method, protected, somebody},
    url,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_whole_while_others_write() {
    let database = ContractDatabase::fresh().await;
    let ada = protected(&database.store).await;
    let writer = Arc::new(database.another().await);
    let writing = tokio::spawn(async move {
        loop {
            somebody(&writer).await;
        }
    });
    for round in 0..5 {
        let file = database.file().with_file_name(format!("backup {round}"));
        database.store.backup(&file).await.unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        sound(&file).await.unwrap();
        let copy = Store::open(&url(&file)).await.unwrap();
        assert!(copy.pending_migrations().await.unwrap().is_empty());
        assert!(default_method(&copy, &ada.user).await.is_some());
    }
    writing.abort();
    let names = fs::read_dir(database.file().parent().unwrap()).unwrap();
    let parts = names.filter(|name| {
        name.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|end| end == "part")
    });
    assert_eq!(parts.count(), 0);
}

#[tokio::test]
async fn holds_a_used_code_as_used() {
    let database = ContractDatabase::fresh().await;
    let ada = protected(&database.store).await;
    let mine = browser(&database.store, &ada.user).await;
    let taken = database
        .store
        .use_backup_code(ada.backup_code(&mine, 0))
        .await;
    assert_eq!(taken.unwrap().without_count(), CodeUse::Accepted);
    let file = database.file().with_file_name("backup");
    database.store.backup(&file).await.unwrap();
    let copy = Store::open(&url(&file)).await.unwrap();
    let mine = browser(&copy, &ada.user).await;
    let again = copy.use_backup_code(ada.backup_code(&mine, 0)).await;
    assert_eq!(again.unwrap().without_count(), CodeUse::AlreadyUsed);
}

#[tokio::test]
async fn replaces_nothing() {
    let database = ContractDatabase::fresh().await;
    let file = database.file().with_file_name("backup");
    fs::write(&file, "somebody's").unwrap();
    let refused = database.store.backup(&file).await;
    assert!(matches!(refused, Err(BackupError::Exists(_))));
    assert_eq!(fs::read_to_string(&file).unwrap(), "somebody's");
    let elsewhere = database.file().with_file_name("no").join("folder");
    let refused = database.store.backup(&elsewhere).await;
    assert!(matches!(refused, Err(BackupError::Io { .. })));
}

#[tokio::test]
async fn that_is_damaged_is_noticed_and_left_alone() {
    let database = ContractDatabase::fresh().await;
    for _ in 0..50 {
        somebody(&database.store).await;
    }
    let file = database.file().with_file_name("backup");
    database.store.backup(&file).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let mut torn = whole.clone();
    // In the middle of the file, over pages in use.
    let middle = torn.len() / 2;
    torn[middle..middle + 8192].fill(0xa5);
    for bytes in [&[][..], &whole[..whole.len() / 2], &torn[..], b"notes"] {
        fs::write(&file, bytes).unwrap();
        let found = sound(&file).await;
        assert!(
            matches!(
                found,
                Err(BackupError::Damaged(..) | BackupError::Engine(..))
            ),
            "{found:?}"
        );
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_file_that_is_open_elsewhere_is_not_given_up() {
    let database = ContractDatabase::fresh().await;
    let file = database.file();
    let held = given_up(&file).await;
    assert!(matches!(held, Err(BackupError::InUse(_))), "{held:?}");
    database.store.close().await;
    assert!(given_up(&file).await.unwrap());
    fs::write(&file, "notes").unwrap();
    assert!(!given_up(&file).await.unwrap());
}
