//! Copies the whole database of a file to another file or, where `TWINLOCK_TEST_POSTGRES` names a
//! server, to a database of its own there.

use std::{fs, os::unix::fs::symlink};

use serde_json::json;
use testkit::http::HttpAnswer;

use crate::{
    operators::left_out,
    support::{
        browser::{now, signed_in},
        people::PASSWORD,
        program::{Done, ProgramSite, Running},
    },
};

const ADA: &str = "ada@example.com";
const MAX: &str = "max@example.com";
const OLD: &str = "sqlite:twinlock.db";

fn try_code(server: &Running, email: &str, function: &str, code: &str) -> HttpAnswer {
    let mut browser = signed_in(server, email, PASSWORD);
    browser.call(function, json!({ "code": code }))
}

fn try_backup_code(server: &Running, email: &str, code: &str) -> HttpAnswer {
    try_code(server, email, "session/verify_backup_code", code)
}

fn stop(server: Running) {
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0, "{log}");
}

/// Makes a database file with the users Ada and Max.
fn old_place() -> ProgramSite {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    site.run(&["account", "add", "Example Ltd"]).expect_done();
    for (email, role) in [(ADA, "owner"), (MAX, "member")] {
        site.add_person(email, role);
    }
    site
}

fn copy(old: &ProgramSite, to: &str) -> Done {
    old.run(&["copy", "--from", OLD, "--to", to, "--json"])
}

/// Runs without `--json`, because with `--json` the refusal is on standard output too.
fn refused_copy(old: &ProgramSite, to: &str) -> Done {
    old.run(&["copy", "--from", OLD, "--to", to])
}

fn copy_key_file(old: &ProgramSite, new: &ProgramSite) {
    fs::copy(old.file("twinlock.db.key"), new.file("twinlock.db.key")).unwrap();
}

#[test]
fn everybody_signs_in_there_and_what_was_used_stays_used() {
    let (site, new) = (old_place(), ProgramSite::new());
    let server = site.serve();
    let mut before = signed_in(&server, ADA, PASSWORD);
    let ada = before.set_up_mfa(now());
    let max = signed_in(&server, MAX, PASSWORD).set_up_mfa(now());
    try_backup_code(&server, ADA, &ada.codes[0]).expect_ok();
    let open = refused_copy(&site, new.url());
    let line = open.expect_refused(1);
    assert!(line.contains("stop the server first"), "{line}");
    stop(server);
    // Moves Max's last used step back by a day, so that his current code is unused.
    let earlier = "UPDATE app_keys SET last_step = last_step - 2880
                   WHERE method_id = (SELECT m.id FROM mfa_methods m JOIN users u ON u.id = m.user_id WHERE u.email = 'max@example.com')";
    site.tamper(earlier);

    let copied = copy(&site, new.url()).expect_json();
    let tables = &copied["tables"];
    let counts = ["users", "mfa_methods", "backup_codes", "data_keys"].map(|name| &tables[name]);
    assert_eq!(counts, [&json!(2), &json!(2), &json!(20), &json!(4)]);
    copy_key_file(&site, &new);

    let server = new.serve();
    before.use_server(&server);
    assert_eq!(before.standing(), "full", "its session goes on");
    let by_code =
        |email, code: &str| try_code(&server, email, "session/verify_code", code).refusal();
    let refused = by_code(ADA, &ada.code);
    // Once a minute has passed, the code is outside the accepted steps and is just wrong.
    let kinds = ["already_used", "wrong_code"];
    assert!(kinds.contains(&refused.1.as_str()), "{refused:?}");
    let shown = max.authenticator.code(now());
    assert_eq!(by_code(MAX, &shown), (200, String::new()));
    let used = try_backup_code(&server, ADA, &ada.codes[0]);
    used.expect_refused(409, "backup_code_used");
    try_backup_code(&server, ADA, &ada.codes[1]).expect_ok();
    try_backup_code(&server, MAX, &max.codes[0]).expect_ok();
    stop(server);

    let verified = new.run(&["events", "--verify"]);
    // Up to two rows wait: each of the two set-ups began a moment ago, and a repeated set-up within
    // a minute is counted in its row.
    let waiting = (0..=2).any(|count| verified.expect_done().contains(&format!(", {count} wait")));
    assert!(waiting, "{}", verified.out);
    let events = new.run(&["events", "--export"]);
    let (until, since) = events
        .expect_done()
        .split_once("\"database_copy\"")
        .unwrap();
    assert!(
        until.contains("\"user_add\"") && since.contains("\"sign_in\""),
        "{}",
        events.out
    );
}

#[test]
fn a_place_that_is_not_empty_stays_as_it_is() {
    let (site, new) = (old_place(), ProgramSite::new());
    copy_key_file(&site, &new);
    new.run(&["migrate"]).expect_done();
    new.run(&["account", "add", "Theirs"]).expect_done();
    // The refusal comes while the server still runs, so the operator does not stop it in vain.
    let server = site.serve();
    for server in [Some(server), None] {
        let refused = refused_copy(&site, new.url());
        let line = refused.expect_refused(1);
        assert!(
            line.contains("it is not empty: its table accounts has rows"),
            "{line}"
        );
        server.into_iter().for_each(stop);
    }
    let accounts = new.run(&["account", "list"]);
    let accounts = accounts.expect_done();
    assert!(
        accounts.contains("Theirs") && !accounts.contains("Example"),
        "{accounts}"
    );
    // A database is not copied into itself either.
    expect_same(&refused_copy(&site, OLD));
}

#[track_caller]
fn expect_same(done: &Done) {
    let line = done.expect_refused(1);
    assert!(line.contains("are one and the same database"), "{line}");
}

/// A database with empty tables would pass the check for an empty target and be copied into itself.
#[test]
fn s7_a_database_is_not_copied_to_itself_however_it_is_named() {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    let events = site.run(&["events", "--export"]).expect_done().to_owned();
    symlink("twinlock.db", site.file("link.db")).unwrap();
    fs::hard_link(site.file("twinlock.db"), site.file("second.db")).unwrap();
    let whole = format!("sqlite://{}?mode=rwc", site.file("twinlock.db").display());
    for to in [
        OLD,
        "sqlite:./twinlock.db",
        "sqlite:link.db",
        "sqlite:second.db",
        &whole,
    ] {
        expect_same(&refused_copy(&site, to));
    }
    assert!(!site.file("second.db-wal").exists());
    assert_eq!(site.run(&["events", "--export"]).expect_done(), events);
}

/// The command asks the server which database it is, because one host, port and database have many
/// spellings.
#[test]
fn s7_a_servers_database_is_not_copied_to_itself() {
    let site = ProgramSite::with_database();
    if !site.is_on_a_server() {
        let test = "s7_a_servers_database_is_not_copied_to_itself";
        return left_out(test, "TWINLOCK_TEST_POSTGRES names no server");
    }
    let spelt = format!("{}&application_name=other", site.url())
        .replacen("postgres://", "postgresql://", 1)
        .replacen("127.0.0.1", "localhost", 1);
    for to in [site.url(), &spelt] {
        expect_same(&site.run(&["copy", "--from", site.url(), "--to", to]));
    }
}

#[test]
fn a_key_file_that_does_not_fit_leaves_nothing_there() {
    let (site, other, new) = (old_place(), old_place(), ProgramSite::new());
    fs::rename(site.file("twinlock.db.key"), site.file("new.key")).unwrap();
    copy_key_file(&other, &site);
    let refused = refused_copy(&site, new.url());
    let line = refused.expect_refused(1);
    assert!(
        line.contains("does not belong to the database twinlock.db"),
        "{line}"
    );
    // With its own key file back, the database is copied as before.
    fs::rename(site.file("new.key"), site.file("twinlock.db.key")).unwrap();
    let copied = site.run(&["copy", "--from", OLD, "--to", new.url()]);
    let said = copied.expect_done();
    for line in [
        "users: 2",
        "backup_codes: 0",
        "Start no server on twinlock.db again",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

#[test]
fn what_can_t_be_copied_is_told_by_its_argument() {
    let site = old_place();
    let refused = site.run(&["copy", "--from", OLD, "--to", "mysql://u:hunter2@h/d"]);
    let line = refused.expect_refused(2);
    assert!(
        line.starts_with("--to: ") && !line.contains("hunter2"),
        "{line}"
    );
    let refused = site.run(&["copy", "--from", "sqlite:none.db", "--to", "sqlite:new.db"]);
    let line = refused.expect_refused(1);
    assert!(line.starts_with("there is no database none.db"), "{line}");
    assert!(!site.file("none.db").exists() && !site.file("new.db").exists());
}
