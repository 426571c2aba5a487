//! Each step gives the session a new token.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{Authenticator, HttpBrowser, OperatorCommands, PASSWORD, TestSite, step_up},
};

/// Goes through each step that raises a session's rights; returns the tokens in order.
fn tokens_of_a_life(site: &TestSite, planted: &str) -> (Vec<String>, HttpBrowser) {
    let mut browser = site.browser();
    browser.set_token(planted);
    let mut tokens = vec![planted.to_owned()];
    browser.sign_in(&site.ada()).expect_ok();
    tokens.push(browser.token());
    browser
        .call("session/confirm_password", json!({ "password": PASSWORD }))
        .expect_ok();
    tokens.push(browser.token());
    let key = browser.ask("mfa/set_up").expect_ok()["key"].clone();
    let app = Authenticator::new(key.as_str().unwrap());
    site.clock.next_step();
    browser
        .call("mfa/confirm", json!({ "code": app.code(site.clock.now()) }))
        .expect_ok();
    tokens.push(browser.token());
    browser.sign_in(&site.ada()).expect_ok();
    tokens.push(browser.token());
    site.clock.next_step();
    browser.give_code(&app.code(site.clock.now())).expect_ok();
    tokens.push(browser.token());
    step_up(site, &mut browser, &app, &json!({ "action": "delete" }));
    tokens.push(browser.token());
    browser.ask("mfa/delete").expect_ok();
    tokens.push(browser.token());
    (tokens, browser)
}

pub(super) fn x1_a_planted_cookie(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut steps = 0;
    for planted in ["A".repeat(43), "planted".to_owned(), "x".repeat(2_000)] {
        let (tokens, _) = tokens_of_a_life(&site, &planted);
        assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), tokens.len());
        steps += tokens.len() - 1;
    }
    // A planted session of another user: the sign-in must not share it.
    let mut attacker = site.signed_in(&site.add_user("eve@example.com", "Example Ltd", "member"));
    let (_, mut browser) = tokens_of_a_life(&site, &attacker.token());
    assert_eq!(
        browser.ask("session/whoami").expect_ok()["email"],
        "ada@example.com"
    );
    assert_ne!(
        attacker.ask("session/whoami").json()["email"],
        "ada@example.com"
    );
    as_wanted(
        steps + 7,
        "a planted cookie, then password, confirmation, enrolment, second factor, step-up, deletion: a new token each time",
    )
}

pub(super) fn x2_each_token_before(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let (tokens, browser) = tokens_of_a_life(&site, &"A".repeat(43));
    let (_, before) = tokens.split_last().unwrap();
    for token in before {
        let mut thief = browser.replay(token);
        thief
            .ask("profile/view")
            .expect_refused(401, "not_signed_in");
        assert_eq!(thief.standing(), "");
    }
    refused(before.len(), "each token that came before")
}
