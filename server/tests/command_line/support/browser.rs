//! Requests to a running server.

use std::net::Ipv4Addr;

use domain::ports::Clock;
use server::system::clock::SystemClock;
use testkit::http::{HttpBrowser, ServerAddress};

use crate::support::program::Running;

/// Returns a browser in which the user has entered the password.
pub fn signed_in(server: &Running, email: &str, password: &str) -> HttpBrowser {
    let mut browser = HttpBrowser::new(server);
    browser.sign_in_as(email, password).expect_ok();
    browser
}

/// Returns the server's time, in milliseconds since 1970.
pub fn now() -> i64 {
    SystemClock.now().millis()
}

/// Requests a path; returns status and body.
pub fn get(server: &Running, path: &str) -> (u16, String) {
    let answer = raw_answer(server, "GET", path);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

/// Sends a request without a body; returns the raw answer.
pub fn raw_answer(server: &Running, method: &str, path: &str) -> String {
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let address = ServerAddress::from(server);
    String::from_utf8(address.send(Ipv4Addr::LOCALHOST, request.as_bytes())).unwrap()
}
