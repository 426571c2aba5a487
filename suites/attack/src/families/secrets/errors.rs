//! Errors must not reveal secrets.

use std::fs;

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::TestSite,
};

pub(super) fn d5_errors_of_every_class(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let typed = [("Content-Type", "application/json")];
    let mut answers = vec![
        browser.request("POST", "/api/mfa/test", &typed, b"{"),
        browser.request("POST", "/api/mfa/test", &typed, b"\xff\xfe"),
        browser.request("POST", "/api/nothing", &typed, b"{}"),
        browser.request("POST", "/api/mfa/test", &typed, &vec![b'x'; 100_000]),
        browser.call("mfa/test", json!({ "code": "' OR 1=1; --" })),
        browser.call("mfa/rename", json!({ "name": "\u{0}" })),
        site.browser()
            .sign_in_as("' UNION SELECT 1 --@example.com", "x"),
        browser.get("/api/mfa/test"),
    ];
    let forms = answers.len();
    // The database is overwritten while the server runs.
    for file in fs::read_dir(site.folder()).unwrap().filter_map(Result::ok) {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.contains(".db") && !name.ends_with(".key") && !name.ends_with("-shm") {
            let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
            fs::write(file.path(), vec![0x5a_u8; length]).unwrap();
        }
    }
    for function in [
        "profile/view",
        "session/whoami",
        "accounts/list",
        "mfa/set_up",
    ] {
        answers.push(browser.ask(function));
    }
    answers.push(site.browser().sign_in(&site.ada()));
    assert!(
        answers[forms..].iter().any(|answer| answer.status >= 500),
        "it was felt"
    );
    for answer in &answers {
        let text = answer.text().to_lowercase();
        for hidden in [
            "select ", "sqlite", "sqlx", "database", "panicked", "src/", ".rs", "/root", "/tmp",
            "0.1.0", "stack", "error:", "column",
        ] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(
            answer.status >= 400
                || answers[forms..]
                    .iter()
                    .any(|late| late.text() == answer.text()),
            "{text}"
        );
    }
    site.kill();
    refused(
        answers.len(),
        "malformed, unknown, too large, SQL in fields, a ruined database: no SQL, path, stack or version in an answer",
    )
}
