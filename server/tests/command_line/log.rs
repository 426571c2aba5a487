//! The log as programs read it.

use serde_json::{Value, json};

use crate::{
    browser::{Browser, answer},
    program::Place,
};

#[test]
fn each_line_is_an_object_and_a_request_has_its_id() {
    let place = Place::with_account();
    let server = place.serve_with(&[("TWINLOCK_LOG_FORMAT", "json")]);
    let page = answer(&server, "GET", "/profile");
    let id = page
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "))
        .unwrap()
        .to_owned();
    Browser::new(&server).sign_in("nobody@example.com", "no password of anybody");
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
