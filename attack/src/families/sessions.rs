//! X: sessions and their tokens.

use std::collections::BTreeSet;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    attack::{Attack, Effort, Held, Plan, as_wanted, attack, refused},
    harness::{Authenticator, Browser, PASSWORD, Secret, World, find, spread, step_up},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(x1_a_planted_cookie),
        attack!(x2_each_token_before),
        attack!(x4_a_token_after_sign_out),
        attack!(x5_a_new_password_ends_everything),
        attack!(x6_a_changed_factor_ends_the_other_sessions),
        attack!(x7_somebody_is_disabled),
        attack!(x8_idle_and_absolute_bounds),
        attack!(x9_many_tokens),
        attack!(x10_what_the_cookie_says),
        attack!(x12_two_people_in_one_browser),
        attack!(
            "X13",
            Plan::NotApplicable(
                "there is no list of sessions; a change of factor, a reset and the operator end them (X5, X6, X7)"
            )
        ),
        attack!(x14_an_ended_session_after_a_restart),
        attack!(x15_a_changed_role_or_membership),
    ]
}

/// Goes through each step that raises what a session may do; answers the tokens one after the other.
fn tokens_of_a_life(world: &World, planted: &str) -> (Vec<String>, Browser) {
    let mut browser = world.browser();
    browser.set_token(planted);
    let mut tokens = vec![planted.to_owned()];
    browser.sign_in(&world.ada()).expect_ok();
    tokens.push(browser.token());
    browser
        .call("session/confirm_password", json!({ "password": PASSWORD }))
        .expect_ok();
    tokens.push(browser.token());
    let key = browser.ask("mfa/set_up").expect_ok()["key"].clone();
    let app = Authenticator::new(key.as_str().unwrap());
    world.clock.next_step();
    browser
        .call(
            "mfa/confirm",
            json!({ "code": app.code(world.clock.now()) }),
        )
        .expect_ok();
    tokens.push(browser.token());
    browser.sign_in(&world.ada()).expect_ok();
    tokens.push(browser.token());
    world.clock.next_step();
    browser.give_code(&app.code(world.clock.now())).expect_ok();
    tokens.push(browser.token());
    step_up(world, &mut browser, &app, &json!({ "action": "delete" }));
    tokens.push(browser.token());
    browser.ask("mfa/delete").expect_ok();
    tokens.push(browser.token());
    (tokens, browser)
}

fn x1_a_planted_cookie(_: Effort) -> Held {
    let world = World::new();
    let mut steps = 0;
    for planted in ["A".repeat(43), "planted".to_owned(), "x".repeat(2_000)] {
        let (tokens, _) = tokens_of_a_life(&world, &planted);
        assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), tokens.len());
        steps += tokens.len() - 1;
    }
    // Somebody else's session, planted: the sign-in over it does not share it.
    let mut attacker = world.signed_in(&world.add("eve@example.com", "Example Ltd", "member"));
    let (_, mut browser) = tokens_of_a_life(&world, &attacker.token());
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

fn x2_each_token_before(_: Effort) -> Held {
    let world = World::new();
    let (tokens, browser) = tokens_of_a_life(&world, &"A".repeat(43));
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

fn x4_a_token_after_sign_out(_: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    let mut browser = ada.sign_in(&world);
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

fn x5_a_new_password_ends_everything(_: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    let link = world.cli(&["user", "set-password", "ada@example.com"]);
    let (mut full, mut half) = (ada.sign_in(&world), ada.half(&world));
    ada.step_up(&world, &mut full, &json!({ "action": "delete" }));
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-stdin",
    ];
    world.cli_with(&set, PASSWORD).expect_done();
    full.ask("mfa/delete").expect_refused(401, "not_signed_in");
    world.clock.next_step();
    half.give_code(&ada.code(&world))
        .expect_refused(401, "not_signed_in");
    let token = link.expect_done().rsplit_once('#').unwrap().1.to_owned();
    let request = json!({ "token": token, "password": "another password of hers" });
    world
        .browser()
        .call("session/accept_invitation", request)
        .expect_refused(404, "link_dead");
    refused(
        3,
        "after the operator's new password: a full session with a grant, a half one, the link (the page's own change: server/tests/journeys/change_password.rs)",
    )
}

fn x6_a_changed_factor_ends_the_other_sessions(_: Effort) -> Held {
    let world = World::new();
    let mut before = world.signed_in(&world.ada());
    let ada = world.enrolled();
    before
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");

    let (mut mine, mut other, mut half) =
        (ada.sign_in(&world), ada.sign_in(&world), ada.half(&world));
    ada.step_up(&world, &mut mine, &json!({ "action": "reset" }));
    let key = mine.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    world.clock.next_step();
    mine.call(
        "mfa/confirm",
        json!({ "code": app.code(world.clock.now()) }),
    )
    .expect_ok();
    other
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    half.ask("session/helpers")
        .expect_refused(401, "not_signed_in");

    let olga = world.enrol(&world.add("olga@example.com", "Example Ltd", "owner"));
    let max = world.enrol(&world.add("max@example.com", "Example Ltd", "member"));
    let (mut owner, mut member, mut half) =
        (olga.sign_in(&world), max.sign_in(&world), max.half(&world));
    let account = world.account(&mut owner, "Example Ltd");
    let id = world.member(&mut owner, &account, "max@example.com");
    olga.step_up(
        &world,
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

    let mut other = olga.sign_in(&world);
    olga.step_up(&world, &mut owner, &json!({ "action": "delete" }));
    owner.ask("mfa/delete").expect_ok();
    other
        .ask("profile/view")
        .expect_refused(401, "not_signed_in");
    refused(
        6,
        "other sessions, whole and half, after add, reset, an Owner's reset and delete",
    )
}

fn x7_somebody_is_disabled(_: Effort) -> Held {
    let world = World::new();
    let max = world.enrol(&world.add("max@example.com", "Example Ltd", "member"));
    let (mut full, mut half, mut second) =
        (max.sign_in(&world), max.half(&world), max.sign_in(&world));
    world
        .cli(&["user", "disable", "max@example.com"])
        .expect_done();
    for browser in [&mut full, &mut second] {
        browser
            .ask("profile/view")
            .expect_refused(401, "not_signed_in");
    }
    world.clock.next_step();
    half.give_code(&max.code(&world))
        .expect_refused(401, "not_signed_in");
    half.give_backup_code(&max.codes[0])
        .expect_refused(401, "not_signed_in");
    world
        .browser()
        .sign_in(&max.person)
        .expect_refused(401, "wrong_credentials");
    world
        .cli(&["user", "enable", "max@example.com"])
        .expect_done();
    full.ask("profile/view")
        .expect_refused(401, "not_signed_in");
    refused(
        6,
        "a disabled user: open sessions, a half finished sign-in, a new one; no session comes back when enabled again",
    )
}

fn x8_idle_and_absolute_bounds(_: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    let mut idle = ada.sign_in(&world);
    world.clock.advance(59 * 60);
    idle.ask("profile/view").expect_ok();
    world.clock.advance(60 * 60 + 1);
    idle.ask("profile/view")
        .expect_refused(401, "not_signed_in");

    let mut busy = ada.sign_in(&world);
    for _ in 0..28 {
        world.clock.advance(50 * 60);
        busy.ask("profile/view").expect_ok();
    }
    world.clock.advance(24 * 60 * 60 + 1 - 28 * 50 * 60);
    busy.ask("profile/view")
        .expect_refused(401, "not_signed_in");

    let mut half = ada.half(&world);
    world.clock.advance(10 * 60);
    half.give_code(&ada.code(&world))
        .expect_refused(401, "not_signed_in");
    refused(
        3,
        "idle for 1 h 1 s; 24 h 1 s however busy; half signed in for 10 min",
    )
}

fn x9_many_tokens(effort: Effort) -> Held {
    let world = World::new();
    let mut browser = world.signed_in(&world.ada());
    let (count, mut seen, mut bytes) = (effort.of(40, 1_000), BTreeSet::new(), Vec::new());
    for _ in 0..count {
        browser
            .call("session/confirm_password", json!({ "password": PASSWORD }))
            .expect_ok();
        let drawn = BASE64URL_NOPAD.decode(browser.token().as_bytes()).unwrap();
        assert_eq!(drawn.len(), 32, "256 bits");
        bytes.extend(&drawn);
        assert!(seen.insert(drawn), "a token came twice");
    }
    let flat = spread(&bytes);
    let stored = Sha256::digest(browser.token().as_bytes());
    let raw = Sha256::digest(BASE64URL_NOPAD.decode(browser.token().as_bytes()).unwrap());
    let is_stored =
        |digest: &[u8]| !find(world.folder(), &[Secret::bytes("digest", digest)]).is_empty();
    let stored = [stored.to_vec(), raw.to_vec()]
        .into_iter()
        .find(|digest| is_stored(digest))
        .expect("the token's stored form is in the database");
    for copy in [
        BASE64URL_NOPAD.encode(&stored),
        HEXLOWER.encode(&stored),
        String::from_utf8_lossy(&stored)
            .escape_default()
            .to_string(),
    ] {
        browser
            .replay(&copy)
            .ask("profile/view")
            .expect_refused(401, "not_signed_in");
    }
    refused(
        count + 3,
        format!(
            "tokens of 256 bits, none twice, χ² {flat:.0}; the stored form from a copy of the database as a cookie: refused"
        ),
    )
}

fn x10_what_the_cookie_says(_: Effort) -> Held {
    let world = World::with(&[("TWINLOCK_PUBLIC_URL", "https://panel.example.com")]);
    let mut browser = world.browser();
    let answer = browser.sign_in(&world.ada());
    answer.expect_ok();
    let cookies = answer.cookies();
    let names: Vec<&str> = cookies
        .iter()
        .filter_map(|cookie| cookie.split('=').next())
        .collect();
    assert_eq!(names, ["__Host-twinlock", "__Host-twinlock-browser"]);
    for cookie in &cookies {
        let attributes: BTreeSet<String> = cookie
            .split("; ")
            .skip(1)
            .map(str::to_ascii_lowercase)
            .collect();
        for needed in ["secure", "httponly", "path=/"] {
            assert!(attributes.contains(needed), "{cookie}");
        }
        assert!(
            attributes.contains("samesite=strict") || attributes.contains("samesite=lax"),
            "{cookie}"
        );
        assert!(
            !cookie.to_ascii_lowercase().contains("domain=") && cookie.len() < 4_096,
            "{cookie}"
        );
    }
    assert!(
        !cookies[0].to_ascii_lowercase().contains("max-age"),
        "a session's cookie goes with the browser"
    );
    assert!(
        !answer.text().contains(&browser.token()),
        "the token stands in no body"
    );
    // A sibling subdomain can set `twinlock`, but never the name with the prefix.
    assert_eq!(browser.replay(&browser.token()).standing(), "");
    as_wanted(
        1,
        "__Host-, Secure, HttpOnly, SameSite, Path=/, no Domain, below 4 KB; the name without the prefix is not taken",
    )
}

fn x12_two_people_in_one_browser(_: Effort) -> Held {
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

fn x14_an_ended_session_after_a_restart(_: Effort) -> Held {
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

fn x15_a_changed_role_or_membership(_: Effort) -> Held {
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
