//! `twinlock user`.

use rstest::rstest;
use serde_json::json;

use crate::support::program::ProgramSite;

const PASSWORD: &str = "correct horse battery staple";
const ADD_ADA: [&str; 9] = [
    "user",
    "add",
    "Ada@Example.com",
    "--name",
    "Ada Owner",
    "--account",
    "example ltd",
    "--role",
    "owner",
];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&ADD_ADA[..], more].concat()
}

fn place_with_ada() -> ProgramSite {
    let site = ProgramSite::with_account();
    site.run_with(&with(&["--password-stdin"]), PASSWORD)
        .expect_done();
    site
}

#[test]
fn somebody_with_a_password_is_added_and_listed() {
    let site = ProgramSite::with_account();
    let empty = site.run(&["user", "list"]);
    assert_eq!(
        empty.expect_done(),
        "There are no users. Add one with `twinlock user add`."
    );
    let done = site.run_with(&with(&["--password-stdin"]), PASSWORD);
    assert_eq!(
        done.expect_done(),
        "ada@example.com added as owner of `Example Ltd`."
    );
    let listed = site.run(&["user", "list"]);
    assert_eq!(
        listed.expect_done(),
        "ada@example.com (Ada Owner): owner of `Example Ltd`, MFA off"
    );

    let listed = site.run(&["user", "list", "--json"]).expect_json();
    let expected = json!({
        "id": listed[0]["id"], "email": "ada@example.com", "name": "Ada Owner", "disabled": false, "has_password": true,
        "has_mfa": false, "locked": false, "accounts": [{ "name": "Example Ltd", "role": "owner" }], "last_sign_in": null,
    });
    assert_eq!(listed, json!([expected]));
}

#[test]
fn somebody_without_a_password_gets_a_link() {
    let site = ProgramSite::with_account();
    let done = site
        .command(&with(&[]))
        .env("TWINLOCK_PUBLIC_URL", "https://panel.example.com/")
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let (link, before) = lines.split_last().unwrap();
    assert_eq!(
        before,
        [
            "ada@example.com added as owner of `Example Ltd`.",
            "The link to choose a password works once, for 7 days:",
        ]
    );
    let token = link.strip_prefix("https://panel.example.com/invitation#");
    assert_eq!(token.unwrap().len(), 43, "256 bits in base64");
    assert!(
        site.run(&["user", "list"])
            .expect_done()
            .ends_with(", MFA off, invited")
    );
}

#[test]
fn scripts_get_the_link_as_json() {
    let site = ProgramSite::with_account();
    let json = site.run(&with(&["--json"])).expect_json();
    assert_eq!(
        (&json["email"], &json["role"], &json["account"]),
        (
            &json!("ada@example.com"),
            &json!("owner"),
            &json!("Example Ltd")
        )
    );
    assert!(
        json["invitation"]
            .as_str()
            .unwrap()
            .starts_with("http://localhost:3000/invitation#")
    );
    let expires = json["expires_at"].as_str().unwrap();
    assert!(expires.ends_with('Z') && expires.contains('T'), "{expires}");
}

#[test]
fn a_link_needs_to_know_the_port() {
    let site = ProgramSite::with_account();
    let done = site
        .command(&with(&[]))
        .env("TWINLOCK_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(
        String::from_utf8(done.stderr)
            .unwrap()
            .starts_with("twinlock: TWINLOCK_PUBLIC_URL: ")
    );
}

#[rstest]
#[case(&["user", "add", "ada", "--name", "A", "--account", "Example Ltd", "--role", "owner"], "`ada` is not an email address: ")]
#[case(&["user", "add", "a@example.com", "--name", " ", "--account", "Example Ltd", "--role", "owner"], "` ` is not a name for a person: ")]
#[case(
    &["user", "add", "a@example.com", "--name", "A", "--account", "Acme", "--role", "owner"],
    "there is no account `Acme`: there are `Example Ltd`"
)]
#[case(&["user", "set-password", "a@example.com"], "there is no user a@example.com; ")]
#[case(&["user", "unlock", "a@example.com"], "there is no user a@example.com; ")]
fn refusals_say_why(#[case] args: &[&str], #[case] reason: &str) {
    let done = ProgramSite::with_account().run(args);
    let line = done.expect_refused(1);
    assert!(line.starts_with(reason), "{line}");
}

#[test]
fn an_account_must_come_first() {
    let done = ProgramSite::with_database().run(&with(&[]));
    assert!(
        done.expect_refused(1)
            .starts_with("there is no account `example ltd`: there are none yet")
    );
}

#[test]
fn a_taken_address_is_refused() {
    let done = place_with_ada().run(&with(&[]));
    assert!(
        done.expect_refused(1)
            .starts_with("there is a user ada@example.com already")
    );
}

#[rstest]
#[case("", "use at least 15 characters")]
#[case("fourteen chars\r\n", "use at least 15 characters")]
#[case("fourteen chars\n", "use at least 15 characters")]
fn a_password_that_breaks_the_rule_is_refused(#[case] password: &str, #[case] reason: &str) {
    let site = ProgramSite::with_account();
    let done = site.run_with(&with(&["--password-stdin"]), password);
    assert_eq!(
        done.expect_refused(1),
        format!("the password can't be used: {reason}")
    );
    assert_eq!(
        site.run(&["user", "list", "--json"]).expect_json(),
        json!([]),
        "nobody was added"
    );
}

#[test]
fn a_password_is_set_or_a_link_printed() {
    let site = place_with_ada();
    let done = site.run_with(
        &[
            "user",
            "set-password",
            "ada@example.com",
            "--password-stdin",
        ],
        "another fine pass phrase\n",
    );
    assert_eq!(
        done.expect_done(),
        "Password of ada@example.com set; they are signed out everywhere."
    );
    let done = site.run(&["user", "set-password", "ADA@example.com"]);
    let (said, link) = done.expect_done().rsplit_once('\n').unwrap();
    assert!(
        said.starts_with("The password of ada@example.com stays until they choose a new one."),
        "{said}"
    );
    assert!(
        link.starts_with("http://localhost:3000/invitation#"),
        "{link}"
    );
}

#[test]
fn somebody_is_unlocked() {
    let site = place_with_ada();
    let done = site.run(&["user", "unlock", "ada@example.com"]);
    assert_eq!(
        done.expect_done(),
        "ada@example.com had no wrong codes in a row; delays after wrong passwords have ended."
    );
    assert_eq!(
        site.run(&["user", "unlock", "ada@example.com", "--json"])
            .expect_json()["refused_in_a_row"],
        0
    );
}
