//! Sockets, cookies and bodies on their way to the application.

use crate::{
    case::{DoorCase, case},
    site::{COOKIE, DoorSite, GREETING, NONCE, SCRIPT, Visitor},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px30_a_web_socket),
        case!(px36_cookies_of_the_application),
        case!(px37_trailers_are_no_headers),
        case!(px38_no_http_2_that_was_not_negotiated),
    ]
}

/// Asks for a WebSocket; returns the bytes that came.
fn open_socket(visitor: &Visitor, path: &str, upgrade: &str) -> Vec<u8> {
    let headers = [
        ("Connection", "Upgrade"),
        ("Upgrade", upgrade),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-Fetch-Mode", "websocket"),
        ("Sec-Fetch-Dest", "empty"),
    ];
    let request = visitor.written("app", "GET", path, &headers, "");
    visitor.exchange("app", &request, |bytes| {
        bytes.ends_with(GREETING)
            || testkit::http::HttpAnswer::parse(bytes)
                .is_some_and(|answer| answer.status != 101 && answer.is_whole())
    })
}

fn px30_a_web_socket(site: &mut DoorSite) {
    let (_, _, visitor) = site.person_inside();
    for upgrade in ["websocket", "WebSocket"] {
        let bytes = open_socket(&visitor, &site.path(), upgrade);
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            text.starts_with("HTTP/1.1 101"),
            "{text}\n{}",
            site.proxy_log()
        );
        // The example of RFC 6455.
        assert!(text.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{text}");
        assert!(bytes.ends_with(GREETING), "{text}");
    }
    let path = site.path();
    let bytes = open_socket(&site.visitor(), &path, "websocket");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("HTTP/1.1 401"), "{text}");
    assert!(!site.echo.has_seen(&path));
}

fn px36_cookies_of_the_application(site: &mut DoorSite) {
    let (_, _, visitor) = site.person_inside();
    let token = visitor.cookie("app", COOKIE).unwrap();
    let own = format!("{COOKIE}={token}");
    let nonce = format!("{NONCE}=x");
    for cookies in [
        format!("a=1; {own}; b=2; {nonce}; c=3"),
        format!("{own}; a=1; b=2; c=3"),
        format!("{nonce}; {own}; a=1; b=2; c=3"),
        format!("a=1; b=2; c=3; {own}; {nonce}"),
        format!("a=1;{own};b=2;{nonce};c=3"),
    ] {
        for path in [site.path(), format!("/public{}", site.path())] {
            let headers = [SCRIPT[0], ("Cookie", cookies.as_str())];
            let answer = site.visitor().request("app", "GET", &path, &headers, "");
            let received = site.inside(&answer);
            let arrived = received.values("cookie").join("; ");
            let is_ours = |pair: &&str| pair.contains("__Host-twinlock");
            if site.kind.cuts_cookies() {
                assert!(!is_ours(&arrived.as_str()), "{cookies}: {arrived}");
            }
            let pairs = arrived.split(';').map(str::trim);
            let pairs: Vec<_> = pairs
                .filter(|pair| !pair.is_empty() && !is_ours(pair))
                .collect();
            assert_eq!(pairs, ["a=1", "b=2", "c=3"], "{cookies}");
        }
    }
}

fn px37_trailers_are_no_headers(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let body = "3\r\nabc\r\n0\r\nRemote-User: evil\r\nTwinlock-Assertion: evil\r\n\r\n";
    let chunked = ("Transfer-Encoding", "chunked");
    let announced = ("Trailer", "Remote-User, Twinlock-Assertion");
    let plain = "3\r\nabc\r\n0\r\n\r\n";
    for (headers, body) in [
        (&[chunked][..], body),
        (&[chunked, announced], body),
        (&[chunked, announced, ("TE", "trailers")], body),
        (&[chunked], plain),
    ] {
        for path in [site.path(), format!("/public{}", site.path())] {
            let headers = [&SCRIPT[..], headers].concat();
            let answer = visitor.request("app", "POST", &path, &headers, body);
            // HAProxy can't cut trailers out, so its recipe takes no chunked body.
            if matches!(answer.status, 400 | 411) {
                assert!(!site.echo.has_seen(&path));
                continue;
            }
            let received = site.inside(&answer);
            assert_eq!(received.text("body"), "abc");
            if path.starts_with("/public") {
                received.expect_nobody();
            } else {
                received.expect_person(&person);
            }
        }
    }
}

/// A proxy that takes HTTP/2 without TLS having negotiated it takes trailers, too.
fn px38_no_http_2_that_was_not_negotiated(site: &mut DoorSite) {
    if !site.kind.has_http_1_alone() {
        return;
    }
    // The preface of RFC 9113 §3.4, with an empty SETTINGS frame.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let answer = site
        .visitor()
        .exchange("app", preface, |bytes| bytes.len() >= 9);
    let is_frame = answer.len() >= 9 && !answer.starts_with(b"HTTP/1");
    assert!(!is_frame, "{answer:?}");
}
