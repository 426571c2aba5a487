//! Full disks (S24) and network shares (S21): each has an error message of its own that names the
//! cause.

use rstest::rstest;

use super::{can_mount, has};
use crate::support::program::{Done, ProgramSite};

/// Returns a script that mounts a 1 MiB disk in memory, runs `before` on it and leaves `room` KiB
/// free.
fn on_a_disk_with(room: u32, before: &str) -> String {
    format!(
        "mkdir disk && mount -t tmpfs -o size=1m,mode=700 disk disk && {before} || exit 99
         free=$(df --block-size=1024 --output=avail disk | tail -n 1)
         head -c $(( (free - {room}) * 1024 )) /dev/zero > disk/fill || exit 99
         exec \"$@\""
    )
}

const ON_DISK: [&str; 2] = ["--database-url", "sqlite:disk/twinlock.db"];

#[rstest]
#[case::nothing_left(0)]
#[case::a_page(4)]
#[case::s24(16)]
#[case::shared_memory_fits(48)]
#[case::tables_do_not(128)]
fn s24_a_full_disk_is_told_at_the_first_start(#[case] room: u32) {
    if !can_mount("s24_a_full_disk_is_told_at_the_first_start", &[]) {
        return;
    }
    let site = ProgramSite::in_a_file();
    let args = [&["serve", "--listen", "127.0.0.1:0"][..], &ON_DISK].concat();
    let done = Done::from(
        site.command_behind(&on_a_disk_with(room, "true"), &args)
            .output()
            .unwrap(),
    );
    let line = done.expect_refused(1);
    assert!(line.contains("the disk is full: make room on it"), "{line}");
    assert!(
        !line.contains("damaged") && !line.contains("share"),
        "{line}"
    );
}

#[rstest]
#[case::doctor(&["doctor"])]
#[case::command(&["account", "add", "Acme"])]
#[case::serve(&["serve", "--listen", "127.0.0.1:0"])]
fn s24_a_full_disk_is_told_of_a_database_that_is_there(#[case] args: &[&str]) {
    if !can_mount("s24_a_full_disk_is_told_of_a_database_that_is_there", &[]) {
        return;
    }
    let site = ProgramSite::with_database();
    let script = on_a_disk_with(16, "cp --preserve twinlock.db twinlock.db.key disk");
    let args = [args, &ON_DISK].concat();
    let done = Done::from(site.command_behind(&script, &args).output().unwrap());
    assert_eq!(done.code, 1, "{}", done.err);
    let said = format!("{}{}", done.out, done.err);
    assert!(said.contains("the disk is full: make room on it"), "{said}");
    assert!(
        !said.contains("damaged") && !said.contains("share"),
        "{said}"
    );
}

/// A disk may have free bytes but no free inodes.
#[test]
fn s24_a_disk_without_room_for_another_file_is_full() {
    if !can_mount("s24_a_disk_without_room_for_another_file_is_full", &[]) {
        return;
    }
    for files in 2..=4 {
        let site = ProgramSite::in_a_file();
        let script = format!(
            "mkdir disk && mount -t tmpfs -o size=4m,nr_inodes={files} disk disk && exec \"$@\""
        );
        let args = [&["migrate"][..], &ON_DISK].concat();
        let done = Done::from(site.command_behind(&script, &args).output().unwrap());
        let line = done.expect_refused(1);
        assert!(
            line.contains("the disk is full: make room on it"),
            "{files}: {line}"
        );
    }
}

/// The errors that the kernel returns for a share without a lock service, or without shared memory.
#[rstest]
#[case::no_lock_service("fcntl", "ENOLCK", "twinlock.db")]
#[case::locks_not_supported("fcntl", "EOPNOTSUPP", "twinlock.db")]
#[case::memory_not_shared("mmap", "ENODEV", "twinlock.db-shm")]
fn s21_a_share_without_locks_is_named_as_the_likely_cause(
    #[case] call: &str,
    #[case] error: &str,
    #[case] file: &str,
) {
    let test = "s21_a_share_without_locks_is_named_as_the_likely_cause";
    if !has(test, &["strace"]) || !can_mount(test, &[]) {
        return;
    }
    let site = ProgramSite::with_database();
    let path = site.file(file);
    let script = format!(
        "exec strace -f -qq -o /dev/null -P {} -e trace={call} -e inject={call}:error={error} \"$@\"",
        path.display()
    );
    for args in [&["migrate"][..], &["doctor"]] {
        let done = Done::from(site.command_behind(&script, args).output().unwrap());
        assert_eq!(done.code, 1, "{}", done.err);
        let line = done.err.lines().last().unwrap();
        assert!(
            line.contains("network share") && line.contains("put ") && !line.contains("damaged"),
            "{line}"
        );
    }
    site.run(&["doctor"]).expect_done();
}
