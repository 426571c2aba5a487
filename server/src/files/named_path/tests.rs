use std::os::unix::{fs::symlink, net::UnixListener};

use tempfile::TempDir;

use super::*;

/// Creates a folder with every kind of entry that is not a file.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("file"), "").unwrap();
    symlink("nowhere", at("broken")).unwrap();
    symlink("circle", at("circle")).unwrap();
    symlink("broken", at("second")).unwrap();
    symlink(at("second"), at("third")).unwrap();
    symlink("broken/a.db", at("behind")).unwrap();
    symlink("file", at("link")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(at("pipe"))
        .status();
    assert!(pipe.unwrap().success());
    drop(UnixListener::bind(at("socket")).unwrap());
    folder
}

/// Returns the error for the entry, without the folder's own name.
fn describe_refusal(named: FilePurpose, folder: &TempDir, name: &str) -> String {
    let error = named.look(&folder.path().join(name)).unwrap_err();
    let folder = format!("{}/", folder.path().display());
    error.to_string().replace(&folder, "")
}

#[test]
fn s14_each_thing_in_the_place_of_a_file_is_one_sentence() {
    let folder = folder();
    let long = "x".repeat(300);
    for (name, sentence) in [
        (
            "folder",
            "the database folder is a folder and no regular file: name another file with TWINLOCK_DATABASE_URL, such as folder/twinlock.db",
        ),
        (
            "pipe",
            "the database pipe is a pipe and no regular file: name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "socket",
            "the database socket is a socket and no regular file: name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "/dev/null",
            "the database /dev/null is a device and no regular file: name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "broken",
            "the database broken can't be used, because the link broken leads to nowhere, which does not exist: put it back, or name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "broken/a.db",
            "the database broken/a.db can't be used, because the link broken leads to nowhere, which does not exist: put it back, or name another file with TWINLOCK_DATABASE_URL",
        ),
        // The chain is followed to the missing target.
        (
            "third",
            "the database third can't be used, because the link broken leads to nowhere, which does not exist: put it back, or name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "behind",
            "the database behind can't be used, because the link broken leads to nowhere, which does not exist: put it back, or name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "circle",
            "the database circle can't be used, because links lead in a circle there: name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "missing/a.db",
            "the folder missing for the database missing/a.db does not exist: make it (`mkdir -p missing`), or name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            "file/a.db",
            "the database file/a.db can't exist, because file is not a folder: name another file with TWINLOCK_DATABASE_URL",
        ),
        (
            &long,
            "the name of the database is longer than the file system allows: name another file with TWINLOCK_DATABASE_URL",
        ),
    ] {
        assert_eq!(describe_refusal(NEW_DATABASE, &folder, name), sentence);
    }
}

#[test]
fn s14_a_folder_is_to_be_made_only_where_the_file_is() {
    let folder = folder();
    for named in [DATABASE, KEY_FILE, BACKUP, LOGO] {
        let said = describe_refusal(named, &folder, "missing/a");
        assert!(!said.contains("mkdir"), "{said}");
    }
    for named in [NEW_DATABASE, NEW_KEY_FILE, NEW_BACKUP] {
        let said = describe_refusal(named, &folder, "missing/a");
        assert!(said.contains("`mkdir -p missing`"), "{said}");
    }
}

#[test]
fn a_file_a_link_to_it_and_nothing_are_no_fault() {
    let folder = folder();
    let look = |name: &str| NEW_DATABASE.look(&folder.path().join(name)).unwrap();
    assert!(look("file").is_some() && look("link").is_some());
    assert!(look("new").is_none());
}
