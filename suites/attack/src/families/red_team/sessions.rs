//! RA1 to RA3 and RC10: what a stolen cookie alone allows, and what a half session can learn.

use serde_json::{Value, json};

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{EnrolledPerson, HttpBrowser, OperatorCommands, PASSWORD, TestSite, code_list},
};

/// Longer than a confirmed password or factor stays valid.
const STALE: i64 = 5 * 60;

/// Returns a session that signed in long ago and was verified for `action` just now.
fn verify_for(site: &TestSite, ada: &EnrolledPerson, action: &str) -> HttpBrowser {
    let mut browser = ada.sign_in(site);
    site.clock.advance(20 * 60);
    ada.step_up(site, &mut browser, &json!({ "action": action }));
    browser
}

/// Returns the thief's browser: it has only the cookie, and uses another address.
fn stolen(browser: &HttpBrowser) -> HttpBrowser {
    browser.replay(&browser.token()).at(66)
}

fn confirm_password(browser: &mut HttpBrowser) {
    let password = json!({ "password": PASSWORD });
    browser
        .call("session/confirm_password", password)
        .expect_ok();
}

pub fn ra1_the_key_of_a_reset_that_was_left(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = verify_for(&site, &ada, "reset");
    let first = browser.ask("mfa/set_up").expect_ok();
    site.clock.advance(STALE);
    let mut thief = stolen(&browser);
    for _ in 0..4 {
        thief
            .ask("mfa/set_up")
            .expect_refused(403, "verification_required");
        site.clock.advance(5 * 60);
    }
    // The owner returns with the password.
    confirm_password(&mut browser);
    let again = browser.ask("mfa/set_up").expect_ok();
    assert_eq!(again["key"], first["key"]);

    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&max);
    browser.ask("mfa/set_up").expect_ok();
    site.clock.advance(STALE);
    stolen(&browser)
        .ask("mfa/set_up")
        .expect_refused(403, "password_required");
    refused(
        5,
        "the key that waits, asked for by the cookie alone 5 to 20 min after its verification; a first key 5 min after the password",
    )
}

pub fn ra2_codes_that_were_left_on_the_screen(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = verify_for(&site, &ada, "generate");
    let sheet = browser.ask("mfa/generate").expect_ok();
    site.clock.advance(STALE);
    let mut thief = stolen(&browser);
    thief
        .ask("mfa/backup_codes")
        .expect_refused(403, "password_required");
    // Codes from the open screen must verify nothing in this session, even once they are valid.
    let set = json!({ "set": sheet["set"] });
    thief.call("mfa/finish", set).expect_ok();
    let delete = json!({ "action": "delete" });
    thief.call("step_up/ask", delete).expect_ok();
    for code in code_list(&sheet).iter().take(6) {
        let request = json!({ "action": "delete", "code": code });
        thief
            .call("step_up/verify_backup_code", request)
            .expect_refused(403, "password_required");
    }
    thief
        .ask("mfa/delete")
        .expect_refused(403, "verification_required");
    refused(
        8,
        "a sheet left 5 min ago: fresh codes, and those on the screen as the verification of a deletion",
    )
}

pub fn ra3_the_grant_of_a_sign_in_by_backup_code(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let browser = ada.sign_in_by_backup_code(&site, 0);
    site.clock.advance(STALE);
    let mut thief = stolen(&browser);
    for (action, function) in [("reset", "mfa/set_up"), ("generate", "mfa/generate")] {
        thief
            .call("step_up/ask", json!({ "action": action }))
            .expect_refused(403, "password_required");
        thief
            .ask(function)
            .expect_refused(403, "verification_required");
    }
    refused(
        4,
        "Reset and Generate by the cookie alone, 5 min after a sign-in by backup code",
    )
}

pub fn rc10_what_a_half_session_learns(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut half = ada.half(&site);
    let mut told = vec![half.ask("session/whoami").expect_ok()];
    told.push(half.ask("session/helpers").expect_ok());
    assert_eq!(told[1], Value::Array(Vec::new()));
    // On this site all users have the same name.
    for secret in ["Somebody", "Example Ltd"] {
        for answer in &told {
            assert!(!answer.to_string().contains(secret), "{answer}");
        }
    }
    refused(
        2,
        "the person's name, the account's and the helpers' are told only after the second factor",
    )
}
