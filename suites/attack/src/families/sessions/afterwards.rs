//! Sessions after other data of the user has changed.

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{OperatorCommands, PASSWORD, TestSite},
};

pub(super) fn x12_two_people_in_one_browser(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    site.add_user("max@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&site.ada());
    let mut tabs = vec![browser.clone(); 3];
    let token = browser.token();
    browser.ask("session/sign_out").expect_ok();
    browser.sign_in_as("max@example.com", PASSWORD).expect_ok();
    assert_ne!(browser.token(), token);
    for tab in &mut tabs {
        tab.ask("profile/view").expect_refused(401, "not_signed_in");
        tab.set_token(&browser.token());
        let seen = ["session/whoami", "profile/view", "session/accounts"]
            .map(|function| tab.ask(function).text().to_owned());
        assert!(
            seen.iter().all(|text| !text.contains("ada@example.com")),
            "{seen:?}"
        );
    }
    refused(3, "A signs out and B signs in, three tabs: nothing of A")
}

pub(super) fn x14_an_ended_session_after_a_restart(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    let (token, mut kept) = (browser.token(), ada.sign_in(&site));
    browser.ask("session/sign_out").expect_ok();
    site.restart();
    browser
        .replay(&token)
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    site.kill_and_start();
    browser
        .replay(&token)
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    kept.ask("profile/view").expect_ok();
    refused(
        2,
        "an ended session after a restart and after kill -9 (one that was not ended lives on)",
    )
}

pub(super) fn x15_a_changed_role_or_membership(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let olga = site.enrol(&site.add_user("olga@example.com", "Example Ltd", "owner"));
    let mut browser = olga.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    site.members(&mut browser, &account).expect_ok();
    site.cli(&[
        "member",
        "role",
        "olga@example.com",
        "Example Ltd",
        "--role",
        "member",
    ])
    .expect_done();
    site.members(&mut browser, &account)
        .expect_refused(403, "not_allowed");
    site.add_account("Other Ltd");
    site.cli(&[
        "member",
        "add",
        "olga@example.com",
        "Other Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    site.cli(&["member", "remove", "olga@example.com", "Example Ltd"])
        .expect_done();
    site.members(&mut browser, &account)
        .expect_refused(404, "not_found");
    refused(
        2,
        "a role taken, a membership ended: the next request feels it",
    )
}
