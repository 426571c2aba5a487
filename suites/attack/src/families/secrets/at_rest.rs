//! Secrets in the log, the database and its files.

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{Authenticator, PASSWORD, Secret, TestSite, code_list, find},
};

/// Goes through all steps that involve a secret; returns the secrets.
fn journey(site: &mut TestSite) -> Vec<Secret> {
    let mut secrets = vec![Secret::text("password", PASSWORD)];
    let link = site
        .cli(&["user", "set-password", "ada@example.com"])
        .expect_done()
        .rsplit_once('#')
        .unwrap()
        .1
        .to_owned();
    let chosen = "a password that she chose herself";
    site.browser()
        .call(
            "session/accept_invitation",
            json!({ "token": link, "password": chosen }),
        )
        .expect_ok();
    secrets.extend([
        Secret::text("link", &link),
        Secret::text("chosen password", chosen),
    ]);
    let mut browser = site.browser();
    let mut number = 0;
    let mut token = |browser: &crate::harness::HttpBrowser| {
        number += 1;
        Secret::text(&format!("token {number}"), &browser.token())
    };
    browser.sign_in_as("ada@example.com", chosen).expect_ok();
    secrets.push(token(&browser));
    let key = browser.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    secrets.extend([
        Secret::text("key", &key),
        Secret::bytes("key's bytes", app.key()),
        Secret::text("link of the authenticator", "otpauth:"),
    ]);
    site.clock.next_step();
    let sheet = browser
        .call("mfa/confirm", json!({ "code": app.code(site.clock.now()) }))
        .expect_ok();
    secrets.push(token(&browser));
    let codes = code_list(&sheet);
    secrets.extend(codes.iter().map(|code| Secret::text("backup code", code)));
    secrets.extend(
        codes
            .iter()
            .map(|code| Secret::text("backup code without dashes", &code.replace('-', ""))),
    );
    browser
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .expect_ok();
    for backup in [None, Some(&codes[0])] {
        browser.sign_in_as("ada@example.com", chosen).expect_ok();
        secrets.push(token(&browser));
        site.clock.next_step();
        match backup {
            None => browser.give_code(&app.code(site.clock.now())),
            Some(code) => browser.give_backup_code(code),
        }
        .expect_ok();
        secrets.push(token(&browser));
    }
    // Typed into the wrong field, and refused.
    site.browser().sign_in_as(chosen, chosen);
    site.browser()
        .sign_in_as("ada@example.com", "a wrong password of hers");
    secrets.push(Secret::text("wrong password", "a wrong password of hers"));
    let malformed = format!(r#"{{"request":{{"email":"x","password":["{chosen}"]}}}}"#);
    browser.request(
        "POST",
        "/api/session/sign_in",
        &[("Content-Type", "application/json")],
        malformed.as_bytes(),
    );
    browser.get(&format!("/invitation?{}", "x".repeat(10)));
    secrets
}

pub(super) fn d1_the_log_at_its_most_talkative(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_settings(&[("RUST_LOG", "trace")]);
    let secrets = journey(&mut site);
    site.stop();
    let log = site.log();
    assert!(
        log.contains("TRACE") && log.len() > 10_000,
        "it is talkative"
    );
    assert_eq!(find(site.folder(), &secrets), Vec::<String>::new());
    refused(
        secrets.len(),
        format!(
            "secrets of a journey searched in {} KB of log at `trace` as text, hex, base32, base64 (the journey in Chromium: end2end leaks.spec.ts)",
            log.len() / 1024
        ),
    )
}

pub(super) fn d2_the_database_and_its_files(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let secrets = journey(&mut site);
    let found = |site: &TestSite| find(site.folder(), &secrets);
    assert_eq!(found(&site), Vec::<String>::new(), "while it runs");
    site.kill_and_start();
    assert_eq!(found(&site), Vec::<String>::new(), "after kill -9");
    site.stop();
    assert_eq!(found(&site), Vec::<String>::new(), "stopped");
    assert!(!find(site.folder(), &[Secret::text("proof", "ada@example.com")]).is_empty());
    refused(
        3 * secrets.len(),
        "the same secrets in database, -wal, -shm and key file: running, after kill -9, stopped",
    )
}
