//! A folder, pipe or other odd file where the program or the engine opens a file: the message names
//! it, and no command hangs on it.

use std::{fs, os::unix::fs::symlink, process::Command};

use rstest::rstest;

use crate::support::program::ProgramSite;

#[rstest]
#[case::journal("-journal", "the database's journal", &["user", "list"])]
#[case::wal("-wal", "the database's journal", &["doctor"])]
#[case::shared_memory("-shm", "the database's journal", &["key", "list"])]
#[case::lock(".key.lock", "the lock of the key file", &["key", "new"])]
fn s9_what_is_no_file_is_named(#[case] end: &str, #[case] what: &str, #[case] command: &[&str]) {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    let path = site.file(&format!("twinlock.db{end}"));
    let refused = |kind: &str| {
        let done = site.run(command);
        let line = done.expect_refused(1);
        assert!(
            line.starts_with(&format!("{what} "))
                && line.ends_with(&format!(
                    "twinlock.db{end} is {kind} and no regular file: take it away, then repeat this"
                )),
            "{line}"
        );
    };
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    refused("a pipe");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused("a folder");
    fs::remove_dir(&path).unwrap();
    symlink("nowhere", &path).unwrap();
    refused("a link");
    fs::remove_file(&path).unwrap();
    assert_eq!(site.run(command).code, 0);
}
