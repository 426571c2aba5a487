//! Names and addresses as they are typed or pasted: all spellings are one person, and invisible
//! characters are refused by name.

use rstest::rstest;
use serde_json::Value;

use crate::support::{browser::signed_in, people::PASSWORD, program::ProgramSite};

fn add(site: &ProgramSite, email: &str, name: &str) -> crate::support::program::Done {
    let add = ["user", "add", email, "--name", name];
    let role = ["--account", "Example Ltd", "--role", "member"];
    site.run(&[add.as_slice(), &role].concat())
}

#[test]
fn s3_a_name_with_joiners_is_taken_and_shown_as_it_was_typed() {
    let site = ProgramSite::with_account();
    let name = "علی\u{200c}رضا";
    add(&site, "ali@example.com", name).expect_done();
    let listed = site.run(&["user", "list", "--json"]).expect_json();
    assert_eq!(listed[0]["name"], name);
}

#[rstest]
#[case("\u{3164}", "leave out U+3164 (Hangul filler), which shows nothing")]
#[case(
    "Ada\u{202e}",
    "leave out U+202E (direction override), which shows nothing"
)]
fn s3_a_name_that_shows_nothing_is_refused_by_its_sign(#[case] name: &str, #[case] why: &str) {
    let done = add(&ProgramSite::with_account(), "ada@example.com", name);
    assert!(done.expect_refused(1).ends_with(why), "{name:?}");
}

#[test]
fn s25_a_sign_within_an_address_is_refused_by_its_name() {
    let done = add(
        &ProgramSite::with_account(),
        "a\u{202e}b@example.com",
        "Ada",
    );
    assert_eq!(
        done.expect_refused(1),
        "`a\\u{202e}b@example.com` is not an email address: leave out U+202E (direction override), which shows nothing"
    );
}

#[test]
fn s4_one_person_signs_in_by_every_spelling_of_the_host() {
    let site = ProgramSite::with_account();
    site.add_person("eva@exämple.com", "member");
    let again = add(&site, "EVA@xn--exmple-cua.com", "Eva");
    let refused = again.expect_refused(1);
    assert!(refused.contains("there is a user eva@exämple.com already"));
    let server = site.serve();
    for typed in [
        "eva@exämple.com",
        "EVA@EXÄMPLE.COM",
        "eva@xn--exmple-cua.com",
        "\u{200e}eva@exa\u{308}mple.com",
        "ｅｖａ＠exämple．com",
    ] {
        let mut browser = signed_in(&server, typed, PASSWORD);
        assert_ne!(browser.ask("session/whoami").json(), Value::Null, "{typed}");
    }
}

/// An older version allowed two users with spellings of one address: both can sign in, and the
/// operator is told.
#[test]
fn s4_what_collides_is_told_and_resolved() {
    let site = ProgramSite::with_account();
    site.add_person("eva@exämple.com", "member");
    site.add_person("second@example.com", "member");
    let quiet = site.run(&["collisions"]);
    assert_eq!(
        quiet.expect_done(),
        "No two users or accounts have spellings of one address or name."
    );
    let older = "UPDATE users SET email = 'eva@xn--exmple-cua.com', is_canonical = 0 WHERE email = 'second@example.com'";
    site.tamper(older);
    let notice = "1 of the users and accounts have a spelling of another's address or name, or none that works; `twinlock collisions` lists them with what resolves each.";
    assert!(site.run(&["migrate"]).expect_done().ends_with(notice));
    assert!(site.run(&["doctor"]).expect_done().ends_with(notice));

    let server = site.serve();
    let who = |typed: &str| {
        let mut browser = signed_in(&server, typed, PASSWORD);
        browser.ask("session/whoami").json()["email"].clone()
    };
    assert_eq!(who("eva@exämple.com"), "eva@exämple.com");
    assert_eq!(who("EVA@xn--exmple-cua.com"), "eva@xn--exmple-cua.com");

    let told = site.run(&["collisions", "--json"]).expect_json();
    assert_eq!(told[0]["text"], "eva@xn--exmple-cua.com");
    assert_eq!(told[0]["held_by"]["text"], "eva@exämple.com");
    let id = told[0]["id"].as_str().unwrap();
    let said = site.run(&["collisions"]);
    let remedy = format!("`twinlock user set-email {id} NEW-ADDRESS`");
    assert!(said.expect_done().ends_with(&remedy));
    let taken = site.run(&["user", "set-email", id, "Eva@EXÄMPLE.com"]);
    assert!(
        taken
            .expect_refused(1)
            .starts_with("there is a user eva@exämple.com already")
    );
    let set = site.run(&["user", "set-email", id, "eva.second@example.com"]);
    assert_eq!(
        set.expect_done(),
        "eva@xn--exmple-cua.com signs in as eva.second@example.com from now on; password and sessions stay."
    );
    assert_eq!(who("eva.second@example.com"), "eva.second@example.com");
    assert_eq!(who("eva@xn--exmple-cua.com"), "eva@exämple.com");
    site.run(&["collisions"]).expect_done();
}

/// While two versions run side by side, the older one writes its own form of an address; the next
/// start makes it canonical.
#[test]
fn s4_what_an_older_version_writes_is_brought_at_the_next_start() {
    let site = ProgramSite::with_account();
    site.add_person("eva@example.com", "member");
    site.tamper("UPDATE users SET email = 'eva@xn--exmple-cua.com', is_canonical = 0");
    site.run(&["migrate"]).expect_done();
    let listed = site.run(&["user", "list", "--json"]).expect_json();
    assert_eq!(listed[0]["email"], "eva@exämple.com");
}

#[test]
fn s8_accounts_that_differ_in_dots_and_case_only_are_one() {
    let site = ProgramSite::with_database();
    site.run(&["account", "add", "IŞIK"]).expect_done();
    let again = site.run(&["account", "add", "ışık"]);
    assert!(
        again
            .expect_refused(1)
            .starts_with("there is an account `IŞIK` already; ")
    );
    site.run(&["account", "rename", "isik", "Işık Ltd"])
        .expect_done();
}

#[test]
fn s8_an_equal_name_is_refused_by_the_spelling_that_is_there() {
    let site = ProgramSite::with_database();
    for name in ["Alder Bakery", "Birch"] {
        site.run(&["account", "add", name]).expect_done();
    }
    let there = "there is an account `Alder Bakery` already; ";
    for args in [
        &["account", "add", "Älder Bakery"][..],
        &["account", "add", " ALDER bakery "],
        &["account", "rename", "Birch", "älder bakery"],
    ] {
        let done = site.run(args);
        let line = done.expect_refused(1);
        assert!(line.starts_with(there), "{args:?}: {line}");
    }
    // An account may be renamed to another spelling of its own name.
    site.run(&["account", "rename", "alder bakery", "Älder Bakery"])
        .expect_done();
}
