//! The key file and its database belong together, and the program checks this.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
};

use crate::support::program::Place;

/// The id of the unprivileged user on Debian.
const NOBODY: u32 = 65534;

#[test]
fn is_made_with_a_new_database_for_its_owner_alone() {
    let place = Place::with_database();
    for name in ["twinlock.db", "twinlock.db.key"] {
        assert_eq!(
            fs::metadata(place.file(name)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
    let key = fs::read(place.file("twinlock.db.key")).unwrap();
    place.run(&["migrate"]).expect_done();
    assert_eq!(
        fs::read(place.file("twinlock.db.key")).unwrap(),
        key,
        "and never made anew"
    );
}

#[test]
fn may_stand_elsewhere() {
    let place = Place::new();
    place
        .run(&["migrate", "--key-file", "elsewhere.key"])
        .expect_done();
    assert!(place.file("elsewhere.key").exists() && !place.file("twinlock.db.key").exists());
    place
        .run(&["account", "list", "--key-file", "elsewhere.key"])
        .expect_done();
}

#[test]
fn missing_beside_a_database_stops_the_start() {
    let place = Place::with_database();
    fs::rename(place.file("twinlock.db.key"), place.file("lost")).unwrap();
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "list"],
    ] {
        let done = place.run(args);
        let line = done.expect_refused(1);
        assert!(
            line.contains("its key file twinlock.db.key is not: copy the key file back"),
            "{line}"
        );
    }
    assert!(!place.file("twinlock.db.key").exists(), "no other is made");
}

#[test]
fn of_another_database_stops_the_start() {
    let (place, other) = (Place::with_database(), Place::with_database());
    let before = fs::read(place.file("twinlock.db")).unwrap();
    fs::copy(other.file("twinlock.db.key"), place.file("twinlock.db.key")).unwrap();
    let done = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with(
            "the key file twinlock.db.key does not belong to the database twinlock.db"
        ),
        "{line}"
    );
    assert_eq!(
        fs::read(place.file("twinlock.db")).unwrap(),
        before,
        "the database is untouched"
    );
}

#[test]
fn open_to_others_is_refused_with_the_remedy() {
    let place = Place::with_database();
    fs::set_permissions(
        place.file("twinlock.db.key"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let done = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        done.expect_refused(1)
            .ends_with("(mode 0644): run `chmod 600 twinlock.db.key`")
    );
}

/// RC5: root, and a user with read access, could otherwise use a file that another user can change
/// at any time.
#[test]
fn of_another_user_is_refused_with_the_remedy() {
    let place = Place::with_database();
    let own = fs::metadata(place.file("")).unwrap().uid();
    // Only root can change the owner of a file.
    if chown(place.file("twinlock.db.key"), Some(NOBODY), None).is_err() {
        assert_ne!(own, 0);
        return;
    }
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "list"],
    ] {
        assert_eq!(
            place.run(args).expect_refused(1),
            "the key file twinlock.db.key belongs to user nobody, who can change it: run this as user nobody (`runuser -u nobody -- twinlock …`); \
                 or, if the server runs as root, `chown root twinlock.db.key`"
        );
    }
}

/// RC5, regression: a key file or folder that other users of the machine can write to was accepted
/// without a warning.
#[test]
fn wide_modes_beside_it_are_warned_of() {
    let place = Place::with_database();
    let warned = |name: &str, wide, words: &str| {
        let right = fs::metadata(place.file(name)).unwrap().permissions();
        fs::set_permissions(place.file(name), fs::Permissions::from_mode(wide)).unwrap();
        for args in [&["doctor"][..], &["migrate"]] {
            let done = place.run(args);
            assert_eq!(
                (done.code, done.err.contains(words)),
                (0, true),
                "{}",
                done.err
            );
        }
        let server = place.serve();
        server.terminate();
        let (_, log) = server.wait();
        assert!(log.contains(words), "{log}");
        fs::set_permissions(place.file(name), right).unwrap();
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
    place.run(&["doctor"]).expect_done();
}

#[test]
fn a_mistyped_database_leaves_nothing_behind() {
    let place = Place::new();
    let done = place.run(&["user", "list", "--database-url", "sqlite:typo.db"]);
    assert!(
        done.expect_refused(1)
            .starts_with("there is no database typo.db: ")
    );
    assert_eq!(fs::read_dir(place.file("")).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let place = Place::with_database();
    let garbage = "this is no database ".repeat(300);
    fs::write(place.file("twinlock.db"), &garbage).unwrap();
    for name in ["twinlock.db-wal", "twinlock.db-shm"] {
        // These may be left from the earlier database.
        let _ = fs::remove_file(place.file(name));
    }
    let done = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        done.expect_refused(1).contains("the database"),
        "{}",
        done.err
    );
    assert_eq!(
        fs::read_to_string(place.file("twinlock.db")).unwrap(),
        garbage
    );
}
