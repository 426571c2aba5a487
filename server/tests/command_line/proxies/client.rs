//! A client of a proxy: it speaks TLS, trusts the test's certificate alone, and keeps its cookies.
//! testkit's browser is not used, because it speaks no TLS and sends a body at once.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
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
use testkit::http::{CookieJar, HttpAnswer, ServerAddress};

use super::front::RunningProxy;

/// The host name that the recipes use for the pages.
pub const HOST: &str = "panel.example.com";

/// A client that connects from one address.
#[derive(Clone)]
pub struct ProxyClient {
    tls: Arc<ClientConfig>,
    port: u16,
    address: Ipv4Addr,
    headers: String,
    cookies: CookieJar,
}

/// A TLS connection for one request.
pub struct ProxyConnection<'a> {
    client: &'a ProxyClient,
    stream: StreamOwned<ClientConnection, TcpStream>,
}

impl ProxyClient {
    /// Makes a client without cookies that sends the headers of a browser's own request.
    pub fn of(front: &RunningProxy) -> Self {
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
            cookies: CookieJar::default(),
        }
    }

    /// Connects from another address of this machine.
    #[must_use]
    pub const fn at(mut self, address: Ipv4Addr) -> Self {
        self.address = address;
        self
    }

    /// Sends one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// Requests a page.
    pub fn get(&mut self, path: &str) -> HttpAnswer {
        let headers = format!("{}Connection: close\r\n", self.head());
        self.open()
            .exchange([format!("GET {path} HTTP/1.1\r\n{headers}\r\n")])
    }

    /// Calls a server function as the page does.
    pub fn call(&mut self, function: &str, request: &Value) -> HttpAnswer {
        let body = Value::from_iter([("request", request.clone())]).to_string();
        let client = self.clone().with_header("Sec-Fetch-Site", "same-origin");
        let answer = client.send_body(&[&body], function);
        for cookie in answer.cookies() {
            self.cookies.apply(cookie);
        }
        answer
    }

    /// Returns whether the session is complete or half signed in, or null without a session.
    pub fn standing(&self) -> Value {
        let client = self.clone().with_header("Sec-Fetch-Site", "same-origin");
        let answer = client.send_body(&["{}"], "session/whoami");
        answer.json()["standing"]["standing"].clone()
    }

    /// Sends email and password.
    pub fn sign_in(&mut self, email: &str, password: &str) -> HttpAnswer {
        self.call(
            "session/sign_in",
            &json!({ "email": email, "password": password }),
        )
    }

    /// Sends a body in pieces, with a pause before each but the first.
    pub fn send_body(&self, body: &[&str], function: &str) -> HttpAnswer {
        self.open().send_body(body, function)
    }

    /// Connects and completes the TLS handshake.
    pub fn open(&self) -> ProxyConnection<'_> {
        let name = ServerName::try_from(HOST).unwrap();
        let mut tls = ClientConnection::new(Arc::clone(&self.tls), name).unwrap();
        let mut stream = ServerAddress::with_port(self.port).connect(self.address);
        while tls.is_handshaking() {
            tls.complete_io(&mut stream).unwrap();
        }
        ProxyConnection {
            client: self,
            stream: StreamOwned::new(tls, stream),
        }
    }

    fn head(&self) -> String {
        let cookies = self.cookies.header();
        let cookies = cookies.map_or_else(String::new, |pairs| format!("Cookie: {pairs}\r\n"));
        format!("Host: {HOST}\r\n{}{cookies}", self.headers)
    }
}

impl ProxyConnection<'_> {
    /// Sends a body in pieces, with a pause before each but the first.
    pub fn send_body(self, body: &[&str], function: &str) -> HttpAnswer {
        let length: usize = body.iter().map(|piece| piece.len()).sum();
        let head = format!(
            "POST /api/{function} HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
            self.client.head()
        );
        let pieces = body.iter().map(|piece| (*piece).to_owned());
        self.exchange([head].into_iter().chain(pieces))
    }

    fn exchange(mut self, pieces: impl IntoIterator<Item = String>) -> HttpAnswer {
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
        parse(&answer)
    }
}

/// Requests a page by plain HTTP.
pub fn get_plainly(front: &RunningProxy, path: &str) -> HttpAnswer {
    let mut stream = ServerAddress::with_port(front.plain).connect(Ipv4Addr::LOCALHOST);
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    parse(&answer)
}

/// Returns whether Twinlock answered, and not the proxy.
pub fn is_from_twinlock(answer: &HttpAnswer) -> bool {
    answer.header_values("x-request-id").count() == 1
}

fn parse(bytes: &[u8]) -> HttpAnswer {
    HttpAnswer::parse(bytes).unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(bytes)))
}
