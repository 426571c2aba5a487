//! E: the set-up of an authenticator.

use serde_json::{Value, json};

use crate::{
    attack::{Attack, AttackOutcome, AttackPlan, Effort, as_wanted, attack, refused},
    harness::{
        Authenticator, HttpBrowser, OperatorCommands, PASSWORD, TestSite, accepted, at_once,
    },
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(e2_actions_without_a_grant),
        attack!(e3_a_pending_key_elsewhere_or_late),
        attack!(e5_a_reset_that_is_left),
        attack!(e6_a_first_set_up_that_is_left),
        attack!(e7_what_a_confirmation_ends),
        attack!(e8_the_key_afterwards),
        attack!(e10_ways_out_of_a_forced_set_up),
        attack!(
            "E11",
            AttackPlan::Elsewhere(
                "server/tests/journeys/events.rs",
                "a_methods_life_is_told_step_by_step",
                "enrolment, reset, delete and new codes each leave their event (notices by mail do not exist yet)"
            )
        ),
        attack!(e13_two_tabs_of_a_wizard),
        attack!(e14_the_answer_with_the_key),
    ]
}

/// Starts the wizard; returns the key's authenticator.
fn begin(browser: &mut HttpBrowser) -> Authenticator {
    let key = browser.ask("mfa/set_up").expect_ok()["key"].clone();
    Authenticator::new(key.as_str().unwrap())
}

fn code(site: &TestSite, app: &Authenticator) -> Value {
    json!({ "code": app.code(site.clock.now()) })
}

fn e2_actions_without_a_grant(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let member = site.member(&mut browser, &account, "max@example.com");
    for function in ["mfa/set_up", "mfa/delete", "mfa/generate"] {
        browser
            .ask(function)
            .expect_refused(403, "verification_required");
    }
    browser
        .call("accounts/lift_rule", json!({ "account": account }))
        .expect_refused(403, "verification_required");
    let both = json!({ "account": account, "member": member });
    browser
        .call("accounts/reset_member", both)
        .expect_refused(403, "verification_required");
    let mut new = site.signed_in(&site.add_user("new@example.com", "Example Ltd", "member"));
    site.clock.advance(10 * 60 + 1);
    new.ask("mfa/set_up")
        .expect_refused(403, "password_required");
    refused(
        6,
        "Reset, Delete, Generate, the rule's end, a member's reset without a grant; Add with an old password",
    )
}

fn e3_a_pending_key_elsewhere_or_late(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let (mut mine, mut other) = (site.signed_in(&site.ada()), site.signed_in(&site.ada()));
    let app = begin(&mut mine);
    site.clock.next_step();
    other
        .call("mfa/confirm", code(&site, &app))
        .expect_refused(409, "nothing_pending");
    let theirs = begin(&mut other);
    assert_ne!(theirs.key(), app.key());
    other
        .call("mfa/confirm", code(&site, &app))
        .expect_refused(401, "wrong_code");
    site.clock.advance(30 * 60);
    mine.call("mfa/confirm", code(&site, &app))
        .expect_refused(409, "nothing_pending");
    mine.call("session/confirm_password", json!({ "password": PASSWORD }))
        .expect_ok();
    assert_ne!(begin(&mut mine).key(), app.key(), "a fresh key");
    refused(
        4,
        "a pending key asked for and confirmed from another session, confirmed after 30 min, shown after 30 min",
    )
}

fn e5_a_reset_that_is_left(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    ada.step_up(&site, &mut browser, &json!({ "action": "reset" }));
    let new = begin(&mut browser);
    let check = |site: &TestSite| {
        ada.sign_in(site);
        site.clock.next_step();
        ada.half(site)
            .call("session/verify_code", code(site, &new))
            .expect_refused(401, "wrong_code");
        ada.half(site).give_code(&ada.code(site)).expect_ok();
    };
    check(&site);
    site.clock.next_step();
    let wrong = json!({ "code": new.wrong_code(site.clock.now()) });
    browser
        .call("mfa/confirm", wrong)
        .expect_refused(401, "wrong_code");
    check(&site);
    site.kill_and_start();
    check(&site);
    browser.ask("mfa/cancel").expect_ok();
    check(&site);
    assert_eq!(browser.ask("profile/view").expect_ok()["codes_left"], 10);
    as_wanted(
        4,
        "a reset left after its key, after a wrong code, by kill -9, by Cancel: the old app works, the new one does not",
    )
}

fn e6_a_first_set_up_that_is_left(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&max);
    begin(&mut browser);
    assert_eq!(
        site.signed_in(&max).standing(),
        "full",
        "the sign-in is as before"
    );
    site.require_mfa("Example Ltd");
    browser
        .ask("profile/view")
        .expect_refused(403, "set_up_required");
    let pending = browser.ask("mfa/pending").expect_ok();
    assert_eq!(
        pending,
        json!({
            "method_type": "application", "purpose": "first",
            "name": "Authenticator application", "is_default": true,
        })
    );
    site.clock.advance(30 * 60);
    assert_eq!(browser.ask("mfa/pending").expect_ok(), Value::Null);
    as_wanted(
        3,
        "a first set-up that is left: sign-in as before, no MFA in the rule's eyes, the key gone after 30 min",
    )
}

fn e7_what_a_confirmation_ends(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let (mut mine, mut other) = (site.signed_in(&site.ada()), site.signed_in(&site.ada()));
    let (app, before) = (begin(&mut mine), mine.token());
    begin(&mut other);
    site.clock.next_step();
    mine.call("mfa/confirm", code(&site, &app)).expect_ok();
    assert_ne!(mine.token(), before);
    mine.replay(&before)
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    other
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    other
        .ask("mfa/pending")
        .expect_refused(401, "not_signed_in");
    mine.ask("profile/view").expect_ok();
    refused(
        3,
        "the token before, another session, its pending key (known browsers: server/tests/journeys/known_browsers.rs)",
    )
}

fn e8_the_key_afterwards(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let mut tried = 0;
    let all = crate::harness::FUNCTIONS
        .iter()
        .map(|(function, _)| function);
    for function in all.filter(|function| **function != "session/sign_out") {
        let answer = browser.clone().send(
            function,
            &crate::harness::well_formed(function, &account, &account),
        );
        let text = answer.text();
        assert!(
            !text.contains(&ada.key) && !text.contains("otpauth"),
            "{function}: {text}"
        );
        tried += 1;
    }
    refused(
        tried,
        "every function after the set-up: none answers the key",
    )
}

fn e10_ways_out_of_a_forced_set_up(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.add_account("Lax Ltd");
    site.cli(&[
        "member",
        "add",
        "ada@example.com",
        "Lax Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    site.require_mfa("Example Ltd");
    let mut browser = site.signed_in(&site.ada());
    let (strict, lax) = (
        site.account(&mut browser, "Example Ltd"),
        site.account(&mut browser, "Lax Ltd"),
    );
    browser
        .call("session/choose_account", json!({ "account": strict }))
        .expect_ok();
    for function in [
        "mfa/cancel",
        "mfa/pending",
        "mfa/keep_codes",
        "mfa/finish",
        "session/confirm_password",
    ] {
        let request = json!({ "request": { "set": "0".repeat(32), "password": PASSWORD } });
        browser.send(function, &request);
        browser
            .ask("profile/view")
            .expect_refused(403, "set_up_required");
    }
    browser
        .call("session/choose_account", json!({ "account": lax }))
        .expect_ok();
    browser.ask("profile/view").expect_ok();
    browser
        .call("session/choose_account", json!({ "account": strict }))
        .expect_ok();
    browser
        .ask("profile/view")
        .expect_refused(403, "set_up_required");
    let app = begin(&mut browser);
    site.clock.next_step();
    browser.call("mfa/confirm", code(&site, &app)).expect_ok();
    browser.ask("profile/view").expect_ok();
    as_wanted(
        8,
        "out of a forced set-up: by another account or a confirmed method; Cancel, Finish, Keep and the password change nothing",
    )
}

fn e13_two_tabs_of_a_wizard(effort: Effort) -> AttackOutcome {
    let rounds = effort.of(2, 10);
    let site = TestSite::with_owner();
    for round in 0..rounds {
        let person = site.add_user(&format!("tab{round}@example.com"), "Example Ltd", "member");
        let mut tab = site.signed_in(&person);
        let (app, again) = (begin(&mut tab), begin(&mut tab.clone()));
        assert_eq!(app.key(), again.key(), "both tabs show one key");
        site.clock.next_step();
        let answers = at_once(vec![(tab, "mfa/confirm", code(&site, &app)); 4]);
        assert_eq!(accepted(&answers), 1);
        for (_, answer) in answers.iter().filter(|(_, answer)| !answer.is_ok()) {
            assert!([401, 409].contains(&answer.status), "{}", answer.text());
        }
    }
    as_wanted(
        rounds,
        "tabs of one session show one key; of four confirmations at once one wins, the others are told",
    )
}

fn e14_the_answer_with_the_key(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    let answer = browser.ask("mfa/set_up");
    answer.expect_ok();
    assert_eq!(answer.header("cache-control"), "no-store");
    site.browser()
        .ask("mfa/set_up")
        .expect_refused(401, "not_signed_in");
    assert_eq!(browser.get("/api/mfa/set_up").status, 405);
    browser.ask("session/sign_out").expect_ok();
    browser
        .ask("mfa/set_up")
        .expect_refused(401, "not_signed_in");
    refused(
        3,
        "the answer with key and QR: no-store, by its session alone, not by GET (Back after sign-out: end2end sign-in.spec.ts)",
    )
}
