//! Links without a public URL (S23), and output that scripts read (S27).

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    os::unix::ffi::OsStringExt,
    process::Stdio,
};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program::{Done, ProgramSite};

#[test]
fn s23_a_server_for_everybody_without_a_name_says_what_its_links_are_good_for() {
    let site = ProgramSite::new();
    site.make_key();
    let mut command = site.command(&["serve"]);
    command
        .env("TWINLOCK_LISTEN", "0.0.0.0:0")
        .stderr(Stdio::null());
    let mut server = command.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    let port = next();
    let port = port.strip_prefix("Listening on http://0.0.0.0:").unwrap();
    assert_eq!(next(), without_public_url(&format!("localhost:{port}")));
    assert_eq!(next(), "Create the first owner:");
    let link = next();
    let start = format!("http://localhost:{port}/setup#");
    assert!(link.starts_with(&start), "{link}");
    server.kill().unwrap();
    server.wait().unwrap();
}

fn without_public_url(base: &str) -> String {
    format!(
        "TWINLOCK_PUBLIC_URL is not set, so links lead to http://{base}, which only this machine reaches: \
         set it, or give --public-url, with the address that people type, such as https://panel.example.com."
    )
}

/// A link has a line of its own, because inside a line it could be wrapped, or copied with the full
/// stop.
#[test]
fn s23_a_command_says_which_address_its_link_assumes() {
    let site = ProgramSite::with_account();
    let add = [
        "user",
        "add",
        "ada@example.com",
        "--name",
        "Ada",
        "--account",
        "Example Ltd",
        "--role",
        "owner",
    ];
    for args in [&add[..], &["user", "set-password", "ada@example.com"]] {
        let done = site.run(args);
        let lines: Vec<&str> = done.expect_done().lines().skip(1).collect();
        let [note, lead, link] = lines[..] else {
            panic!("{}", done.out)
        };
        assert_eq!(note, without_public_url("localhost:3000"));
        assert_eq!(
            lead,
            "The link to choose a password works once, for 7 days:"
        );
        assert!(
            link.starts_with("http://localhost:3000/invitation#"),
            "{link}"
        );
    }
    let mut again = site.command(&["user", "set-password", "ada@example.com"]);
    let again = again.env("TWINLOCK_PUBLIC_URL", "https://panel.example.com");
    let again = Done::from(again.output().unwrap());
    assert!(!again.expect_done().contains("TWINLOCK_PUBLIC_URL"));
}

/// Returns the exit code and the one JSON value on standard output.
fn error(done: &Done) -> (i32, Value) {
    (
        done.code,
        serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}", done.out)),
    )
}

#[rstest]
#[case::refused(&["user", "list"], 1, "there is no database")]
#[case::doctor(&["doctor"], 1, "there is no database")]
#[case::serve(&["serve", "--listen", "127.0.0.1:0"], 2, "--json: `serve` has no result")]
#[case::setting(&["migrate", "--database-url", "mysql://h/d"], 2, "TWINLOCK_DATABASE_URL")]
#[case::arguments(&["acount"], 2, "unrecognized subcommand")]
fn s27_failures_are_json_where_json_is_wanted(
    #[case] args: &[&str],
    #[case] code: i32,
    #[case] words: &str,
) {
    let site = ProgramSite::in_a_file();
    for args in [[&["--json"], args].concat(), [args, &["--json"]].concat()] {
        let done = site.run(&args);
        let (found, value) = error(&done);
        let said = value["error"].as_str().unwrap();
        assert_eq!(
            (found, value.as_object().unwrap().len()),
            (code, 1),
            "{value}"
        );
        assert!(said.starts_with(words), "{said}");
        assert_eq!(done.err, format!("twinlock: {said}\n"));
    }
}

/// A setting or an argument that is not UTF-8 is reported by its name, with what is right and
/// without the value.
#[test]
fn s19_values_that_are_no_text_are_refused_by_their_name() {
    let site = ProgramSite::with_database();
    let bytes = || OsString::from_vec(b"geheim\xfc".to_vec());
    let sentence =
        "its value is not UTF-8; write it in UTF-8, or percent-encode other bytes in a URL";
    for name in [
        "TWINLOCK_BRAND",
        "TWINLOCK_DATABASE_URL",
        "TWINLOCK_KEY_FILE",
        "TWINLOCK_LISTEN",
        "TWINLOCK_TRUSTED_PROXIES",
        "PGPASSWORD",
    ] {
        let mut command = site.command(&["serve", "--listen", "127.0.0.1:0"]);
        let done = Done::from(command.env(name, bytes()).output().unwrap());
        assert_eq!(done.expect_refused(2), format!("{name}: {sentence}"));
    }
    for (args, name) in [
        (&["account", "add"][..], "argument 3"),
        (&["user", "list", "--database-url"], "--database-url"),
    ] {
        let done = Done::from(site.command(args).arg(bytes()).output().unwrap());
        assert_eq!(done.expect_refused(2), format!("{name}: {sentence}"));
    }
    // Variables without the prefix are ignored.
    let mut command = site.command(&["user", "list"]);
    let done = Done::from(command.env("OTHER", bytes()).output().unwrap());
    done.expect_done();
}

/// 100,000 bytes are close to the longest value that the system allows.
#[test]
fn s19_a_very_long_value_is_cut() {
    let site = ProgramSite::with_database();
    let long = "x".repeat(100_000);
    for name in [
        "TWINLOCK_LISTEN",
        "TWINLOCK_PUBLIC_URL",
        "TWINLOCK_ALLOWED_HOSTS",
        "TWINLOCK_TRUSTED_PROXIES",
        "TWINLOCK_KEY_FILE",
        "TWINLOCK_ACCENT",
        "TWINLOCK_LOG_FORMAT",
    ] {
        let mut command = site.command(&["serve"]);
        command.env("TWINLOCK_LISTEN", "127.0.0.1:0");
        let value = if name == "TWINLOCK_ALLOWED_HOSTS" {
            format!("*{long}")
        } else {
            long.clone()
        };
        let done = Done::from(command.env(name, value).output().unwrap());
        assert!(done.code == 1 || done.code == 2, "{name}: {}", done.code);
        assert!(done.err.len() < 2_500, "{name}: {}", done.err.len());
    }
    for args in [&[&*long][..], &["account", "add", &long], &["--", &long]] {
        let done = site.run(args);
        assert!(
            done.code != 0 && done.err.len() < 2_500,
            "{}",
            done.err.len()
        );
    }
}

#[test]
fn s27_doctor_says_the_same_to_scripts_as_to_people() {
    let site = ProgramSite::with_database();
    std::fs::remove_file(site.file("twinlock.db.key")).unwrap();
    let text = site.run(&["doctor"]);
    let (code, value) = error(&site.run(&["--json", "doctor"]));
    assert_eq!(
        (code, &value["error"]),
        (1, &json!("1 of 4 checks failed: key"))
    );
    assert_eq!(value["key"], "the key file can't be used");
    let remedy = value["remedies"]["key"].as_str().unwrap();
    assert!(remedy.contains("twinlock.db.key"), "{remedy}");
    assert!(text.out.contains(remedy), "{}", text.out);
}

/// Every command prints the warning once, beside its result.
#[rstest]
#[case::list(&["user", "list"])]
#[case::json(&["--json", "account", "list"])]
#[case::doctor(&["doctor"])]
#[case::migrate(&["migrate"])]
#[case::keys(&["key", "list"])]
#[case::events(&["events"])]
#[case::backup(&["backup", "copy"])]
#[case::restore_of_nothing(&["restore", "nothing"])]
#[case::wrong_setting(&["serve", "--listen", "nowhere"])]
fn s19_a_misspelt_variable_is_told_by_every_command(#[case] args: &[&str]) {
    let site = ProgramSite::with_database();
    let mut command = site.command(args);
    command.env("TWINLOCK_LISTN", "127.0.0.1:1");
    let done = Done::from(command.output().unwrap());
    let sentence = "TWINLOCK_LISTN is not a setting of this program: did you mean TWINLOCK_LISTEN?";
    assert_eq!(done.err.matches(sentence).count(), 1, "{}", done.err);
    assert!(!done.out.contains("TWINLOCK_LISTN"), "{}", done.out);
}
