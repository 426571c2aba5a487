//! A browser, and the address of its server.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use super::{Answer, Connection, Cookies, cookies};
use crate::people::Person;

/// The time limit of an answer, even on a fully loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The address of a server, which stays valid across restarts.
#[derive(Clone)]
pub struct Door(Arc<AtomicU16>);

/// A browser on one of the product's own pages: stores cookies and sends the headers of its origin.
/// A clone is a second tab, but its cookies are separate from then on.
#[derive(Clone)]
pub struct Browser {
    door: Door,
    from: Ipv4Addr,
    cookies: Cookies,
    headers: Vec<(String, String)>,
}

impl Door {
    /// Creates a door without a server.
    pub fn new() -> Self {
        Self(Arc::new(AtomicU16::new(0)))
    }

    /// Creates a door to the server at this port.
    pub fn to(port: u16) -> Self {
        let door = Self::new();
        door.lead_to(port);
        door
    }

    /// Leads to this port from now on.
    pub fn lead_to(&self, port: u16) {
        self.0.store(port, Ordering::SeqCst);
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.load(Ordering::SeqCst)
    }

    /// Connects from an address of this machine.
    pub fn connect(&self, from: Ipv4Addr) -> TcpStream {
        self.try_connect(from).unwrap()
    }

    /// Like [`Self::connect`], but the server may be down.
    pub fn try_connect(&self, from: Ipv4Addr) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        let own = SocketAddr::new(IpAddr::V4(from), 0);
        socket.bind(&own.into())?;
        let server = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), self.port());
        socket.connect(&server.into())?;
        if socket.local_addr()?.as_socket() == Some(server) {
            // No server listens, and by chance the socket has connected to itself.
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Sends raw bytes and reads until the server ends its answer. Bytes received before an abort
    /// count.
    pub fn send(&self, from: Ipv4Addr, request: &[u8]) -> Vec<u8> {
        self.try_send(from, request).unwrap()
    }

    /// Like [`Self::send`], but the server may be down; fails only without a connection.
    pub fn try_send(&self, from: Ipv4Addr, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = self.try_connect(from)?;
        // A server that has already refused may have closed its half.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Ok(answer)
    }
}

impl Browser {
    /// Creates a browser without cookies.
    pub fn new(door: &Door) -> Self {
        Self {
            door: door.clone(),
            from: Ipv4Addr::LOCALHOST,
            cookies: Cookies::default(),
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
    pub fn ask(&mut self, function: &str) -> Answer {
        self.post(function, &json!({}))
    }

    /// Calls a server function with its argument `request`.
    pub fn call(&mut self, function: &str, request: Value) -> Answer {
        self.post(function, &Value::from_iter([("request", request)]))
    }

    /// Calls a server function with a complete body.
    pub fn send(&mut self, function: &str, body: &Value) -> Answer {
        self.post(function, body)
    }

    /// Signs in with the person's email and password.
    pub fn sign_in(&mut self, person: &Person) -> Answer {
        self.sign_in_as(&person.email, person.password)
    }

    /// Signs in with any email and password.
    pub fn sign_in_as(&mut self, email: &str, password: &str) -> Answer {
        let request = json!({ "email": email, "password": password });
        self.call("session/sign_in", request)
    }

    /// Enters an authenticator code as the second factor.
    pub fn give_code(&mut self, code: &str) -> Answer {
        self.call("session/verify_code", json!({ "code": code }))
    }

    /// Enters a backup code as the second factor.
    pub fn give_backup_code(&mut self, code: &str) -> Answer {
        self.call("session/verify_backup_code", json!({ "code": code }))
    }

    /// Returns the session's standing; empty without a session.
    pub fn standing(&mut self) -> String {
        let viewer = self.ask("session/whoami").expect_ok();
        let standing = viewer["standing"]["standing"].as_str();
        standing.unwrap_or_default().to_owned()
    }

    /// Returns whether the session reaches functions that need a full session.
    pub fn is_in(&mut self) -> bool {
        self.ask("profile/view").is_ok()
    }

    /// Loads a page or a file.
    pub fn get(&mut self, path: &str) -> Answer {
        self.request("GET", path, &[("Accept", "text/html,*/*;q=0.8")], b"")
    }

    /// Sends any request, with the cookies.
    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
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
    ) -> Option<Answer> {
        self.attempt(method, path, headers, body).unwrap()
    }

    /// Calls a function of a server that may be down: fails if there is no connection, and returns
    /// none if the answer breaks off.
    pub fn try_call(&mut self, function: &str, request: &Value) -> io::Result<Option<Answer>> {
        let body = match request {
            Value::Null => json!({}),
            request => json!({ "request": request }),
        };
        let path = format!("/api/{function}");
        let headers = [("Content-Type", "application/json")];
        let answer = self.attempt("POST", &path, &headers, body.to_string().as_bytes())?;
        Ok(answer.filter(Answer::is_whole))
    }

    /// Uses another door from now on.
    pub fn go_through(&mut self, door: &Door) {
        self.door = door.clone();
    }

    /// Sends any request over a persistent connection. Cookies in the answer are ignored.
    pub fn request_on(
        &self,
        connection: &mut Connection,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        connection.send(&self.written("POST", path, headers, body))
    }

    fn attempt(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Option<Answer>> {
        let mut headers = headers.to_vec();
        headers.push(("Connection", "close"));
        let request = self.written(method, path, &headers, body);
        let Some(answer) = Answer::parse(&self.door.try_send(self.from, &request)?) else {
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
            request.extend(format!("Host: 127.0.0.1:{}\r\n", self.door.port()).bytes());
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
        format!("twinlock-{}", self.door.port())
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
        let mut thief = Self::new(&self.door);
        let host = |(name, _): &&(String, String)| name == "Host";
        thief
            .headers
            .extend(self.headers.iter().find(host).cloned());
        thief.set_token(token);
        thief
    }

    fn post(&mut self, function: &str, body: &Value) -> Answer {
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
                |stem| format!("{stem}{}", self.door.port()),
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
