//! A stand-in for a proxy with Twinlock and an application behind it: it answers `app.localhost`
//! and `panel.localhost` over TLS, rightly or with one fault.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    sync::{Arc, OnceLock},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tempfile::TempDir;

/// What the proxy does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    LetsEveryoneIn,
    LetsScriptsIn,
    LetsFormsIn,
    RedirectsScripts,
    /// It lets in who sends this header.
    BelievesHeader(&'static str),
    /// It reports the browser's own path.
    PassesUriOn,
    LetsAnyCookieIn,
    Upgrades,
    OpensByTheApplication,
    PanelAnswers,
    NoTwinlock,
    NoRedirect,
    NotTrusted,
    AnotherPortal,
}

/// A running proxy.
pub struct Front {
    pub port: u16,
    listener: TcpListener,
    folder: TempDir,
}

struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Front {
    /// Takes a port, and makes the certificate.
    pub fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        Self {
            port,
            listener,
            folder: certificate(),
        }
    }

    /// Returns the file of the authority.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("pem")
    }

    /// Returns the address of the application.
    pub fn app(&self) -> String {
        format!("https://app.localhost:{}", self.port)
    }

    /// Returns the address of the pages.
    pub fn panel(&self) -> String {
        format!("https://panel.localhost:{}", self.port)
    }

    /// Answers until the test ends.
    pub fn answer(&self, application: &str, fault: Fault) {
        let file = |name: &str| self.folder.path().join(name);
        let chain = vec![CertificateDer::from_pem_file(file("pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(file("key")).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let (tls, listener) = (Arc::new(tls), self.listener.try_clone().unwrap());
        let (application, panel) = (application.to_owned(), self.panel());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that refuses the certificate ends the handshake.
                let _ = serve(&tls, stream, |request| {
                    respond(request, fault, &application, &panel)
                });
            }
        });
    }

    /// Answers without TLS.
    pub fn answer_plainly(&self) {
        let listener = self.listener.try_clone().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            }
        });
    }
}

fn serve(
    tls: &Arc<ServerConfig>,
    stream: TcpStream,
    respond: impl Fn(&Request) -> String,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(tls)).unwrap();
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let mut request = Request {
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        headers: Vec::new(),
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        let name = name.to_ascii_lowercase();
        request.headers.push((name, value.to_owned()));
    }
    let stream = stream.get_mut();
    stream.write_all(respond(&request).as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn respond(request: &Request, fault: Fault, application: &str, panel: &str) -> String {
    let is_of_panel = request
        .header("host")
        .is_some_and(|host| host.starts_with("panel."));
    let is_page = request.header("sec-fetch-mode") == Some("navigate");
    let is_let_in = match fault {
        Fault::LetsEveryoneIn => true,
        Fault::LetsScriptsIn => !is_page && request.method == "GET",
        Fault::LetsFormsIn => request.method == "POST",
        Fault::BelievesHeader(name) => request.header(name).is_some(),
        Fault::LetsAnyCookieIn => request.header("cookie").is_some(),
        Fault::PanelAnswers => is_of_panel,
        _ => false,
    };
    let is_upgrade = fault == Fault::Upgrades && request.header("upgrade").is_some();
    let to = match request.header("x-forwarded-uri") {
        Some(uri) if fault == Fault::PassesUriOn => uri,
        _ => &request.path,
    };
    let to = to.replace('/', "%2F");
    let panel = match fault {
        Fault::AnotherPortal => "https://other.example.com",
        _ => panel,
    };
    let sign_in = format!("Location: {panel}/door/open?app={application}&to={to}&state=x\r\n");
    match fault {
        _ if is_upgrade => answer("101 Switching Protocols", "", ""),
        _ if is_let_in => answer("200 OK", "", "the application"),
        _ if is_of_panel => answer("404 Not Found", "", ""),
        Fault::NoTwinlock => answer("502 Bad Gateway", "", ""),
        Fault::NotTrusted => answer("403 Forbidden", "", "TWINLOCK_TRUSTED_PROXIES"),
        Fault::OpensByTheApplication if request.path.starts_with("/.twinlock/") => {
            answer("404 Not Found", "", "the application")
        }
        _ if request.path.starts_with("/.twinlock/open?code=") => answer(
            "400 Bad Request",
            "",
            "<h1>This link has been used or is too old</h1>",
        ),
        Fault::NoRedirect if is_page => answer("401 Unauthorized", "", ""),
        Fault::RedirectsScripts => answer("302 Found", &sign_in, ""),
        _ if is_page => answer("302 Found", &sign_in, ""),
        _ => answer("401 Unauthorized", "", "{\"error\":\"signed_out\"}"),
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

/// Makes a folder with a certificate in `pem` and its key in `key`. They are made once a run.
fn certificate() -> TempDir {
    static FILES: OnceLock<[String; 2]> = OnceLock::new();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let files = FILES.get_or_init(|| {
        fs::write(
            file("openssl.cnf"),
            "[req]\ndistinguished_name = name\nx509_extensions = extensions\n[name]\n[extensions]\n\
             basicConstraints = critical, CA:FALSE\n\
             subjectAltName = DNS:app.localhost, DNS:panel.localhost\n",
        )
        .unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-subj", "/CN=app.localhost", "-config"])
            .arg(file("openssl.cnf"))
            .arg("-keyout")
            .arg(file("key"))
            .arg("-out")
            .arg(file("pem"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        ["pem", "key"].map(|name| fs::read_to_string(file(name)).unwrap())
    });
    for (name, text) in ["pem", "key"].iter().zip(files) {
        fs::write(file(name), text).unwrap();
    }
    folder
}
