//! `twinlock doctor`: reports what a server needs and how to fix what is missing.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::json;

use crate::support::program::ProgramSite;

#[test]
fn a_sound_place_passes_while_the_server_runs_and_while_not() {
    let site = ProgramSite::with_database();
    let sound = json!({ "database": "ok", "migrations": "ok", "key": "ok", "clock": "ok" });
    assert_eq!(site.run(&["doctor", "--json"]).expect_json(), sound);
    let _server = site.serve();
    let done = site.run(&["doctor"]);
    let lines: Vec<&str> = done.expect_done().lines().collect();
    assert_eq!(
        lines,
        [
            "database    ok",
            "migrations  ok",
            "key         ok",
            "clock       ok"
        ]
    );
}

#[test]
fn a_key_file_that_others_can_read_is_named_with_what_mends_it() {
    let site = ProgramSite::with_database();
    let key_file = site.file("twinlock.db.key");
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o644)).unwrap();
    let done = site.run(&["doctor"]);
    let (found, line) = done.expect_failed(1);
    assert_eq!(line, "1 of 4 checks failed: key");
    assert!(
        found.contains("key         the key file can't be used: ") && found.contains("chmod 600"),
        "{found}"
    );
}

#[test]
fn s20_a_missing_key_file_is_named_with_what_mends_it() {
    let site = ProgramSite::with_database();
    let key_file = site.file("twinlock.db.key");
    fs::rename(&key_file, site.file("kept")).unwrap();
    let done = site.run(&["doctor"]);
    let (found, line) = done.expect_failed(1);
    assert_eq!(line, "1 of 4 checks failed: key");
    let remedy = if site.is_on_a_server() {
        "copy it from a machine that runs a server on this database"
    } else {
        "its key file twinlock.db.key is not: copy the key file back from where you keep it, or name it with TWINLOCK_KEY_FILE"
    };
    assert!(found.contains(remedy), "{found}");
    fs::rename(site.file("kept"), key_file).unwrap();
    site.run(&["doctor"]).expect_done();
}

/// RC4: a foreign object in the schema stops the start, and the message names it.
#[test]
fn a_schema_that_another_program_changed_is_named() {
    let site = ProgramSite::with_owner();
    site.change("CREATE VIEW spare AS SELECT id FROM users");
    let done = site.run(&["doctor"]);
    let (found, line) = done.expect_failed(1);
    assert_eq!(line, "1 of 4 checks failed: migrations");
    let words = "its schema is not as this program makes it: the view `spare` is foreign; take out what is foreign (with `DROP`)";
    assert!(
        found.contains(&format!("migrations  changed by another program: {words}")),
        "{found}"
    );
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "list"],
    ] {
        let done = site.run(args);
        let line = done.expect_refused(1);
        assert!(line.contains(words), "{line}");
    }
    site.change("DROP VIEW spare");
    site.run(&["doctor"]).expect_done();
    site.run(&["user", "list"]).expect_done();
}

#[test]
fn what_is_not_there_is_not_made() {
    let site = ProgramSite::in_a_file();
    let done = site.run(&["doctor"]);
    assert!(done.expect_refused(1).starts_with("there is no database"));
    assert!(!site.file("twinlock.db").exists());
}

/// Codes work at such an address, so it is no fault.
#[test]
fn a_public_url_that_can_carry_no_passkeys_is_said() {
    let site = ProgramSite::with_database();
    let said = site.run(&["doctor", "--public-url", "http://192.0.2.1:3000"]);
    let said = said.expect_done();
    assert!(
        said.contains("passkeys    passkeys and security keys can't be used: passkeys need a host with a name; `192.0.2.1` is an IP address"),
        "{said}"
    );
    let said = site.run(&["doctor", "--public-url", "https://panel.example.com"]);
    let said = said.expect_done();
    assert!(!said.contains("passkeys"), "{said}");
}
