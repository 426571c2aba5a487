//! A wrong setting stops the start; the message has its name and what would be right.

use rstest::rstest;

use crate::support::program::{Done, ProgramSite};

#[rstest]
#[case("TWINLOCK_LISTEN", "localhost:3000", "127.0.0.1:3000")]
#[case("TWINLOCK_DATABASE_URL", "mysql://u:hunter2@h/d", "sqlite:twinlock.db")]
#[case("TWINLOCK_DATABASE_URL", "sqlite::memory:", "sqlite:twinlock.db")]
#[case(
    "TWINLOCK_PUBLIC_URL",
    "https://panel.example.com/path",
    "https://panel.example.com"
)]
#[case(
    "TWINLOCK_PUBLIC_URL",
    "panel.example.com",
    "https://panel.example.com"
)]
#[case("TWINLOCK_RP_ID", "example.org", "nor a parent domain of it")]
#[case("TWINLOCK_RP_ID", "https://example.org", "such as example.com")]
#[case("TWINLOCK_ALLOWED_HOSTS", "panel.lan:8080", "10.0.0.5")]
#[case("TWINLOCK_DATABASE_TRUSTED_NETWORK", "yse", "neither true nor false")]
#[case("TWINLOCK_BRAND", "Panel: EU", "colon")]
#[case(
    "TWINLOCK_SUPPORT_URL",
    "javascript:alert(1)",
    "https://example.com/help"
)]
#[case("TWINLOCK_ACCENT", "blue", "#2f5bd7")]
#[case("TWINLOCK_ACCENT", "#4dabf7", "#097ac3 is the nearest")]
#[case("TWINLOCK_ACCENT_DARK", "#90b0ff", "TWINLOCK_ACCENT")]
#[case("TWINLOCK_LOGO", "logo.svg", "SVG or PNG file of at most 64 KiB")]
#[case("TWINLOCK_EVENT_RETENTION", "1y", "such as 400")]
#[case("TWINLOCK_STOP_DELAY", "soon", "such as 10")]
#[case("TWINLOCK_STOP_LIMIT", "0", "such as 10")]
#[case("TWINLOCK_LOG_FORMAT", "xml", "human nor json")]
#[case("TWINLOCK_ADDRESS_LIMIT", "0", "is not a number from 1 to 1000000")]
#[case("TWINLOCK_TRUSTED_PROXIES", "proxy.example.com", "10.0.0.0/8")]
#[case("TWINLOCK_TRUSTED_PROXIES", "0.0.0.0/0", "10.0.0.0/8")]
#[case::rc9("TWINLOCK_TRUSTED_PROXIES", "::ffff:10.0.0.0/95", "10.0.0.0/8")]
#[case::rc9_elsewhere("TWINLOCK_TRUSTED_PROXIES", "10.0.0.5/8", "10.0.0.0/8 for the network")]
#[case("RUST_LOG", "info=loud=x", "info")]
fn is_named_with_what_would_be_right(#[case] name: &str, #[case] value: &str, #[case] right: &str) {
    let site = ProgramSite::new();
    let output = site.command(&["serve"]).env(name, value).output().unwrap();
    let done = Done::from(output);
    let line = done.expect_refused(2);
    assert!(
        line.starts_with(&format!("{name}: ")) && line.contains(right),
        "{line}"
    );
    assert!(!line.contains("hunter2"));
    assert_eq!(
        std::fs::read_dir(site.file("")).unwrap().count(),
        0,
        "nothing was written"
    );
}

#[test]
fn an_accent_that_can_not_be_read_is_refused_with_its_figure() {
    let done = ProgramSite::new().run(&["serve", "--accent", "#4dabf7"]);
    assert_eq!(
        done.expect_refused(2),
        "TWINLOCK_ACCENT: white text on #4dabf7 has a contrast of 2.47:1 and needs 4.5:1; #097ac3 is the nearest of its hue that is enough"
    );
    let done =
        ProgramSite::new().run(&["serve", "--accent", "#097ac3", "--accent-dark", "#097ac3"]);
    assert!(
        done.expect_refused(2)
            .starts_with("TWINLOCK_ACCENT_DARK: dark text on #097ac3 has a contrast of "),
        "{}",
        done.err
    );
}

#[test]
fn a_logo_of_another_type_is_refused() {
    let site = ProgramSite::new();
    std::fs::write(site.file("logo.svg"), b"GIF89a").unwrap();
    let done = site.run(&["serve", "--logo", "logo.svg"]);
    assert_eq!(
        done.expect_refused(2),
        "TWINLOCK_LOGO: logo.svg is neither SVG nor PNG; use an SVG or PNG file of at most 64 KiB"
    );
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = ProgramSite::new();
    let done = site.run(&["serve", "--listen", &address]);
    let line = done.expect_refused(1);
    assert!(line.starts_with(&format!("listening on {address}: ")));
    assert!(line.contains("choose another port with TWINLOCK_LISTEN"));
    assert_eq!(
        std::fs::read_dir(site.file("")).unwrap().count(),
        0,
        "nothing was written"
    );
}

#[rstest]
fn help_is_everywhere(
    #[values(
        "",
        "serve",
        "account",
        "account add",
        "account list",
        "account rename",
        "account remove",
        "account require-mfa",
        "user",
        "user add",
        "user list",
        "user set-password",
        "user disable",
        "user enable",
        "user unlock",
        "user reset-mfa",
        "user remove",
        "member",
        "member add",
        "member role",
        "member remove",
        "migrate",
        "backup",
        "restore",
        "restored",
        "copy"
    )]
    command: &str,
) {
    let mut args: Vec<&str> = command.split_whitespace().collect();
    args.push("--help");
    let done = ProgramSite::new().run(&args);
    let help = done.expect_done();
    assert!(help.contains("Usage: twinlock"), "{help}");
    assert!(
        help.contains("--json") && help.contains("TWINLOCK_DATABASE_URL"),
        "{help}"
    );
}

#[test]
fn help_does_not_show_what_is_set() {
    let help = ProgramSite::new()
        .command(&["serve", "--help"])
        .env("TWINLOCK_DATABASE_URL", "hunter2")
        .output()
        .unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("hunter2"));
}

#[test]
fn unknown_commands_and_a_missing_one_are_usage_errors() {
    for args in [
        &[][..],
        &["frobnicate"],
        &["account"],
        &["user", "add"],
        &["member", "add", "a@example.com", "A"],
        &["account", "require-mfa", "A", "maybe"],
    ] {
        assert_eq!(ProgramSite::new().run(args).code, 2, "{args:?}");
    }
}
