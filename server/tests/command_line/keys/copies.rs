//! Servers with copies of the key file: on other machines, or as a mounted secret (S20).

use std::fs;

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use testkit::authenticator::Authenticator;
use testkit::http::HttpBrowser;

use crate::{
    keys::{
        frozen::freeze_between_writes,
        rotation::{bytes, count, damaged_codes, email, ids, with_people, write},
    },
    support::{
        browser::{get, now, signed_in},
        people::PASSWORD,
        program::{Done, ProgramSite, Running},
    },
};

/// The path of the other server's copy: another folder stands for another machine.
pub const COPY: &str = "copy/twinlock.key";

/// Copies the current key file over the other server's copy.
pub fn copy(site: &ProgramSite) {
    let copy = site.file(COPY);
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    fs::copy(site.file("twinlock.db.key"), site.file("copy/new")).unwrap();
    fs::rename(site.file("copy/new"), copy).unwrap();
}

/// Runs a command with the other server's copy of the key file.
pub fn with_copy(site: &ProgramSite, args: &[&str]) -> Done {
    let mut command = site.command(args);
    command.env("TWINLOCK_KEY_FILE", COPY);
    command.output().unwrap().into()
}

/// Waits until the table of servers has such a row; `rows` is the table, with an optional
/// condition.
pub fn wait_for_server(site: &ProgramSite, rows: &'static str) {
    let found = (0..600).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        count(site, rows) > 0
    });
    assert!(found, "{rows}");
}

pub fn other_server(site: &ProgramSite) -> Running {
    other_server_with(site, &[])
}

pub fn other_server_with(site: &ProgramSite, settings: &[(&str, &str)]) -> Running {
    site.serve_with(&[settings, &[("TWINLOCK_KEY_FILE", COPY)]].concat())
}

/// Returns a browser whose session still needs the second factor, and the user's authenticator.
fn owing(server: &Running, number: u32) -> (HttpBrowser, Authenticator) {
    let app = Authenticator::new(&BASE32_NOPAD.encode(&bytes(number)));
    (signed_in(server, &email(number), PASSWORD), app)
}

fn give(browser: &mut HttpBrowser, code: &str) -> u16 {
    browser.give_code(code).status
}

#[test]
fn s20_rotate_waits_for_a_server_with_a_copy_and_names_it() {
    let site = with_people(2);
    copy(&site);
    let (server, other) = (site.serve(), other_server(&site));
    site.run(&["key", "new"]).expect_done();
    let [old, new] = &ids(&site)[..] else {
        panic!("two keys")
    };
    let refused = site.run(&["key", "rotate"]);
    let line = refused.expect_refused(1);
    assert!(
        line.starts_with(&format!(
            "a server does not have the key {new}, or can't use"
        )) && line.contains("(process ")
            && line.contains("twinlock.db.key over its key file"),
        "{line}"
    );
    assert_eq!(
        ids(&site),
        [old.clone(), new.clone()],
        "nothing has changed"
    );
    // The rotation succeeds once the other server has read the new copy.
    copy(&site);
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    site.run(&["key", "drop", old]).expect_done();

    // In the other server's file the new key is still marked as waiting, and that server seals with
    // it.
    let (_, said) = get(&other, "/readyz");
    assert!(said.contains("\"key\":\"ok\""), "{said}");
    signed_in(&other, "ada@example.com", PASSWORD).set_up_mfa(now());
    let (mut browser, app) = owing(&other, 1);
    assert_eq!(give(&mut browser, &app.code(now())), 200);
    for server in [server, other] {
        server.terminate();
        server.wait();
    }
    // Both servers can open what it sealed after a restart.
    for server in [site.serve(), other_server(&site)] {
        let listed = site.run(&["key", "list"]);
        assert!(!listed.expect_done().contains("not in the key file"));
        server.terminate();
        server.wait();
    }
}

/// A rotation does not wait for a server that has lost the database for a while. That server seals
/// nothing and spends no attempts.
#[test]
fn s20_a_server_that_missed_a_rotation_seals_nothing_and_spends_no_tries() {
    let site = with_people(2);
    copy(&site);
    let other = other_server(&site);
    let mut ada = signed_in(&other, "ada@example.com", PASSWORD);
    let (mut browser, app) = owing(&other, 1);
    freeze_between_writes(&site, &other);
    site.run(&["key", "new"]).expect_done();
    let old = ids(&site)[0].clone();
    write(&site, &[("DELETE FROM servers", vec![])]);
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    site.run(&["key", "drop", &old]).expect_done();
    other.thaw();
    let answer = ada.ask("mfa/set_up");
    assert_eq!(answer.status, 503, "{answer}");
    for _ in 0..12 {
        assert_eq!(give(&mut browser, &app.code(now())), 500);
    }
    assert_eq!(damaged_codes(&site), 12);
    let (status, said) = get(&other, "/readyz");
    assert_eq!(status, 503);
    assert!(
        said.contains("the key file does not belong to the database"),
        "{said}"
    );
    copy(&site);
    // The next row sealed by an unknown key makes the server read the file again.
    assert_eq!(give(&mut browser, &app.code(now())), 200);
    ada.set_up_mfa(now());
    other.terminate();
    let (_, log) = other.wait();
    let new = &ids(&site)[0];
    for said in [
        format!("it is sealed by the key {new}, which is not in this server's key file"),
        format!("put the newest one in its place, which has a line `{new}:`"),
    ] {
        assert!(log.contains(&said), "{log}");
    }
    site.serve().terminate();
}

#[test]
fn s20_an_older_copy_is_told_by_the_key_that_it_lacks() {
    let site = with_people(1);
    copy(&site);
    if !site.is_on_a_server() {
        site.run(&["backup", "before"]).expect_done();
    }
    site.run(&["key", "new"]).expect_done();
    let [old, new] = &ids(&site)[..] else {
        panic!("two keys")
    };
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    let mut start = site.command(&["serve", "--listen", "127.0.0.1:0"]);
    start.env("TWINLOCK_KEY_FILE", COPY);
    let done = Done::from(start.output().unwrap());
    let line = done.expect_refused(1);
    let wanted = |key: &str| {
        format!(
            "it has no key `{key}`; put the copy of the key file back that has a line `{key}:`, or name the right one"
        )
    };
    assert!(line.contains(&wanted(new)), "{line}");
    site.run(&["key", "drop", old]).expect_done();
    if site.is_on_a_server() {
        return;
    }
    // A backup from before the rotation needs the dropped key.
    let restored = site.run(&["restore", "before", "--overwrite"]);
    let said = restored.expect_done();
    assert!(said.contains(&wanted(old)), "{said}");
}

/// If one user's key is missing, all other users can still sign in, and a command repairs it.
#[test]
fn s20_a_key_that_single_rows_need_stops_nobody_else() {
    let site = with_people(3);
    let lose = "UPDATE app_keys SET key_id = 'lost' WHERE method_id = $1";
    write(&site, &[(lose, vec![json!(format!("{:032x}", 1))])]);
    let server = site.serve();
    let (mut browser, app) = owing(&server, 0);
    assert_eq!(give(&mut browser, &app.code(now())), 200);
    let said = "the key lost is not in the key file, and authenticators need it (1): put the line that begins with `lost:` back, or reset these people with `twinlock user reset-mfa`: user1@example.com";
    let doctor = site.run(&["doctor"]);
    let (found, line) = doctor.expect_failed(1);
    assert_eq!(line, "1 of 4 checks failed: key");
    assert!(found.contains(said), "{found}");
    let listed = site.run(&["key", "list"]);
    assert!(listed.expect_done().contains(said));
    let only = site.run(&["key", "rotate"]);
    let line = only.expect_refused(1);
    assert!(
        line.starts_with("there is no other key") && line.contains(said),
        "{line}"
    );
    site.run(&["key", "new"]).expect_done();
    let listed = site.run(&["key", "list", "--json"]).expect_json();
    let unsealed = "1 row could not be resealed and stays as it is: put the missing key back and run `twinlock key rotate` again, or reset those people with `twinlock user reset-mfa`";
    let rotated = site.run(&["key", "rotate", "--json"]);
    let (rotated, line) = rotated.expect_failed(1);
    assert_eq!(line, unsealed);
    let rotated: Value = serde_json::from_str(rotated).unwrap();
    assert_eq!(rotated["error"], unsealed);
    assert_eq!(rotated["sealed"], listed[0]["rows"], "each row counts once");
    let missing = json!([{ "id": "lost", "rows": 1 }]);
    assert_eq!(
        (&rotated["damaged"], &rotated["missing"]),
        (&json!(0), &missing)
    );
    let again = site.run(&["key", "rotate"]);
    let (found, line) = again.expect_failed(1);
    assert!(found.contains(&format!("Not resealed: {said}.")), "{found}");
    assert_eq!(line, unsealed);
    let (status, ready) = get(&server, "/readyz");
    assert_eq!(status, 200, "a balancer goes on: {ready}");
    site.run(&["user", "reset-mfa", "user1@example.com"])
        .expect_done();
    site.run(&["doctor"]).expect_done();
    server.terminate();
    let (_, log) = server.wait();
    assert!(log.contains(said), "{log}");
}

/// Changes one character of a key in the file but keeps its id, as a typing error does.
pub fn mistype(file: &std::path::Path, id: &str) {
    let text = fs::read_to_string(file).unwrap();
    let (before, after) = text.split_once(&format!("{id}:")).unwrap();
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    fs::write(file, format!("{before}{id}:{other}{}", &after[1..])).unwrap();
}

/// A key's id alone does not prove that the key is unchanged.
#[test]
fn s20_a_damaged_copy_is_no_copy() {
    let site = with_people(2);
    copy(&site);
    let other = other_server(&site);
    site.run(&["key", "new"]).expect_done();
    let [old, new] = &ids(&site)[..] else {
        panic!("two keys")
    };
    // The copy has a damaged line for the new key before any server has read it.
    copy(&site);
    mistype(&site.file(COPY), new);
    let refused = site.run(&["key", "rotate"]);
    assert!(
        refused
            .expect_refused(1)
            .starts_with("a server does not have the key")
    );
    // The line of the key in use is damaged: the server keeps the key that it had read.
    mistype(&site.file(COPY), old);
    let (mut browser, app) = owing(&other, 1);
    assert_eq!(give(&mut browser, &app.code(now())), 200);
    // A set-up reads the file first.
    signed_in(&other, "ada@example.com", PASSWORD).set_up_mfa(now());
    let mut doctor = site.command(&["doctor"]);
    doctor.env("TWINLOCK_KEY_FILE", COPY);
    let done = Done::from(doctor.output().unwrap());
    let (found, _) = done.expect_failed(1);
    assert!(found.contains("one of the two was changed"), "{found}");
    copy(&site);
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    other.terminate();
    let (_, log) = other.wait();
    assert!(log.contains("is not what it was"), "{log}");
}

/// The lines of the key file may be in any order, and a repeated rotation reports the same result.
#[test]
fn s20_the_order_of_the_lines_says_nothing() {
    let site = with_people(2);
    site.run(&["key", "new"]).expect_done();
    let [old, new] = &ids(&site)[..] else {
        panic!("two keys")
    };
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    let key_file = site.file("twinlock.db.key");
    let text = fs::read_to_string(&key_file).unwrap();
    let swapped: Vec<&str> = text.lines().rev().collect();
    fs::write(&key_file, swapped.join("\n")).unwrap();
    let again = site.run(&["key", "rotate"]);
    assert_eq!(
        again.expect_done().trim(),
        format!(
            "0 rows resealed. Nothing needs the key {old} any more: `twinlock key drop {old}` takes it away."
        )
    );
    assert_eq!(ids(&site), [new.clone(), old.clone()]);
    site.run(&["key", "drop", old]).expect_done();
    let last = site.run(&["key", "drop", new]);
    assert!(last.expect_refused(1).contains("is the one that seals"));
}
