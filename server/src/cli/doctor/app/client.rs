//! A client that sends what a browser would not send, byte by byte: one request over one TLS
//! connection. Its errors say which part failed: DNS, TCP, TLS or HTTP.

use std::{
    fs,
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs},
    path::Path,
    sync::Arc,
    time::Duration,
};

use domain::ports::Clock;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, Error as TlsError, RootCertStore,
    StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use thiserror::Error;

use crate::system::clock::SystemClock;

/// How long a connection or one read may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a whole answer may take, in milliseconds.
const LONGEST_ANSWER: i64 = 15_000;
/// What is read of an answer, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Which part failed, with the remedy.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// The name has no address.
    #[error("this machine finds no address for {0}: set its DNS record ({1})")]
    Dns(String, String),
    /// No connection.
    #[error("nothing answers at {0}: start the proxy there, or open the firewall ({1})")]
    Tcp(String, String),
    /// No TLS, or a certificate that is refused.
    #[error("{0}: {1}")]
    Tls(String, String),
    /// The answer is no HTTP.
    #[error("{0} gave no complete HTTP answer: the proxy's log says why ({1})")]
    Http(String, String),
}

impl ProbeError {
    /// The name of the part.
    pub const fn part(&self) -> &'static str {
        match self {
            Self::Dns(..) => "dns",
            Self::Tcp(..) => "tcp",
            Self::Tls(..) => "tls",
            Self::Http(..) => "http",
        }
    }
}

/// A site that is asked.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its host, a name or an address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its host and port, as `Host` has them.
    pub authority: String,
}

/// A request. The headers are sent as they are written.
#[derive(Debug, Clone)]
pub struct ProbeRequest {
    /// Its method.
    pub method: &'static str,
    /// Its path.
    pub path: String,
    /// Its headers beside `Host`.
    pub headers: Vec<(String, String)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The begin of its body, as it was sent.
    pub body: String,
}

impl ProbeAnswer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Asks over TLS.
#[derive(Clone)]
pub struct TlsClient(Arc<ClientConfig>);

impl TlsClient {
    /// Trusts the authorities of a file, or those of this machine.
    pub fn new(ca: Option<&Path>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = ca {
            add_file(&mut roots, path)?;
        } else {
            // Without any, each certificate is refused with the remedy.
            let native = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(native.certs);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Sends a request over a connection of its own.
    pub fn send(&self, site: &Site, request: &ProbeRequest) -> Result<ProbeAnswer, ProbeError> {
        let mut stream = self.open(site)?;
        let failed = |error: io::Error| ProbeError::Http(site.authority.clone(), error.to_string());
        // A proxy may answer, and close, before it has read all.
        let written = stream.write_all(request_text(site, request).as_bytes());
        let answer = read(&mut stream, request.method);
        match (answer, written) {
            (Ok(answer), _) => Ok(answer),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(failed(error)),
        }
    }

    fn open(&self, site: &Site) -> Result<StreamOwned<ClientConnection, TcpStream>, ProbeError> {
        let mut socket = connect(site)?;
        let refused = |error: TlsError| {
            ProbeError::Tls(site.authority.clone(), tls_remedy(&error, &site.host))
        };
        let lost = |error: io::Error| {
            let inner = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<TlsError>());
            let remedy = inner.map_or_else(
                || format!("the TLS handshake did not end: does the proxy speak TLS at port {}? ({error})", site.port),
                |inner| tls_remedy(inner, &site.host),
            );
            ProbeError::Tls(site.authority.clone(), remedy)
        };
        let name = ServerName::try_from(site.host.clone())
            .map_err(|error| ProbeError::Tls(site.authority.clone(), error.to_string()))?;
        let mut tls = ClientConnection::new(Arc::clone(&self.0), name).map_err(refused)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut socket).map_err(lost)?;
        }
        Ok(StreamOwned::new(tls, socket))
    }
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let shown = path.display();
    let text = fs::read(path).map_err(|error| format!("--ca {shown}: {error}"))?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let added = certificate.map_err(|error| error.to_string());
        let added = added.and_then(|der| roots.add(der).map_err(|error| error.to_string()));
        added.map_err(|error| {
            format!("--ca {shown} holds a certificate that can't be used: {error}")
        })?;
        count += 1;
    }
    if count == 0 {
        return Err(format!(
            "--ca {shown} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
        ));
    }
    Ok(())
}

/// The addresses of a site. Names below `localhost` are this machine and are not asked of DNS
/// (RFC 6761 §6.3).
fn addresses(site: &Site) -> Result<Vec<SocketAddr>, ProbeError> {
    let port = site.port;
    if site.host == "localhost" || site.host.ends_with(".localhost") {
        let own: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(own.map(|ip| SocketAddr::new(ip, port)).into());
    }
    let failed = |why: String| ProbeError::Dns(site.host.clone(), why);
    let found = (site.host.as_str(), port).to_socket_addrs();
    let found: Vec<_> = found.map_err(|error| failed(error.to_string()))?.collect();
    if found.is_empty() {
        return Err(failed("the answer is empty".to_owned()));
    }
    Ok(found)
}

fn connect(site: &Site) -> Result<TcpStream, ProbeError> {
    let mut reasons = Vec::new();
    for address in addresses(site)? {
        let opened = TcpStream::connect_timeout(&address, PATIENCE).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        });
        match opened {
            Ok(stream) => return Ok(stream),
            Err(error) => reasons.push(format!("{address}: {error}")),
        }
    }
    Err(ProbeError::Tcp(site.authority.clone(), reasons.join("; ")))
}

/// What to do about a refused certificate or a peer that speaks no TLS.
fn tls_remedy(error: &TlsError, host: &str) -> String {
    match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "this machine does not trust the authority of its certificate; name an own one with --ca FILE".to_owned()
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => format!("its certificate is not for {host}: give the proxy one that is"),
        TlsError::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired: renew it".to_owned(),
        TlsError::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "its certificate is not valid yet: is the clock of this machine right?".to_owned(),
        TlsError::InvalidCertificate(error) => format!("its certificate is refused: {error}"),
        TlsError::InvalidMessage(_) => {
            "it does not speak TLS there: give the proxy a certificate for this port".to_owned()
        }
        error => format!("TLS failed: {error}"),
    }
}

fn request_text(site: &Site, request: &ProbeRequest) -> String {
    let ProbeRequest {
        method,
        path,
        headers,
    } = request;
    let authority = &site.authority;
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: twinlock-doctor\r\n");
    let has_connection = headers.iter().any(|(name, _)| name == "Connection");
    if !has_connection {
        text += "Connection: close\r\n";
    }
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text + "\r\n"
}

/// Reads an answer up to its end, or as much as is kept of it.
fn read(stream: &mut impl Read, method: &str) -> io::Result<ProbeAnswer> {
    let end = SystemClock.now().millis() + LONGEST_ANSWER;
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let answer = parse(&bytes, method)?;
        if let Some((answer, true)) = answer {
            return Ok(answer);
        }
        let is_long = bytes.len() >= LARGEST_ANSWER || SystemClock.now().millis() > end;
        let count = if is_long {
            Ok(0)
        } else {
            stream.read(&mut piece)
        };
        match (count, answer) {
            // The begin of a body is enough.
            (Ok(0) | Err(_), Some((answer, _))) => return Ok(answer),
            (Ok(0), None) => return Err(io::ErrorKind::UnexpectedEof.into()),
            (Err(error), None) if error.kind() == io::ErrorKind::Interrupted => {}
            (Err(error), None) => return Err(error),
            (Ok(count), _) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

/// Parses what has come of an answer, once its head is complete. Also returns whether the body is.
fn parse(bytes: &[u8], method: &str) -> io::Result<Option<(ProbeAnswer, bool)>> {
    let Some(length) = bytes.windows(4).position(|end| end == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, body) = (&bytes[..length], &bytes[length + 4..]);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let no_http = || io::Error::new(io::ErrorKind::InvalidData, "it is not HTTP/1.1");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1."));
    let status = status.and_then(|rest| rest.get(2..5)?.parse::<u16>().ok());
    let status = status.ok_or_else(no_http)?;
    if (100..200).contains(&status) && status != 101 {
        return parse(body, method);
    }
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let answer = ProbeAnswer {
        status,
        headers: headers.collect(),
        body: String::from_utf8_lossy(body).into_owned(),
    };
    let has_no_body = method == "HEAD" || matches!(status, 101 | 204 | 304);
    let length = answer.header("content-length");
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    let is_chunked = answer.header("transfer-encoding").is_some();
    let is_whole = has_no_body
        || length.is_some_and(|length| body.len() >= length)
        || is_chunked && (body.ends_with(b"\r\n0\r\n\r\n") || body == b"0\r\n\r\n");
    Ok(Some((answer, is_whole)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn status(text: &str) -> Option<(u16, bool)> {
        let parsed = parse(text.as_bytes(), "GET").unwrap();
        parsed.map(|(answer, is_whole)| (answer.status, is_whole))
    }

    #[rstest]
    #[case("HTTP/1.1 200 OK\r\nContent-Le", None)]
    #[case("HTTP/1.1 200 OK\r\n\r\n", Some((200, false)))]
    #[case("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", Some((200, false)))]
    #[case("HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 2\r\n\r\nab", Some((200, true)))]
    #[case("HTTP/1.0 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Some((302, true)))]
    #[case("HTTP/1.1 100 Continue\r\n\r\n", None)]
    #[case("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", Some((204, true)))]
    #[case("HTTP/1.1 101 Switching Protocols\r\n\r\n", Some((101, true)))]
    fn an_answer_is_read_to_its_end(#[case] text: &str, #[case] expected: Option<(u16, bool)>) {
        assert_eq!(status(text), expected);
    }

    #[rstest]
    fn what_is_not_http_is_told(#[values("SSH-2.0\r\n\r\n", "HTTP/1.1 x\r\n\r\n")] text: &str) {
        assert!(parse(text.as_bytes(), "GET").is_err());
    }

    #[test]
    fn an_endless_answer_is_cut() {
        let head = b"HTTP/1.1 200 OK\r\n\r\n".as_slice();
        let answer = read(&mut head.chain(io::repeat(b'a')), "GET").unwrap();
        assert!(answer.body.len() <= LARGEST_ANSWER + 4096);
    }

    #[test]
    fn names_below_localhost_are_this_machine() {
        for host in ["localhost", "app.localhost"] {
            let site = Site {
                host: host.to_owned(),
                port: 8443,
                authority: String::new(),
            };
            let found = addresses(&site).unwrap();
            assert!(
                found
                    .iter()
                    .all(|address| address.ip().is_loopback() && address.port() == 8443)
            );
        }
    }
}
