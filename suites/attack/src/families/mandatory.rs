//! M: an account that requires MFA.

use serde_json::{Value, json};

use crate::{
    attack::{Attack, AttackOutcome, Effort, as_wanted, attack, refused},
    harness::{
        Authenticator, FUNCTIONS, HttpBrowser, OperatorCommands, PASSWORD, Person, SET_UP_ONLY,
        TestSite, well_formed,
    },
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(m1_every_function_for_set_up_only),
        attack!(m3_sessions_that_are_open_already),
        attack!(m4_the_method_is_deleted),
        attack!(m5_one_account_of_two_demands),
        attack!(m6_who_may_switch_the_rule),
        attack!(m7_a_new_password_by_link),
        attack!(m9_owners_are_not_exempt),
        attack!(m10_an_invited_user),
        attack!(m11_a_session_from_before),
        attack!(m13_ways_without_a_function),
    ]
}

/// Example Ltd requires MFA, and Max, its member, has signed in without it.
fn set_up_only_browser(site: &TestSite) -> HttpBrowser {
    site.require_mfa("Example Ltd");
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&max);
    assert_eq!(browser.standing(), "set_up_only");
    browser
}

fn m1_every_function_for_set_up_only(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = set_up_only_browser(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let max = Person {
        email: "max@example.com".to_owned(),
        password: PASSWORD,
    };
    let mut closed = 0;
    for (function, _) in FUNCTIONS {
        // Signing out ends the session. A user may open 30 a minute.
        site.clock.advance(2);
        let browser = site.signed_in(&max);
        let answer = browser
            .clone()
            .send(function, &well_formed(function, &account, &account));
        let is_for_a_half_session = function.starts_with("session/verify")
            || ["session/helpers", "session/key_challenge"].contains(function);
        if is_for_a_half_session {
            answer.expect_refused(403, "not_allowed");
            closed += 1;
        } else if !SET_UP_ONLY.contains(function) {
            answer.expect_refused(403, "set_up_required");
            closed += 1;
        }
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] {
            let status = browser
                .clone()
                .request(method, &format!("/api/{function}"), &[], b"")
                .status;
            assert!(
                [403, 404, 405].contains(&status),
                "{method} {function}: {status}"
            );
        }
    }
    refused(
        FUNCTIONS.len() * 7,
        format!(
            "{} functions × 7 methods, held at the set-up: {closed} closed, the others are the wizard and the ways out (list compared with the product's in a test)",
            FUNCTIONS.len()
        ),
    )
}

fn m3_sessions_that_are_open_already(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut sessions = [site.signed_in(&max), site.signed_in(&max)];
    let mut owner = ada.sign_in(&site);
    let account = site.account(&mut owner, "Example Ltd");
    owner
        .call("accounts/require_mfa", json!({ "account": account }))
        .expect_ok();
    for session in &mut sessions {
        session
            .ask("profile/view")
            .expect_refused(403, "set_up_required");
        assert_eq!(session.standing(), "set_up_only");
    }
    refused(
        2,
        "full sessions without MFA when the rule goes on: held at the next request",
    )
}

fn m4_the_method_is_deleted(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    site.require_mfa("Example Ltd");
    let mut browser = ada.sign_in(&site);
    ada.step_up(&site, &mut browser, &json!({ "action": "delete" }));
    let viewer = browser.ask("mfa/delete").expect_ok()["viewer"].clone();
    assert_eq!(viewer["standing"]["standing"], "set_up_only");
    browser
        .ask("accounts/list")
        .expect_refused(403, "set_up_required");
    refused(
        1,
        "the last method deleted under the rule: the session drops to the set-up at once",
    )
}

fn m5_one_account_of_two_demands(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.add_account("Strict Ltd");
    site.require_mfa("Strict Ltd");
    site.cli(&[
        "member",
        "add",
        "ada@example.com",
        "Strict Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    site.add_user("secret.member@example.com", "Strict Ltd", "member");
    let mut browser = site.signed_in(&site.ada());
    let (strict, lax) = (
        site.account(&mut browser, "Strict Ltd"),
        site.account(&mut browser, "Example Ltd"),
    );
    let member = json!("0".repeat(32));
    let mut seen = String::new();
    browser
        .call("session/choose_account", json!({ "account": lax }))
        .expect_ok();
    for function in [
        "accounts/require_mfa",
        "accounts/lift_rule",
        "accounts/members",
        "accounts/export",
        "accounts/reset_member",
    ] {
        let answer = browser.send(function, &well_formed(function, &strict, &member));
        answer.expect_refused(403, "set_up_required");
        seen += answer.text();
    }
    seen += browser.ask("accounts/list").text();
    site.members(&mut browser, &lax).expect_ok();
    browser
        .call("session/choose_account", json!({ "account": strict }))
        .expect_ok();
    for (function, _) in FUNCTIONS
        .iter()
        .filter(|(name, _)| !SET_UP_ONLY.contains(name))
    {
        let answer = browser.send(function, &well_formed(function, &strict, &member));
        assert_eq!(answer.status, 403, "{function}: {}", answer.text());
        seen += answer.text();
    }
    assert!(!seen.contains("secret.member"), "{seen}");
    browser
        .call("session/choose_account", json!({ "account": lax }))
        .expect_ok();
    browser.ask("profile/view").expect_ok();
    refused(
        5 + FUNCTIONS.len() - SET_UP_ONLY.len(),
        "a member of two accounts without MFA: nothing of the demanding one, from within or from the other; the other works",
    )
}

fn m6_who_may_switch_the_rule(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.add_account("Other Ltd");
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let olga = site.enrol(&site.add_user("olga@example.com", "Other Ltd", "owner"));
    let mut owner = site.signed_in(&site.ada());
    let one = json!({ "account": site.account(&mut owner, "Example Ltd") });
    max.sign_in(&site)
        .call("accounts/require_mfa", one.clone())
        .expect_refused(403, "not_allowed");
    olga.sign_in(&site)
        .call("accounts/require_mfa", one.clone())
        .expect_refused(404, "not_found");
    max.sign_in(&site)
        .call("accounts/lift_rule", one.clone())
        .expect_refused(403, "not_allowed");
    olga.sign_in(&site)
        .call("accounts/lift_rule", one.clone())
        .expect_refused(404, "not_found");
    site.browser()
        .call("accounts/require_mfa", one.clone())
        .expect_refused(401, "not_signed_in");
    let viewer = owner.call("accounts/require_mfa", one).expect_ok();
    assert_eq!(viewer["standing"]["standing"], "set_up_only");
    as_wanted(
        6,
        "the rule switched by a member, another account's Owner, nobody: refused; by an Owner without MFA: on, and they are held",
    )
}

fn m7_a_new_password_by_link(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let token = new_link(&site, "ada@example.com");
    let mut browser = site.browser();
    let request = json!({ "token": token, "password": "another password of hers" });
    let answer = browser.call("session/accept_invitation", request);
    answer.expect_ok();
    // The browser becomes known, but no user is signed in.
    let cookies = answer.cookies();
    assert!(
        cookies
            .iter()
            .all(|cookie| cookie.starts_with("twinlock-browser-"))
            && browser.standing().is_empty(),
        "nobody is signed in by a link"
    );
    browser
        .sign_in_as(&ada.person.email, "another password of hers")
        .expect_ok();
    assert_eq!(browser.standing(), "half_signed_in");
    refused(
        1,
        "a password chosen by the operator's link: no sign-in by it, and the second factor is asked as before",
    )
}

fn new_link(site: &TestSite, email: &str) -> String {
    let line = site.cli(&["user", "set-password", email]);
    line.expect_done().rsplit_once('#').unwrap().1.to_owned()
}

fn m9_owners_are_not_exempt(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.require_mfa("Example Ltd");
    let mut owner = site.signed_in(&site.ada());
    let account = site.account(&mut owner, "Example Ltd");
    for function in [
        "accounts/members",
        "accounts/lift_rule",
        "accounts/require_mfa",
        "accounts/list",
        "profile/view",
    ] {
        let answer = owner.send(function, &well_formed(function, &account, &account));
        answer.expect_refused(403, "set_up_required");
    }
    refused(5, "an Owner without MFA under the rule")
}

fn m10_an_invited_user(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.require_mfa("Example Ltd");
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
    site.cli(&add).expect_done();
    let accept = |token: &str| {
        site.browser().call(
            "session/accept_invitation",
            json!({ "token": token, "password": PASSWORD }),
        )
    };
    let late = new_link(&site, "max@example.com");
    site.clock.advance(7 * 24 * 3600 + 1);
    accept(&late).expect_refused(404, "link_dead");
    let link = new_link(&site, "max@example.com");
    accept(&link).expect_ok();
    let again = effort.of(2, 20);
    (0..again).for_each(|_| {
        accept(&link).expect_refused(404, "link_dead");
    });
    let mut browser = site.browser();
    let viewer = browser.sign_in_as("max@example.com", PASSWORD).expect_ok();
    assert_eq!(viewer["standing"]["standing"], "set_up_only");
    browser
        .ask("profile/view")
        .expect_refused(403, "set_up_required");
    refused(
        2 + again,
        "an invitation after seven days, and used again; the first sign-in under the rule is held at the set-up",
    )
}

fn m11_a_session_from_before(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&max);
    let pending = browser.ask("mfa/set_up").expect_ok();
    site.require_mfa("Example Ltd");
    let mut tries = 0;
    for function in [
        "profile/view",
        "accounts/list",
        "step_up/asked",
        "mfa/generate",
    ] {
        browser.ask(function).expect_refused(403, "set_up_required");
        tries += 1;
    }
    site.restart();
    browser
        .ask("profile/view")
        .expect_refused(403, "set_up_required");
    // A set-up in progress continues: the key counts once it is confirmed, and not before.
    let app = Authenticator::new(pending["key"].as_str().unwrap());
    site.clock.next_step();
    browser
        .call(
            "mfa/confirm",
            json!({ "code": app.wrong_code(site.clock.now()) }),
        )
        .expect_refused(401, "wrong_code");
    browser
        .ask("profile/view")
        .expect_refused(403, "set_up_required");
    browser
        .call("mfa/confirm", json!({ "code": app.code(site.clock.now()) }))
        .expect_ok();
    browser.ask("profile/view").expect_ok();
    refused(
        tries + 2,
        "a session and a pending key from before the rule, over a restart too (there are no trusted devices that replace a factor)",
    )
}

fn m13_ways_without_a_function(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = set_up_only_browser(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let id = account.as_str().unwrap();
    let paths = [
        "/livez",
        "/readyz",
        "/healthz",
        "/metrics",
        "/api/events",
        "/ws",
        "/",
        "/accounts",
        "/profile",
        "/download",
        "/export.csv",
    ];
    let own = paths.map(str::to_owned).into_iter().chain([
        format!("/accounts/{id}"),
        format!("/api/accounts/{id}"),
        format!("/accounts/{id}/members.csv"),
    ]);
    let mut tried = 0;
    for path in own {
        let answer = browser.get(&path);
        let text = answer.text();
        assert!(
            !text.contains("example.com")
                && !text.contains("Somebody")
                && !text.contains("Example Ltd"),
            "{path}: {text}"
        );
        tried += 1;
    }
    browser
        .call(
            "accounts/export",
            json!({ "account": account, "search": "", "state": Value::Null, "page": 0 }),
        )
        .expect_refused(403, "set_up_required");
    refused(
        tried + 1,
        "pages, files, health, metrics, event streams: no user's data; the CSV export is a function and closed",
    )
}
