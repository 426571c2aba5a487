//! A browser.

use std::{io, net::Ipv4Addr};

use serde_json::{Value, json};

use super::{CookieJar, HttpAnswer, PersistentConnection, ServerAddress, cookies};
use crate::{
    authenticator::Authenticator,
    people::{Person, code_list},
};

/// A browser on one of the product's own pages: stores cookies and sends the headers of its origin.
/// A clone is a second tab, but its cookies are separate from then on.
#[derive(Clone)]
pub struct HttpBrowser {
    address: ServerAddress,
    from: Ipv4Addr,
    cookies: CookieJar,
    headers: Vec<(String, String)>,
}

/// A set-up that its first code confirmed.
pub struct ConfirmedSetUp {
    /// The authenticator.
    pub authenticator: Authenticator,
    /// The authenticator's key as the set-up shows it, in base32.
    pub key: String,
    /// The code that confirmed the set-up.
    pub code: String,
    /// The backup codes, which are shown and not saved yet.
    pub codes: Vec<String>,
    set: Value,
}

impl HttpBrowser {
    /// Creates a browser without cookies.
    pub fn new(server: impl Into<ServerAddress>) -> Self {
        Self {
            address: server.into(),
            from: Ipv4Addr::LOCALHOST,
            cookies: CookieJar::default(),
            headers: vec![("Sec-Fetch-Site".into(), "same-origin".into())],
        }
    }

    /// Moves the browser to another address of the loopback network.
    pub fn at(mut self, number: u8) -> Self {
        self.from = Ipv4Addr::new(127, 0, 1, number);
        self
    }

    /// Adds a header to each request, or replaces its value.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a header from each request.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Calls a server function without arguments.
    pub fn ask(&mut self, function: &str) -> HttpAnswer {
        self.post(function, &json!({}))
    }

    /// Calls a server function with its argument `request`.
    pub fn call(&mut self, function: &str, request: Value) -> HttpAnswer {
        self.post(function, &Value::from_iter([("request", request)]))
    }

    /// Calls a server function with a complete body.
    pub fn send(&mut self, function: &str, body: &Value) -> HttpAnswer {
        self.post(function, body)
    }

    /// Signs in with the person's email and password.
    pub fn sign_in(&mut self, person: &Person) -> HttpAnswer {
        self.sign_in_as(&person.email, person.password)
    }

    /// Signs in with any email and password.
    pub fn sign_in_as(&mut self, email: &str, password: &str) -> HttpAnswer {
        let request = json!({ "email": email, "password": password });
        self.call("session/sign_in", request)
    }

    /// Enters an authenticator code as the second factor.
    pub fn give_code(&mut self, code: &str) -> HttpAnswer {
        self.call("session/verify_code", json!({ "code": code }))
    }

    /// Enters a backup code as the second factor.
    pub fn give_backup_code(&mut self, code: &str) -> HttpAnswer {
        self.call("session/verify_backup_code", json!({ "code": code }))
    }

    /// Returns the session's standing; empty without a session.
    pub fn standing(&mut self) -> String {
        let viewer = self.ask("session/whoami").expect_ok();
        let standing = viewer["standing"]["standing"].as_str();
        standing.unwrap_or_default().to_owned()
    }

    /// Sets up an authenticator at this time of the server, up to the sheet of backup codes. The
    /// session must be fresh.
    pub fn set_up_mfa(&mut self, now: i64) -> ConfirmedSetUp {
        let pending = self.ask("mfa/set_up").expect_ok();
        let key = pending["key"].as_str().unwrap().to_owned();
        let authenticator = Authenticator::new(&key);
        let code = authenticator.code(now);
        let sheet = self.call("mfa/confirm", json!({ "code": code }));
        let sheet = sheet.expect_ok();
        ConfirmedSetUp {
            authenticator,
            key,
            code,
            codes: code_list(&sheet),
            set: sheet["set"].clone(),
        }
    }

    /// Confirms that the backup codes of a set-up are saved, which ends the set-up.
    pub fn save_codes(&mut self, set_up: &ConfirmedSetUp) {
        let set = json!({ "set": set_up.set });
        self.call("mfa/finish", set).expect_ok();
    }

    /// Returns whether the session reaches functions that need a full session.
    pub fn is_in(&mut self) -> bool {
        self.ask("profile/view").is_ok()
    }

    /// Loads a page or a file.
    pub fn get(&mut self, path: &str) -> HttpAnswer {
        self.request("GET", path, &[("Accept", "text/html,*/*;q=0.8")], b"")
    }

    /// Sends any request, with the cookies.
    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> HttpAnswer {
        self.try_request(method, path, headers, body)
            .unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// Like [`Self::request`], but a missing answer is allowed too.
    pub fn try_request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<HttpAnswer> {
        self.attempt(method, path, headers, body).unwrap()
    }

    /// Calls a function of a server that may be down: fails if there is no connection, and returns
    /// none if the answer breaks off.
    pub fn try_call(&mut self, function: &str, request: &Value) -> io::Result<Option<HttpAnswer>> {
        let body = match request {
            Value::Null => json!({}),
            request => json!({ "request": request }),
        };
        let path = format!("/api/{function}");
        let headers = [("Content-Type", "application/json")];
        let answer = self.attempt("POST", &path, &headers, body.to_string().as_bytes())?;
        Ok(answer.filter(HttpAnswer::is_whole))
    }

    /// Loads from a server that may be down: fails if there is no connection, and returns none if
    /// the answer breaks off.
    pub fn try_get(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> io::Result<Option<HttpAnswer>> {
        let answer = self.attempt("GET", path, headers, b"")?;
        Ok(answer.filter(HttpAnswer::is_whole))
    }

    /// Uses another server, or a restarted one, from now on.
    pub fn use_server(&mut self, server: impl Into<ServerAddress>) {
        self.address = server.into();
    }

    /// Sends any request over a persistent connection. Cookies in the answer are ignored.
    pub fn request_on(
        &self,
        connection: &mut PersistentConnection,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<HttpAnswer> {
        connection.send(&self.written("POST", path, headers, body))
    }

    fn attempt(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Option<HttpAnswer>> {
        let mut headers = headers.to_vec();
        headers.push(("Connection", "close"));
        let request = self.written(method, path, &headers, body);
        let Some(answer) = HttpAnswer::parse(&self.address.try_send(self.from, &request)?) else {
            return Ok(None);
        };
        for cookie in answer.cookies() {
            self.cookies.apply(cookie);
        }
        Ok(Some(answer))
    }

    /// Returns a request as bytes on the wire.
    fn written(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut request = format!("{method} {path} HTTP/1.1\r\n").into_bytes();
        let own = self.headers.iter().map(|(name, value)| (&**name, &**value));
        for (name, value) in own.chain(headers.iter().copied()) {
            request.extend(format!("{name}: {value}\r\n").bytes());
        }
        let is_named = |name: &str| {
            let own = self.headers.iter().map(|(known, _)| known.as_str());
            own.chain(headers.iter().map(|(known, _)| *known))
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        if !is_named("host") {
            request.extend(format!("Host: 127.0.0.1:{}\r\n", self.address.port()).bytes());
        }
        if let Some(cookies) = self.cookie_header()
            && !is_named("cookie")
        {
            request.extend(format!("Cookie: {cookies}\r\n").bytes());
        }
        if !is_named("content-length") && !is_named("transfer-encoding") && method != "GET" {
            request.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
        }
        request.extend(b"\r\n");
        request.extend(body);
        request
    }

    /// Returns the session's token.
    pub fn token(&self) -> String {
        let is_session = |name: &str| {
            let name = name.strip_prefix("__Host-").unwrap_or(name);
            name == "twinlock" || is_ported(name, "twinlock-")
        };
        let mut cookies = self.cookies.iter();
        let found = cookies.find(|(name, _)| is_session(name));
        found.map_or_else(String::new, |(_, token)| token.to_owned())
    }

    /// Returns the name of the session's cookie when no public URL is set.
    pub fn cookie_name(&self) -> String {
        format!("twinlock-{}", self.address.port())
    }

    /// Stores a session token.
    pub fn set_token(&mut self, token: &str) {
        let name = self.cookie_name();
        self.set_cookie(&name, token);
    }

    /// Stores any cookie.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.set(name, value);
    }

    /// Returns another browser that has only this token.
    pub fn replay(&self, token: &str) -> Self {
        let mut thief = Self::new(&self.address);
        let host = |(name, _): &&(String, String)| name == "Host";
        thief
            .headers
            .extend(self.headers.iter().find(host).cloned());
        thief.set_token(token);
        thief
    }

    fn post(&mut self, function: &str, body: &Value) -> HttpAnswer {
        self.request(
            "POST",
            &format!("/api/{function}"),
            &[("Content-Type", "application/json")],
            body.to_string().as_bytes(),
        )
    }

    /// Returns the cookies with the present port in their names, because each start may have
    /// another.
    fn cookie_header(&self) -> Option<String> {
        let now = |name: &str| {
            let stems = ["twinlock-browser-", "twinlock-"];
            let stem = stems.into_iter().find(|stem| is_ported(name, stem));
            stem.map_or_else(
                || name.to_owned(),
                |stem| format!("{stem}{}", self.address.port()),
            )
        };
        let pairs = self.cookies.iter();
        cookies::header(pairs.map(|(name, value)| (now(name), value)))
    }
}

/// Returns whether a name is this stem followed by a port.
fn is_ported(name: &str, stem: &str) -> bool {
    let port = name
        .strip_prefix(stem)
        .and_then(|port| port.parse::<u16>().ok());
    port.is_some()
}
