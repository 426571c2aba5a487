//! A browser with a running server.

use std::net::Ipv4Addr;

use domain::ports::Clock;
use serde_json::{Value, json};
use server::system::clock::SystemClock;
use testkit::{
    authenticator::Authenticator,
    http::{self, Answer, Door},
};

use crate::support::program::Running;

pub struct Browser(http::Browser);

impl Browser {
    /// Makes a browser without cookies.
    pub fn new(server: &Running) -> Self {
        Self(http::Browser::new(&Door::to(server.port)))
    }

    /// Switches to another server, or to a restarted one.
    pub fn turn_to(&mut self, server: &Running) {
        self.0.go_through(&Door::to(server.port));
    }

    /// Sends `X-Forwarded-For` with each request.
    pub fn forwarded_for(self, addresses: &str) -> Self {
        Self(self.0.with_header("X-Forwarded-For", addresses))
    }

    /// Makes a browser and signs in with the password.
    pub fn of(server: &Running, email: &str, password: &str) -> Self {
        let mut browser = Self::new(server);
        let (status, viewer) = browser.sign_in(email, password);
        assert_eq!(status, 200, "{viewer}");
        browser
    }

    /// Sends email and password.
    pub fn sign_in(&mut self, email: &str, password: &str) -> (u16, Value) {
        read(&self.0.sign_in_as(email, password))
    }

    /// Sets up an authenticator; returns it and a backup code.
    pub fn enrol(&mut self) -> (Authenticator, String) {
        let key = self.ask("mfa/set_up").1["key"].clone();
        let authenticator = Authenticator::new(key.as_str().unwrap());
        let code = authenticator.code(now());
        let (status, sheet) = self.call("mfa/confirm", json!({ "code": code }));
        assert_eq!(status, 200, "{sheet}");
        let code = sheet["codes"][0].as_str().unwrap().to_owned();
        (authenticator, code)
    }

    /// Returns the state of the session, or null without one.
    pub fn standing(&mut self) -> Value {
        self.ask("session/whoami").1["standing"]["standing"].clone()
    }

    /// Calls a server function without arguments.
    pub fn ask(&mut self, function: &str) -> (u16, Value) {
        read(&self.0.ask(function))
    }

    /// Calls a server function with a request.
    pub fn call(&mut self, function: &str, request: Value) -> (u16, Value) {
        read(&self.0.call(function, request))
    }
}

/// Returns status and JSON.
fn read(answer: &Answer) -> (u16, Value) {
    let json = serde_json::from_slice(&answer.body);
    (
        answer.status,
        json.unwrap_or_else(|_| panic!("{}", answer.text())),
    )
}

/// Returns the server's time, in milliseconds since 1970.
pub fn now() -> i64 {
    SystemClock.now().millis()
}

/// Requests a path; returns status and body.
pub fn get(server: &Running, path: &str) -> (u16, String) {
    let answer = answer(server, "GET", path);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

/// Sends a request without a body; returns the raw answer.
pub fn answer(server: &Running, method: &str, path: &str) -> String {
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let door = Door::to(server.port);
    String::from_utf8(door.send(Ipv4Addr::LOCALHOST, request.as_bytes())).unwrap()
}
