//! Everything that ends a session.

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{Authenticator, OperatorCommands, PASSWORD, TestSite},
};

pub(super) fn x4_a_token_after_sign_out(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let token = browser.token();
    browser.ask("session/sign_out").expect_ok();
    for function in [
        "profile/view",
        "accounts/list",
        "session/sign_out",
        "session/accounts",
        "mfa/set_up",
    ] {
        browser
            .replay(&token)
            .ask(function)
            .expect_refused(401, "not_signed_in");
    }
    refused(
        5,
        "the token after sign-out (Back and other tabs: end2end sign-in.spec.ts)",
    )
}

pub(super) fn x5_a_new_password_ends_everything(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let link = site.cli(&["user", "set-password", "ada@example.com"]);
    let (mut full, mut half) = (ada.sign_in(&site), ada.half(&site));
    ada.step_up(&site, &mut full, &json!({ "action": "delete" }));
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-stdin",
    ];
    site.cli_with(&set, PASSWORD).expect_done();
    full.ask("mfa/delete").expect_refused(401, "not_signed_in");
    site.clock.next_step();
    half.give_code(&ada.code(&site))
        .expect_refused(401, "not_signed_in");
    let token = link.expect_done().rsplit_once('#').unwrap().1.to_owned();
    let request = json!({ "token": token, "password": "another password of hers" });
    site.browser()
        .call("session/accept_invitation", request)
        .expect_refused(404, "link_dead");
    refused(
        3,
        "after the operator's new password: a full session with a grant, a half one, the link (the page's own change: server/tests/journeys/change_password.rs)",
    )
}

pub(super) fn x6_a_changed_factor_ends_the_other_sessions(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut before = site.signed_in(&site.ada());
    let ada = site.enrolled_ada();
    before
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");

    let (mut mine, mut other, mut half) = (ada.sign_in(&site), ada.sign_in(&site), ada.half(&site));
    ada.step_up(&site, &mut mine, &json!({ "action": "reset" }));
    let key = mine.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    site.clock.next_step();
    mine.call("mfa/confirm", json!({ "code": app.code(site.clock.now()) }))
        .expect_ok();
    other
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    half.ask("session/helpers")
        .expect_refused(401, "not_signed_in");

    let olga = site.enrol(&site.add_user("olga@example.com", "Example Ltd", "owner"));
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let (mut owner, mut member, mut half) =
        (olga.sign_in(&site), max.sign_in(&site), max.half(&site));
    let account = site.account(&mut owner, "Example Ltd");
    let id = site.member(&mut owner, &account, "max@example.com");
    olga.step_up(
        &site,
        &mut owner,
        &json!({ "action": "member-reset", "account": account, "member": id }),
    );
    owner
        .call(
            "accounts/reset_member",
            json!({ "account": account, "member": id }),
        )
        .expect_ok();
    member
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    half.ask("session/helpers")
        .expect_refused(401, "not_signed_in");

    let mut other = olga.sign_in(&site);
    olga.step_up(&site, &mut owner, &json!({ "action": "delete" }));
    owner.ask("mfa/delete").expect_ok();
    other
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    refused(
        6,
        "other sessions, whole and half, after add, reset, an Owner's reset and delete",
    )
}

pub(super) fn x7_somebody_is_disabled(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let (mut full, mut half, mut second) =
        (max.sign_in(&site), max.half(&site), max.sign_in(&site));
    site.cli(&["user", "disable", "max@example.com"])
        .expect_done();
    for browser in [&mut full, &mut second] {
        browser
            .ask("profile/view")
            .expect_refused(401, "not_signed_in");
    }
    site.clock.next_step();
    half.give_code(&max.code(&site))
        .expect_refused(401, "not_signed_in");
    half.give_backup_code(&max.codes[0])
        .expect_refused(401, "not_signed_in");
    site.browser()
        .sign_in(&max.person)
        .expect_refused(401, "wrong_credentials");
    site.cli(&["user", "enable", "max@example.com"])
        .expect_done();
    full.ask("profile/view")
        .expect_refused(401, "not_signed_in");
    refused(
        6,
        "a disabled user: open sessions, a half finished sign-in, a new one; no session comes back when enabled again",
    )
}

pub(super) fn x8_idle_and_absolute_bounds(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut idle = ada.sign_in(&site);
    site.clock.advance(59 * 60);
    idle.ask("profile/view").expect_ok();
    site.clock.advance(60 * 60 + 1);
    idle.ask("profile/view")
        .expect_refused(401, "not_signed_in");

    let mut busy = ada.sign_in(&site);
    for _ in 0..28 {
        site.clock.advance(50 * 60);
        busy.ask("profile/view").expect_ok();
    }
    site.clock.advance(24 * 60 * 60 + 1 - 28 * 50 * 60);
    busy.ask("profile/view")
        .expect_refused(401, "not_signed_in");

    let mut half = ada.half(&site);
    site.clock.advance(10 * 60);
    half.give_code(&ada.code(&site))
        .expect_refused(401, "not_signed_in");
    refused(
        3,
        "idle for 1 h 1 s; 24 h 1 s however busy; half signed in for 10 min",
    )
}
