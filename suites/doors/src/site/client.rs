//! A browser in front of the proxy. It speaks TLS, trusts the suite's authority alone, and keeps
//! the cookies of each host apart.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use testkit::http::{CookieJar, HttpAnswer, ServerAddress};

/// How long an answer may take, even on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a browser sends for a page that a person opens.
pub const NAVIGATION: [(&str, &str); 4] = [
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Site", "none"),
];

/// What a browser sends for a script's request.
pub const SCRIPT: [(&str, &str); 4] = [
    ("Accept", "*/*"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Site", "same-origin"),
];

/// A browser. A clone is another browser with a copy of the cookies.
#[derive(Clone)]
pub struct Visitor {
    tls: Arc<ClientConfig>,
    port: u16,
    cookies: BTreeMap<String, CookieJar>,
}

impl Visitor {
    /// Makes a browser without cookies.
    pub fn new(authority: &Path, port: u16) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(authority).unwrap())
            .unwrap();
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            tls: Arc::new(tls),
            port,
            cookies: BTreeMap::new(),
        }
    }

    /// The host with its port, as it stands in `Host`.
    pub fn authority(&self, host: &str) -> String {
        format!("{host}.example.com:{}", self.port)
    }

    /// Opens a page as a person does. Cookies are kept; redirects are not followed.
    pub fn navigate(&mut self, host: &str, path: &str) -> HttpAnswer {
        self.request(host, "GET", path, &NAVIGATION, "")
    }

    /// Opens the address that an answer redirects to.
    #[track_caller]
    pub fn follow(&mut self, answer: &HttpAnswer) -> HttpAnswer {
        let (host, path) = self.target(answer);
        self.navigate(&host, &path)
    }

    /// The host and the path of a redirect, which must be absolute and lead to one of our hosts.
    #[track_caller]
    pub fn target(&self, answer: &HttpAnswer) -> (String, String) {
        assert!(matches!(answer.status, 302 | 303), "{answer}");
        let location = answer.header("location");
        let rest = location.strip_prefix("https://");
        let rest = rest.unwrap_or_else(|| panic!("not absolute: {location}"));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.strip_suffix(&format!(".example.com:{}", self.port));
        let host = host.unwrap_or_else(|| panic!("another host: {location}"));
        (host.to_owned(), format!("/{path}"))
    }

    /// Sends a request with the cookies of its host.
    pub fn request(
        &mut self,
        host: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> HttpAnswer {
        let request = self.written(host, method, path, headers, body);
        let answer = self.send(host, &request);
        let jar = self.cookies.entry(host.to_owned()).or_default();
        for cookie in answer.cookies() {
            jar.apply(cookie);
        }
        answer
    }

    /// A request as bytes, with the cookies of its host. A `Host`, `Cookie` or `Connection` header
    /// of the caller replaces the usual one.
    pub fn written(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Vec<u8> {
        let is_named = |name: &str| {
            let mut headers = headers.iter();
            headers.any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let mut lines = vec![format!("{method} {path} HTTP/1.1")];
        if !is_named("host") {
            lines.push(format!("Host: {}", self.authority(host)));
        }
        let given = headers.iter();
        lines.extend(given.map(|(name, value)| format!("{name}: {value}")));
        let cookies = self.cookies.get(host).and_then(CookieJar::header);
        if let Some(cookies) = cookies.filter(|_| !is_named("cookie")) {
            lines.push(format!("Cookie: {cookies}"));
        }
        if !is_named("connection") {
            lines.push("Connection: close".to_owned());
        }
        if !is_named("transfer-encoding") && (!body.is_empty() || method == "POST") {
            lines.push(format!("Content-Length: {}", body.len()));
        }
        format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
    }

    /// Sends bytes and reads a complete answer.
    pub fn send(&self, host: &str, request: &[u8]) -> HttpAnswer {
        let bytes = self.exchange(host, request, |bytes| is_complete(bytes, request));
        let answer = HttpAnswer::parse(&bytes);
        let mut answer = answer.unwrap_or_else(|| {
            let sent = String::from_utf8_lossy(request);
            panic!("no answer to {sent}: {:?}", String::from_utf8_lossy(&bytes))
        });
        if answer.header("transfer-encoding") == "chunked" {
            answer.body = dechunked(&answer.body);
        }
        answer
    }

    /// Sends bytes and reads until enough has arrived or the proxy closes the connection.
    pub fn exchange(
        &self,
        host: &str,
        request: &[u8],
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Vec<u8> {
        let mut stream = self.connect(host);
        // A proxy may refuse a request before it has received all of it.
        let _ = stream.write_all(request);
        let _ = stream.flush();
        let (mut bytes, mut part) = (Vec::new(), [0; 16 << 10]);
        while !is_enough(&bytes) {
            // Not every proxy closes TLS cleanly.
            match stream.read(&mut part) {
                Ok(0) | Err(_) => break,
                Ok(length) => bytes.extend(&part[..length]),
            }
        }
        bytes
    }

    fn connect(&self, host: &str) -> StreamOwned<ClientConnection, TcpStream> {
        let name = ServerName::try_from(format!("{host}.example.com")).unwrap();
        let tls = ClientConnection::new(Arc::clone(&self.tls), name).unwrap();
        let stream = ServerAddress::with_port(self.port).connect(Ipv4Addr::LOCALHOST);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        StreamOwned::new(tls, stream)
    }

    /// Returns a cookie of a host.
    pub fn cookie(&self, host: &str, name: &str) -> Option<&str> {
        self.cookies.get(host).and_then(|jar| jar.get(name))
    }

    /// Sets a cookie of a host.
    pub fn set_cookie(&mut self, host: &str, name: &str, value: &str) {
        let jar = self.cookies.entry(host.to_owned()).or_default();
        jar.set(name, value);
    }

    /// Forgets the cookies of a host.
    pub fn forget(&mut self, host: &str) {
        self.cookies.remove(host);
    }
}

/// Whether an answer has all of its announced body.
fn is_complete(bytes: &[u8], request: &[u8]) -> bool {
    let Some(answer) = HttpAnswer::parse(bytes) else {
        return false;
    };
    let has_no_body = request.starts_with(b"HEAD ") || matches!(answer.status, 101 | 204 | 304);
    let is_chunked = answer.header("transfer-encoding") == "chunked";
    has_no_body || answer.is_whole() || (is_chunked && answer.body.ends_with(b"0\r\n\r\n"))
}

fn dechunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = str::from_utf8(&rest[..end]).unwrap();
        let length = usize::from_str_radix(length.trim(), 16).unwrap();
        if length == 0 {
            break;
        }
        body.extend(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
    body
}
