//! Sessions after other data of the user has changed.

use crate::{
    attack::{Effort, Held, refused},
    harness::{PASSWORD, World},
};

pub(super) fn x12_two_people_in_one_browser(_: Effort) -> Held {
    let world = World::new();
    world.add("max@example.com", "Example Ltd", "member");
    let mut browser = world.signed_in(&world.ada());
    let mut tabs = vec![browser.clone(); 3];
    let token = browser.token();
    browser.ask("session/sign_out").expect_ok();
    browser.sign_in_as("max@example.com", PASSWORD).expect_ok();
    assert_ne!(browser.token(), token);
    for tab in &mut tabs {
        tab.ask("profile/view").expect_refused(401, "not_signed_in");
        tab.set_token(&browser.token());
        let seen = ["session/whoami", "profile/view", "session/accounts"]
            .map(|function| tab.ask(function).text());
        assert!(
            seen.iter().all(|text| !text.contains("ada@example.com")),
            "{seen:?}"
        );
    }
    refused(3, "A signs out and B signs in, three tabs: nothing of A")
}

pub(super) fn x14_an_ended_session_after_a_restart(_: Effort) -> Held {
    let mut world = World::new();
    let ada = world.enrolled();
    let mut browser = ada.sign_in(&world);
    let (token, mut kept) = (browser.token(), ada.sign_in(&world));
    browser.ask("session/sign_out").expect_ok();
    world.restart();
    browser
        .replay(&token)
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    world.kill();
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

pub(super) fn x15_a_changed_role_or_membership(_: Effort) -> Held {
    let world = World::new();
    let olga = world.enrol(&world.add("olga@example.com", "Example Ltd", "owner"));
    let mut browser = olga.sign_in(&world);
    let account = world.account(&mut browser, "Example Ltd");
    world.members(&mut browser, &account).expect_ok();
    world
        .cli(&[
            "member",
            "role",
            "olga@example.com",
            "Example Ltd",
            "--role",
            "member",
        ])
        .expect_done();
    world
        .members(&mut browser, &account)
        .expect_refused(403, "not_allowed");
    world.add_account("Other Ltd");
    world
        .cli(&[
            "member",
            "add",
            "olga@example.com",
            "Other Ltd",
            "--role",
            "owner",
        ])
        .expect_done();
    world
        .cli(&["member", "remove", "olga@example.com", "Example Ltd"])
        .expect_done();
    world
        .members(&mut browser, &account)
        .expect_refused(404, "not_found");
    refused(
        2,
        "a role taken, a membership ended: the next request feels it",
    )
}
