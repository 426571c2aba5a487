//! Waiting keys: for a rotation from another copy of the key file, or for a server that can't use
//! its copy (S20).

use std::fs;

use testkit::process::signal;

use crate::{
    keys::{
        copies::{COPY, copy, mistype, other_server, wait_for_server, with_copy},
        rotation::{ids, with_people},
    },
    support::program::Done,
};

/// A waiting key can be dropped, unless a rotation from another copy of the file is about to seal
/// with it.
#[test]
fn s20_a_key_that_is_about_to_seal_is_dropped_nowhere() {
    let site = with_people(1);
    copy(&site);
    // This server lacks the new key, so the rotation waits for it.
    let other = other_server(&site);
    wait_for_server(&site, "servers");
    site.run(&["key", "new"]).expect_done();
    let new = ids(&site)[1].clone();
    let rotation = site.command(&["key", "rotate"]).spawn().unwrap();
    wait_for_server(&site, "servers WHERE name LIKE '%key rotate%'");
    signal(rotation.id(), "-STOP");
    copy(&site);
    let dropped = with_copy(&site, &["key", "drop", &new]);
    let line = dropped.expect_refused(1);
    assert!(
        line.starts_with(&format!("the key {new} seals rows, or is about to: "))
            && line.contains(", `twinlock key rotate`). If `twinlock key rotate` is"),
        "{line}"
    );
    wait_for_server(&site, "servers WHERE key_ids LIKE '%:next'");
    signal(rotation.id(), "-CONT");
    let done = Done::from(rotation.wait_with_output().unwrap());
    assert_eq!(done.code, 0, "{}", done.err);
    // After the rotation the database records that the key seals.
    let dropped = with_copy(&site, &["key", "drop", &new]);
    assert!(dropped.expect_refused(1).contains("is the one that seals"));
    // A rotation that has ended or was refused blocks nothing.
    site.run(&["key", "new"]).expect_done();
    let next = ids(&site)[2].clone();
    site.run(&["key", "rotate"]).expect_refused(1);
    site.run(&["key", "drop", &next]).expect_done();
    other.terminate();
    other.wait();
}

/// `key new` works with a copy from before a rotation, which has all keys, and is refused with a
/// file that lacks a waiting key.
#[test]
fn s20_a_new_key_beside_an_older_copy_says_what_is_true() {
    let site = with_people(1);
    site.run(&["key", "new"]).expect_done();
    copy(&site);
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    // The copy marks the sealing key as waiting. The database says that it seals, so a new key is
    // allowed.
    with_copy(&site, &["key", "new"]).expect_done();
    let again = with_copy(&site, &["key", "new"]);
    assert!(
        again
            .expect_refused(1)
            .starts_with("a new key waits already")
    );

    let other = other_server(&site);
    wait_for_server(&site, "servers WHERE key_ids LIKE '%:next'");
    let refused = site.run(&["key", "new"]);
    let line = refused.expect_refused(1);
    assert!(
        line.contains(" waits already at a server, and twinlock.db.key does not hold it: ")
            && line.contains("(process "),
        "{line}"
    );
    fs::copy(site.file(COPY), site.file("twinlock.db.key")).unwrap();
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    other.terminate();
    other.wait();
}

/// The server shares the file with the command and can't use it, because the line of a key that it
/// had read has changed.
#[test]
fn s20_a_server_that_can_not_use_the_shared_file_is_waited_for() {
    let site = with_people(1);
    let server = site.serve();
    site.run(&["key", "new"]).expect_done();
    let [old, _] = &ids(&site)[..] else {
        panic!("two keys")
    };
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    mistype(&site.file("twinlock.db.key"), old);
    site.run(&["key", "new"]).expect_done();
    let new = ids(&site)[2].clone();
    let refused = site.run(&["key", "rotate"]);
    let line = refused.expect_refused(1);
    assert!(
        line.starts_with(&format!(
            "a server does not have the key {new}, or can't use its key file: "
        )),
        "{line}"
    );
    server.terminate();
    server.wait();
}
