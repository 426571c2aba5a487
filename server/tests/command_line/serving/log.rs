//! The log in the format that programs read.

use std::fs::File;

use rstest::rstest;
use serde_json::{Value, json};
use testkit::http::HttpBrowser;

use crate::support::{
    browser::{raw_answer, signed_in},
    people::PASSWORD,
    program::{ProgramSite, Running},
};

/// If the log can't be written (a full disk, a closed terminal), requests and the server go on.
#[rstest]
fn a_log_that_can_t_be_written_ends_nothing(#[values("human", "json")] format: &str) {
    let site = ProgramSite::with_account();
    site.add_person("ada@example.com", "owner");
    site.make_key();
    let mut command = site.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("TWINLOCK_LOG_FORMAT", format);
    command.stderr(File::options().write(true).open("/dev/full").unwrap());
    let (server, _) = Running::start(command);
    let mut browser = signed_in(&server, "ada@example.com", PASSWORD);
    assert_eq!(browser.standing(), "full");
    assert!(raw_answer(&server, "GET", "/livez").starts_with("HTTP/1.1 200"));
    server.terminate();
    assert_eq!(server.wait().0, 0);
}

#[test]
fn each_line_is_an_object_and_a_request_has_its_id() {
    let site = ProgramSite::with_account();
    let server = site.serve_with(&[("TWINLOCK_LOG_FORMAT", "json")]);
    let page = raw_answer(&server, "GET", "/profile");
    let id = page
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "))
        .unwrap()
        .to_owned();
    HttpBrowser::new(&server).sign_in_as("nobody@example.com", "no password of anybody");
    server.terminate();
    let (_, log) = server.wait();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let of_page = lines
        .iter()
        .find(|line| line["span"]["id"] == json!(id))
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(
        (&of_page["level"], &of_page["message"], &of_page["path"]),
        (&json!("INFO"), &json!("answered"), &json!("\"/profile\""))
    );
    assert!(
        lines.iter().any(
            |line| line["message"] == json!("stopping: answers in progress are finished first")
        )
    );
    assert!(!log.contains("nobody@example.com") && !log.contains("no password"));
}
