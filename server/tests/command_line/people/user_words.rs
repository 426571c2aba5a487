//! Output of `twinlock user` for users in special states: invited, or disabled.

use crate::support::{
    browser::{now, signed_in},
    people::PASSWORD,
    program::ProgramSite,
};

/// Each sentence matches what the user has. An invited user has no password, no session and nothing
/// to keep.
#[test]
fn what_is_said_of_somebody_who_is_invited_only_is_true_of_them() {
    let site = ProgramSite::with_owner();
    let (max, new) = ("max@example.com", "maximilian@example.com");
    let add = [
        "user",
        "add",
        max,
        "--name",
        "Max",
        "--account",
        "Example Ltd",
        "--role",
        "member",
    ];
    site.run(&add).expect_done();
    let first_line = |args: &[&str]| {
        let done = site.run(&[&["user"], args].concat());
        done.expect_done().lines().next().unwrap().to_owned()
    };
    let no_password = "They have no password yet: `twinlock user set-password max@example.com` prints a link to choose one.";
    assert_eq!(
        first_line(&["set-password", max]),
        "max@example.com has no password yet; no link from before works any more."
    );
    assert_eq!(
        first_line(&["unlock", max]),
        format!(
            "max@example.com had no wrong codes in a row; delays after wrong passwords have ended. {no_password}"
        )
    );
    assert_eq!(
        first_line(&["disable", max]),
        "max@example.com disabled: they have no password yet, and no link to choose one works until `twinlock user enable max@example.com`."
    );
    assert_eq!(
        first_line(&["set-password", max]),
        "max@example.com has no password yet; no link from before works any more. \
         They are disabled: the link works after `twinlock user enable max@example.com`."
    );
    assert_eq!(
        first_line(&["enable", max]),
        format!("max@example.com enabled. {no_password}")
    );
    assert_eq!(
        first_line(&["set-email", max, new]),
        "max@example.com is maximilian@example.com from now on; a link to choose a password that was sent still works for its time."
    );
    assert_eq!(
        first_line(&["set-email", new, new]),
        "maximilian@example.com is their address already."
    );
    let set = ["user", "set-password", new, "--password-stdin"];
    assert_eq!(
        site.run_with(&set, PASSWORD).expect_done(),
        "Password of maximilian@example.com set, their first one; no link from before works any more."
    );
    assert_eq!(
        first_line(&["set-email", new, max]),
        "maximilian@example.com signs in as max@example.com from now on; password and sessions stay."
    );
}

#[test]
fn what_is_said_of_somebody_who_is_disabled_is_true_of_them() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    signed_in(&server, "max@example.com", PASSWORD).set_up_mfa(now());
    site.run(&["user", "disable", "max@example.com"])
        .expect_done();
    let until =
        " They are disabled, and can't sign in until `twinlock user enable max@example.com`.";
    for command in ["unlock", "reset-mfa"] {
        let done = site.run(&["user", command, "max@example.com"]);
        let said = done.expect_done();
        assert!(
            said.ends_with(until) && !said.contains("They sign in"),
            "{said}"
        );
    }
    let set = [
        "user",
        "set-password",
        "max@example.com",
        "--password-stdin",
    ];
    let done = site.run_with(&set, "another fine pass phrase\n");
    assert!(done.expect_done().ends_with(until), "{}", done.out);
}

/// The lines that a command prints for a shell work as printed: with the flags of that command, and
/// with `--` where needed.
#[test]
fn s19_what_a_command_prints_for_a_shell_runs_there() {
    let site = ProgramSite::in_a_file();
    let (url, key_file, dash) = (
        "sqlite:its folder/a.db",
        "its folder/the key",
        "-max@example.com",
    );
    let flags = ["--database-url", url, "--key-file", key_file];
    std::fs::create_dir(site.file("its folder")).unwrap();
    let run = |args: &[&str]| {
        site.run(&[&flags[..], args].concat())
            .expect_done()
            .to_owned()
    };
    run(&["migrate"]);
    run(&["account", "add", "O'Neill & Co"]);
    let user = [
        "--name=-Max",
        "--account",
        "O'Neill & Co",
        "--role",
        "member",
        "--",
        dash,
    ];
    run(&[&["user", "add"], &user[..]].concat());
    let said = run(&["user", "set-password", "--", dash]);
    assert!(!said.contains('`'), "{said}");
    let enable = "`twinlock user enable --database-url 'sqlite:its folder/a.db' --key-file 'its folder/the key' -- -max@example.com`";
    let said = run(&["user", "disable", "--", dash]);
    assert!(said.contains(&format!("works until {enable}.")), "{said}");
    shell(&site, enable.trim_matches('`'));
    let said = run(&["user", "unlock", "--", dash]);
    let link = said.split('`').nth(1).unwrap().to_owned();
    assert!(link.starts_with("twinlock user set-password "), "{said}");
    assert!(shell(&site, &link).contains("/invitation#"));
    let removed = [
        run(&["user", "remove", "--", dash]),
        run(&["account", "remove", "O'Neill & Co"]),
    ];
    let lines = |said: &str| -> Vec<String> {
        let lines = said.lines().filter(|line| line.starts_with("twinlock "));
        lines.map(str::to_owned).collect()
    };
    for line in lines(&removed[1]).iter().chain(&lines(&removed[0])) {
        shell(&site, line);
    }
    let listed = run(&["user", "list"]);
    assert!(
        listed.contains("-max@example.com (-Max): member of `O'Neill & Co`"),
        "{listed}"
    );
}

/// Runs a line in a shell whose `twinlock` is this binary, and returns the output.
fn shell(site: &ProgramSite, line: &str) -> String {
    let folder = site.open_program();
    let mut command = site.command_of("/bin/sh".as_ref(), &["-c", line]);
    command.env("PATH", folder.parent().unwrap());
    let done = crate::support::program::Done::from(command.output().unwrap());
    done.expect_done().to_owned()
}
