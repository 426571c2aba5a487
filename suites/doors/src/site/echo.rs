//! The application behind the door. It answers with what it received, and remembers each path.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use data_encoding::BASE64;
use serde_json::json;
use sha1::{Digest, Sha1};

/// The end of a key that a server of web sockets hashes (RFC 6455).
const WEBSOCKET: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What the application sends once a WebSocket is open.
pub const GREETING: &[u8] = b"\x81\x05hello";

/// A request as the application received it.
struct Received {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    trailers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An application that runs until the suite ends.
pub struct EchoApplication {
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl EchoApplication {
    /// Starts the application on a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let paths = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let paths = Arc::clone(&paths);
                thread::spawn(move || serve(stream, &paths));
            }
        });
        Self { port, seen }
    }

    /// Returns whether a request for a path that contains this text has arrived.
    pub fn has_seen(&self, text: &str) -> bool {
        let seen = self.seen.lock().unwrap();
        seen.iter().any(|path| path.contains(text))
    }

    /// Returns how many requests have arrived.
    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Answers the requests of a connection until the proxy closes it.
fn serve(stream: TcpStream, seen: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_mins(2)));
    let mut stream = BufReader::new(stream);
    while let Some(request) = receive(&mut stream) {
        seen.lock().unwrap().push(request.path.clone());
        let header = |name: &str| {
            let mut headers = request.headers.iter();
            let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let is_socket = header("upgrade").is_some_and(|it| it.eq_ignore_ascii_case("websocket"));
        if is_socket && let Some(key) = header("sec-websocket-key") {
            let accept = BASE64.encode(&Sha1::digest(format!("{key}{WEBSOCKET}")));
            let head = format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            );
            let _ = stream.get_mut().write_all(head.as_bytes());
            let _ = stream.get_mut().write_all(GREETING);
            return;
        }
        let body = json!({
            "method": request.method,
            "path": request.path,
            "headers": request.headers,
            "trailers": request.trailers,
            "body": String::from_utf8_lossy(&request.body),
        })
        .to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let body = if request.method == "HEAD" { "" } else { &body };
        if stream
            .get_mut()
            .write_all(format!("{head}{body}").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

/// Reads one request; `None` at the end of the connection.
fn receive(stream: &mut impl BufRead) -> Option<Received> {
    let first = line(stream)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = fields(stream)?;
    let value = |name: &str| {
        let mut headers = headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    let (mut body, mut trailers) = (Vec::new(), Vec::new());
    if value("transfer-encoding").is_some() {
        loop {
            let length = usize::from_str_radix(line(stream)?.split(';').next()?.trim(), 16).ok()?;
            if length == 0 {
                trailers = fields(stream)?;
                break;
            }
            let mut chunk = vec![0; length];
            stream.read_exact(&mut chunk).ok()?;
            body.extend(chunk);
            line(stream)?;
        }
    } else if let Some(length) = value("content-length") {
        body = vec![0; length.parse().ok()?];
        stream.read_exact(&mut body).ok()?;
    }
    Some(Received {
        method,
        path,
        headers,
        trailers,
        body,
    })
}

/// Reads headers or trailers up to the empty line.
fn fields(stream: &mut impl BufRead) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            return Some(found);
        }
        let (name, value) = line.split_once(':')?;
        found.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn line(stream: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    stream.read_until(b'\n', &mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    (!bytes.is_empty()).then(|| text.trim_end_matches(['\r', '\n']).to_owned())
}
