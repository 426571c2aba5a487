//! A browser with a running server: it sends HTTP over a socket and keeps its cookies.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use domain::ports::Clock;
use serde_json::{Value, json};
use server::system::clock::SystemClock;
use testkit::authenticator::Authenticator;

use crate::support::program::Running;

pub struct Browser {
    port: u16,
    cookies: BTreeMap<String, String>,
    forwarded_for: Option<&'static str>,
}

impl Browser {
    /// Makes a browser without cookies.
    pub const fn new(server: &Running) -> Self {
        Self {
            port: server.port,
            cookies: BTreeMap::new(),
            forwarded_for: None,
        }
    }

    /// Switches to another server, or to a restarted one. Each start has a new port, and the cookie names contain the port.
    pub fn turn_to(&mut self, server: &Running) {
        let (old, new) = (format!("-{}", self.port), format!("-{}", server.port));
        let cookies = std::mem::take(&mut self.cookies);
        let renamed = cookies.into_iter();
        self.cookies = renamed
            .map(|(name, value)| (name.replace(&old, &new), value))
            .collect();
        self.port = server.port;
    }

    /// Sends `X-Forwarded-For` with each request.
    pub const fn forwarded_for(mut self, addresses: &'static str) -> Self {
        self.forwarded_for = Some(addresses);
        self
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
        self.call(
            "session/sign_in",
            json!({ "email": email, "password": password }),
        )
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
        self.post(function, &json!({}))
    }

    /// Calls a server function with a request.
    pub fn call(&mut self, function: &str, request: Value) -> (u16, Value) {
        self.post(function, &Value::from_iter([("request", request)]))
    }

    fn post(&mut self, function: &str, body: &Value) -> (u16, Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let body = body.to_string();
        let pairs = self.cookies.iter();
        let cookies: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let forwarded = self.forwarded_for.map_or_else(String::new, |addresses| {
            format!("X-Forwarded-For: {addresses}\r\n")
        });
        write!(
            stream,
            "POST /api/{function} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n\
             {forwarded}Cookie: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        for line in head.lines() {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                let pair = value.split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        (
            head[9..12].parse().unwrap(),
            serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}")),
        )
    }
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
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
