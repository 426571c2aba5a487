//! A: authorisation between users and accounts.

use serde_json::{Value, json};

use crate::{
    attack::{Attack, AttackOutcome, Effort, as_wanted, attack, refused},
    harness::{FUNCTIONS, HttpBrowser, OperatorCommands, PASSWORD, TestSite, well_formed},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(a1_ids_of_others),
        attack!(a3_an_owner_resets_a_member),
        attack!(a4_a_member_calls_an_owners_functions),
        attack!(a5_a_removed_member),
        attack!(a7_parameters_twice),
    ]
}

const ABOUT_AN_ACCOUNT: [&str; 5] = [
    "accounts/require_mfa",
    "accounts/lift_rule",
    "accounts/members",
    "accounts/export",
    "accounts/reset_member",
];

/// Tries every role and relation against every function, with an account, a member and a code set
/// of other users.
fn a1_ids_of_others(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    site.add_account("Other Ltd");
    let olga = site.enrol(&site.add_user("olga@example.com", "Other Ltd", "owner"));
    site.add_user("disabled@example.com", "Example Ltd", "owner");
    let mut disabled = site.browser();
    disabled
        .sign_in_as("disabled@example.com", PASSWORD)
        .expect_ok();
    site.cli(&["user", "disable", "disabled@example.com"])
        .expect_done();
    let mut theirs = olga.sign_in(&site);
    let (foreign, member) = {
        let account = site.account(&mut theirs, "Other Ltd");
        let member = site.member(&mut theirs, &account, "olga@example.com");
        (account, member)
    };
    let before = site.members(&mut theirs, &foreign).expect_ok();
    let mut tried = 0;
    let callers: [(&str, HttpBrowser); 5] = [
        ("Owner", ada.sign_in(&site)),
        ("member", max.sign_in(&site)),
        ("half signed in", max.half(&site)),
        ("disabled", disabled),
        ("nobody", site.browser()),
    ];
    for (who, browser) in callers {
        for function in ABOUT_AN_ACCOUNT
            .into_iter()
            .chain(["step_up/ask", "session/choose_account"])
        {
            let answer = browser
                .clone()
                .send(function, &well_formed(function, &foreign, &member));
            assert!(
                [401, 403, 404].contains(&answer.status),
                "{function} for {who}: {}",
                answer.text()
            );
            assert!(
                !answer.text().contains("Other Ltd") && !answer.text().contains("olga"),
                "{}",
                answer.text()
            );
            tried += 1;
        }
    }
    // Tests a member of another account with one's own account, and the reverse.
    let mut owner = ada.sign_in(&site);
    let own = site.account(&mut owner, "Example Ltd");
    for (account, member) in [
        (&own, &member),
        (&foreign, &member),
        (&json!("0".repeat(32)), &member),
        (&own, &json!("f".repeat(32))),
    ] {
        let both = json!({ "account": account, "member": member });
        owner
            .call("accounts/reset_member", both.clone())
            .expect_refused(404, "not_found");
        let intent = json!({ "action": "member-reset", "account": account, "member": member });
        owner
            .call("step_up/ask", intent)
            .expect_refused(404, "not_found");
        tried += 2;
    }
    // Olga's pending code set must not be finished by Ada.
    olga.step_up(&site, &mut theirs, &json!({ "action": "generate" }));
    let sheet = theirs.ask("mfa/generate").expect_ok();
    owner
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .expect_refused(409, "nothing_pending");
    assert_eq!(
        site.members(&mut theirs, &foreign).expect_ok()["members"][0]["state"],
        before["members"][0]["state"]
    );
    refused(
        tried + 1,
        "five kinds of callers × functions with foreign accounts, members and code sets: 401, 403 or 404, nothing changed; what is noted of it: server/tests/journeys/events.rs",
    )
}

fn a3_an_owner_resets_a_member(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    site.require_mfa("Example Ltd");
    let (mut owner, mut member) = (ada.sign_in(&site), max.sign_in(&site));
    let account = site.account(&mut owner, "Example Ltd");
    let id = site.member(&mut owner, &account, "max@example.com");
    let both = json!({ "account": account, "member": id });
    owner
        .call("accounts/reset_member", both.clone())
        .expect_refused(403, "verification_required");
    let mut intent = both.clone();
    intent["action"] = json!("member-reset");
    ada.step_up(&site, &mut owner, &intent);
    let answers = [
        owner.call("accounts/reset_member", both.clone()),
        site.members(&mut owner, &account),
    ];
    for answer in answers {
        answer.expect_ok();
        let text = answer.text();
        let hidden = [max.key.as_str(), PASSWORD]
            .into_iter()
            .chain(max.codes.iter().map(String::as_str));
        hidden.for_each(|secret| assert!(!text.contains(secret), "an Owner sees no secret"));
    }
    assert_eq!(owner.call("accounts/reset_member", both).status, 403);
    member
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    let mut again = site.signed_in(&max.person);
    assert_eq!(again.standing(), "set_up_only");
    as_wanted(
        1,
        "an Owner's reset: one verification, one reset; factor and sessions gone, the wizard follows, no secret shown (notices come with mail)",
    )
}

fn a4_a_member_calls_an_owners_functions(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let mut browser = max.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let member = json!("0".repeat(32));
    for function in ABOUT_AN_ACCOUNT.into_iter().chain(["step_up/ask"]) {
        browser
            .send(function, &well_formed(function, &account, &member))
            .expect_refused(403, "not_allowed");
    }
    let rows = browser.ask("accounts/list").expect_ok();
    assert_eq!(
        rows[0]["protection"],
        Value::Null,
        "how many are protected is the Owners' to know"
    );
    refused(
        ABOUT_AN_ACCOUNT.len() + 1,
        "a member calls each function of an Owner",
    )
}

fn a5_a_removed_member(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.add_account("Other Ltd");
    let olga = site.enrol(&site.add_user("olga@example.com", "Example Ltd", "owner"));
    let mut browser = olga.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    olga.step_up(
        &site,
        &mut browser,
        &json!({ "action": "rule-off", "account": account }),
    );
    site.cli(&["member", "remove", "olga@example.com", "Example Ltd"])
        .expect_done();
    for function in ABOUT_AN_ACCOUNT {
        browser
            .send(function, &well_formed(function, &account, &account))
            .expect_refused(404, "not_found");
    }
    assert_eq!(browser.ask("accounts/list").expect_ok(), json!([]));
    site.cli(&["user", "remove", "olga@example.com"])
        .expect_done();
    browser
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    refused(
        ABOUT_AN_ACCOUNT.len() + 1,
        "a removed member's session, with a grant: out at the next request; a removed user's: over",
    )
}

fn a7_parameters_twice(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let json_type = [("Content-Type", "application/json")];
    let mut tried = 0;
    for body in [
        format!(r#"{{"request":{{"account":{account},"account":{account}}}}}"#),
        format!(r#"{{"request":{{"account":{account}}},"request":{{"account":{account}}}}}"#),
        format!(r#"{{"request":{{"account":[{account},{account}]}}}}"#),
        format!(r#"[{{"account":{account}}},{{"account":{account}}}]"#),
        format!(r#"[{{"account":{account}}}]"#),
        format!(r"[[{account}]]"),
        format!(r#"{{"request":[{account}]}}"#),
        format!(r#"{{"request":{{"account":{account},"x":1,"x":2}}}}"#),
        format!(r#"{{"request":[{account},{account}]}}"#),
        format!(r#"{{"request":[{{"account":{account}}}]}}x"#),
        format!(r#"{{"request":{{"account":{account}}}}}{{"request":{{"account":{account}}}}}"#),
    ] {
        let answer = browser.request(
            "POST",
            "/api/accounts/require_mfa",
            &json_type,
            body.as_bytes(),
        );
        assert!(
            [400, 422].contains(&answer.status),
            "{body}: {}",
            answer.text()
        );
        tried += 1;
    }
    // The query string must have no effect.
    let query = format!(
        "/api/accounts/require_mfa?request[account]={}&account=x",
        account.as_str().unwrap()
    );
    assert_eq!(
        browser.request("POST", &query, &json_type, b"{}").status,
        422
    );
    let mut form = browser.clone();
    assert_eq!(
        form.request(
            "POST",
            &query,
            &[("Content-Type", "application/x-www-form-urlencoded")],
            b"account=x"
        )
        .status,
        415
    );
    // A cookie that another program on the host has set is no session, and must not hide the real
    // one.
    let (name, token) = (browser.cookie_name(), browser.token());
    let twice = format!("{name}={}; {name}={token}", "A".repeat(43));
    assert_eq!(
        browser
            .clone()
            .request(
                "POST",
                "/api/profile/view",
                &[json_type[0], ("Cookie", &twice)],
                b"{}"
            )
            .status,
        200
    );
    assert_eq!(
        browser.ask("accounts/list").expect_ok()[0]["requires_mfa"],
        false,
        "nothing changed"
    );
    assert!(FUNCTIONS.len() > 30);
    refused(
        tried + 3,
        "names twice, lists for values and for objects, two bodies, query beside body, two cookies",
    )
}
