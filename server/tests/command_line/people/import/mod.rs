//! `twinlock user import`.

mod files;
mod repeated;

use std::{fs, fs::Permissions, os::unix::fs::PermissionsExt};

use rstest::rstest;
use serde_json::{Value, json};
use testkit::operator::OperatorCommands;

use crate::support::program::{Done, ProgramSite};

const BCRYPT: &str = "$2b$04$BLDKaMvUCzFQwpFiL88ZQ.PeUrf47n9lzAbiFWgtZxSa/JjtBHhb2";
const KEY: &str = "otpauth://totp/Old:ada?secret=GEZDGNBVGY3TQOJQ";

/// A file that only its owner may read.
fn import(site: &ProgramSite, content: impl AsRef<[u8]>, more: &[&str]) -> Done {
    let file = site.file("people");
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let path = file.to_str().unwrap();
    site.run(&[&["user", "import", path], more].concat())
}

fn two() -> String {
    format!(
        "email,name,account,role,password_hash,totp\n\
         ada@example.com,Ada Owner,example ltd,owner,{BCRYPT},{KEY}\n\
         max@example.com,Max Member,Example Ltd,,,\n"
    )
}

const THEN_DELETE: &str = "Delete the file once people have signed in.";
const MAX_LACKS: &str = "there is no password; they need a link to choose one.";

#[test]
fn a_dry_run_says_line_by_line_what_would_happen_and_changes_nothing() {
    let site = ProgramSite::with_account();
    let done = import(&site, two(), &["--dry-run"]);
    assert_eq!(
        done.expect_done(),
        format!(
            "line 2: ada@example.com would be added as owner of `Example Ltd` with password and authenticator.\n\
             line 3: max@example.com would be added as member of `Example Ltd` with neither password nor authenticator. Note: {MAX_LACKS}\n\
             Note for 1 person: {MAX_LACKS}\n\
             2 would be added (1 with a password, 1 with an authenticator), 0 exist already. Nothing was changed."
        )
    );
    let listed = site.run(&["user", "list", "--json"]).expect_json();
    assert_eq!(listed, json!([]));
}

#[test]
fn an_import_adds_people_once_and_may_be_repeated() {
    let site = ProgramSite::with_account();
    let done = import(&site, two(), &[]);
    assert_eq!(
        done.expect_done(),
        format!(
            "line 3: max@example.com added as member of `Example Ltd` with neither password nor authenticator. Note: {MAX_LACKS}\n\
             Note for 1 person: {MAX_LACKS}\n\
             2 added (1 with a password, 1 with an authenticator), 0 exist already.\n\
             1 person without a password: `twinlock user set-password EMAIL` makes a link for each.\n\
             {THEN_DELETE}"
        )
    );
    let listed = site.run(&["user", "list"]);
    assert_eq!(
        listed.expect_done(),
        "ada@example.com (Ada Owner): owner of `Example Ltd`, MFA on\n\
         max@example.com (Max Member): member of `Example Ltd`, MFA off, invited"
    );
    let again = import(&site, two(), &[]);
    assert_eq!(again.expect_done(), "0 added, 2 exist already.");
    let dry = import(&site, two(), &["--dry-run"]);
    let first = dry.expect_done().lines().next().unwrap();
    assert_eq!(
        first,
        "line 2: ada@example.com exists already and is left alone."
    );

    let events = site.run(&["events", "--json"]).expect_json();
    let events: Vec<&Value> = events.as_array().unwrap().iter().collect();
    let imported = events
        .iter()
        .filter(|event| event["action"] == "user_import");
    assert_eq!(imported.count(), 2);
    let told = json!(events).to_string();
    assert!(
        !told.contains("2b$04") && !told.contains("GEZDGNBV"),
        "{told}"
    );
}

#[test]
fn scripts_get_each_line_as_json() {
    let site = ProgramSite::with_account();
    let lines = format!(
        "{}\n{}\n",
        json!({ "email": "ada@example.com", "name": "Ada", "account": "Example Ltd", "password_hash": "$6$salt$digest", "totp": KEY, "disabled": true }),
        json!({ "email": "max@example.com", "name": "Max", "account": "Example Ltd", "password_hash": BCRYPT, "totp": format!("{KEY}&digits=8") }),
    );
    let said = import(&site, &lines, &["--json", "--dry-run"]).expect_json();
    let no_password = "the password can't be taken, because it is a scheme of crypt(3) that is not supported, such as sha-crypt; they need a link to choose one";
    let no_method = "the authenticator can't be taken, because its codes do not have six digits; they must set MFA up again, and until then their password alone signs them in";
    let expected = json!({
        "dry_run": true, "added": 0, "would_add": 2, "unchanged": 0, "refused": 0,
        "with_password": 1, "with_authenticator": 1,
        "notes": [{ "note": no_method, "people": 1 }, { "note": no_password, "people": 1 }],
        "accounts_without_owner": ["Example Ltd"],
        "lines": [
            {
                "line": 1, "email": "ada@example.com", "result": "would_add", "account": "Example Ltd", "role": "member",
                "password": false, "authenticator": true, "disabled": true,
                "notes": [no_password],
            },
            {
                "line": 2, "email": "max@example.com", "result": "would_add", "account": "Example Ltd", "role": "member",
                "password": true, "authenticator": false, "disabled": false,
                "notes": [no_method],
            },
        ],
    });
    assert_eq!(said, expected);
    let said = import(&site, &lines, &["--json"]).expect_json();
    assert_eq!(
        (&said["added"], &said["lines"][0]["result"]),
        (&json!(2), &json!("added"))
    );
    let listed = site.run(&["user", "list", "--json"]).expect_json();
    assert_eq!(
        (&listed[0]["disabled"], &listed[1]["has_mfa"]),
        (&json!(true), &json!(false))
    );
}

/// The sum of an import does not hide that everything of it was lost.
#[test]
fn the_summary_counts_what_was_lost() {
    let site = ProgramSite::with_account();
    let lines = (0..3).map(|number| {
        format!("a{number}@example.com,Ada,Example Ltd,owner,$6$salt$digest,GEZDGNBVGY3TQOJQ\n")
    });
    let file = "email,name,account,role,password_hash,totp\n".to_owned()
        + &lines.collect::<Vec<String>>().concat();
    let done = import(&site, &file, &[]);
    let said: Vec<&str> = done.expect_done().lines().collect();
    assert_eq!(
        said[3..],
        [
            "Note for 3 people: the authenticator can't be taken, because it is a bare key: write `otpauth://totp/x?secret=KEY`; they must set MFA up again, once they have a password.",
            "Note for 3 people: the password can't be taken, because it is a scheme of crypt(3) that is not supported, such as sha-crypt; they need a link to choose one.",
            "3 added (0 with a password, 0 with an authenticator), 0 exist already.",
            "3 people without a password: `twinlock user set-password EMAIL` makes a link for each.",
            THEN_DELETE,
        ]
    );
}

/// Only passwords that were sealed are counted in the progress.
#[test]
fn the_progress_of_people_without_passwords_names_no_password() {
    let site = ProgramSite::with_account();
    let lines = (0..1_100).map(|number| format!("a{number}@example.com,Ada,Example Ltd\n"));
    let file = "email,name,account\n".to_owned() + &lines.collect::<Vec<String>>().concat();
    let done = import(&site, &file, &[]);
    assert_eq!(done.code, 0);
    assert_eq!(done.err, "twinlock: 1000 lines judged\n");
}

#[test]
fn an_account_that_has_no_owner_afterwards_is_named() {
    let site = ProgramSite::with_account();
    let file = "email,name,account,role,disabled\n\
        ada@example.com,Ada,Example Ltd,owner,true\n\
        max@example.com,Max,Example Ltd,member,\n";
    let done = import(&site, file, &["--dry-run"]);
    let of = |verb: &str| {
        format!(
            "`Example Ltd` {verb} no Owner: `twinlock member role EMAIL ACCOUNT --role owner` makes one."
        )
    };
    assert!(done.expect_done().contains(&of("would have")));
    let done = import(&site, file, &[]);
    assert!(done.expect_done().contains(&of("has")));
    site.run(&[
        "member",
        "role",
        "max@example.com",
        "Example Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    let file = file.replace(
        "max@example.com,Max,Example Ltd,member",
        "max@example.com,Max,Example Ltd,owner",
    );
    let again = import(&site, file, &[]);
    assert_eq!(again.expect_done(), "0 added, 2 exist already.");
}

#[test]
fn the_help_names_the_fields_and_an_example() {
    let site = ProgramSite::with_account();
    let help = site.run(&["user", "import", "--help"]);
    for word in [
        "password_hash",
        "mfa_name",
        "otpauth://totp/x?secret=",
        "ada@example.com,Ada Owner",
    ] {
        assert!(help.out.contains(word), "{}", help.out);
    }
}
