use std::os::unix::fs::symlink;

use super::*;
use crate::{config::DatabaseArgs, system::entropy::SystemEntropy};
use tempfile::TempDir;

fn database() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database_url = format!("sqlite:{}", folder.path().join("a.db").display());
    let database = Database::new(&DatabaseArgs {
        database_url,
        key_file: None,
        database_trusted_network: String::new(),
    })
    .unwrap();
    (folder, database)
}

fn check(ring: &KeyRing) -> [u8; 32] {
    ring.current().unwrap().check()
}

#[test]
fn a_new_database_gets_a_key_that_is_found_again() {
    let (_folder, database) = database();
    let made = open(&database, &SystemEntropy, None).ok().unwrap();
    for file in [database.key_file.as_path(), database.file().unwrap()] {
        assert_eq!(
            fs::metadata(file).unwrap().permissions().mode() & 0o777,
            OWNER_ONLY,
            "{}",
            file.display()
        );
    }
    let found = open(&database, &SystemEntropy, None).ok().unwrap();
    assert_eq!(check(&made), check(&found));
}

#[test]
fn a_database_without_its_key_file_stops_the_start() {
    let (_folder, database) = database();
    fs::write(database.file().unwrap(), "SQLite format 3").unwrap();
    let error = open(&database, &SystemEntropy, None).err().unwrap();
    assert!(matches!(error, KeyFileError::Missing { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(database.key_file.to_str().unwrap())
    );
    assert!(!database.key_file.exists(), "none is made");
}

#[test]
fn a_key_file_that_others_may_read_is_refused_with_the_remedy() {
    let (_folder, database) = database();
    open(&database, &SystemEntropy, None).ok().unwrap();
    for mode in [0o604, 0o620, 0o660] {
        fs::set_permissions(&database.key_file, Permissions::from_mode(mode)).unwrap();
        let error = open(&database, &SystemEntropy, None)
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.ends_with(&format!("run `chmod 600 {}`", database.key_file.display())),
            "{error}"
        );
    }
    fs::set_permissions(&database.key_file, Permissions::from_mode(0o400)).unwrap();
    assert!(open(&database, &SystemEntropy, None).is_ok());
}

/// Opening a pipe without a writer would block the start, and `doctor`, forever.
#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let (_folder, database) = database();
    let made = std::process::Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&database.key_file)
        .status();
    assert!(made.unwrap().success());
    let error = read(&database.key_file).err().unwrap();
    assert!(
        error.to_string().contains("is a pipe and no regular file"),
        "{error}"
    );
    fs::remove_file(&database.key_file).unwrap();
    fs::create_dir(&database.key_file).unwrap();
    let error = read(&database.key_file).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("is a folder and no regular file"),
        "{error}"
    );
}

#[test]
fn another_file_is_refused_without_showing_it() {
    let (_folder, database) = database();
    let mut file = made(&database.key_file).unwrap();
    file.write_all(b"hunter2").unwrap();
    let error = open(&database, &SystemEntropy, None).err().unwrap();
    assert!(matches!(error, KeyFileError::Malformed { .. }));
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let (folder, mut database) = database();
    database.key_file = folder.path().join("missing/a.key");
    let error = open(&database, &SystemEntropy, None)
        .err()
        .unwrap()
        .to_string();
    let missing = folder.path().join("missing");
    assert!(
        error.contains("missing/a.key does not exist: make it")
            && error.contains(&format!("`mkdir -p {}`", missing.display())),
        "{error}"
    );
}

/// RC5: the temporary name of a new key file was guessable, and a link planted there was followed.
#[test]
fn a_planted_link_is_not_followed_when_a_key_file_is_made() {
    let (folder, database) = database();
    let victim = folder.path().join("victim");
    fs::write(&victim, "untouched").unwrap();
    for end in [format!(".new.{}", std::process::id()), ".new".to_owned()] {
        symlink(&victim, beside(&database.key_file, &end)).unwrap();
    }
    let ring = create(&database.key_file, &SystemEntropy, None)
        .ok()
        .unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    replace(&database.key_file, &ring).ok().unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    read(&database.key_file).ok().unwrap();
}

/// RC5: also holds for the other files created beside the key file.
#[test]
fn links_that_lead_to_nothing_are_not_followed_either() {
    let (folder, database) = database();
    let elsewhere = folder.path().join("elsewhere");
    symlink(&elsewhere, beside(&database.key_file, ".lock")).unwrap();
    assert!(lock(&database.key_file, None).is_err());
    symlink(&elsewhere, database.file().unwrap()).unwrap();
    assert!(open(&database, &SystemEntropy, None).is_err());
    fs::remove_file(&database.key_file).unwrap();
    symlink(&elsewhere, &database.key_file).unwrap();
    assert!(create(&database.key_file, &SystemEntropy, None).is_err());
    assert!(!elsewhere.exists());
}

/// A pipe blocked the command forever, and for the other cases the key file was blamed.
#[test]
fn s9_what_stands_in_the_lock_s_place_is_named() {
    let (folder, database) = database();
    let ring = open(&database, &SystemEntropy, None).ok().unwrap();
    let more = ring.with_next(draw(&SystemEntropy).ok().unwrap()).unwrap();
    for (end, what) in [
        (".lock", "the lock of the key file"),
        (".new", "the new key file"),
    ] {
        let path = beside(&database.key_file, end);
        let said = || {
            let refused = match end {
                ".lock" => lock(&database.key_file, None).map(drop),
                _ => replace(&database.key_file, &more),
            };
            refused.err().map(|error| error.to_string())
        };
        let expected = |kind: &str| {
            let whole = fs::canonicalize(folder.path()).unwrap();
            let path = whole.join(path.file_name().unwrap());
            Some(format!(
                "{what} {} is {kind} and no regular file: take it away, then repeat this",
                path.display()
            ))
        };
        fs::create_dir(&path).unwrap();
        assert_eq!(said(), expected("a folder"));
        fs::remove_dir(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        // Leftovers of an earlier run are removed, but a lock may be held.
        let is_lock = end == ".lock";
        assert_eq!(said(), expected("a pipe").filter(|_| is_lock));
        let _ = fs::remove_file(&path);
        symlink(folder.path().join("nothing"), &path).unwrap();
        assert_eq!(said(), expected("a link").filter(|_| is_lock));
        let _ = fs::remove_file(&path);
        assert_eq!(said(), None);
    }
}

/// Some editors save the file in this form.
#[test]
fn s7_a_mark_blanks_and_line_ends_of_other_systems_are_no_part_of_a_key() {
    let (_folder, database) = database();
    let made = open(&database, &SystemEntropy, None).ok().unwrap();
    let text = fs::read_to_string(&database.key_file).unwrap();
    let line = text.trim_end();
    for text in [
        format!("\u{feff}{line}\n"),
        format!("{line}\r\n"),
        format!("\u{feff}\r\n  {line} \t\r\n\r\n"),
        line.to_owned(),
    ] {
        fs::write(&database.key_file, &text).unwrap();
        let found = read(&database.key_file).ok().unwrap();
        assert_eq!(check(&made), check(&found), "{text:?}");
    }
}
