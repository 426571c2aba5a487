//! Two commands that write one database or one backup at the same time, and a command after a
//! killed one.

use std::{
    fs::{self, File},
    process::Child,
    thread,
    time::{Duration, Instant},
};

use rstest::rstest;

use crate::support::{
    browser::signed_in,
    people::PASSWORD,
    program::{Done, ProgramSite},
};

/// A backup that has not begun in this time never will.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
const ADA: &str = "ada@example.com";
const DATABASE_BUSY: &str =
    "another command, `twinlock restore` or `twinlock copy`, is writing the database ";
const COPY: [&str; 5] = [
    "copy",
    "--from",
    "sqlite:twinlock.db",
    "--to",
    "sqlite:new.db",
];

#[expect(clippy::disallowed_methods, reason = "the wait of a test")]
fn instant() -> Instant {
    Instant::now()
}

/// Starts a command twice at once, and returns both results.
fn twice(site: &ProgramSite, args: &[&str]) -> [Done; 2] {
    let started = [(); 2].map(|()| site.command(args).spawn().unwrap());
    started.map(|child| child.wait_with_output().unwrap().into())
}

/// Returns the last lines of those that were refused. At least one must have succeeded.
fn losers(done: &[Done]) -> Vec<String> {
    let lost: Vec<_> = done.iter().filter(|done| done.code != 0).collect();
    assert!(lost.len() < done.len(), "{}", lost[0].err);
    let lines = lost.iter().map(|done| done.expect_refused(1).to_owned());
    lines.collect()
}

/// Returns the names that a command left in the folder.
fn left(site: &ProgramSite) -> Vec<String> {
    let names = fs::read_dir(site.file("")).unwrap();
    let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
    let ends = [".lock", ".restoring", ".part", "-journal"];
    names
        .filter(|name| ends.iter().any(|end| name.contains(end)))
        .collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

/// Regression: two restores wrote one working file. The database that was left had no users, or
/// opened the sessions of before, or there was none.
#[test]
fn of_two_restores_at_once_one_is_whole_and_the_other_changes_nothing() {
    let site = ProgramSite::with_owner();
    let server = site.serve();
    let mut before = signed_in(&server, ADA, PASSWORD);
    assert!(before.is_in());
    site.run(&["backup", "copy"]).expect_done();
    server.stop();
    for _ in 0..10 {
        let aside = || {
            let names = fs::read_dir(site.file("")).unwrap();
            let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.contains(".replaced-")).count()
        };
        let there = aside();
        let done = twice(&site, &["restore", "copy", "--overwrite"]);
        let lost = losers(&done);
        for line in &lost {
            assert!(
                line.starts_with(DATABASE_BUSY)
                    && line.ends_with("twinlock.db: repeat this when it has ended"),
                "{line}"
            );
        }
        assert_eq!(aside() - there, done.len() - lost.len());
        assert_eq!(left(&site), none());
        assert!(site.user_line(ADA).starts_with(ADA));
        let server = site.serve();
        before.use_server(&server);
        assert!(!before.is_in(), "a session of before the backup");
        server.stop();
    }
}

#[rstest]
#[case::restore(&["restore", "copy", "--overwrite"], "twinlock.db")]
#[case::restore_asked_first(&["restore", "copy"], "twinlock.db")]
#[case::copy(&COPY, "new.db")]
#[case::server(&["serve", "--listen", "127.0.0.1:0"], "twinlock.db")]
#[case::migration(&["migrate"], "twinlock.db")]
#[case::command(&["user", "list"], "twinlock.db")]
fn while_one_command_writes_a_database_no_other_uses_it(
    #[case] args: &[&str],
    #[case] database: &str,
) {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    let whole = fs::read(site.file("twinlock.db")).unwrap();
    let lock = File::create(site.file(&format!("{database}.lock"))).unwrap();
    lock.try_lock().unwrap();
    let done = site.run(args);
    let line = done.expect_refused(1);
    let said = format!("{database}: repeat this when it has ended");
    assert!(
        line.starts_with(DATABASE_BUSY) && line.ends_with(&said),
        "{line}"
    );
    assert_eq!(fs::read(site.file("twinlock.db")).unwrap(), whole);
    assert_eq!(left(&site), [format!("{database}.lock")]);
    // The lock ends with its process, and its file blocks nothing.
    drop(lock);
    site.run(&["restore", "copy", "--overwrite"]).expect_done();
    site.run(&COPY).expect_done();
    assert_eq!(left(&site), none());
}

#[test]
fn restores_of_two_databases_do_not_wait_for_each_other() {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    let lock = File::create(site.file("other.db.lock")).unwrap();
    lock.try_lock().unwrap();
    site.run(&["restore", "copy", "--overwrite"]).expect_done();
}

#[test]
fn a_restore_after_a_killed_one_begins_anew() {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    fs::write(site.file("twinlock.db.lock"), ".restoring").unwrap();
    for end in ["", "-journal", "-wal", "-shm"] {
        let name = format!("twinlock.db.restoring{end}");
        fs::write(site.file(&name), b"notes".repeat(2000)).unwrap();
    }
    assert!(site.user_line(ADA).starts_with(ADA));
    site.run(&["restore", "copy", "--overwrite"]).expect_done();
    assert_eq!(left(&site), none());
    assert!(site.user_line(ADA).starts_with(ADA));
}

#[test]
fn of_two_backups_of_one_name_at_once_one_is_whole() {
    let site = ProgramSite::with_owner();
    for number in 0..10 {
        let name = format!("copy{number}");
        let there = "is there already: name another file, or move it away";
        let busy = format!(
            "another `twinlock backup` is writing {name}: name another file, or wait for it"
        );
        for line in losers(&twice(&site, &["backup", &name])) {
            assert!(line == busy || line == format!("{name} {there}"), "{line}");
        }
        assert_eq!(left(&site), none());
        site.run(&["restore", &name, "--overwrite"]).expect_done();
    }
    let lock = File::create(site.file("held.lock")).unwrap();
    lock.try_lock().unwrap();
    let done = site.run(&["backup", "held"]);
    assert_eq!(
        done.expect_refused(1),
        "another `twinlock backup` is writing held: name another file, or wait for it"
    );
}

#[test]
fn a_backup_after_a_killed_one_begins_anew() {
    let site = ProgramSite::with_owner();
    for _ in 0..5 {
        let mut killed: Child = site.command(&["backup", "copy"]).spawn().unwrap();
        let begun = instant();
        while !site.file("copy.part").exists() && !site.file("copy").exists() {
            assert!(begun.elapsed() < LONGEST_WAIT, "the backup never begins");
            thread::yield_now();
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
        // The first may have named the whole backup before it was killed.
        let is_named = site.file("copy").exists();
        let again = site.run(&["backup", "copy"]);
        assert_eq!(again.code, i32::from(is_named), "{}", again.err);
        assert_eq!(left(&site), none());
        site.run(&["restore", "copy", "--overwrite"]).expect_done();
        fs::remove_file(site.file("copy")).unwrap();
    }
    // These files are left in the middle of the work.
    for (name, content) in [
        ("copy.lock", ".part"),
        ("copy.part", ""),
        ("copy.part-journal", "notes"),
    ] {
        fs::write(site.file(name), content).unwrap();
    }
    site.run(&["backup", "copy"]).expect_done();
    assert_eq!(left(&site), none());
    site.run(&["restore", "copy", "--overwrite"]).expect_done();
}

#[test]
fn a_file_that_no_backup_left_stays() {
    let site = ProgramSite::with_owner();
    fs::write(site.file("copy.part"), "mine").unwrap();
    let done = site.run(&["backup", "copy"]);
    assert_eq!(
        done.expect_refused(1),
        "copy.part has a name that this command needs, and no interrupted command left it: move it away, then repeat this"
    );
    assert_eq!(fs::read(site.file("copy.part")).unwrap(), b"mine");
    assert_eq!(left(&site), ["copy.part"]);
}

#[test]
fn of_two_copies_to_one_file_at_once_one_is_whole() {
    let site = ProgramSite::with_owner();
    for _ in 0..5 {
        for line in losers(&twice(&site, &COPY)) {
            let is_busy = line.starts_with(DATABASE_BUSY) && line.contains("new.db: ");
            // The second began when the first had ended.
            assert!(is_busy || line.contains("it is not empty"), "{line}");
        }
        assert_eq!(left(&site), none());
        let listed = [
            "--database-url",
            "sqlite:new.db",
            "--key-file",
            "twinlock.db.key",
        ];
        let listed = site.run(&[&listed[..], &["user", "list"]].concat());
        assert!(listed.expect_done().contains(ADA));
        fs::remove_file(site.file("new.db")).unwrap();
    }
}
