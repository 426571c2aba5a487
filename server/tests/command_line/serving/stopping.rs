//! On a stop signal, requests in progress are answered, readiness ends first, and no client can
//! delay the exit without limit.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixDatagram,
    time::Duration,
};

use serde_json::json;

use crate::support::{
    browser::get,
    program::{ProgramSite, Running},
};

/// A request in progress: its body is still to be sent.
struct InProgress {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
}

impl InProgress {
    fn begin(server: &Running) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        write!(
            stream,
            "POST /api/session/whoami HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        .unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), "HTTP/1.1 100 Continue");
        Self { stream, answers }
    }

    fn finish(mut self) {
        self.stream.write_all(b"{}").unwrap();
        let mut answer = String::new();
        self.answers.read_to_string(&mut answer).unwrap();
        assert!(
            answer.contains("HTTP/1.1 200 OK") && answer.ends_with("null"),
            "{answer}"
        );
    }
}

/// Waits until the listening socket is closed.
fn wait_until_closed(server: &Running) {
    while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn a_request_in_progress_is_finished_and_a_new_one_refused() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    let request = InProgress::begin(&server);
    server.terminate();
    wait_until_closed(&server);
    request.finish();
    assert_eq!(server.wait().0, 0);
}

/// Returns whether this process, and so the server, was started with SIGHUP ignored.
fn is_ignored_here() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    u64::from_str_radix(mask.unwrap().trim(), 16).unwrap() & 1 == 1
}

/// S28: the terminal of a server in the foreground is closed.
#[test]
fn s28_a_hangup_is_a_graceful_end() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    let request = InProgress::begin(&server);
    server.hang_up();
    if is_ignored_here() {
        // Under `nohup`, which this test was started with too, the server goes on.
        assert_eq!(get(&server, "/livez").0, 200);
        server.terminate();
    }
    wait_until_closed(&server);
    request.finish();
    assert_eq!(server.wait().0, 0);
}

#[test]
fn readiness_goes_first_while_everything_is_still_answered() {
    let site = ProgramSite::with_database();
    let server = site.serve_with(&[("TWINLOCK_STOP_DELAY", "2")]);
    let request = InProgress::begin(&server);
    assert_eq!(get(&server, "/readyz").0, 200);
    server.terminate();
    let (status, body) = loop {
        let answer = get(&server, "/readyz");
        if answer.0 != 200 {
            break answer;
        }
    };
    assert_eq!(
        (status, body),
        (
            503,
            json!({ "ready": false, "checks": { "serving": "stopping" } }).to_string()
        )
    );
    assert_eq!(
        get(&server, "/livez").0,
        200,
        "it lives, and takes work yet"
    );
    wait_until_closed(&server);
    request.finish();
    assert_eq!(server.wait().0, 0);
}

#[test]
fn a_client_that_hangs_does_not_hold_the_exit() {
    let site = ProgramSite::with_database();
    let server = site.serve_with(&[("TWINLOCK_STOP_LIMIT", "1")]);
    let mut request = InProgress::begin(&server);
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("stopped with answers unfinished"), "{log}");
    // The connection is reset or closed without an answer.
    let mut answer = String::new();
    let _ = request.answers.read_to_string(&mut answer);
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
}

#[test]
fn a_second_signal_ends_at_once() {
    let site = ProgramSite::with_database();
    let server = site.serve();
    let _request = InProgress::begin(&server);
    server.terminate();
    wait_until_closed(&server);
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 1, "{log}");
    assert!(log.contains("stopped at once by a second signal"), "{log}");
}

#[test]
fn the_service_manager_is_told() {
    let site = ProgramSite::with_database();
    let socket = UnixDatagram::bind(site.file("notify")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let told = || {
        let mut text = [0; 256];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).trim().to_owned()
    };
    let path = site.file("notify");
    let server = site.serve_with(&[
        ("NOTIFY_SOCKET", path.to_str().unwrap()),
        ("WATCHDOG_USEC", "200000"),
    ]);
    assert_eq!(told(), "READY=1");
    assert_eq!((told(), told()), ("WATCHDOG=1".into(), "WATCHDOG=1".into()));
    server.terminate();
    let last = std::iter::repeat_with(told).find(|told| told != "WATCHDOG=1");
    assert_eq!(last.as_deref(), Some("STOPPING=1"));
    assert_eq!(server.wait().0, 0);
}
