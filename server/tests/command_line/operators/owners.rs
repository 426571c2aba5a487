//! Commands that root runs beside a service user (S20).

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
};

use super::{SERVICE, give, has, is_root, names, owner};
use crate::support::{
    browser::{get, now, signed_in},
    people::PASSWORD,
    program::{Done, ProgramSite, Running},
};

const KEY_FILE: &str = "twinlock.db.key";
const ADA: &str = "ada@example.com";

fn serve(site: &ProgramSite) -> Running {
    let args = ["serve", "--listen", "127.0.0.1:0"];
    Running::start(site.command_as(SERVICE, &args)).0
}

/// Makes a service's database beside root's key file, which the service's group may read.
fn with_roots_key_file() -> ProgramSite {
    let site = ProgramSite::with_owner();
    give(&site, SERVICE);
    chown(site.file(KEY_FILE), Some(0), Some(SERVICE)).unwrap();
    fs::set_permissions(site.file(KEY_FILE), Permissions::from_mode(0o440)).unwrap();
    site
}

#[test]
fn s20_root_does_not_touch_the_key_file_of_a_service() {
    if !is_root("s20_root_does_not_touch_the_key_file_of_a_service") {
        return;
    }
    let site = ProgramSite::with_owner();
    give(&site, SERVICE);
    let before = fs::read(site.file(KEY_FILE)).unwrap();
    let _server = serve(&site);
    for args in [&["key", "new"][..], &["key", "rotate"], &["user", "list"]] {
        let done = site.run(args);
        let line = done.expect_refused(1);
        assert!(
            line.starts_with("the key file twinlock.db.key belongs to user 4242")
                && line.contains("setpriv --reuid=4242"),
            "{line}"
        );
    }
    assert_eq!(owner(&site, KEY_FILE), (SERVICE, SERVICE, 0o600));
    assert_eq!(fs::read(site.file(KEY_FILE)).unwrap(), before);
    Done::from(site.command_as(SERVICE, &["key", "new"]).output().unwrap()).expect_done();
    assert_eq!(owner(&site, KEY_FILE), (SERVICE, SERVICE, 0o600));
}

#[test]
fn s20_what_root_replaces_keeps_its_owner_and_mode_and_people_sign_in() {
    if !is_root("s20_what_root_replaces_keeps_its_owner_and_mode_and_people_sign_in") {
        return;
    }
    let site = with_roots_key_file();
    let server = serve(&site);
    let authenticator = signed_in(&server, ADA, PASSWORD)
        .set_up_mfa(now())
        .authenticator;
    for args in [["key", "new"], ["key", "rotate"]] {
        let done = site.run(&args);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(
            done.err
                .contains("belongs to user 4242 and this runs as root")
        );
        assert_eq!(owner(&site, KEY_FILE), (0, SERVICE, 0o440));
    }
    // The server opens what the new key has sealed. The code is computed after the slow password
    // check, so that it is current.
    let mut browser = signed_in(&server, ADA, PASSWORD);
    let answer = browser.give_code(&authenticator.code(now()));
    server.terminate();
    let (code, log) = server.wait();
    assert!(
        answer.is_ok() || answer.kind() == "already_used",
        "{answer}\n{log}"
    );
    assert_eq!((code, log.contains("ERROR")), (0, false), "{answer}\n{log}");
}

#[test]
fn s20_files_beside_the_database_are_the_services_own() {
    if !is_root("s20_files_beside_the_database_are_the_services_own") {
        return;
    }
    let site = with_roots_key_file();
    let roots = Running::start(site.command(&["serve", "--listen", "127.0.0.1:0"])).0;
    for name in names(&site, "") {
        if name != KEY_FILE {
            assert_eq!(owner(&site, &name).0, SERVICE, "{name}");
        }
    }
    assert_eq!(names(&site, "").len(), 4, "with the journal");
    roots.terminate();
    roots.wait();

    assert_eq!(site.run(&["backup", "copy"]).code, 0);
    assert_eq!(owner(&site, "copy"), (SERVICE, SERVICE, 0o600));
    fs::set_permissions(site.file("twinlock.db"), Permissions::from_mode(0o640)).unwrap();
    assert_eq!(site.run(&["restore", "copy", "--overwrite"]).code, 0);
    assert_eq!(owner(&site, "twinlock.db"), (SERVICE, SERVICE, 0o640));
    // The database is lost: the restore takes the owner from the folder.
    fs::remove_file(site.file("twinlock.db")).unwrap();
    fs::remove_file(site.file(KEY_FILE)).unwrap();
    assert_eq!(site.run(&["restore", "copy"]).code, 0);
    assert_eq!(owner(&site, "twinlock.db").0, SERVICE);
}

/// Root prepares a folder for the service, keeps the key file as its own and runs the key commands.
/// The service can use all files.
#[test]
fn s20_whatever_root_makes_is_the_services_own() {
    if !is_root("s20_whatever_root_makes_is_the_services_own") {
        return;
    }
    let site = ProgramSite::in_a_file();
    chown(site.file(""), Some(SERVICE), Some(SERVICE)).unwrap();
    // Making a first key file takes a lock on file systems without hard links.
    assert_eq!(site.run(&["migrate"]).code, 0);
    let made = names(&site, "");
    assert!(made.contains(&KEY_FILE.to_owned()), "{made:?}");
    for name in made {
        assert_eq!(owner(&site, &name), (SERVICE, SERVICE, 0o600), "{name}");
    }
    let as_service = |args: &[&str]| Done::from(site.command_as(SERVICE, args).output().unwrap());
    as_service(&["account", "add", "Example Ltd"]).expect_done();

    chown(site.file(KEY_FILE), Some(0), Some(SERVICE)).unwrap();
    fs::set_permissions(site.file(KEY_FILE), Permissions::from_mode(0o440)).unwrap();
    // An earlier version of the command, run as root, left this lock.
    fs::write(site.file("twinlock.db.key.lock"), "").unwrap();
    for args in [["key", "new"], ["key", "rotate"]] {
        assert_eq!(site.run(&args).code, 0);
        for name in names(&site, "").iter().filter(|name| *name != KEY_FILE) {
            assert_eq!(owner(&site, name).0, SERVICE, "{args:?}: {name}");
        }
        fs::remove_file(site.file("twinlock.db.key.lock")).unwrap();
    }
    let copy = [
        "copy",
        "--from",
        "sqlite:twinlock.db",
        "--to",
        "sqlite:new.db",
    ];
    assert_eq!(site.run(&copy).code, 0);
    assert_eq!(site.run(&["backup", "whole"]).code, 0);
    // The database is lost, and root's key file does not show who owned it.
    fs::remove_file(site.file("twinlock.db")).unwrap();
    assert_eq!(site.run(&["restore", "whole"]).code, 0);
    for name in ["new.db", "whole", "twinlock.db"] {
        assert_eq!(owner(&site, name), (SERVICE, SERVICE, 0o600), "{name}");
    }
    fs::remove_file(site.file("twinlock.db")).unwrap();
    assert_eq!(site.run(&["migrate"]).code, 0);
    as_service(&["account", "add", "Example Ltd"]).expect_done();
}

/// Without the right to change owners, root leaves no lock file that would block the service.
#[test]
fn s20_root_without_the_right_to_give_away_leaves_nothing() {
    let test = "s20_root_without_the_right_to_give_away_leaves_nothing";
    if !is_root(test) || !has(test, &["setpriv"]) {
        return;
    }
    let site = with_roots_key_file();
    let mut command = site.command_of("setpriv".as_ref(), &["--bounding-set=-chown"]);
    command.arg(site.open_program()).args(["key", "new"]);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let done = Done::from(command.output().unwrap());
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(
        done.err
            .contains("which user root can't give to the file that takes its place"),
        "{}",
        done.err
    );
    let left = names(&site, "");
    assert!(
        left.iter()
            .all(|name| !name.contains(".lock") && !name.contains(".new")),
        "{left:?}"
    );
}

#[test]
fn s20_no_key_is_changed_that_the_server_can_not_read() {
    if !is_root("s20_no_key_is_changed_that_the_server_can_not_read") {
        return;
    }
    let site = ProgramSite::with_owner();
    give(&site, SERVICE);
    chown(site.file(KEY_FILE), Some(0), Some(0)).unwrap();
    for args in [["key", "new"], ["key", "rotate"]] {
        let done = site.run(&args);
        assert_eq!(done.code, 1, "{}", done.out);
        let words = "the key file twinlock.db.key can't be read by user 4242, to whom the database twinlock.db belongs";
        assert!(
            done.err.contains(words) && done.err.contains("`chown 4242 twinlock.db.key`"),
            "{}",
            done.err
        );
    }
}

/// A key file that its user can't read is reported with the command that fixes it.
#[test]
fn s20_a_closed_key_file_is_told_with_what_opens_it() {
    if !is_root("s20_a_closed_key_file_is_told_with_what_opens_it") {
        return;
    }
    for (user, mode, remedy) in [
        (SERVICE, 0o000, "; run `chmod 600 twinlock.db.key`"),
        (SERVICE, 0o200, "; run `chmod 600 twinlock.db.key`"),
        (
            0,
            0o000,
            "; as root, run `chown 4242 twinlock.db.key` and `chmod 400 twinlock.db.key`",
        ),
        (0, 0o600, "; as root, run `chown 4242 twinlock.db.key`"),
    ] {
        let site = ProgramSite::with_owner();
        give(&site, SERVICE);
        chown(site.file(KEY_FILE), Some(user), Some(user)).unwrap();
        fs::set_permissions(site.file(KEY_FILE), Permissions::from_mode(mode)).unwrap();
        let run = |args: &[&str]| Done::from(site.command_as(SERVICE, args).output().unwrap());
        let done = run(&["migrate"]);
        let line = done.expect_refused(1);
        assert!(line.ends_with(remedy), "{line}");
        let done = run(&["doctor"]);
        let (found, _) = done.expect_failed(1);
        assert!(found.contains(remedy), "{found}");
        let (_, script) = remedy.split_once("run ").unwrap();
        let script = script.replace('`', "").replace(" and ", " && ");
        let mut shell = std::process::Command::new("sh");
        let mended = shell.args(["-c", &script]).current_dir(site.file(""));
        assert!(mended.status().unwrap().success());
        run(&["doctor"]).expect_done();
    }
}

#[test]
fn s20_a_server_names_file_owner_and_remedy() {
    if !is_root("s20_a_server_names_file_owner_and_remedy") {
        return;
    }
    let site = ProgramSite::with_owner();
    give(&site, SERVICE);
    let server = serve(&site);
    let key = fs::read(site.file(KEY_FILE)).unwrap();
    fs::remove_file(site.file(KEY_FILE)).unwrap();
    fs::write(site.file(KEY_FILE), key).unwrap();
    fs::set_permissions(site.file(KEY_FILE), Permissions::from_mode(0o600)).unwrap();
    while get(&server, "/readyz").0 == 200 {}
    let started = Done::from(site.command_as(SERVICE, &["migrate"]).output().unwrap());
    let words = "the key file twinlock.db.key can't be read by user 4242: it belongs to user root (mode 0600); as root, run `chown 4242 twinlock.db.key`";
    assert_eq!(started.expect_refused(1), words);
    server.terminate();
    let (_, log) = server.wait();
    assert!(log.contains(words), "{log}");
}
