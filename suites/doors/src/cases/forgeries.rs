//! Headers that a client makes up.

use crate::{
    case::{DoorCase, case},
    site::{COOKIE, DoorSite, IDENTITY, NAVIGATION, Received, SCRIPT, Visitor},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px11_forged_headers_of_a_person),
        case!(px12_forged_headers_at_a_public_path),
        case!(px13_forged_forwarding_headers),
        case!(px14_a_connection_header_that_names_others),
        case!(px15_no_upgrade_to_http_2),
        case!(px39_a_host_that_holds_more),
        case!(px40_forwarding_headers_in_other_spellings),
    ]
}

/// What may stand in the name of a header (RFC 9110) and is no letter or digit. PHP and WSGI read
/// most of them as an underscore, and so do other interfaces.
const SIGNS: &str = "-_.~!#$%&'*+^`|";

/// The eight names, a group for each spelling.
fn spellings() -> impl Iterator<Item = Vec<String>> {
    let with = |sign: char| IDENTITY.map(|name| name.replace('-', &sign.to_string()));
    let signs = SIGNS.chars().map(move |sign| with(sign).to_vec());
    signs.chain([IDENTITY.map(str::to_uppercase).to_vec()])
}

/// Sends each spelling alone, and then all of them; returns how many requests arrived.
fn forge(site: &DoorSite, visitor: &mut Visitor, path: &str, judge: impl Fn(&Received)) -> usize {
    let mut arrived = 0;
    let all: Vec<String> = spellings().flatten().collect();
    for group in spellings().chain([all]) {
        let headers: Vec<_> = group.iter().map(|name| (name.as_str(), "evil")).collect();
        let answer = visitor.request("app", "GET", path, &[&SCRIPT[..], &headers].concat(), "");
        // A proxy may refuse a name that it can't cut out, and a request of many headers.
        if answer.status == 200 {
            judge(&site.inside(&answer));
            arrived += 1;
        } else {
            assert!(matches!(answer.status, 400 | 431), "{group:?}: {answer}");
        }
    }
    arrived
}

fn px11_forged_headers_of_a_person(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let path = site.path();
    let arrived = forge(site, &mut visitor, &path, |received| {
        received.expect_person(&person);
    });
    assert!(arrived > 0, "every request was refused");
    // The same without a session.
    let path = site.path();
    for names in spellings() {
        let headers = names.iter().map(|name| (name.as_str(), "evil"));
        let headers: Vec<_> = SCRIPT.into_iter().chain(headers).collect();
        let answer = site.visitor().request("app", "GET", &path, &headers, "");
        assert!(matches!(answer.status, 400 | 401), "{names:?}: {answer}");
    }
    assert!(!site.echo.has_seen(&path));
}

fn px12_forged_headers_at_a_public_path(site: &mut DoorSite) {
    let (_, _, mut inside) = site.person_inside();
    for visitor in [&mut site.visitor(), &mut inside] {
        let path = format!("/public{}", site.path());
        let arrived = forge(site, visitor, &path, Received::expect_nobody);
        assert!(arrived > 0, "every request was refused");
    }
}

fn px13_forged_forwarding_headers(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let wiki = visitor.authority("wiki");
    let wiki_url = format!("{}/public/a", site.origin("wiki"));
    let forged = [
        ("X-Forwarded-Host", wiki.as_str()),
        ("X-Forwarded-Uri", "/public/a"),
        ("X-Forwarded-Method", "OPTIONS"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-Server", "evil"),
        ("X-Forwarded-Prefix", "/evil"),
        ("X-Original-URL", wiki_url.as_str()),
        ("X-Original-Method", "OPTIONS"),
        ("X-Original-Uri", "/public/a"),
        ("X-Rewrite-URL", "/public/a"),
        ("Forwarded", "host=evil.example;proto=http"),
    ];
    let path = site.path();
    let mut each: Vec<&[(&str, &str)]> = forged.chunks(1).collect();
    each.push(&forged);
    for forged in each {
        let headers = [&SCRIPT[..], forged].concat();
        let answer = site.visitor().request("app", "GET", &path, &headers, "");
        assert_eq!(answer.status, 401, "{forged:?}: {answer}");
    }
    assert!(!site.echo.has_seen(&path));
    // A person inside is not disturbed, and their application believes the proxy.
    let headers = [&NAVIGATION[..], &forged].concat();
    let answer = visitor.request("app", "GET", &path, &headers, "");
    let received = site.inside(&answer);
    received.expect_person(&person);
    assert_eq!(received.value("x-forwarded-proto"), "https");
    assert!(
        received
            .value("x-forwarded-host")
            .starts_with("app.example.com")
    );
    for name in [
        "x-forwarded-uri",
        "x-forwarded-method",
        "x-original-url",
        "x-rewrite-url",
    ] {
        assert_eq!(received.values(name), [""; 0], "{name}");
    }
    // The session of one application opens no other by a header.
    let mut thief = site.visitor();
    thief.set_cookie("wiki", COOKIE, visitor.cookie("app", COOKIE).unwrap());
    let app = visitor.authority("app");
    let headers = [SCRIPT[0], ("X-Forwarded-Host", app.as_str())];
    let answer = thief.request("wiki", "GET", &site.path(), &headers, "");
    assert_eq!(answer.status, 401, "{answer}");
}

fn px14_a_connection_header_that_names_others(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let names = IDENTITY.join(", ");
    for connection in [
        format!("close, {names}"),
        format!("{names}, close"),
        "close, Cookie, Host, X-Forwarded-Host, X-Forwarded-Uri".to_owned(),
        "close, X-Forwarded-Method, X-Original-URL, Authorization".to_owned(),
    ] {
        let headers = [&SCRIPT[..], &[("Connection", connection.as_str())]].concat();
        let path = site.path();
        let answer = visitor.request("app", "GET", &path, &headers, "");
        if answer.status == 200 {
            let received = site.inside(&answer);
            received.expect_person(&person);
            for value in received.values("connection") {
                assert!(!value.to_ascii_lowercase().contains("remote"), "{value}");
                assert!(!value.to_ascii_lowercase().contains("twinlock"), "{value}");
            }
        } else {
            assert!(matches!(answer.status, 400 | 401), "{connection}: {answer}");
            assert!(!site.echo.has_seen(&path));
        }
        let path = site.path();
        let answer = site.visitor().request("app", "GET", &path, &headers, "");
        assert!(matches!(answer.status, 400 | 401), "{connection}: {answer}");
        assert!(!site.echo.has_seen(&path));
    }
}

fn px15_no_upgrade_to_http_2(site: &mut DoorSite) {
    let (_, _, mut inside) = site.person_inside();
    for upgrade in [
        "h2c",
        "h2c, websocket",
        "websocket, h2c",
        "HTTP/2.0",
        "TLS/1.0",
    ] {
        let headers = [
            ("Connection", "Upgrade, HTTP2-Settings, close"),
            ("Upgrade", upgrade),
            ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
        ];
        for path in [site.path(), format!("/public{}", site.path())] {
            let answer = inside.request("app", "GET", &path, &headers, "");
            assert!(
                matches!(answer.status, 200 | 400 | 403),
                "{upgrade}: {answer}"
            );
            if answer.status == 200 {
                let received = site.inside(&answer);
                assert_eq!(received.values("upgrade"), [""; 0], "{upgrade}");
                for value in received.values("connection") {
                    assert!(!value.to_ascii_lowercase().contains("upgrade"), "{value}");
                }
            }
        }
        let path = site.path();
        let answer = site.visitor().request("app", "GET", &path, &headers, "");
        let is_refused = matches!(answer.status, 400 | 401 | 403);
        assert!(is_refused, "{upgrade}: {answer}");
        assert!(!site.echo.has_seen(&path));
    }
}

fn px39_a_host_that_holds_more(site: &mut DoorSite) {
    let (_, _, mut inside) = site.person_inside();
    let own = inside.authority("app");
    for host in [
        format!("{own}@evil.example"),
        "app.example.com:1@evil.example".to_owned(),
        "app.example.com:6666".to_owned(),
        format!("evil.example,{own}"),
        format!("evil.example/a?,{own}"),
        "wiki.example.com, app.example.com".to_owned(),
    ] {
        for visitor in [&mut site.visitor(), &mut inside] {
            let path = format!("/public{}", site.path());
            let headers = [&SCRIPT[..], &[("Host", host.as_str())]].concat();
            let answer = visitor.request("app", "GET", &path, &headers, "");
            // Caddy answers a host that no block names with an empty page.
            if !site.echo.has_seen(&path) {
                continue;
            }
            let received = site.inside(&answer);
            for name in ["host", "x-forwarded-host"] {
                let arrived = received.value(name);
                let is_own = arrived == own || arrived == "app.example.com";
                assert!(is_own, "{host}: {name}: {arrived}");
            }
        }
    }
}

fn px40_forwarding_headers_in_other_spellings(site: &mut DoorSite) {
    let (_, _, mut inside) = site.person_inside();
    let names = [
        "Forwarded-For",
        "Forwarded-Host",
        "Forwarded-Proto",
        "Original-URL",
        "Rewrite-URL",
    ];
    for sign in ['_', '.'] {
        let names = names.map(|name| format!("X{sign}{}", name.replace('-', &sign.to_string())));
        let headers = names.iter().map(|name| (name.as_str(), "evil"));
        let headers: Vec<_> = SCRIPT.into_iter().chain(headers).collect();
        for path in [site.path(), format!("/public{}", site.path())] {
            let answer = inside.request("app", "GET", &path, &headers, "");
            // A proxy may refuse a name that it can't cut out.
            if answer.status != 200 {
                assert!(!site.echo.has_seen(&path), "{answer}");
                continue;
            }
            let received = site.inside(&answer);
            for name in &names {
                assert_eq!(received.values(&name.to_lowercase()), [""; 0], "{name}");
            }
        }
    }
}
