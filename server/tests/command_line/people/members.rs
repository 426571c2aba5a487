//! `twinlock member`.

use rstest::rstest;
use serde_json::json;

use crate::support::{browser::signed_in, people::PASSWORD, program::ProgramSite};

#[test]
fn somebody_joins_changes_their_role_and_leaves() {
    let site = ProgramSite::with_member();
    let member = |args: &[&str]| {
        let done = site.run(&[&["member"], args].concat());
        done.expect_done().to_owned()
    };
    assert_eq!(
        member(&["add", "Max@example.com", "acme", "--role", "owner"]),
        "max@example.com added as owner of `Acme`."
    );
    assert!(
        site.user_line("max@example.com")
            .contains("owner of `Acme` and member of `Example Ltd`")
    );
    assert_eq!(
        member(&["role", "max@example.com", "Example Ltd", "--role", "owner"]),
        "max@example.com is owner of `Example Ltd` now."
    );
    assert_eq!(
        member(&["role", "max@example.com", "Example Ltd", "--role", "owner"]),
        "max@example.com is owner of `Example Ltd` already."
    );
    // Example Ltd has two Owners now, so either may become a member or leave.
    assert_eq!(
        member(&["role", "ada@example.com", "Example Ltd", "--role", "member"]),
        "ada@example.com is member of `Example Ltd` now."
    );
    assert_eq!(
        member(&["remove", "ada@example.com", "example ltd"]),
        "ada@example.com does not belong to `Example Ltd` any more. \
         They are in no account now; `twinlock member add` adds them to one, `twinlock user remove` removes them."
    );
    assert!(
        site.user_line("ada@example.com")
            .contains("(Somebody): in no account")
    );
}

#[test]
fn scripts_get_json() {
    let site = ProgramSite::with_member();
    let run = |args: &[&str]| {
        site.run(&[&["--json", "member"], args].concat())
            .expect_json()
    };
    for (args, role) in [
        (
            &["add", "max@example.com", "Acme", "--role", "member"][..],
            json!("member"),
        ),
        (
            &["role", "max@example.com", "Acme", "--role", "owner"],
            json!("owner"),
        ),
        (
            &["role", "max@example.com", "Acme", "--role", "owner"],
            json!("owner"),
        ),
    ] {
        let json = run(args);
        let expected = json!({ "id": json["id"], "email": "max@example.com", "account": "Acme", "role": role });
        assert_eq!(json, expected);
    }
    let left = run(&["remove", "max@example.com", "Example Ltd"]);
    assert_eq!(
        (&left["account"], &left["role"]),
        (&json!("Example Ltd"), &json!(null))
    );
}

#[test]
fn a_running_server_knows_at_once() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    assert_eq!(browser.standing(), "full");
    site.run(&[
        "member",
        "add",
        "max@example.com",
        "Acme",
        "--role",
        "owner",
    ])
    .expect_done();
    assert_eq!(browser.standing(), "choose_account");
    site.run(&["member", "remove", "max@example.com", "Example Ltd"])
        .expect_done();
    let viewer = browser.ask("session/whoami").json();
    assert_eq!(
        (&viewer["account"], &viewer["standing"]["role"]),
        (&json!("Acme"), &json!("owner"))
    );
}

#[test]
fn who_can_t_sign_in_is_told_of_with_their_new_role() {
    let site = ProgramSite::with_member();
    site.run(&["user", "disable", "max@example.com"])
        .expect_done();
    let barred =
        "They are disabled, and can't sign in until `twinlock user enable max@example.com`.";
    let max = ["max@example.com", "Acme", "--role", "owner"];
    assert_eq!(
        site.run(&[&["member", "add"][..], &max].concat())
            .expect_done(),
        format!("max@example.com added as owner of `Acme`. {barred}")
    );
    assert_eq!(
        site.run(&[&["member", "role"][..], &max].concat())
            .expect_done(),
        format!("max@example.com is owner of `Acme` already. {barred}")
    );
}

#[rstest]
#[case(&["add", "eve@example.com", "Acme", "--role", "owner"], "there is no user eve@example.com; ")]
#[case(&["add", "ada@example.com", "Other", "--role", "owner"], "there is no account `Other`: there are `Acme`, `Example Ltd`")]
#[case(
    &["add", "ada@example.com", "example ltd", "--role", "member"],
    "ada@example.com belongs to `Example Ltd` already; `twinlock member role` changes the role"
)]
#[case(
    &["role", "ada@example.com", "Acme", "--role", "member"],
    "ada@example.com does not belong to `Acme`; `twinlock member add` adds them"
)]
#[case(&["remove", "ada@example.com", "Acme"], "ada@example.com does not belong to `Acme`; ")]
#[case(&["remove", "eve@example.com", "Acme"], "there is no user eve@example.com; ")]
#[case(
    &["role", "ada@example.com", "Example Ltd", "--role", "member"],
    "ada@example.com is the last Owner of `Example Ltd` who can sign in: make another user Owner first"
)]
#[case(&["remove", "ada@example.com", "Example Ltd"], "ada@example.com is the last Owner of `Example Ltd` who can sign in: ")]
fn refusals_say_why_and_change_nothing(#[case] args: &[&str], #[case] reason: &str) {
    let site = ProgramSite::with_owner();
    let done = site.run(&[&["member"], args].concat());
    let line = done.expect_refused(1);
    assert!(line.starts_with(reason), "{line}");
    assert!(
        site.user_line("ada@example.com")
            .ends_with(": owner of `Example Ltd`, MFA off")
    );
}
