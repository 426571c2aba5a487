//! C: requests from other sites, and the headers that protect browsers (the second half is in
//! `answers.rs`).

use serde_json::json;

use super::answers::{
    c7_headers_on_every_kind_of_answer, c8_the_policy_allows_no_inline_script, c10_frames,
    c17_what_lies_about, is_without_pages,
};
use crate::{
    attack::{Attack, AttackOutcome, AttackPlan, Effort, attack, refused},
    harness::{FUNCTIONS, OperatorCommands, PASSWORD, TestSite, well_formed},
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
            AttackPlan::Elsewhere(
                "end2end/tests/browser-attacks.spec.ts",
                "after the whole journey the browser keeps nothing but the theme",
                "only a browser has storage, caches and a history; Back after sign-out: sessions.spec.ts"
            )
        ),
        attack!(
            "C12",
            AttackPlan::Elsewhere(
                "end2end/support/checks/guard.ts",
                "!this.origins.has(url.origin)",
                "every journey in Chromium fails on a request that leaves the origin"
            )
        ),
        attack!(c14_other_hosts),
        attack!(c15_cross_origin_sharing),
        attack!(
            "C16",
            AttackPlan::Elsewhere(
                "end2end/tests/sign-in-code.spec.ts",
                "'autocomplete', 'one-time-code'",
                "the fields' autocomplete and paste are the pages' (current-password: before-it-loads.spec.ts)"
            )
        ),
        attack!(c17_what_lies_about),
    ]
}

pub const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Requests that another site can make a browser send.
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

fn c1_forms_of_another_site(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
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
                answer.expect_refused(403, "foreign_request");
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

fn c3_get_and_head(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let browser = ada.sign_in(&site);
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

fn c4_other_kinds_of_body(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let browser = site.signed_in(&site.ada());
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

fn c5_sign_in_and_out_from_elsewhere(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    site.add_user("eve@example.com", "Example Ltd", "member");
    let body =
        json!({ "request": { "email": "eve@example.com", "password": PASSWORD } }).to_string();
    for headers in FOREIGN {
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([JSON]).collect();
        let mut bare = browser.clone().without_header("Sec-Fetch-Site");
        let signed_in = bare.request("POST", "/api/session/sign_in", &headers, body.as_bytes());
        let signed_out = bare.request("POST", "/api/session/sign_out", &headers, b"{}");
        for answer in [signed_in, signed_out] {
            answer.expect_refused(403, "foreign_request");
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

fn c14_other_hosts(_: Effort) -> AttackOutcome {
    let site = TestSite::with_settings(&[("TWINLOCK_PUBLIC_URL", "http://panel.example.com")]);
    let mut tried = 0;
    for (name, value) in [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Original-URL", "/evil.example"),
        ("X-Forwarded-Proto", "https"),
    ] {
        let mut browser = site.browser().with_header(name, value);
        for answer in [
            browser.sign_in(&site.ada()),
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
    let link = site.cli(&["user", "set-password", "ada@example.com"]);
    assert!(link.expect_done().contains("/invitation#"));
    refused(
        tried,
        "Host, X-Forwarded-Host, Forwarded and their like: nothing of them in an answer; links come from the configured address (none is mailed)",
    )
}

fn c15_cross_origin_sharing(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let browser = site.signed_in(&site.ada()).without_header("Sec-Fetch-Site");
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
