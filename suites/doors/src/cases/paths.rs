//! Paths and hosts in odd spellings.

use crate::{
    case::{DoorCase, case},
    site::{DoorSite, NAVIGATION, Received, SCRIPT},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px31_odd_paths),
        case!(px33_a_host_that_is_no_application),
        case!(px34_the_panels_host_has_no_verifier),
    ]
}

/// Paths that are not public, or that some application may read as one that is not.
const ODD: [&str; 34] = [
    "/public/../a",
    "/public/..%2fa",
    "/public/..%2Fa",
    "/public/%2e%2e/a",
    "/public/%2e%2e%2fa",
    "/public/.%2e/a",
    "/public/%252e%252e/a",
    "/public/..%252fa",
    "/public/..;/a",
    "/public/;/../a",
    "/public/..%5ca",
    "/public/..\\a",
    "/public\\..\\a",
    "/public/./../a",
    "/public//../a",
    "/public/a%00",
    "/public%2f..%2fa",
    "/publica",
    "/public%3f/a",
    "/Public/a",
    "/PUBLIC/a",
    "//public/a",
    "/./public/a",
    "/x/../public/a",
    "/%70ublic/../a",
    "//a",
    "///a",
    "/.twinlock/../a",
    "/.twinlock/%2e%2e/a",
    "/%2etwinlock/open",
    "/.twinlock%2fopen",
    "/.Twinlock/open",
    "/.twinlock",
    "/a;/public/a",
];

/// Expects a request without a person at a public path that can be read in one way only. Traefik
/// resolves dots before it chooses, and passes on the resolved path.
#[track_caller]
fn expect_public(received: &Received, sent: &str) {
    received.expect_nobody();
    let path = received.text("path").split('?').next().unwrap();
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "/_~.-".contains(sign);
    let is_public = path.starts_with("/public/") && path.chars().all(is_plain);
    assert!(
        is_public && !path.contains(".."),
        "{sent} arrived as {path}"
    );
}

fn px31_odd_paths(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    // The public path itself, so that the others are worth something.
    let plain = format!("/public{}/b-c_d.e?f=../g%2f", site.path());
    let answer = site.visitor().request("app", "GET", &plain, &SCRIPT, "");
    site.inside(&answer).expect_nobody();
    let long = format!("/{}", "a".repeat(5000));
    let longest = format!("/{}", "a".repeat(40_000));
    let queries = ["/a?/public/a", "/?/.twinlock/open", "/a?x=/.twinlock/"];
    let all = ODD
        .into_iter()
        .chain(queries)
        .chain([long.as_str(), longest.as_str()]);
    for odd in all {
        let token = &site.path()[1..];
        let sign = if odd.contains('?') { '&' } else { '?' };
        let path = format!("{odd}{sign}{token}");
        for headers in [&SCRIPT[..], &NAVIGATION] {
            let answer = site.visitor().request("app", "GET", &path, headers, "");
            let shown = &path[..path.len().min(80)];
            if site.echo.has_seen(token) {
                expect_public(&site.inside(&answer), shown);
                continue;
            }
            assert_ne!(answer.status / 100, 2, "{shown}: {answer}");
            if matches!(answer.status, 302 | 303) {
                let location = answer.header("location");
                let portal = site.origin("panel");
                assert!(location.starts_with(&portal), "{shown}: {location}");
            }
        }
        // With a session it arrives as that person, or is refused.
        let token = &site.path()[1..];
        let path = format!("{odd}{sign}{token}");
        let answer = visitor.request("app", "GET", &path, &SCRIPT, "");
        if !site.echo.has_seen(token) {
            assert_ne!(answer.status / 100, 2, "{odd}: {answer}");
            continue;
        }
        let received = site.inside(&answer);
        if received.values("remote-user").is_empty() {
            expect_public(&received, odd);
        } else {
            received.expect_person(&person);
        }
    }
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
}

fn px33_a_host_that_is_no_application(site: &mut DoorSite) {
    let (_, _, mut visitor) = site.person_inside();
    let port = visitor
        .authority("app")
        .split_once(':')
        .unwrap()
        .1
        .to_owned();
    let before = site.echo.count();
    for host in [
        "evil.example",
        "app.example.com.evil.example",
        "localhost",
        "127.0.0.1",
        "xapp.example.com",
        "",
        "app.example.com, wiki.example.com",
    ] {
        let authority = format!("{host}:{port}");
        for headers in [&SCRIPT[..], &NAVIGATION] {
            let headers = [headers, &[("Host", authority.as_str())]].concat();
            visitor.request("app", "GET", &site.path(), &headers, "");
        }
    }
    // Two hosts, and an address in the request line that is another one.
    let app = visitor.authority("app");
    let wiki = visitor.authority("wiki");
    let two =
        format!("GET /a HTTP/1.1\r\nHost: {app}\r\nHost: {wiki}\r\nConnection: close\r\n\r\n");
    let absolute = format!(
        "GET https://{wiki}/a HTTP/1.1\r\nHost: {app}\r\nConnection: close\r\nCookie: {}={}\r\n\r\n",
        crate::site::COOKIE,
        visitor.cookie("app", crate::site::COOKIE).unwrap(),
    );
    for request in [two, absolute] {
        visitor.exchange("app", request.as_bytes(), |bytes| {
            testkit::http::HttpAnswer::parse(bytes).is_some_and(|answer| answer.is_whole())
        });
    }
    assert_eq!(site.echo.count(), before, "one has arrived");
}

fn px34_the_panels_host_has_no_verifier(site: &mut DoorSite) {
    let (_, _, mut inside) = site.person_inside();
    let app = inside.authority("app");
    let url = format!("{}/a", site.origin("app"));
    let (_, _, other) = site.person_inside();
    let token = other.cookie("app", crate::site::COOKIE).unwrap();
    let cookie = format!("{}={token}", crate::site::COOKIE);
    let asked = [
        ("X-Forwarded-Host", app.as_str()),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Method", "GET"),
        ("X-Forwarded-Uri", "/a"),
        ("Cookie", cookie.as_str()),
    ];
    let original = [
        ("X-Original-URL", url.as_str()),
        ("X-Original-Method", "GET"),
        ("Cookie", cookie.as_str()),
    ];
    for path in [
        "/door/forward-auth",
        "/door/auth-request",
        "/door/ext-authz",
        "/door/ext-authz/a",
        "//door/forward-auth",
        "/door//forward-auth",
        "/./door/forward-auth",
        "/door/forward%2dauth",
        "/x/../door/forward-auth",
    ] {
        for headers in [&asked[..], &original, &SCRIPT] {
            let answer = inside.request("panel", "GET", path, headers, "");
            assert_eq!(answer.header("twinlock-assertion"), "", "{path}: {answer}");
            assert_eq!(answer.header("remote-user"), "", "{path}: {answer}");
            let is_refused = matches!(answer.status, 301 | 308 | 400 | 403 | 404);
            assert!(is_refused, "{path}: {answer}");
        }
    }
    // The application's host has no page of the panel's.
    for path in [
        "/api/session/whoami",
        "/door/open",
        "/door/forward-auth",
        "/.well-known/jwks.json",
    ] {
        let answer = site.visitor().request("app", "GET", path, &SCRIPT, "");
        assert_eq!(answer.status, 401, "{path}: {answer}");
    }
}
