//! A proxy that the server's settings do not mention (S12).

use std::{
    io::{Read, Write},
    net::TcpStream,
};
use testkit::http::HttpBrowser;

use crate::support::program::{ProgramSite, Running};

/// Requests a page as a proxy does.
fn page(server: &Running, header: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let head = "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close";
    write!(stream, "{head}\r\n{header}\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn s12_a_proxy_that_is_not_named_is_warned_of_once() {
    let site = ProgramSite::with_account();
    for (proxies, warnings) in [("", 1), ("10.0.0.0/8", 1), ("127.0.0.0/8", 0)] {
        let server = site.serve_with(&[("TWINLOCK_TRUSTED_PROXIES", proxies)]);
        for _ in 0..3 {
            HttpBrowser::new(&server)
                .with_header("X-Forwarded-For", "203.0.113.9")
                .ask("session/whoami");
        }
        server.terminate();
        let (_, log) = server.wait();
        let said = log
            .lines()
            .filter(|line| line.contains("TWINLOCK_TRUSTED_PROXIES"));
        let said: Vec<&str> = said.collect();
        assert_eq!(said.len(), warnings, "{proxies}: {log}");
        assert!(
            said.iter().all(|line| line.contains("WARN")
                && line.contains("127.0.0.1 sends `x-forwarded-for`")
                && line.contains("set TWINLOCK_TRUSTED_PROXIES=127.0.0.1")),
            "{log}"
        );
    }
}

/// The warning comes before any user signs in, whichever header the proxy sends.
#[test]
fn s12_a_page_is_enough() {
    let site = ProgramSite::with_account();
    for header in [
        "X-Forwarded-For: 203.0.113.9",
        "X-Real-IP: 203.0.113.9",
        "Forwarded: for=203.0.113.9",
    ] {
        let server = site.serve();
        page(&server, header);
        server.terminate();
        let (_, log) = server.wait();
        assert!(
            log.contains("set TWINLOCK_TRUSTED_PROXIES=127.0.0.1"),
            "{header}: {log}"
        );
    }
}

#[test]
fn s12_without_a_proxy_nothing_is_said() {
    let site = ProgramSite::with_account();
    let server = site.serve();
    HttpBrowser::new(&server).ask("session/whoami");
    server.terminate();
    let (_, log) = server.wait();
    assert!(!log.contains("TWINLOCK_TRUSTED_PROXIES"), "{log}");
}
