//! SU (step-up): identity verification within a session.

use serde_json::{Value, json};

use crate::{
    attack::{Attack, AttackOutcome, Effort, as_wanted, attack, refused},
    harness::{EnrolledPerson, OperatorCommands, PASSWORD, TestSite, accepted, at_once},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(su2_a_grant_of_somebody_else),
        attack!(su3_a_grant_after_its_session),
        attack!(su4_a_grant_twice),
        attack!(su5_a_grant_too_late),
        attack!(su7_invented_grants),
        attack!(su8_steps_in_another_order),
        attack!(su9_guesses_with_new_questions),
        attack!(su10_the_password_instead),
        attack!(su11_links_for_another_purpose),
        attack!(su13_the_rule_without_the_owners_factor),
        attack!(su14_an_open_session_adds_no_method),
    ]
}

fn generate() -> Value {
    json!({ "action": "generate" })
}

fn su2_a_grant_of_somebody_else(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let olga = site.enrol(&site.add_user("olga@example.com", "Example Ltd", "owner"));
    let (mut hers, mut theirs) = (ada.sign_in(&site), olga.sign_in(&site));
    let account = site.account(&mut hers, "Example Ltd");
    let off = json!({ "action": "rule-off", "account": account });
    for (intent, function, request) in [
        (generate(), "mfa/generate", Value::Null),
        (json!({ "action": "delete" }), "mfa/delete", Value::Null),
        (off, "accounts/lift_rule", json!({ "account": account })),
    ] {
        ada.step_up(&site, &mut hers, &intent);
        let answer = if request.is_null() {
            theirs.ask(function)
        } else {
            theirs.call(function, request)
        };
        answer.expect_refused(403, "verification_required");
    }
    refused(
        3,
        "one Owner's grant with another Owner's session: generate, delete, rule off",
    )
}

fn su3_a_grant_after_its_session(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let (mut browser, mut other) = (ada.sign_in(&site), ada.sign_in(&site));
    let before = browser.token();
    ada.step_up(&site, &mut browser, &generate());
    other
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    browser
        .replay(&before)
        .ask("mfa/generate")
        .expect_refused(401, "not_signed_in");
    let granted = browser.token();
    browser.ask("session/sign_out").expect_ok();
    browser
        .replay(&granted)
        .ask("mfa/generate")
        .expect_refused(401, "not_signed_in");
    ada.sign_in(&site)
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    refused(
        4,
        "a grant from another session, by the token before it, after sign-out, in the next session",
    )
}

fn su4_a_grant_twice(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    ada.step_up(&site, &mut browser, &generate());
    browser.ask("mfa/generate").expect_ok();
    browser
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    ada.step_up(&site, &mut browser, &json!({ "action": "reset" }));
    browser.ask("mfa/set_up").expect_ok();
    browser.ask("mfa/cancel").expect_ok();
    browser
        .ask("mfa/set_up")
        .expect_refused(403, "verification_required");
    refused(2, "a grant a second time: generate, reset")
}

fn su5_a_grant_too_late(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let mut at = |seconds: i64| {
        ada.step_up(&site, &mut browser, &generate());
        site.clock.advance(seconds);
        browser.ask("mfa/generate")
    };
    at(4 * 60 + 50).expect_ok();
    at(5 * 60 + 1).expect_refused(403, "verification_required");
    refused(2, "a grant after 5 min 1 s (after 4 min 50 s it works)")
}

fn su7_invented_grants(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let claims = json!({
        "verified": true, "aal": 2, "acr": "aal2", "mfa": true, "grant": "0".repeat(32), "granted_at": 0, "granted": true,
        "action": "delete", "account": account, "method": "0".repeat(32), "name": "Thief", "is_default": true,
    });
    let mut beside = claims.clone();
    beside["request"] = claims.clone();
    // Unknown fields inside the request are ignored. Beside the request they are refused, because
    // plain values are no arguments of ours.
    let bodies = [
        (json!({ "request": claims }), 403, "verification_required"),
        (beside, 422, "malformed"),
    ];
    let mut tried = 0;
    for function in [
        "mfa/set_up",
        "mfa/delete",
        "mfa/generate",
        "accounts/lift_rule",
    ] {
        let queries = ["", "?verified=true&aal=2&grant=1"];
        let each = queries
            .iter()
            .flat_map(|query| bodies.iter().map(move |body| (query, body)));
        for (query, (body, status, kind)) in each {
            let mut liar = browser
                .clone()
                .with_header("X-Verified", "true")
                .with_header("X-Aal", "2");
            liar.set_cookie("verified", "true");
            liar.set_cookie("grant", &"0".repeat(32));
            let answer = liar.request(
                "POST",
                &format!("/api/{function}{query}"),
                &[("Content-Type", "application/json")],
                body.to_string().as_bytes(),
            );
            answer.expect_refused(*status, kind);
            tried += 1;
        }
    }
    assert_eq!(browser.ask("profile/view").expect_ok()["codes_left"], 10);
    refused(
        tried,
        "`verified`, `aal`, forged grants in body, query, headers and cookies",
    )
}

fn su8_steps_in_another_order(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    site.clock.next_step();
    browser
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    ada.verify(&site, &mut browser, &generate())
        .expect_refused(409, "nothing_pending");
    browser.call("step_up/ask", generate()).expect_ok();
    browser
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    ada.verify(&site, &mut browser, &json!({ "action": "delete" }))
        .expect_refused(409, "nothing_pending");
    ada.verify(&site, &mut browser, &generate()).expect_ok();
    ada.verify(&site, &mut browser, &generate())
        .expect_refused(409, "nothing_pending");
    browser
        .ask("mfa/delete")
        .expect_refused(403, "verification_required");
    browser.ask("mfa/generate").expect_ok();
    browser
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    browser
        .call("mfa/confirm", json!({ "code": ada.code(&site) }))
        .expect_refused(409, "already_set_up");
    refused(
        8,
        "the action before its verification, a verification before its question, each of them twice, for another action",
    )
}

fn su9_guesses_with_new_questions(effort: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let guesses = effort.of(20, 60);
    let wrong: Vec<String> = ada
        .app
        .wrong_codes(site.clock.now())
        .take(guesses)
        .collect();
    let mut judged = 0;
    for (index, code) in wrong.iter().enumerate() {
        if index % 3 == 0 {
            browser
                .call("step_up/ask", json!({ "action": "delete" }))
                .expect_ok();
        }
        if index == 4 || index == 12 {
            site.restart();
        }
        let request = json!({ "action": "delete", "code": code });
        judged += usize::from(browser.call("step_up/verify_code", request).status == 401);
    }
    assert_eq!(judged, 5);
    site.clock.next_step();
    ada.verify(&site, &mut browser, &json!({ "action": "delete" }))
        .expect_refused(429, "paused");
    refused(
        guesses,
        "wrong codes, a new question every three, two restarts between: 5 judged, then the right one is refused too",
    )
}

fn su10_the_password_instead(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    browser.call("step_up/ask", generate()).expect_ok();
    browser
        .call("session/confirm_password", json!({ "password": PASSWORD }))
        .expect_ok();
    for function in ["mfa/generate", "mfa/delete", "mfa/set_up"] {
        browser
            .ask(function)
            .expect_refused(403, "verification_required");
    }
    refused(3, "the right password again in place of a code: no grant")
}

/// No codes are sent to users, so this covers the links: each is valid for one purpose, once.
fn su11_links_for_another_purpose(effort: Effort) -> AttackOutcome {
    let mut site = TestSite::without_users(&[]);
    site.start();
    let token = |line: &str| line.rsplit_once('#').unwrap().1.to_owned();
    // The link is alone on its line, after its description.
    let first = loop {
        let line = site.line();
        if line.contains("/setup#") {
            break token(&line);
        }
    };
    let mut browser = site.browser();
    let invitation = |token: &str| json!({ "token": token, "password": PASSWORD });
    browser
        .call("session/check_invitation", json!({ "token": first }))
        .expect_refused(404, "link_dead");
    browser
        .call("session/accept_invitation", invitation(&first))
        .expect_refused(404, "link_dead");
    site.add_account("Example Ltd");
    let add = [
        "user",
        "add",
        "max@example.com",
        "--name",
        "Max",
        "--account",
        "Example Ltd",
        "--role",
        "member",
    ];
    let older = token(site.cli(&add).expect_done());
    let newer = token(
        site.cli(&["user", "set-password", "max@example.com"])
            .expect_done(),
    );
    browser
        .call("session/check_setup_link", json!({ "token": newer }))
        .expect_refused(404, "link_dead");
    let owner = json!({ "token": newer, "account": "New Ltd", "name": "New", "email": "new@example.com", "password": PASSWORD });
    browser
        .call("session/create_first_owner", owner)
        .expect_refused(404, "link_dead");
    browser
        .call("session/accept_invitation", invitation(&older))
        .expect_refused(404, "link_dead");
    let parallel = effort.of(8, 32);
    let calls = vec![
        (
            site.browser(),
            "session/accept_invitation",
            invitation(&newer)
        );
        parallel
    ];
    assert_eq!(accepted(&at_once(calls)), 1);
    browser.set_token(&newer);
    assert_eq!(browser.standing(), "");
    refused(
        6 + parallel,
        "links for another purpose, an older link, a link as a cookie; one invitation many times at once: one effect (codes are never sent)",
    )
}

fn su13_the_rule_without_the_owners_factor(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let olga = site.enrol(&site.add_user("olga@example.com", "Example Ltd", "owner"));
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let one = json!({ "account": account });
    browser
        .call("accounts/require_mfa", one.clone())
        .expect_ok();
    let off = json!({ "action": "rule-off", "account": account });
    browser
        .call("accounts/lift_rule", one.clone())
        .expect_refused(403, "verification_required");
    browser.call("step_up/ask", off.clone()).expect_ok();
    site.clock.next_step();
    olga.verify(&site, &mut browser, &off)
        .expect_refused(401, "wrong_code");
    let mut request = off.clone();
    request["code"] = json!(olga.codes[0]);
    browser
        .call("step_up/verify_backup_code", request)
        .expect_refused(401, "wrong_code");
    browser
        .call("accounts/lift_rule", one.clone())
        .expect_refused(403, "verification_required");
    member_can_not(&site, &max, &off, &one);
    site.clock.next_step();
    ada.verify(&site, &mut browser, &off).expect_ok();
    browser.call("accounts/lift_rule", one).expect_ok();
    as_wanted(
        6,
        "the rule's end without a code, with another Owner's code or backup code, by a member: refused; with the Owner's own: done",
    )
}

fn member_can_not(site: &TestSite, max: &EnrolledPerson, off: &Value, one: &Value) {
    let mut member = max.sign_in(site);
    member
        .call("step_up/ask", off.clone())
        .expect_refused(403, "not_allowed");
    member
        .call("accounts/lift_rule", one.clone())
        .expect_refused(403, "not_allowed");
}

/// Without a grant, with a request that was not verified, and with the grants of other actions.
fn su14_an_open_session_adds_no_method(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let thief = json!({ "name": "Thief", "is_default": true });
    browser
        .call("mfa/set_up", thief.clone())
        .expect_refused(403, "verification_required");
    browser
        .call("step_up/ask", json!({ "action": "add" }))
        .expect_ok();
    browser
        .call("mfa/set_up", thief.clone())
        .expect_refused(403, "verification_required");
    for other in [generate(), json!({ "action": "delete" })] {
        ada.step_up(&site, &mut browser, &other);
        browser
            .call("mfa/set_up", thief.clone())
            .expect_refused(403, "verification_required");
    }
    let profile = browser.ask("profile/view").expect_ok();
    assert_eq!(profile["methods"].as_array().map(Vec::len), Some(1));
    refused(
        4,
        "a new key without a grant to add one, and with other grants",
    )
}
