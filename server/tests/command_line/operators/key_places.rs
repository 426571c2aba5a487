//! Locations of key files: mounted read-only (S7), mounted alone (S9), on file systems without
//! links and permissions (S14).

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown, symlink},
    process::Command,
};

use rstest::rstest;

use super::{SERVICE, can_mount, give, has, is_root, left_out, names};
use crate::support::program::{Done, ProgramSite, Running};

const KEY_FILE: &str = "secrets/twinlock.key";

/// Makes the service's database, and root's key file in a read-only folder.
fn with_a_secret(group: u32, mode: u32) -> ProgramSite {
    let site = ProgramSite::with_owner();
    give(&site, SERVICE);
    let (folder, key_file) = (site.file("secrets"), site.file(KEY_FILE));
    fs::create_dir(&folder).unwrap();
    fs::rename(site.file("twinlock.db.key"), &key_file).unwrap();
    chown(&key_file, Some(0), Some(group)).unwrap();
    fs::set_permissions(&key_file, Permissions::from_mode(mode)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    site
}

fn as_service(site: &ProgramSite, args: &[&str]) -> Command {
    let mut command = site.command_as(SERVICE, args);
    command.env("TWINLOCK_KEY_FILE", KEY_FILE);
    command
}

#[test]
fn s7_a_key_file_that_only_the_services_group_reads_is_taken() {
    if !is_root("s7_a_key_file_that_only_the_services_group_reads_is_taken") {
        return;
    }
    let site = with_a_secret(SERVICE, 0o440);
    let (server, _) = Running::start(as_service(&site, &["serve", "--listen", "127.0.0.1:0"]));
    let done = Done::from(as_service(&site, &["key", "new"]).output().unwrap());
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("the key file's folder ")
            && line.contains("secrets can't be written by user 4242")
            && line.contains("copy secrets/twinlock.key into a folder that can be")
            || line.contains("/secrets/twinlock.key into a folder that can be"),
        "{line}"
    );
    Done::from(as_service(&site, &["doctor"]).output().unwrap()).expect_done();
    server.terminate();
    assert_eq!(server.wait().0, 0);
}

/// Kubernetes mounts a secret as links to a folder that is replaced as a whole.
#[test]
fn s7_links_of_a_mounted_secret_are_followed() {
    if !is_root("s7_links_of_a_mounted_secret_are_followed") {
        return;
    }
    let site = with_a_secret(SERVICE, 0o440);
    let folder = site.file("secrets");
    fs::create_dir(folder.join("..2026_11")).unwrap();
    fs::rename(site.file(KEY_FILE), folder.join("..2026_11/twinlock.key")).unwrap();
    symlink("..2026_11", folder.join("..data")).unwrap();
    symlink("..data/twinlock.key", site.file(KEY_FILE)).unwrap();
    Done::from(as_service(&site, &["migrate"]).output().unwrap()).expect_done();
    // Root can write to the folder: the file is replaced, and the links stay.
    let done = site
        .command(&["key", "new"])
        .env("TWINLOCK_KEY_FILE", KEY_FILE)
        .output();
    assert_eq!(Done::from(done.unwrap()).code, 0);
    assert!(
        fs::symlink_metadata(site.file(KEY_FILE))
            .unwrap()
            .is_symlink()
    );
    Done::from(as_service(&site, &["migrate"]).output().unwrap()).expect_done();
}

#[rstest]
#[case::everybody(SERVICE, 0o444)]
#[case::written_by_the_group(SERVICE, 0o460)]
fn s7_a_key_file_that_strangers_read_is_refused_with_a_remedy_that_works(
    #[case] group: u32,
    #[case] mode: u32,
) {
    if !is_root("s7_a_key_file_that_strangers_read_is_refused_with_a_remedy_that_works") {
        return;
    }
    let site = with_a_secret(group, mode);
    let done = Done::from(as_service(&site, &["migrate"]).output().unwrap());
    let line = done.expect_refused(1);
    let remedy = format!("as root, run `chown {SERVICE} {KEY_FILE}` and `chmod 400 {KEY_FILE}`");
    assert!(line.ends_with(&remedy), "{line}");
    let run = format!("chown {SERVICE} {KEY_FILE} && chmod 400 {KEY_FILE}");
    let mended = Command::new("sh")
        .args(["-c", &run])
        .current_dir(site.file(""))
        .status();
    assert!(mended.unwrap().success());
    Done::from(as_service(&site, &["migrate"]).output().unwrap()).expect_done();
}

/// A private group is accepted, as the first group or as a further one (`fsGroup`). A group with
/// other members is refused.
#[rstest]
fn s7_a_group_is_taken_if_nobody_else_is_in_it(#[values(true, false)] is_first: bool) {
    let test = "s7_a_group_is_taken_if_nobody_else_is_in_it";
    if !is_root(test) || !has(test, &["setpriv"]) {
        return;
    }
    for (group, is_taken) in [(5151, true), (65534, false)] {
        let site = with_a_secret(group, 0o440);
        let program = site.open_program();
        let mut command = Command::new("setpriv");
        let groups = if is_first {
            [format!("--regid={group}"), "--clear-groups".to_owned()]
        } else {
            ["--regid=4242".to_owned(), format!("--groups={group}")]
        };
        command
            .arg("--reuid=4242")
            .args(groups)
            .arg(program)
            .arg("migrate");
        command
            .current_dir(site.file(""))
            .env("TWINLOCK_KEY_FILE", KEY_FILE);
        let done = Done::from(command.output().unwrap());
        assert_eq!(done.code == 0, is_taken, "{}", done.err);
        assert!(
            is_taken
                || done
                    .err
                    .contains("by the group nogroup, which has other members")
        );
    }
}

#[test]
fn s7_a_read_only_mount_names_where_its_mode_is_set() {
    if !can_mount("s7_a_read_only_mount_names_where_its_mode_is_set", &[]) {
        return;
    }
    let site = with_a_secret(0, 0o444);
    let script = "mount --bind secrets secrets && mount -o remount,bind,ro secrets && exec \"$@\"";
    let mut command = site.command_behind(script, &["migrate"]);
    let done = Done::from(command.env("TWINLOCK_KEY_FILE", KEY_FILE).output().unwrap());
    let line = done.err;
    assert!(
        line.contains("mounted read-only") && line.contains("defaultMode: 0400"),
        "{line}"
    );
    fs::set_permissions(site.file(KEY_FILE), Permissions::from_mode(0o440)).unwrap();
    let mut command = site.command_behind(script, &["key", "new"]);
    let done = Done::from(command.env("TWINLOCK_KEY_FILE", KEY_FILE).output().unwrap());
    assert_eq!(done.code, 1);
    assert!(
        done.err.contains("can't be read by user 4242")
            || done.err.contains("can't be written by user root"),
        "{}",
        done.err
    );
}

#[test]
fn s9_a_key_file_that_is_mounted_alone_is_told_in_one_sentence() {
    if !can_mount(
        "s9_a_key_file_that_is_mounted_alone_is_told_in_one_sentence",
        &[],
    ) {
        return;
    }
    let site = ProgramSite::with_owner();
    let key_file = fs::read(site.file("twinlock.db.key")).unwrap();
    let script = "mount --bind twinlock.db.key twinlock.db.key && exec \"$@\"";
    let done = Done::from(
        site.command_behind(script, &["key", "new"])
            .output()
            .unwrap(),
    );
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("the key file ")
            && line.ends_with("is mounted as a single file, so that no other can take its place: mount its folder, not the file"),
        "{line}"
    );
    let left = names(&site, "");
    assert!(left.iter().all(|name| !name.contains(".new")), "{left:?}");
    assert_eq!(fs::read(site.file("twinlock.db.key")).unwrap(), key_file);
}

#[test]
fn s9_so_is_a_database_that_is_mounted_alone() {
    if !can_mount("s9_so_is_a_database_that_is_mounted_alone", &[]) {
        return;
    }
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    let script = "mount --bind twinlock.db twinlock.db && exec \"$@\"";
    let restore = ["restore", "copy", "--overwrite"];
    let done = Done::from(site.command_behind(script, &restore).output().unwrap());
    let line = done.expect_refused(1);
    assert!(line.ends_with("mount its folder, not the file"), "{line}");
    let left = names(&site, "");
    assert!(
        left.iter().all(|name| !name.contains(".restoring")),
        "{left:?}"
    );
    site.run(&["user", "list"]).expect_done();
}

const EXFAT: [&str; 2] = ["mkfs.exfat", "mount.exfat-fuse"];

/// Returns a script that runs the program beside a mounted exFAT, and unmounts it because its
/// driver is a process that would stay.
fn on_exfat(options: &str) -> String {
    format!(
        "head -c 16777216 /dev/zero > image && mkfs.exfat image > made && mkdir -p exfat || exit 99
         device=$(losetup --find --show image) && mount.exfat-fuse -o {options} $device exfat > made || exit 99
         \"$@\" 2> said; code=$?; ls -A exfat > left; umount exfat; losetup --detach $device; cat said >&2; exit $code"
    )
}

#[test]
fn s14_a_file_system_without_permissions_is_told_in_one_sentence() {
    if !can_mount(
        "s14_a_file_system_without_permissions_is_told_in_one_sentence",
        &EXFAT,
    ) {
        return;
    }
    let site = ProgramSite::in_a_file();
    for args in [
        &["migrate", "--database-url", "sqlite:exfat/twinlock.db"][..],
        &["migrate", "--key-file", "exfat/twinlock.key"],
    ] {
        let done = Done::from(
            site.command_behind(&on_exfat("umask=022"), args)
                .output()
                .unwrap(),
        );
        assert_eq!(done.code, 1, "{}", done.err);
        assert!(
            done.err.contains(
                "the file system of exfat keeps no permissions (mode 0755 of a new file)"
            ) && done.err.contains("TWINLOCK_KEY_FILE"),
            "{}",
            done.err
        );
        assert_eq!(
            fs::read_to_string(site.file("left")).unwrap(),
            "",
            "nothing is left there"
        );
    }
}

#[test]
fn s14_without_links_it_works_where_only_the_owner_reads() {
    if !can_mount(
        "s14_without_links_it_works_where_only_the_owner_reads",
        &EXFAT,
    ) {
        return;
    }
    for args in [
        ["migrate", "--database-url", "sqlite:exfat/twinlock.db"],
        ["migrate", "--key-file", "exfat/twinlock.key"],
    ] {
        let site = ProgramSite::in_a_file();
        let twice =
            on_exfat("umask=077").replace("\"$@\" 2> said", "\"$@\" > first && \"$@\" 2> said");
        let done = Done::from(site.command_behind(&twice, &args).output().unwrap());
        assert_eq!(done.code, 0, "{}", done.err);
        let left = fs::read_to_string(site.file("left")).unwrap();
        assert!(left.contains("key") && !left.contains(".new"), "{left}");
    }
}

/// FAT by the kernel's own driver, as on memory sticks and cards.
#[test]
fn s14_on_fat_it_works_where_only_the_owner_reads_and_is_told_elsewhere() {
    let test = "s14_on_fat_it_works_where_only_the_owner_reads_and_is_told_elsewhere";
    if !can_mount(test, &["mkfs.vfat"]) {
        return;
    }
    let known = fs::read_to_string("/proc/filesystems").unwrap();
    if !known.lines().any(|line| line.trim() == "vfat") {
        left_out(test, "this kernel has no vfat");
        return;
    }
    for (options, code) in [("umask=022", 1), ("umask=077", 0)] {
        for args in [
            ["migrate", "--database-url", "sqlite:fat/twinlock.db"],
            ["migrate", "--key-file", "fat/twinlock.key"],
        ] {
            let site = ProgramSite::in_a_file();
            let script = format!(
                "head -c 16777216 /dev/zero > image && mkfs.vfat image > made && mkdir fat || exit 99
                 mount -t vfat -o loop,{options} image fat || exit 99
                 \"$@\" 2> said; code=$?; umount fat; cat said >&2; exit $code"
            );
            let done = Done::from(site.command_behind(&script, &args).output().unwrap());
            assert_eq!(done.code, code, "{options} {args:?}: {}", done.err);
            let is_told = done.err.contains("keeps no permissions");
            assert_eq!(is_told, code == 1, "{}", done.err);
        }
    }
}
