//! An unsuitable file at a named path is reported in one sentence with the remedy (S9, S14). A link
//! to a database stays a link (S20).

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, symlink},
        net::UnixListener,
    },
    path::PathBuf,
    process::Command,
};

use rstest::rstest;

use super::{SERVICE, give, is_root, names};
use crate::support::program::{Done, ProgramSite};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// Paths that name no regular file, with the text that every message contains.
const NO_FILES: [(&str, &str); 6] = [
    ("folder", "is a folder and no regular file: name "),
    ("pipe", "is a pipe and no regular file: name "),
    ("socket", "is a socket and no regular file: name "),
    ("/dev/null", "is a device and no regular file: name "),
    (
        "broken",
        "leads to nowhere, which does not exist: put it back, or name ",
    ),
    ("circle", "links lead in a circle there: name "),
];

/// Makes a database, and beside it the paths of [`NO_FILES`] and a file that is no database.
fn with_other_things() -> ProgramSite {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    fs::create_dir(site.file("folder")).unwrap();
    symlink("nowhere", site.file("broken")).unwrap();
    symlink("circle", site.file("circle")).unwrap();
    let pipe = Command::new("mkfifo").arg(site.file("pipe")).status();
    assert!(pipe.unwrap().success());
    drop(UnixListener::bind(site.file("socket")).unwrap());
    fs::write(site.file("plain"), "no database").unwrap();
    fs::set_permissions(site.file("plain"), Permissions::from_mode(0o600)).unwrap();
    site
}

/// Expects a refusal of one sentence that names what is there, without an error text of the system.
#[track_caller]
fn expect_refusal(site: &ProgramSite, args: &[&str], words: &str) {
    let before = names(site, "");
    let done = site.run(args);
    let line = done.expect_refused(1);
    assert!(line.contains(words), "{args:?}: {line}");
    assert!(!line.contains("os error"), "{args:?}: {line}");
    assert_eq!(names(site, ""), before, "{args:?} leaves nothing behind");
}

#[test]
fn s14_what_is_no_database_is_told() {
    let site = with_other_things();
    site.run(&["backup", "whole"]).expect_done();
    let more = [
        (".", "is a folder and no regular file: name "),
        (
            "missing/a.db",
            "the folder missing for the database missing/a.db does not exist: ",
        ),
        ("plain/a.db", "because plain is not a folder: name "),
    ];
    for (path, words) in NO_FILES.into_iter().chain(more) {
        let url = format!("sqlite:{path}");
        for args in [
            &SERVE[..],
            &["migrate"],
            &["doctor"],
            &["user", "list"],
            &["backup", "copy"],
            &["copy", "--to", "sqlite:other.db", "--from", &url],
        ] {
            let args = [args, &["--database-url", &url]].concat();
            expect_refusal(&site, &args, words);
        }
        let args = ["restore", "whole", "--database-url", &url];
        expect_refusal(&site, &args, words);
    }
}

#[test]
fn s9_what_is_no_key_file_is_told() {
    let site = with_other_things();
    let more = [
        (
            "missing/a.key",
            "the folder missing for the key file missing/a.key does not exist: ",
        ),
        ("plain/a.key", "because plain is not a folder: name "),
        ("plain", "plain is not a key file: "),
    ];
    for (path, words) in NO_FILES.into_iter().chain(more) {
        for args in [
            &SERVE[..],
            &["migrate"],
            &["user", "list"],
            &["key", "list"],
            &["key", "new"],
            &["migrate", "--database-url", "sqlite:new.db"],
        ] {
            let args = [args, &["--key-file", path]].concat();
            expect_refusal(&site, &args, words);
        }
        let done = site.run(&["doctor", "--key-file", path]);
        let (found, _) = done.expect_failed(1);
        assert!(
            found.contains(words) && !found.contains("os error"),
            "{found}"
        );
    }
}

#[test]
fn s14_what_is_no_backup_is_told() {
    let site = with_other_things();
    let more = [
        (
            "missing/a",
            "the folder missing for the backup missing/a does not exist: ",
        ),
        ("plain/a", "because plain is not a folder: name "),
    ];
    for (path, words) in NO_FILES.into_iter().chain(more) {
        expect_refusal(&site, &["backup", path], words);
        expect_refusal(&site, &["restore", path], words);
        expect_refusal(&site, &["restore", path, "--overwrite"], words);
    }
}

#[test]
fn s14_a_backup_that_is_not_there_is_told() {
    let site = with_other_things();
    let words = "there is no backup nothing: name the file that `twinlock backup` wrote";
    expect_refusal(&site, &["restore", "nothing"], words);
}

/// A logo that is no regular file is refused, because a read of a pipe would never end.
#[rstest]
fn s14_what_is_no_logo_is_told(#[values("folder", "pipe", "socket", "broken")] path: &str) {
    let site = with_other_things();
    let done = site.run(&["serve", "--listen", "127.0.0.1:0", "--logo", path]);
    let line = done.expect_refused(2);
    assert!(
        line.starts_with(&format!("TWINLOCK_LOGO: the logo {path} "))
            && line.contains("SVG or PNG file"),
        "{line}"
    );
}

/// Moves the database to another folder, and leaves a link to it.
fn behind_a_link(site: &ProgramSite) -> PathBuf {
    fs::create_dir(site.file("disk")).unwrap();
    let whole = site.file("disk/whole.db");
    fs::rename(site.file("twinlock.db"), &whole).unwrap();
    symlink("disk/whole.db", site.file("twinlock.db")).unwrap();
    whole
}

/// A restore keeps the link, and replaces its target with the same owner and mode.
#[test]
fn s20_a_database_behind_a_link_is_restored_where_it_lies() {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    site.run(&["backup", "copy"]).expect_done();
    site.run(&["account", "add", "Example Ltd"]).expect_done();
    let whole = behind_a_link(&site);
    fs::set_permissions(&whole, Permissions::from_mode(0o640)).unwrap();
    if is_root("s20_a_database_behind_a_link_is_restored_where_it_lies: its owner") {
        give(&site, SERVICE);
        std::os::unix::fs::chown(&whole, Some(SERVICE), Some(SERVICE)).unwrap();
        std::os::unix::fs::chown(site.file("twinlock.db.key"), Some(0), Some(0)).unwrap();
    }
    let before = fs::metadata(&whole).unwrap();
    let done = site.run(&["restore", "copy", "--overwrite"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let link = fs::symlink_metadata(site.file("twinlock.db")).unwrap();
    assert!(link.is_symlink());
    let after = fs::metadata(&whole).unwrap();
    let facts = |found: &fs::Metadata| (found.uid(), found.gid(), found.mode());
    assert_eq!(facts(&after), facts(&before));
    let beside = names(&site, "disk");
    assert!(
        beside.len() == 2 && beside[1].starts_with("whole.db.replaced-"),
        "{beside:?}"
    );
    let list = Done::from(site.command(&["account", "list"]).output().unwrap());
    assert!(!list.out.contains("Example Ltd"), "{}", list.out);
}

/// The key file stands beside the database file itself, as its journal does, whichever name is
/// used.
#[test]
fn a_key_file_stands_beside_the_database_that_a_link_leads_to() {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    let whole = behind_a_link(&site);
    let (moved, old) = (site.file("disk/whole.db.key"), site.file("twinlock.db.key"));

    // A key file that already stands beside the link is found there.
    site.run(&["doctor"]).expect_done();
    fs::rename(&old, &moved).unwrap();
    let by_file = format!("sqlite:{}", whole.display());
    for url in ["sqlite:twinlock.db", &by_file] {
        for args in [
            &["doctor"][..],
            &["account", "list"],
            &["key", "list"],
            &["backup", "copy"],
            &["restore", "copy", "--overwrite"],
        ] {
            let done = site.run(&[args, &["--database-url", url]].concat());
            assert_eq!(done.code, 0, "{url} {args:?}: {}", done.err);
            assert!(!done.out.contains("WARNING"), "{}", done.out);
        }
        fs::remove_file(site.file("copy")).unwrap();
    }
    site.run(&["key", "new"]).expect_done();
    assert!(!old.exists());

    // A second key file beside the link makes it ambiguous which one the server reads.
    let other = ProgramSite::in_a_file();
    other.run(&["migrate"]).expect_done();
    fs::copy(other.file("twinlock.db.key"), &old).unwrap();
    for args in [&["doctor"][..], &["key", "list"], &SERVE] {
        let done = site.run(args);
        let line = done.expect_refused(2);
        assert!(
            line.starts_with("TWINLOCK_KEY_FILE: ")
                && line.contains("disk/whole.db.key or twinlock.db.key"),
            "{line}"
        );
    }
    let named = ["doctor", "--key-file", "disk/whole.db.key"];
    site.run(&named).expect_done();
}
