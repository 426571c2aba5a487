//! A client of a proxy: it speaks TLS, trusts the test's certificate alone, and keeps its cookies.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use super::front::Front;

/// The host name that the recipes use for the pages.
pub const HOST: &str = "panel.example.com";

/// A client that connects from one address.
#[derive(Clone)]
pub struct Client {
    tls: Arc<ClientConfig>,
    port: u16,
    address: Ipv4Addr,
    headers: String,
    cookies: BTreeMap<String, String>,
}

/// A TLS connection for one request.
pub struct Connected<'a> {
    client: &'a Client,
    stream: StreamOwned<ClientConnection, TcpStream>,
}

/// The response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Client {
    /// Makes a client without cookies that sends the headers of a browser's own request.
    pub fn of(front: &Front) -> Self {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(front.folder.path().join("pem"));
        roots.add(certificate.unwrap()).unwrap();
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            tls: Arc::new(tls),
            port: front.tls,
            address: Ipv4Addr::LOCALHOST,
            headers: String::new(),
            cookies: BTreeMap::new(),
        }
    }

    /// Connects from another address of this machine.
    #[must_use]
    pub const fn from(mut self, address: Ipv4Addr) -> Self {
        self.address = address;
        self
    }

    /// Sends one more header.
    #[must_use]
    pub fn saying(mut self, name: &str, value: &str) -> Self {
        self.headers.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// Requests a page.
    pub fn get(&mut self, path: &str) -> Answer {
        let headers = format!("{}Connection: close\r\n", self.head());
        self.open()
            .exchange([format!("GET {path} HTTP/1.1\r\n{headers}\r\n")])
    }

    /// Calls a server function as the page does.
    pub fn call(&mut self, function: &str, request: &Value) -> Answer {
        let body = Value::from_iter([("request", request.clone())]).to_string();
        let client = self.clone().saying("Sec-Fetch-Site", "same-origin");
        let answer = client.sends(&[&body], function);
        self.keep_cookies(&answer);
        answer
    }

    /// Returns whether the session is complete or half signed in, or null without a session.
    pub fn standing(&self) -> Value {
        let client = self.clone().saying("Sec-Fetch-Site", "same-origin");
        let answer = client.sends(&["{}"], "session/whoami");
        answer.json()["standing"]["standing"].clone()
    }

    /// Sends email and password.
    pub fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.call(
            "session/sign_in",
            &json!({ "email": email, "password": password }),
        )
    }

    /// Sends a body in pieces, with a pause before each but the first.
    pub fn sends(&self, body: &[&str], function: &str) -> Answer {
        self.open().sends(body, function)
    }

    /// Connects and completes the TLS handshake.
    pub fn open(&self) -> Connected<'_> {
        let name = ServerName::try_from(HOST).unwrap();
        let mut tls = ClientConnection::new(Arc::clone(&self.tls), name).unwrap();
        let mut stream = connect(self.address, self.port);
        while tls.is_handshaking() {
            tls.complete_io(&mut stream).unwrap();
        }
        Connected {
            client: self,
            stream: StreamOwned::new(tls, stream),
        }
    }

    fn head(&self) -> String {
        let pairs = self.cookies.iter();
        let cookies: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = if cookies.is_empty() {
            String::new()
        } else {
            format!("Cookie: {}\r\n", cookies.join("; "))
        };
        format!("Host: {HOST}\r\n{}{cookies}", self.headers)
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for value in answer.headers("set-cookie") {
            let pair = value.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Connected<'_> {
    /// Sends a body in pieces, with a pause before each but the first.
    pub fn sends(self, body: &[&str], function: &str) -> Answer {
        let length: usize = body.iter().map(|piece| piece.len()).sum();
        let head = format!(
            "POST /api/{function} HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
            self.client.head()
        );
        let pieces = body.iter().map(|piece| (*piece).to_owned());
        self.exchange([head].into_iter().chain(pieces))
    }

    fn exchange(mut self, pieces: impl IntoIterator<Item = String>) -> Answer {
        for (number, piece) in pieces.into_iter().enumerate() {
            if number > 1 {
                thread::sleep(Duration::from_millis(500));
            }
            // A proxy may refuse a body before it has received all of it.
            if self.stream.write_all(piece.as_bytes()).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        // Not every proxy closes TLS cleanly.
        let _ = self.stream.read_to_end(&mut answer);
        Answer::read(&answer)
    }
}

/// Requests a page by plain HTTP.
pub fn get_plainly(front: &Front, path: &str) -> Answer {
    let mut stream = connect(Ipv4Addr::LOCALHOST, front.plain);
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::read(&answer)
}

fn connect(from: Ipv4Addr, port: u16) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(&to.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{text:?}"));
        Self {
            status: head[9..12].parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Returns every value of a header.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Returns whether Twinlock answered, and not the proxy.
    pub fn is_twinlocks(&self) -> bool {
        self.headers("x-request-id").count() == 1
    }

    /// Returns the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }
}
