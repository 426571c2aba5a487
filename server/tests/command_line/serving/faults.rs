//! Faults at the start: each gives one clear line, and the file stays as it was.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
};

use rstest::rstest;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::program::{Done, ProgramSite};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];
/// The id of the unprivileged user on Debian.
const NOBODY: u32 = 65534;

async fn tamper(site: &ProgramSite, sql: &'static str) {
    let url = format!("sqlite://{}", site.file("twinlock.db").display());
    let mut raw = SqliteConnection::connect(&url).await.unwrap();
    raw.execute(sql).await.unwrap();
    raw.close().await.unwrap();
}

/// Expects that every command refuses with these words and leaves the file unchanged.
fn refuses(site: &ProgramSite, words: &str) {
    let file = site.file("twinlock.db");
    let before = fs::read(&file).unwrap();
    for args in [&SERVE[..], &["migrate"], &["user", "list"]] {
        let done = site.run(args);
        let line = done.expect_refused(1);
        assert!(
            line.contains("twinlock.db") && line.contains(words),
            "{line}"
        );
        assert!(fs::read(&file).unwrap() == before, "{args:?} changed it");
    }
}

#[rstest]
#[case::cut_off(|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2))]
#[case::overwritten(|bytes: &mut Vec<u8>| bytes[100..4096].fill(0xa5))]
fn a_damaged_file_is_refused(#[case] damage: fn(&mut Vec<u8>)) {
    let site = ProgramSite::with_owner();
    let file = site.file("twinlock.db");
    let mut bytes = fs::read(&file).unwrap();
    damage(&mut bytes);
    fs::write(&file, &bytes).unwrap();
    refuses(&site, "malformed");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let site = ProgramSite::with_owner();
    tamper(
        &site,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'x', TRUE, x'00', 0)",
    )
    .await;
    refuses(&site, "is newer than this version");
}

/// S32: root can write everywhere, so another user starts the program; the location of this
/// workspace does not matter.
#[test]
fn s32_a_folder_that_can_not_be_written_is_refused() {
    let site = ProgramSite::with_owner();
    let is_root = fs::metadata("/proc/self").unwrap();
    let is_root = std::os::unix::fs::MetadataExt::uid(&is_root) == 0;
    for name in ["twinlock.db", "twinlock.db.key"] {
        if is_root {
            chown(site.file(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let file = site.file("twinlock.db");
    let before = fs::read(&file).unwrap();
    fs::set_permissions(site.file(""), fs::Permissions::from_mode(0o555)).unwrap();
    // Root can write to every folder.
    let mut command = if is_root {
        site.command_as(NOBODY, &SERVE)
    } else {
        site.command(&SERVE)
    };
    let done = Done::from(command.output().unwrap());
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("the database twinlock.db can't be opened: "),
        "{line}"
    );
    let folder = if is_root {
        "its journal must be beside it, and user nobody can't write in the folder"
    } else {
        "its journal must be beside it, and user"
    };
    assert!(line.contains(folder), "{line}");
    if is_root {
        assert!(line.contains("; move the database with its key file, and name it with TWINLOCK_DATABASE_URL, in a folder of user nobody, which root makes with"), "{line}");
    }
    assert!(fs::read(&file).unwrap() == before);
    fs::set_permissions(site.file(""), fs::Permissions::from_mode(0o755)).unwrap();
}
