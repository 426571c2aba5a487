//! `twinlock events`: lists what the operator did, and detects changes made to the events past the
//! program.

use std::fs;

use serde_json::Value;
use testkit::http::HttpBrowser;

use crate::support::{people::PASSWORD, program::ProgramSite};

fn exported_events(site: &ProgramSite) -> Vec<Value> {
    let done = site.run(&["events", "--export"]);
    let lines = done.expect_done().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs the server until all events are sealed: the server seals the remaining ones when it stops.
fn seal_events(site: &ProgramSite) {
    let server = site.serve();
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0, "{log}");
}

#[test]
fn tell_what_the_operator_did() {
    let site = ProgramSite::with_account();
    site.run(&["account", "require-mfa", "Example Ltd", "on"])
        .expect_done();
    let refused = site.run(&["account", "add", "Example Ltd"]);
    refused.expect_refused(1);
    let events = exported_events(&site);
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["action"].as_str().unwrap(),
                event["actor"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("account_add", "operator"), ("rule_on", "operator")]);
    assert_eq!(events[0]["account"], events[1]["account"]);
    assert!(events[0]["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(events[0]["result"], "succeeded");
}

#[test]
fn alone_lists_the_newest_the_last_one_last() {
    let site = ProgramSite::with_database();
    let none = site.run(&["events"]);
    assert_eq!(none.expect_done().trim(), "No security events.");
    for name in ["First Ltd", "Second Ltd", "Third Ltd"] {
        site.run(&["account", "add", name]).expect_done();
    }
    let listed = site.run(&["events", "--last", "2"]);
    let lines: Vec<&str> = listed.expect_done().lines().collect();
    assert_eq!(lines.len(), 2);
    for (line, name) in lines.iter().zip(["Second Ltd", "Third Ltd"]) {
        let (at, rest) = line.split_once("  ").unwrap();
        assert!(at.ends_with('Z'), "{line}");
        assert!(
            rest == format!("account_add succeeded by operator in `{name}` about {name}"),
            "{line}"
        );
    }
    let json = site.run(&["events", "--json"]).expect_json();
    let all = json.as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[2]["detail"], "Third Ltd");
    site.run(&["events", "--last", "0"]).expect_refused(2);
}

/// `twinlock events` names users by their address, also where only the keyed index of a typed
/// address is stored.
#[test]
fn name_people_by_their_address() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = HttpBrowser::new(&server);
    let (max, wrong) = ("max@example.com", "a wrong password, alas");
    assert_eq!(browser.sign_in_as(max, wrong).status, 401);
    assert_eq!(browser.sign_in_as("nobody@example.com", wrong).status, 401);
    browser.sign_in_as(max, PASSWORD).expect_ok();
    let listed = || site.run(&["events"]).expect_done().to_owned();
    let has = |all: &str, words: &str| all.lines().any(|line| line.contains(words));
    let before = listed();
    for words in [
        "user_add succeeded by operator of max@example.com in `Example Ltd`",
        "sign_in failed by nobody for max@example.com from ",
        "sign_in failed by nobody from ",
        "sign_in succeeded by max@example.com",
    ] {
        assert!(has(&before, words), "{words} in\n{before}");
    }
    let json = site.run(&["events", "--json"]).expect_json();
    let last = json.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["actor_email"], &last["account_name"]),
        (&max.into(), &Value::Null)
    );
    let id = last["actor"].as_str().unwrap();
    assert!(!before.contains(id), "{before}");

    site.run(&["user", "remove", max]).expect_done();
    let remove = ["account", "remove", "Acme"];
    site.run(&remove).expect_done();
    let after = listed();
    assert!(!after.contains(max), "{after}");
    for words in [
        format!("sign_in succeeded by {id} (deleted)"),
        format!("user_remove succeeded by operator of {id} (deleted)"),
        " (deleted) about Acme".to_owned(),
    ] {
        assert!(has(&after, &words), "{words} in\n{after}");
    }
    // The export holds what was sealed, without addresses.
    assert!(
        !site
            .run(&["events", "--export"])
            .expect_done()
            .contains("ada@")
    );
}

/// Each change of the key file is an event, although the key file is in no table.
#[test]
fn tell_of_each_change_of_the_key_file() {
    let site = ProgramSite::with_account();
    let old = site.run(&["key", "list", "--json"]).expect_json()[0]["id"].clone();
    let new = site.run(&["key", "new", "--json"]).expect_json()["id"].clone();
    // A refused command leaves no event.
    site.run(&["key", "new"]).expect_refused(1);
    site.run(&["key", "rotate"]).expect_done();
    site.run(&["key", "drop", old.as_str().unwrap()])
        .expect_done();
    let events = exported_events(&site);
    let told = events.iter().skip(1).map(|event| {
        assert_eq!(event["actor"], "operator");
        (event["action"].as_str().unwrap(), &event["detail"])
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("key_add", &new), ("key_rotate", &new), ("key_drop", &old)]
    );
}

#[test]
fn are_sealed_and_what_is_changed_is_found() {
    let site = ProgramSite::with_account();
    seal_events(&site);
    let done = site.run(&["events", "--verify"]);
    let line = done.expect_done();
    assert!(
        line.starts_with("The chain of security events holds: 2 sealed, 0 waiting"),
        "{line}"
    );
    let json = site.run(&["events", "--verify", "--json"]).expect_json();
    assert_eq!(json["ends_at"], 2);

    site.tamper("UPDATE security_events SET actor = 'system' WHERE seq = 1");
    let done = site.run(&["events", "--verify"]);
    assert_eq!(
        done.expect_refused(1),
        "the chain of security events does not hold: row 1 was changed, or was not there"
    );
    site.tamper("DELETE FROM security_events");
    let done = site.run(&["events", "--verify"]);
    assert_eq!(
        done.expect_refused(1),
        "the chain of security events does not hold: rows 1 to 2 are missing"
    );
}

/// The chain of an older copy verifies on its own. Only a seal that was kept elsewhere shows that
/// the copy is not the newest.
#[test]
fn tell_an_older_database_by_a_seal_that_was_kept() {
    let site = ProgramSite::with_account();
    seal_events(&site);
    let file = site.file("twinlock.db");
    let older = fs::read(&file).unwrap();
    seal_events(&site);
    let json = site.run(&["events", "--verify", "--json"]).expect_json();
    let kept = json["expect"].as_str().unwrap().to_owned();
    let line = site.run(&["events", "--verify", "--expect", &kept]);
    assert!(
        line.expect_done()
            .contains(&format!("Keep {kept} elsewhere"))
    );

    fs::write(&file, older).unwrap();
    for beside in ["twinlock.db-wal", "twinlock.db-shm"] {
        // These files exist after a crash only.
        let _ = fs::remove_file(site.file(beside));
    }
    site.run(&["events", "--verify"]).expect_done();
    let seq = kept.split(':').next().unwrap();
    let done = site.run(&["events", "--verify", "--expect", &kept]);
    assert_eq!(
        done.expect_refused(1),
        format!(
            "the chain ends before {seq}: an older database was put back, or its end was cut off"
        )
    );
    // The server goes on with the older database, so another event now stands at that number.
    seal_events(&site);
    seal_events(&site);
    let done = site.run(&["events", "--verify", "--expect", &kept]);
    assert!(
        done.expect_refused(1)
            .starts_with(&format!("another event is sealed at {seq}"))
    );
    assert_eq!(
        site.run(&["events", "--verify", "--expect", "3:ab"]).code,
        2
    );
    assert_eq!(site.run(&["events", "--export", "--expect", &kept]).code, 2);
}

#[test]
fn are_sealed_within_a_second_while_the_server_runs() {
    let site = ProgramSite::with_account();
    let _server = site.serve();
    // The start offers a set-up link, which is an event too.
    let is_sealed = |_| site.run(&["events", "--verify", "--json"]).expect_json()["sealed"] == 2;
    assert!((0..200).any(is_sealed), "nothing is sealed");
}

#[test]
fn are_deleted_when_they_are_old_and_the_rest_holds() {
    let site = ProgramSite::with_account();
    site.tamper(
        "INSERT INTO security_events (id, at, actor, action, outcome, times, open_until)
         VALUES (0, 1, 'operator', 'account_add', 'succeeded', 1, 0)",
    );
    seal_events(&site);
    seal_events(&site);
    let told: Vec<_> = exported_events(&site)
        .iter()
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        told,
        [
            "account_add",
            "first_start_offer",
            "events_delete",
            "first_start_offer"
        ]
    );
    let json = site.run(&["events", "--verify", "--json"]).expect_json();
    assert_eq!((&json["deleted"], &json["sealed"]), (&1.into(), &4.into()));
}

#[test]
fn are_verified_or_exported_or_listed() {
    let site = ProgramSite::with_database();
    for both in [
        ["events", "--verify", "--export"],
        ["events", "--last=1", "--export"],
    ] {
        let done = site.run(&both);
        let line = done.expect_refused(2);
        assert!(line.contains("cannot be used with"), "{line}");
    }
}
