//! `twinlock user disable`, `enable`, `reset-mfa` and `remove`.

use std::os::unix::fs::symlink;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    browser::{now, signed_in},
    people::PASSWORD,
    program::{Done, ProgramSite},
};

#[test]
fn whoever_is_disabled_is_out_at_once_until_enabled() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    let change = |command: &str| {
        let done = site.run(&["user", command, "Max@example.com"]);
        done.expect_done().to_owned()
    };
    assert_eq!(change("enable"), "max@example.com is not disabled.");
    assert_eq!(
        change("disable"),
        "max@example.com disabled: they are signed out everywhere and can't sign in until `twinlock user enable max@example.com`."
    );
    assert_eq!(
        browser.ask("session/whoami").status_and_json(),
        (200, Value::Null)
    );
    assert_eq!(
        browser.sign_in_as("max@example.com", PASSWORD).kind(),
        "wrong_credentials"
    );
    assert_eq!(change("disable"), "max@example.com is disabled already.");
    assert!(site.user_line("max@example.com").ends_with(", disabled"));

    assert_eq!(
        change("enable"),
        "max@example.com enabled: they can sign in again."
    );
    browser.sign_in_as("max@example.com", PASSWORD).expect_ok();
}

#[test]
fn scripts_learn_whether_anything_changed() {
    let site = ProgramSite::with_member();
    for (command, disabled, changed) in [
        ("disable", true, true),
        ("disable", true, false),
        ("enable", false, true),
        ("enable", false, false),
    ] {
        let json = site
            .run(&["user", command, "max@example.com", "--json"])
            .expect_json();
        let expected = json!({
            "id": json["id"], "email": "max@example.com", "disabled": disabled, "changed": changed,
        });
        assert_eq!(json, expected);
    }
}

#[test]
fn a_reset_lets_somebody_in_by_their_password() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    let code = &browser.set_up_mfa(now()).codes[0];
    assert!(site.user_line("max@example.com").contains("MFA on"));
    let mut half = signed_in(&server, "max@example.com", PASSWORD);
    assert_eq!(half.standing(), "half_signed_in");

    let done = site.run(&["user", "reset-mfa", "max@example.com"]);
    assert_eq!(
        done.expect_done(),
        "MFA of max@example.com reset: their MFA methods and backup codes don't work any more and they are signed out everywhere. \
         They sign in with their password and can set it up again."
    );
    for session in [&mut browser, &mut half] {
        assert_eq!(
            session.ask("session/whoami").status_and_json(),
            (200, Value::Null)
        );
    }
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    assert_eq!(browser.standing(), "full");
    assert_eq!(browser.give_backup_code(code).status, 403);

    let again = site.run(&["user", "reset-mfa", "max@example.com"]);
    assert_eq!(
        again.expect_done(),
        "max@example.com has no MFA: there was nothing to reset."
    );
    let json = site
        .run(&["user", "reset-mfa", "max@example.com", "--json"])
        .expect_json();
    assert_eq!(
        json,
        json!({ "id": json["id"], "email": "max@example.com", "had_mfa": false })
    );
    assert_eq!(
        browser.standing(),
        "full",
        "nothing to reset, nothing ended"
    );
}

#[test]
fn a_reset_clears_the_lock_too() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let set_up = signed_in(&server, "max@example.com", PASSWORD).set_up_mfa(now());
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    let wrong = set_up.authenticator.wrong_code(now());
    let kinds: Vec<String> = (0..6).map(|_| browser.give_code(&wrong).kind()).collect();
    assert_eq!(kinds[5], "paused", "{kinds:?}");
    site.run(&["user", "reset-mfa", "max@example.com"])
        .expect_done();
    let unlocked = site.run(&["user", "unlock", "max@example.com"]);
    assert!(
        unlocked
            .expect_done()
            .contains(" had no wrong codes in a row;")
    );
}

#[test]
fn somebody_is_removed_with_all_that_was_theirs() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    browser.set_up_mfa(now());
    let json = site
        .run(&["user", "remove", "MAX@example.com", "--json"])
        .expect_json();
    assert_eq!(
        json,
        json!({
            "id": json["id"], "email": "max@example.com", "name": "Somebody",
            "accounts": [{ "name": "Example Ltd", "role": "member" }],
        })
    );
    assert_eq!(
        browser.ask("session/whoami").status_and_json(),
        (200, Value::Null)
    );
    assert_eq!(site.user_line("max@example.com"), "");
    assert!(
        site.run(&["account", "list"])
            .expect_done()
            .contains("Example Ltd: 1 member,")
    );

    site.add_person("max@example.com", "member");
    let more = [
        "member",
        "add",
        "max@example.com",
        "Acme",
        "--role",
        "member",
    ];
    site.run(&more).expect_done();
    let before = site.user_line("max@example.com");
    let users = site.run(&["user", "list", "--json"]).expect_json();
    let id = users[1]["id"].as_str().unwrap();
    let again = site.run(&["user", "remove", "max@example.com"]);
    let lines: Vec<&str> = again.expect_done().lines().collect();
    assert_eq!(
        lines,
        [
            "max@example.com (Somebody) removed with their place as member of `Acme`, their place as member of `Example Ltd`, their password and sessions.",
            &format!("The security events of before name them by their id: {id}"),
            "It can't be undone. These commands invite them again, and they set up everything again:",
            "twinlock user add max@example.com --name Somebody --account Acme --role member",
            "twinlock member add max@example.com 'Example Ltd' --role member",
        ]
    );

    // The printed lines add the user again when a shell runs them.
    for line in &lines[3..] {
        let program = site.file("twinlock");
        if !program.exists() {
            symlink(env!("CARGO_BIN_EXE_twinlock"), &program).unwrap();
        }
        let mut shell = site.command_of("/bin/sh".as_ref(), &["-c", line]);
        let done = Done::from(shell.env("PATH", site.file("")).output().unwrap());
        done.expect_done();
    }
    let invited = site.user_line("max@example.com");
    assert_eq!(invited, format!("{before}, invited"));
    let gone = site.run(&["user", "remove", "max@example.com"]);
    let said = gone.expect_done();
    assert!(
        said.contains(" and their link to choose a password.\n"),
        "{said}"
    );
}

/// The printed lines mention the disabling only where it is true, and one command or a missing
/// account is worded accordingly.
#[test]
fn what_brings_somebody_back_is_true_of_them() {
    let site = ProgramSite::with_member();
    let said = |email: &str| {
        let done = site.run(&["user", "remove", email]);
        let lines: Vec<String> = done.expect_done().lines().map(str::to_owned).collect();
        lines[2..].to_vec()
    };
    site.run(&["user", "disable", "max@example.com"])
        .expect_done();
    assert_eq!(
        said("max@example.com"),
        [
            "It can't be undone. These commands invite them again, disabled as they were, and they set up everything again:",
            "twinlock user add max@example.com --name Somebody --account 'Example Ltd' --role member",
            "twinlock user disable max@example.com",
        ]
    );
    site.add_person("eva@example.com", "member");
    assert_eq!(
        said("eva@example.com"),
        [
            "It can't be undone. This command invites them again, and they set up everything again:",
            "twinlock user add eva@example.com --name Somebody --account 'Example Ltd' --role member",
        ]
    );
    site.add_person("eva@example.com", "member");
    site.run(&["member", "remove", "eva@example.com", "Example Ltd"])
        .expect_done();
    assert_eq!(
        said("eva@example.com"),
        [
            "It can't be undone. This command invites them again, and they set up everything again; they were in no account, so replace ACCOUNT by the name of one:",
            "twinlock user add eva@example.com --name Somebody --account ACCOUNT --role member",
        ]
    );
}

/// The list shows which users need `user unlock`, by the same rule as the members' list.
#[test]
fn the_list_says_who_is_locked_out() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    signed_in(&server, "max@example.com", PASSWORD).set_up_mfa(now());
    let locked = || site.run(&["user", "list", "--json"]).expect_json()[1]["locked"].clone();
    let count = |wrong: u32| {
        let sql = format!(
            "INSERT INTO attempts (user_id, in_a_row) SELECT id, {wrong} FROM users WHERE email = 'max@example.com'
             ON CONFLICT (user_id) DO UPDATE SET in_a_row = excluded.in_a_row"
        );
        site.change(&sql);
    };
    assert_eq!(locked(), false);
    count(domain::second_factor::lockout::LOCK_AFTER - 1);
    assert_eq!(locked(), false);
    count(domain::second_factor::lockout::LOCK_AFTER);
    assert_eq!(locked(), true);
    assert!(
        site.user_line("max@example.com")
            .ends_with("MFA on, locked")
    );
    site.run(&["user", "unlock", "max@example.com"])
        .expect_done();
    assert!(site.user_line("max@example.com").ends_with("MFA on"));
}

#[rstest]
fn an_unknown_address_is_refused(
    #[values("disable", "enable", "reset-mfa", "remove")] command: &str,
) {
    let site = ProgramSite::with_account();
    let done = site.run(&["user", command, "max@example.com"]);
    assert_eq!(
        done.expect_refused(1),
        "there is no user max@example.com; `twinlock user list` shows all"
    );
    let done = site.run(&["user", command, "max"]);
    assert!(
        done.expect_refused(1)
            .starts_with("`max` is not an email address: ")
    );
}

#[rstest]
fn the_last_owner_stays(#[values("disable", "remove")] command: &str) {
    let site = ProgramSite::with_member();
    let refused = |of: &str| {
        format!(
            "ada@example.com is the last Owner of {of} who can sign in: make another user Owner first (`twinlock member role`, or `twinlock user add` if it has no other member; an invited user counts once they have chosen a password), \
             or remove the account (`twinlock account remove`)"
        )
    };
    let change = || site.run(&["user", command, "ada@example.com"]);
    assert_eq!(change().expect_refused(1), refused("`Example Ltd`"));
    site.run(&[
        "member",
        "add",
        "ada@example.com",
        "Acme",
        "--role",
        "owner",
    ])
    .expect_done();
    assert_eq!(
        change().expect_refused(1),
        refused("`Acme` and `Example Ltd`")
    );
    assert!(
        site.user_line("ada@example.com")
            .ends_with("owner of `Example Ltd`, MFA off")
    );

    // Each way out that the refusal names works.
    site.run(&["account", "remove", "Acme"]).expect_done();
    site.run(&[
        "member",
        "role",
        "max@example.com",
        "Example Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    change().expect_done();
}

/// RC3, regression: an account could be left with an Owner who has no password yet.
#[test]
fn an_owner_who_is_invited_only_does_not_count() {
    let site = ProgramSite::with_owner();
    let max = "max@example.com";
    let add = [
        "user",
        "add",
        max,
        "--name",
        "Max",
        "--account",
        "Example Ltd",
        "--role",
        "owner",
    ];
    site.run(&add).expect_done();
    for args in [
        &["user", "remove", "ada@example.com"][..],
        &["user", "disable", "ada@example.com"],
        &["member", "remove", "ada@example.com", "Example Ltd"],
        &[
            "member",
            "role",
            "ada@example.com",
            "Example Ltd",
            "--role",
            "member",
        ],
    ] {
        let done = site.run(args);
        let line = done.expect_refused(1);
        assert!(line.contains("is the last Owner of"), "{line}");
    }
    let set = ["user", "set-password", max, "--password-stdin"];
    site.run_with(&set, PASSWORD).expect_done();
    site.run(&["user", "remove", "ada@example.com"])
        .expect_done();
    site.run(&["user", "remove", max]).expect_refused(1);
}

#[test]
fn an_owner_who_is_disabled_does_not_count() {
    let site = ProgramSite::with_member();
    site.run(&[
        "member",
        "role",
        "max@example.com",
        "Example Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    site.run(&["user", "disable", "max@example.com"])
        .expect_done();
    site.run(&["user", "disable", "ada@example.com"])
        .expect_refused(1);
    site.run(&["user", "enable", "max@example.com"])
        .expect_done();
    site.run(&["user", "disable", "ada@example.com"])
        .expect_done();
}
