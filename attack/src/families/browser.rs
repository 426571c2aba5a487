//! C: requests of other sites, and what answers tell a browser.

use serde_json::json;

use crate::{
    attack::{Attack, Effort, Held, Plan, as_wanted, attack, refused},
    harness::{Answer, Browser, FUNCTIONS, PASSWORD, World, well_formed},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(c1_forms_of_another_site),
        attack!(c3_get_and_head),
        attack!(c4_other_kinds_of_body),
        attack!(c5_sign_in_and_out_from_elsewhere),
        attack!(c7_headers_on_every_kind_of_answer),
        attack!(c8_the_policy_allows_no_inline_script),
        attack!(c10_frames),
        attack!(
            "C11",
            Plan::Pending(
                "a spec in end2end that reads storage and caches after the full journey (issue 5, point 8)"
            )
        ),
        attack!(
            "C12",
            Plan::Elsewhere(
                "end2end/support/guard.ts",
                "url.origin !== this.origin",
                "every journey in Chromium fails on a request that leaves the origin"
            )
        ),
        attack!(c14_other_hosts),
        attack!(c15_cross_origin_sharing),
        attack!(
            "C16",
            Plan::Elsewhere(
                "end2end/tests/sign-in-code.spec.ts",
                "'autocomplete', 'one-time-code'",
                "the fields' autocomplete and paste are the pages' (current-password: before-it-loads.spec.ts)"
            )
        ),
        attack!(c17_what_lies_about),
    ]
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// What another site can make a browser send.
const FOREIGN: [&[(&str, &str)]; 6] = [
    &[
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "https://evil.example"),
    ],
    &[
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "http://sub.127.0.0.1"),
    ],
    &[("Sec-Fetch-Site", "none")],
    &[("Origin", "https://evil.example")],
    &[("Origin", "null")],
    &[],
];

fn c1_forms_of_another_site(_: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    let mut browser = ada.sign_in(&world);
    let account = world.account(&mut browser, "Example Ltd");
    let bare = browser.clone().without_header("Sec-Fetch-Site");
    let mut tried = 0;
    for (function, _) in FUNCTIONS {
        let body = well_formed(function, &account, &account).to_string();
        for headers in FOREIGN {
            for kind in ["application/json", "application/x-www-form-urlencoded"] {
                let headers: Vec<(&str, &str)> = headers
                    .iter()
                    .copied()
                    .chain([("Content-Type", kind)])
                    .collect();
                let answer = bare.clone().request(
                    "POST",
                    &format!("/api/{function}"),
                    &headers,
                    body.as_bytes(),
                );
                answer.expect_refused(403, "not_allowed");
                assert!(answer.cookies().is_empty());
                tried += 1;
            }
        }
    }
    assert_eq!(
        browser.ask("accounts/list").expect_ok()[0]["requires_mfa"],
        false
    );
    browser.ask("profile/view").expect_ok();
    refused(
        tried,
        "each function by another site's form or script: cross-site, same-site, typed, foreign and null origin, nothing at all",
    )
}

fn c3_get_and_head(_: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    let browser = ada.sign_in(&world);
    let mut tried = 0;
    for (function, _) in FUNCTIONS {
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            for query in ["", "?request[code]=123456&request%5Baccount%5D=1&name=x"] {
                let answer = browser.clone().request(
                    method,
                    &format!("/api/{function}{query}"),
                    &[JSON],
                    b"",
                );
                assert!(
                    [404, 405].contains(&answer.status),
                    "{method} {function}: {}",
                    answer.status
                );
                tried += 1;
            }
        }
    }
    assert!(browser.clone().is_in(), "not even the sign-out worked");
    refused(
        tried,
        "each function by GET, HEAD, PUT, DELETE, PATCH, OPTIONS, with arguments in the query too",
    )
}

fn c4_other_kinds_of_body(_: Effort) -> Held {
    let world = World::new();
    let browser = world.signed_in(&world.ada());
    let mut tried = 0;
    for (function, _) in FUNCTIONS {
        let path = format!("/api/{function}");
        for kind in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "application/json5",
            "text/json",
        ] {
            let answer = browser
                .clone()
                .request("POST", &path, &[("Content-Type", kind)], b"{}");
            assert_eq!(answer.status, 415, "{kind} {function}");
            tried += 1;
        }
        assert_eq!(
            browser.clone().request("POST", &path, &[], b"{}").status,
            415
        );
        tried += 1;
    }
    refused(
        tried,
        "each function with text/plain, multipart, a form, likenesses of JSON, no type: 415",
    )
}

fn c5_sign_in_and_out_from_elsewhere(_: Effort) -> Held {
    let world = World::new();
    let mut browser = world.signed_in(&world.ada());
    world.add("eve@example.com", "Example Ltd", "member");
    let body =
        json!({ "request": { "email": "eve@example.com", "password": PASSWORD } }).to_string();
    for headers in FOREIGN {
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([JSON]).collect();
        let mut bare = browser.clone().without_header("Sec-Fetch-Site");
        let signed_in = bare.request("POST", "/api/session/sign_in", &headers, body.as_bytes());
        let signed_out = bare.request("POST", "/api/session/sign_out", &headers, b"{}");
        for answer in [signed_in, signed_out] {
            answer.expect_refused(403, "not_allowed");
            assert!(answer.cookies().is_empty());
        }
    }
    assert_eq!(
        browser.ask("session/whoami").expect_ok()["email"],
        "ada@example.com"
    );
    refused(
        2 * FOREIGN.len(),
        "sign-in as the attacker and sign-out from another site",
    )
}

/// Answers of every kind there is to be had from outside.
fn answers(world: &World) -> Vec<(String, Answer)> {
    let signed_in = world.signed_in(&world.ada());
    let mut all = Vec::new();
    let mut ask =
        |browser: &Browser, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
            let answer = browser.clone().request(method, path, headers, body);
            all.push((format!("{method} {path} → {}", answer.status), answer));
        };
    let nobody = world.browser();
    let index = nobody.clone().get("/").text();
    let files = index.split(['"', '\'']).filter(|text| {
        text.starts_with('/')
            && [".js", ".css", ".wasm", ".svg"]
                .iter()
                .any(|end| text.ends_with(end))
    });
    for path in [
        "/",
        "/profile",
        "/sign-in",
        "/livez",
        "/missing.js",
        "/.git/config",
        "/api",
        "/api/nothing",
    ]
    .into_iter()
    .chain(files)
    {
        ask(&nobody, "GET", path, &[], b"");
        ask(&nobody, "HEAD", path, &[], b"");
        ask(&nobody, "POST", path, &[], b"");
    }
    ask(&signed_in, "POST", "/api/session/whoami", &[JSON], b"{}");
    ask(&signed_in, "POST", "/api/profile/view", &[JSON], b"{}");
    ask(&signed_in, "POST", "/api/mfa/set_up", &[JSON], b"{}");
    ask(&signed_in, "POST", "/api/mfa/test", &[JSON], b"{");
    ask(&signed_in, "POST", "/api/mfa/test", &[], b"{}");
    ask(
        &signed_in,
        "POST",
        "/api/mfa/test",
        &[JSON, ("Accept", "text/html")],
        b"{}",
    );
    ask(&signed_in, "GET", "/api/mfa/test", &[], b"");
    ask(&nobody, "POST", "/api/profile/view", &[JSON], b"{}");
    ask(
        &nobody,
        "POST",
        "/api/mfa/test",
        &[JSON],
        &vec![b' '; 100_000],
    );
    all
}

fn c7_headers_on_every_kind_of_answer(_: Effort) -> Held {
    let mut tried = 0;
    for (url, hsts) in [
        ("http://localhost:3000", ""),
        (
            "https://panel.example.com",
            "max-age=63072000; includeSubDomains",
        ),
    ] {
        let world = World::with(&[("TWINLOCK_PUBLIC_URL", url)]);
        for (what, answer) in answers(&world) {
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("strict-transport-security", hsts),
                ("server", ""),
                ("x-powered-by", ""),
            ] {
                assert_eq!(answer.header(name), value, "{name} of {what}");
            }
            let policy = answer.header("content-security-policy");
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"),
                "{what}: {policy}"
            );
            assert!(
                answer.header("permissions-policy").contains("camera=()"),
                "{what}"
            );
            let personal = what.contains("/api") || what.contains("/livez");
            assert!(
                !personal || answer.header("cache-control") == "no-store",
                "{what}: {}",
                answer.header("cache-control")
            );
            let kind = answer.header("content-type");
            assert!(answer.body.is_empty() || !kind.is_empty(), "{what}");
            assert!(
                !kind.starts_with("text/") || kind.contains("charset=utf-8"),
                "{what}: {kind}"
            );
            tried += 1;
        }
    }
    as_wanted(
        tried,
        "headers on 200, 404, 405, 406, 413, 415, 422, 401, 403, pages and files, by http and https (a 500: server/tests/http/last_resort.rs)",
    )
}

fn c8_the_policy_allows_no_inline_script(_: Effort) -> Held {
    let world = World::new();
    let mut tried = 0;
    for (what, answer) in answers(&world) {
        let policy = answer.header("content-security-policy");
        assert!(
            !policy.contains("'unsafe-inline'")
                && !policy.contains("'unsafe-eval'")
                && policy.contains("default-src 'none'"),
            "{what}: {policy}"
        );
        assert!(
            !policy.contains('*') && !policy.contains("http:") && !policy.contains("https:"),
            "{what}: {policy}"
        );
        tried += 1;
    }
    as_wanted(
        tried,
        "no 'unsafe-inline', no 'unsafe-eval', no foreign source on any answer (no violation over any journey: end2end support/guard.ts)",
    )
}

fn c10_frames(_: Effort) -> Held {
    let world = World::new();
    let mut tried = 0;
    for (what, answer) in answers(&world) {
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{what}"
        );
        assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
        tried += 1;
    }
    refused(
        tried,
        "framing: every answer forbids it twice over (a frame in Chromium: pending, end2end)",
    )
}

/// A binary of `cargo build`, without its pages, says so wherever one would stand.
fn is_without_pages(answer: &Answer) -> bool {
    answer.status == 503 && answer.text().contains("without its pages")
}

fn c14_other_hosts(_: Effort) -> Held {
    let world = World::with(&[("TWINLOCK_PUBLIC_URL", "http://panel.example.com")]);
    let mut tried = 0;
    for (name, value) in [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Original-URL", "/evil.example"),
        ("X-Forwarded-Proto", "https"),
    ] {
        let mut browser = world.browser().with_header(name, value);
        for answer in [
            browser.sign_in(&world.ada()),
            browser.ask("session/whoami"),
            browser.get("/"),
            browser.get("/sign-in"),
        ] {
            let everything = format!("{:?}{}", answer.headers, answer.text());
            assert!(!everything.contains("evil.example"), "{name}: {everything}");
            assert!(
                is_without_pages(&answer)
                    || answer.status < 300
                    || (400..500).contains(&answer.status)
            );
            tried += 1;
        }
    }
    let link = world.cli(&["user", "set-password", "ada@example.com"]);
    assert!(link.expect_done().contains("/invitation#"));
    refused(
        tried,
        "Host, X-Forwarded-Host, Forwarded and their like: nothing of them in an answer; links come from the configured address (none is mailed)",
    )
}

fn c15_cross_origin_sharing(_: Effort) -> Held {
    let world = World::new();
    let browser = world
        .signed_in(&world.ada())
        .without_header("Sec-Fetch-Site");
    let mut tried = 0;
    for (function, _) in FUNCTIONS {
        let path = format!("/api/{function}");
        let preflight = [
            ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"),
        ];
        for answer in [
            browser.clone().request("OPTIONS", &path, &preflight, b""),
            browser.clone().request(
                "POST",
                &path,
                &[("Origin", "https://evil.example"), JSON],
                b"{}",
            ),
        ] {
            assert!(answer.status >= 400, "{function}: {}", answer.status);
            assert!(
                !answer
                    .headers
                    .iter()
                    .any(|(name, _)| name.starts_with("access-control")),
                "{:?}",
                answer.headers
            );
            tried += 1;
        }
    }
    refused(
        tried,
        "preflights and requests of https://evil.example: refused, no Access-Control header",
    )
}

fn c17_what_lies_about(_: Effort) -> Held {
    let world = World::new();
    let mut browser = world.browser();
    let paths = [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/target/",
        "/target/release/twinlock",
        "/Cargo.toml",
        "/Cargo.lock",
        "/twinlock.db",
        "/twinlock.db.key",
        "/twinlock.db-wal",
        "/../twinlock.db",
        "/..%2ftwinlock.db",
        "/%2e%2e/twinlock.db.key",
        "/assets/",
        "/static/",
        "/app.js.map",
        "/index.html.br",
        "/server-status",
        "/debug/pprof",
        "/swagger.json",
        "/docs/",
    ];
    for path in paths {
        let answer = browser.get(path);
        let text = answer.text();
        let is_page = text.to_lowercase().contains("<!doctype html>") || is_without_pages(&answer);
        assert!(
            answer.status == 404 || answer.status == 400 || is_page,
            "{path}: {} {text}",
            answer.status
        );
        assert!(
            !text.contains("SQLite format")
                && !text.contains("[package]")
                && !text.contains("Index of"),
            "{path}"
        );
    }
    for method in ["TRACE", "TRACK", "CONNECT", "PROPFIND"] {
        let answer = browser.try_request(method, "/", &[], b"");
        assert!(
            answer.is_none_or(|answer| [400, 405].contains(&answer.status)),
            "{method}"
        );
    }
    let index = browser.get("/").text();
    let files: Vec<String> = index
        .split(['"', '\''])
        .filter(|text| text.starts_with('/') && text.contains('.'))
        .map(str::to_owned)
        .collect();
    for file in &files {
        let text = browser.get(file).text();
        for hidden in [
            "/root/",
            "/home/",
            "/.cargo/",
            "sourceMappingURL",
            "BEGIN PRIVATE",
            "/rustc/",
        ] {
            assert!(!text.contains(hidden), "{hidden} in {file}");
        }
    }
    for (what, answer) in answers(&world) {
        let head = format!("{:?}", answer.headers).to_lowercase();
        assert!(
            ["axum", "hyper", "rust", "leptos", "0.1.0"]
                .iter()
                .all(|name| !head.contains(name)),
            "{what}: {head}"
        );
    }
    refused(
        paths.len() + 4 + files.len(),
        format!(
            "stray files, listings, TRACE and its like; {} built files without source paths and maps; no version in a header",
            files.len()
        ),
    )
}
