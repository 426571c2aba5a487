//! Commands and starts by a user who is neither root nor the owner (S20), and folders that can't be
//! written (S7).

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
};

use rstest::rstest;

use super::{SERVICE, give, is_root, left_out, names};
use crate::support::program::{Done, ProgramSite};

/// The id of the unprivileged user on Debian.
const NOBODY: u32 = 65534;
const AS_NOBODY: &str = "run this as user nobody (`sudo -E -u nobody twinlock …`: without `-E`, sudo drops TWINLOCK_… variables)";
const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn run(site: &ProgramSite, user: u32, args: &[&str]) -> Done {
    site.command_as(user, args).output().unwrap().into()
}

/// Another user owns the folder, the database and the key file, each with a mode.
#[rstest]
#[case::closed(0o755, 0o600, 0o600)]
#[case::closed_folder(0o700, 0o600, 0o600)]
#[case::open_to_readers(0o755, 0o644, 0o644)]
#[case::open_database(0o777, 0o666, 0o600)]
#[case::all_open(0o777, 0o666, 0o644)]
fn s20_a_user_who_is_not_the_owner_is_told_whose_command_it_is(
    #[case] folder: u32,
    #[case] database: u32,
    #[case] key_file: u32,
) {
    if !is_root("s20_a_user_who_is_not_the_owner_is_told_whose_command_it_is") {
        return;
    }
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    give(&site, NOBODY);
    set(&site.file("twinlock.db"), database);
    set(&site.file("twinlock.db.key"), key_file);
    set(&site.file(""), folder);
    // The command runs in another folder, because the user may not be able to enter this one.
    let elsewhere = tempfile::tempdir().unwrap();
    chown(elsewhere.path(), Some(SERVICE), Some(SERVICE)).unwrap();
    let url = format!("sqlite:{}", site.file("twinlock.db").display());
    for args in [
        &SERVE[..],
        &["migrate"],
        &["user", "list"],
        &["backup", "copy"],
        &["key", "list"],
        &["key", "new"],
        &["doctor"],
    ] {
        let mut command = site.command_as(SERVICE, args);
        command.args(["--database-url", &url]);
        let done = Done::from(command.current_dir(elsewhere.path()).output().unwrap());
        assert_eq!(done.code, 1, "{args:?}: {}", done.err);
        let said = format!("{}{}", done.out, done.err);
        assert!(said.contains(AS_NOBODY), "{args:?}: {said}");
        assert!(!said.contains("chown"), "{args:?}: {said}");
    }
    set(&site.file("twinlock.db"), 0o600);
    set(&site.file("twinlock.db.key"), 0o600);
    set(&site.file(""), 0o700);
    run(&site, NOBODY, &["user", "list"]).expect_done();
}

/// For a database on a server, only the key file shows which user it belongs to.
#[rstest]
#[case::of_a_user(NOBODY, 0o600, AS_NOBODY)]
#[case::of_root(
    0,
    0o600,
    "run this as the server's user; if that is user 4242, run `chown 4242 twinlock.key` as root"
)]
fn s20_a_key_file_of_another_user_is_left_to_its_server(
    #[case] owner: u32,
    #[case] mode: u32,
    #[case] words: &str,
) {
    if !is_root("s20_a_key_file_of_another_user_is_left_to_its_server") {
        return;
    }
    let site = ProgramSite::in_a_file();
    fs::write(site.file("twinlock.key"), "").unwrap();
    chown(site.file("twinlock.key"), Some(owner), Some(owner)).unwrap();
    set(&site.file("twinlock.key"), mode);
    set(&site.file(""), 0o755);
    let mut command = site.command_as(SERVICE, &["user", "list"]);
    command
        .env(
            "TWINLOCK_DATABASE_URL",
            "postgres://nobody@127.0.0.1:1/none",
        )
        .env("TWINLOCK_KEY_FILE", "twinlock.key");
    let done = Done::from(command.output().unwrap());
    let line = done.expect_refused(1);
    assert!(line.ends_with(words), "{line}");
}

/// Root copied the database into the service's folder and still owns it.
#[test]
fn s20_a_database_that_root_left_in_the_services_folder_is_told() {
    if !is_root("s20_a_database_that_root_left_in_the_services_folder_is_told") {
        return;
    }
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    give(&site, SERVICE);
    chown(site.file("twinlock.db"), Some(0), Some(0)).unwrap();
    let done = run(&site, SERVICE, &SERVE);
    let line = done.expect_refused(1);
    assert!(
        line.contains("run this as root (`sudo -E twinlock …`: without `-E`, sudo drops TWINLOCK_… variables) if the server runs as root; if it runs as user 4242, whose folder it is, root has to give the file back (`chown 4242 twinlock.db`)"),
        "{line}"
    );
}

#[rstest]
#[case::of_root(
    0,
    0o755,
    "it belongs to root (mode 0755); name another file with TWINLOCK_DATABASE_URL, in a folder of user 4242, which root makes with `install -d -o 4242 -m 700 FOLDER`"
)]
#[case::of_another(
    NOBODY,
    0o755,
    "it belongs to user nobody (mode 0755); run this as user nobody (`sudo -E -u nobody twinlock …`: without `-E`, sudo drops TWINLOCK_… variables), or name another file with TWINLOCK_DATABASE_URL"
)]
#[case::of_its_own(SERVICE, 0o500, "run `chmod 700 ")]
fn s7_a_first_start_in_a_folder_that_can_not_be_written_is_told(
    #[case] owner: u32,
    #[case] mode: u32,
    #[case] words: &str,
) {
    if !is_root("s7_a_first_start_in_a_folder_that_can_not_be_written_is_told") {
        return;
    }
    let site = ProgramSite::in_a_file();
    let folder = fs::canonicalize(site.file("")).unwrap();
    chown(&folder, Some(owner), Some(owner)).unwrap();
    set(&folder, mode);
    for args in [&SERVE[..], &["migrate"]] {
        let done = run(&site, SERVICE, args);
        let line = done.expect_refused(1);
        let beginning = format!(
            "the database twinlock.db does not exist yet, and user 4242 can't write in the folder {}: ",
            folder.display()
        );
        assert!(
            line.starts_with(&beginning) && line.contains(words),
            "{line}"
        );
        assert!(!line.contains("copy") && !line.contains("key"), "{line}");
        assert_eq!(names(&site, ""), [""; 0]);
    }
}

/// The key file's folder can't be written, so the program makes neither the database nor the key
/// file.
#[test]
fn s7_a_first_key_file_in_a_folder_that_can_not_be_written_is_told() {
    if !is_root("s7_a_first_key_file_in_a_folder_that_can_not_be_written_is_told") {
        return;
    }
    let site = ProgramSite::in_a_file();
    fs::create_dir(site.file("secrets")).unwrap();
    set(&site.file("secrets"), 0o755);
    chown(site.file(""), Some(SERVICE), Some(SERVICE)).unwrap();
    let args = [&SERVE[..], &["--key-file", "secrets/a.key"]].concat();
    let done = run(&site, SERVICE, &args);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("the key file secrets/a.key does not exist yet, and user 4242 can't write in the folder secrets: it belongs to root (mode 0755); name another file with TWINLOCK_KEY_FILE"),
        "{line}"
    );
    assert_eq!(names(&site, ""), ["secrets"]);
    assert_eq!(names(&site, "secrets"), [""; 0]);
}

#[test]
fn s7_a_backup_in_a_folder_that_can_not_be_written_is_told() {
    if !is_root("s7_a_backup_in_a_folder_that_can_not_be_written_is_told") {
        return;
    }
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    give(&site, SERVICE);
    fs::create_dir(site.file("roots")).unwrap();
    set(&site.file("roots"), 0o755);
    let done = run(&site, SERVICE, &["backup", "roots/copy"]);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("the backup roots/copy does not exist yet, and user 4242 can't write in the folder roots: it belongs to root (mode 0755); name another file, in a folder of user 4242"),
        "{line}"
    );
}

/// A privileged port is reported as such, without a word about files.
#[test]
fn s23_a_port_that_only_root_may_take_is_told() {
    let test = "s23_a_port_that_only_root_may_take_is_told";
    if !is_root(test) {
        return;
    }
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    if first.trim().parse::<u16>().unwrap() <= 80 {
        left_out(test, "this machine gives every user every port");
        return;
    }
    let site = ProgramSite::in_a_file();
    chown(site.file(""), Some(SERVICE), Some(SERVICE)).unwrap();
    let done = run(&site, SERVICE, &["serve", "--listen", "127.0.0.1:80"]);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("listening on 127.0.0.1:80: ") && line.contains("CAP_NET_BIND_SERVICE"),
        "{line}"
    );
    assert!(!line.contains("give the file"), "{line}");
}
