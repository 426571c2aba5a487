//! Raw HTTP requests as proxies send them, and what the log says of those that a proxy changed.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::support::program::{ProgramSite, Running};

/// Sends raw bytes and returns the status of the answer.
fn status(server: &Running, request: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1."), "{request:?}: {answer:?}");
    answer[9..12].parse().unwrap()
}

fn get(server: &Running, target: &str, version: &str, headers: &str) -> u16 {
    status(
        server,
        &format!("GET {target} HTTP/{version}\r\n{headers}Connection: close\r\n\r\n"),
    )
}

#[test]
fn s30_only_the_own_hosts_are_answered_over_the_wire() {
    let site = ProgramSite::with_account();
    let server = site.serve_with(&[
        ("TWINLOCK_PUBLIC_URL", "https://panel.example.com"),
        ("TWINLOCK_ALLOWED_HOSTS", "panel.lan, ::1"),
    ]);
    for (target, headers, expected) in [
        ("/livez", "Host: 10.0.0.7\r\n", 200),
        ("/readyz", "Host: 10.0.0.7:3000\r\n", 200),
        ("/setup", "Host: 10.0.0.7\r\n", 421),
        ("/setup", "Host: localhost\r\n", 421),
        (
            "/setup",
            "Host: evil.example\r\nX-Forwarded-Host: panel.example.com\r\n",
            421,
        ),
        ("/setup", "", 400),
        ("/setup", "Host:\r\n", 400),
        ("/setup", "Host: panel.lan\r\nHost: panel.lan\r\n", 400),
        ("/setup", "Host: panel.lan:99999\r\n", 400),
        ("http://evil.example/setup", "Host: panel.lan\r\n", 421),
        ("http://panel.lan/setup", "", 400),
    ] {
        assert_eq!(
            get(&server, target, "1.1", headers),
            expected,
            "{target} {headers:?}"
        );
    }
    // The binary of this test may have no pages; the status of a page is 503 then.
    let is_answered = |status: u16| [200, 503].contains(&status);
    for host in [
        "panel.example.com",
        "Panel.Example.Com.:8443",
        "panel.lan",
        "[::1]:3000",
    ] {
        let host = format!("Host: {host}\r\n");
        assert!(is_answered(get(&server, "/setup", "1.1", &host)), "{host}");
        assert!(is_answered(get(&server, "/setup", "1.0", &host)), "{host}");
    }
    assert_eq!(get(&server, "/livez", "1.0", ""), 200);
    assert_eq!(get(&server, "/setup", "1.0", ""), 400);
    server.terminate();
    let (_, log) = server.wait();
    let line = log
        .lines()
        .find(|line| line.contains("another host"))
        .unwrap();
    for named in [
        "host=\"10.0.0.7\"",
        "TWINLOCK_PUBLIC_URL=https://panel.example.com",
        "to_answer_it=\"TWINLOCK_ALLOWED_HOSTS=panel.lan,[::1],10.0.0.7\"",
    ] {
        assert!(line.contains(named), "{named} in {line}");
    }
}

/// If a proxy sends the host in another header, the log line shows both, so that the operator sees
/// which one is wrong.
#[test]
fn s30_the_line_of_a_refused_host_names_what_a_proxy_said_of_it() {
    let site = ProgramSite::with_account();
    let server = site.serve_with(&[("TWINLOCK_PUBLIC_URL", "https://panel.example.com")]);
    let headers = "Host: 10.0.0.7\r\nX-Forwarded-Host: panel.example.com, inner.example\r\n";
    assert_eq!(get(&server, "/setup", "1.1", headers), 421);
    let headers = "Host: 10.0.0.8\r\nX-Forwarded-Host: panel.example.com\r\n";
    assert_eq!(get(&server, "/setup", "1.1", headers), 421);
    server.terminate();
    let (_, log) = server.wait();
    let mut lines = log.lines();
    let line = lines.find(|line| line.contains("another host")).unwrap();
    for named in [
        "host=\"10.0.0.7\"",
        "x_forwarded_host=\"panel.example.com, inner.example\"",
        "to_answer_it=\"TWINLOCK_ALLOWED_HOSTS=10.0.0.7\"",
    ] {
        assert!(line.contains(named), "{named} in {line}");
    }
    let line = lines.find(|line| line.contains("another host")).unwrap();
    let named = "to_answer_it=\"pass on `Host`, or name the proxy in TWINLOCK_TRUSTED_PROXIES\"";
    assert!(line.contains(named), "{line}");
}

#[test]
fn s31_a_transfer_coding_that_is_not_undone_ends_the_connection() {
    let site = ProgramSite::with_account();
    let server = site.serve();
    let head = "POST /api/session/whoami HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n";
    // The request has no `Connection: close`, because the server closes the connection by itself.
    let coded = format!("{head}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");
    assert_eq!(status(&server, &coded), 501);
    let packed = format!(
        "{head}Content-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    assert_eq!(status(&server, &packed), 415);
    let plain = format!(
        "{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
    );
    assert_eq!(status(&server, &plain), 200);
}

#[test]
fn s17_the_log_says_what_arrived_and_keeps_what_is_secret() {
    let site = ProgramSite::with_account();
    let server = site.serve_with(&[("TWINLOCK_PUBLIC_URL", "http://127.0.0.1:3000")]);
    let post = |headers: &str| {
        let request = format!(
            "POST /api/session/sign_in HTTP/1.1\r\nHost: 127.0.0.1:7000\r\n{headers}Content-Type: application/json\r\nContent-Length: 2\r\n\
             Connection: close\r\n\r\n{{}}"
        );
        status(&server, &request)
    };
    assert_eq!(post(""), 403);
    assert_eq!(
        post("Origin: https://u:hunter2@evil.example/setup#hunter2\r\n"),
        403
    );
    assert_eq!(
        post(&format!("Origin: https://{}\r\n", "a".repeat(5_000))),
        403
    );
    for _ in 0..100 {
        assert_eq!(post("Origin: null\r\n"), 403);
    }
    server.terminate();
    let (_, log) = server.wait();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("did not arrive as our own page sends it"))
        .collect();
    for named in [
        "origin=\"none\"",
        "host=\"127.0.0.1:7000\"",
        "sec_fetch_site=\"none\"",
        "TWINLOCK_PUBLIC_URL=http://127.0.0.1:3000",
    ] {
        assert!(lines[0].contains(named), "{named} in {}", lines[0]);
    }
    assert!(
        lines[1].contains("origin=\"https://evil.example\""),
        "{}",
        lines[1]
    );
    assert!(
        !log.contains("hunter2") && lines[2].len() < 1_000,
        "{}",
        lines[2]
    );
    assert!(lines.len() <= 60, "{}", lines.len());
}
