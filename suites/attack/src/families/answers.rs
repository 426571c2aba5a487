//! C, second half: headers and contents of every kind of answer.

use super::browser::JSON;
use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{HttpAnswer, HttpBrowser, TestSite},
};

/// Collects every kind of answer that a client can get.
fn answers(site: &TestSite) -> Vec<(String, HttpAnswer)> {
    let signed_in = site.signed_in(&site.ada());
    let mut all = Vec::new();
    let mut ask =
        |browser: &HttpBrowser, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
            let answer = browser.clone().request(method, path, headers, body);
            all.push((format!("{method} {path} → {}", answer.status), answer));
        };
    let nobody = site.browser();
    let index = nobody.clone().get("/");
    let files = index.text().split(['"', '\'']).filter(|text| {
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
        "/readyz",
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

pub fn c7_headers_on_every_kind_of_answer(_: Effort) -> AttackOutcome {
    let mut tried = 0;
    for (url, hsts) in [
        ("http://localhost:3000", ""),
        ("https://panel.example.com", "max-age=63072000"),
    ] {
        let site = TestSite::with_settings(&[("TWINLOCK_PUBLIC_URL", url)]);
        for (what, answer) in answers(&site) {
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
            let personal = ["/api", "/livez", "/readyz"]
                .iter()
                .any(|path| what.contains(path));
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

pub fn c8_the_policy_allows_no_inline_script(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut tried = 0;
    for (what, answer) in answers(&site) {
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
        "no 'unsafe-inline', no 'unsafe-eval', no foreign source on any answer (no violation over any journey: end2end support/checks/guard.ts)",
    )
}

pub fn c10_frames(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut tried = 0;
    for (what, answer) in answers(&site) {
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
        "framing: every answer forbids it twice over (a frame in Chromium: browser-attacks.spec.ts)",
    )
}

/// Returns whether the answer is that of a binary built without its pages, as by `cargo build`.
pub fn is_without_pages(answer: &HttpAnswer) -> bool {
    answer.status == 503 && answer.text().contains("without its pages")
}

pub fn c17_what_lies_about(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.browser();
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
    let index = browser.get("/");
    let files: Vec<String> = index
        .text()
        .split(['"', '\''])
        .filter(|text| text.starts_with('/') && text.contains('.'))
        .map(str::to_owned)
        .collect();
    assert!(
        !files.is_empty(),
        "a program without its pages shows nothing"
    );
    // The build path must not be published. `/rustc/…` is allowed: the compiler's name for its
    // library, equal on every machine.
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    let places = [
        built_in.replace("suites/attack/../../", ""),
        format!("{}/", env!("HOME")),
    ];
    let known = ["/home/", "/.cargo/", "sourceMappingURL", "BEGIN PRIVATE"];
    let hidden = places.iter().map(String::as_str).chain(known);
    for hidden in hidden {
        for file in &files {
            assert!(!browser.get(file).contains(hidden), "{hidden} in {file}");
        }
    }
    for (what, answer) in answers(&site) {
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
