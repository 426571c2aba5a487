//! The key file and its database belong together, and the program checks this.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
};

use crate::support::program::ProgramSite;

/// The id of the unprivileged user on Debian.
const NOBODY: u32 = 65534;

#[test]
fn is_made_with_a_new_database_for_its_owner_alone() {
    let site = ProgramSite::with_database();
    for name in ["twinlock.db", "twinlock.db.key"] {
        assert_eq!(
            fs::metadata(site.file(name)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
    let key = fs::read(site.file("twinlock.db.key")).unwrap();
    site.run(&["migrate"]).expect_done();
    assert_eq!(
        fs::read(site.file("twinlock.db.key")).unwrap(),
        key,
        "and never made anew"
    );
}

#[test]
fn may_stand_elsewhere() {
    let site = ProgramSite::new();
    site.run(&["migrate", "--key-file", "elsewhere.key"])
        .expect_done();
    assert!(site.file("elsewhere.key").exists() && !site.file("twinlock.db.key").exists());
    site.run(&["account", "list", "--key-file", "elsewhere.key"])
        .expect_done();
}

#[test]
fn missing_beside_a_database_stops_the_start() {
    let site = ProgramSite::with_database();
    fs::rename(site.file("twinlock.db.key"), site.file("lost")).unwrap();
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "list"],
    ] {
        let done = site.run(args);
        let line = done.expect_refused(1);
        assert!(
            line.contains("its key file twinlock.db.key is not: copy the key file back"),
            "{line}"
        );
    }
    assert!(!site.file("twinlock.db.key").exists(), "no other is made");
}

#[test]
fn of_another_database_stops_the_start() {
    let (site, other) = (ProgramSite::with_database(), ProgramSite::with_database());
    let before = fs::read(site.file("twinlock.db")).unwrap();
    fs::copy(other.file("twinlock.db.key"), site.file("twinlock.db.key")).unwrap();
    let done = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with(
            "the key file twinlock.db.key does not belong to the database twinlock.db"
        ),
        "{line}"
    );
    assert_eq!(
        fs::read(site.file("twinlock.db")).unwrap(),
        before,
        "the database is untouched"
    );
}

#[test]
fn open_to_others_is_refused_with_the_remedy() {
    let site = ProgramSite::with_database();
    fs::set_permissions(
        site.file("twinlock.db.key"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let done = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        done.expect_refused(1)
            .ends_with("(mode 0644): run `chmod 600 twinlock.db.key`")
    );
}

/// RC5: root, and a user with read access, could otherwise use a file that another user can change
/// at any time.
#[test]
fn of_another_user_is_refused_with_the_remedy() {
    let site = ProgramSite::with_database();
    let own = fs::metadata(site.file("")).unwrap().uid();
    // Only root can change the owner of a file.
    if chown(site.file("twinlock.db.key"), Some(NOBODY), None).is_err() {
        assert_ne!(own, 0);
        return;
    }
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "list"],
    ] {
        assert_eq!(
            site.run(args).expect_refused(1),
            "the key file twinlock.db.key belongs to user nobody, who can change it: run this as user nobody (`runuser -u nobody -- twinlock …`); \
                 or, if the server runs as root, `chown root twinlock.db.key`"
        );
    }
}

/// RC5, regression: a key file or folder that other users of the machine can write to was accepted
/// without a warning.
#[test]
fn wide_modes_beside_it_are_warned_of() {
    let site = ProgramSite::with_database();
    let warned = |name: &str, wide, words: &str| {
        let right = fs::metadata(site.file(name)).unwrap().permissions();
        fs::set_permissions(site.file(name), fs::Permissions::from_mode(wide)).unwrap();
        for args in [&["doctor"][..], &["migrate"]] {
            let done = site.run(args);
            assert_eq!(
                (done.code, done.err.contains(words)),
                (0, true),
                "{}",
                done.err
            );
        }
        let server = site.serve();
        server.terminate();
        let (_, log) = server.wait();
        assert!(log.contains(words), "{log}");
        fs::set_permissions(site.file(name), right).unwrap();
    };
    warned(
        "twinlock.db",
        0o666,
        "twinlock.db can be changed by other users (mode 0666): run `chmod 600 twinlock.db`",
    );
    warned(
        "twinlock.db",
        0o644,
        "twinlock.db can be read by other users (mode 0644)",
    );
    warned(
        "",
        0o777,
        ". can be changed by other users (mode 0777): run `chmod 700 .`",
    );
    site.run(&["doctor"]).expect_done();
}

#[test]
fn a_mistyped_database_leaves_nothing_behind() {
    let site = ProgramSite::new();
    let done = site.run(&["user", "list", "--database-url", "sqlite:typo.db"]);
    assert!(
        done.expect_refused(1)
            .starts_with("there is no database typo.db: ")
    );
    assert_eq!(fs::read_dir(site.file("")).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let site = ProgramSite::with_database();
    let garbage = "this is no database ".repeat(300);
    fs::write(site.file("twinlock.db"), &garbage).unwrap();
    for name in ["twinlock.db-wal", "twinlock.db-shm"] {
        // These may be left from the earlier database.
        let _ = fs::remove_file(site.file(name));
    }
    let done = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        done.expect_refused(1).contains("the database"),
        "{}",
        done.err
    );
    assert_eq!(
        fs::read_to_string(site.file("twinlock.db")).unwrap(),
        garbage
    );
}
