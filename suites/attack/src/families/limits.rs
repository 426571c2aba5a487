//! L: rate limits on guessing.

use serde_json::json;
use testkit::process::{Memory, memory};

use crate::{
    attack::{Attack, AttackOutcome, AttackPlan, Effort, attack, refused},
    harness::{
        EnrolledPerson, GUESSABLE, HttpBrowser, OperatorCommands, PASSWORD, TestSite, at_once,
    },
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(l1_wrong_codes_one_after_the_other),
        attack!(l2_what_does_not_reset_the_counter),
        attack!(
            "L5",
            AttackPlan::Elsewhere(
                "server/tests/http/guards/addresses.rs",
                "garbage_is_counted_by_the_last_address_that_is_known",
                "the peer's address has to be chosen: random, one letter, 4 KB, IPv6 zones and lists, with and without a trusted proxy"
            )
        ),
        attack!(l6_every_place_draws_on_one_budget),
        attack!(
            "L7",
            AttackPlan::Elsewhere(
                "server/tests/journeys/known_browsers.rs",
                "besiege(&server, &ada.person, 1000)",
                "1,000 wrong passwords from elsewhere need a clock that moves with each: the owner's browser is in at once"
            )
        ),
        attack!(
            "L8",
            AttackPlan::Elsewhere(
                "server/tests/journeys/known_browsers.rs",
                "assert_eq!(said(&right), said(&refused))",
                "tried in the same siege as L7"
            )
        ),
        attack!(l10_one_guess_a_step_for_a_month),
        attack!(l11_a_refusal_says_how_long),
        attack!(l12_many_large_and_many_normal_passwords),
    ]
}

fn l1_wrong_codes_one_after_the_other(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let (mut judged, mut tried) = (0, 0);
    for window in 0..3_u8 {
        site.clock.past_the_pause();
        let wrong: Vec<String> = ada.app.wrong_codes(site.clock.now()).take(8).collect();
        for (number, code) in (0_u8..).zip(wrong) {
            let half = ada
                .half(&site)
                .at(10 * window + number + 1)
                .with_header("User-Agent", &format!("agent {number}"));
            let answer = half.clone().give_code(&code);
            assert!([401, 429].contains(&answer.status), "{}", answer.text());
            judged += usize::from(answer.status == 401);
            tried += 1;
        }
        assert_eq!(
            judged,
            [5, 10, 10][usize::from(window)],
            "after window {window}"
        );
    }
    site.clock.past_the_pause();
    let refusal = ada
        .half(&site)
        .give_code(&ada.code(&site))
        .expect_refused(429, "locked");
    assert_eq!(refusal["tries"], 10);
    let unlocked = ada.half(&site).give_backup_code(&ada.codes[0]).expect_ok();
    assert_eq!(unlocked["unlocked_after"], 10, "its owner is told how many");
    refused(
        tried,
        "wrong codes from rotating addresses, sessions and agents: 5 judged in 15 min, 10 in all, then locked; a backup code unlocks and says so",
    )
}

fn l2_what_does_not_reset_the_counter(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let max = site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let guess = |site: &TestSite, half: &mut HttpBrowser| {
        let wrong = json!({ "code": ada.app.wrong_code(site.clock.now()) });
        half.call("session/verify_code", wrong)
            .expect_refused(401, "wrong_code");
    };
    let mut half = ada.half(&site);
    guess(&site, &mut half);
    site.restart();
    guess(&site, &mut half);
    site.kill_and_start();
    let mut half = ada.half(&site);
    guess(&site, &mut half);
    half.ask("session/sign_out").expect_ok();
    let mut half = ada.half(&site);
    guess(&site, &mut half);
    max.sign_in(&site);
    // A full session that was open before still confirms the password, and asks for a step-up.
    let mut full = ada.browser.clone();
    full.call("session/confirm_password", json!({ "password": PASSWORD }))
        .expect_ok();
    full.call("step_up/ask", json!({ "action": "delete" }))
        .expect_ok();
    guess(&site, &mut half);
    ada.half(&site)
        .give_code(&ada.code(&site))
        .expect_refused(429, "paused");
    refused(
        6,
        "the counter after a restart, kill -9, sign-out, the right password, a new session, another person's sign-in, a new step-up: unchanged",
    )
}

/// Uses up the budget of a new user's browser at one place; returns the browser.
fn spend(site: &TestSite, person: &EnrolledPerson, function: &str, kind: &str) -> HttpBrowser {
    let mut browser = if function.starts_with("session/verify") {
        person.half(site)
    } else {
        // Not the browser that drew the backup codes, because those verify nothing in it.
        site.clock.next_step();
        person.sign_in(site)
    };
    match function {
        "mfa/confirm" => {
            person.step_up(site, &mut browser, &json!({ "action": "reset" }));
            browser.ask("mfa/set_up").expect_ok();
        }
        _ if function.starts_with("step_up") => {
            let intent = json!({ "action": "delete" });
            browser.call("step_up/ask", intent).expect_ok();
        }
        _ => {}
    }
    site.clock.next_step();
    for code in person.app.wrong_codes(site.clock.now()).take(GUESSES) {
        let code = if kind == "code" {
            code
        } else {
            "AAAA-AAAA-AAAA-AAAA".to_owned()
        };
        let answer = browser.call(function, json!({ "action": "delete", "code": code }));
        assert_eq!(answer.status, 401, "{function}: {}", answer.text());
    }
    browser
}

/// Attempts that are checked in 15 minutes.
const GUESSES: usize = 5;

fn l6_every_place_draws_on_one_budget(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut tried = 0;
    let codes = GUESSABLE.iter().filter(|(_, kind)| *kind != "password");
    for (index, (function, kind)) in codes.enumerate() {
        let person =
            site.enrol(&site.add_user(&format!("p{index}@example.com"), "Example Ltd", "member"));
        let mut browser = spend(&site, &person, function, kind);
        tried += GUESSES;
        if function.starts_with("session/verify") {
            // All half sessions in unknown browsers share one budget.
            person
                .half(&site)
                .give_code(&person.code(&site))
                .expect_refused(429, "paused");
            person
                .half(&site)
                .give_backup_code(&person.codes[0])
                .expect_refused(429, "paused");
        } else {
            // All places within one session share another budget.
            let code = json!({ "code": person.code(&site) });
            browser.call("mfa/test", code).expect_refused(429, "paused");
            let delete = json!({ "action": "delete" });
            browser.call("step_up/ask", delete.clone()).expect_ok();
            person
                .verify(&site, &mut browser, &delete)
                .expect_refused(429, "paused");
            let backup = json!({ "action": "delete", "code": person.codes[0] });
            browser
                .call("step_up/verify_backup_code", backup)
                .expect_refused(429, "paused");
            let change = json!({
                "current": PASSWORD,
                "new": "a lamp behind the third door",
                "code": person.code(&site),
            });
            browser
                .call("profile/change_password", change)
                .expect_refused(429, "paused");
        }
    }
    let mut open = site.signed_in(&site.ada());
    for number in 0..5 {
        let wrong = json!({ "password": format!("wrong password number {number}") });
        open.call("session/confirm_password", wrong)
            .expect_refused(401, "wrong_credentials");
    }
    // Each session has a separate budget for its user's password, shared by every place that
    // accepts it.
    open.sign_in(&site.ada()).expect_refused(429, "too_many");
    let change = json!({ "current": PASSWORD, "new": "a lamp behind the third door" });
    open.call("profile/change_password", change)
        .expect_refused(429, "too_many");
    let mut other = site.browser();
    site.clock.advance(61);
    for spelling in [
        "ada@example.com",
        "aDa@example.com",
        "ADA@example.com",
        " ada@example.com ",
        "Ada@Example.COM",
        "ada@EXAMPLE.com",
    ] {
        let answer = other.sign_in_as(spelling, "a wrong password of hers");
        assert!([401, 429].contains(&answer.status));
        tried += 1;
    }
    other.sign_in(&site.ada()).expect_refused(429, "too_many");
    refused(
        tried + 5,
        format!(
            "{} places for a code: those of the sign-in spend one budget, those within a session that session's; two for a password another, however the address is spelt (the list is compared with the product's in a test)",
            GUESSABLE.len() - 3
        ),
    )
}

/// Simulates thirty days of guessing: on the first day one attempt each 30 s, then an hour every
/// day.
fn l10_one_guess_a_step_for_a_month(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let owner = site.enrol(&site.add_user("olga@example.com", "Example Ltd", "owner"));
    let (mut judged, mut tried) = (0, 0);
    let (days, first_day) = (effort.of(3, 30), effort.of(120, 2_880));
    for day in 0..days {
        let guesses = if day == 0 {
            first_day
        } else {
            effort.of(10, 120)
        };
        let mut half = ada.half(&site);
        for guess in 0..guesses {
            if guess % 18 == 17 {
                half = ada.half(&site);
            }
            site.clock.advance(30);
            let wrong = ada.app.wrong_code(site.clock.now());
            judged += usize::from(half.give_code(&wrong).status == 401);
            tried += 1;
        }
        site.clock.advance(23 * 3600);
    }
    assert!(
        judged <= 10,
        "{judged} were judged: two codes of a million each"
    );
    let mut browser = owner.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let members = site.members(&mut browser, &account).expect_ok();
    let row = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["email"] == "ada@example.com")
        .cloned();
    assert_eq!(row.unwrap()["state"], "locked", "an Owner sees it");
    refused(
        tried,
        format!(
            "guesses over {days} days: {judged} judged (chance 2·10⁻⁵), then locked; an Owner sees it, its owner is told when it is unlocked"
        ),
    )
}

fn l11_a_refusal_says_how_long(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut half = ada.half(&site);
    for wrong in ada.app.wrong_codes(site.clock.now()).take(5) {
        half.give_code(&wrong).expect_refused(401, "wrong_code");
    }
    let paused = half.give_code("000000");
    let seconds = paused.expect_refused(429, "paused")["seconds"].to_string();
    assert_eq!(paused.header("retry-after"), seconds);
    let mut other = site.browser();
    for _ in 0..5 {
        other
            .sign_in_as("nobody@example.com", "a wrong password of nobody")
            .expect_refused(401, "wrong_credentials");
    }
    let delayed = other.sign_in_as("nobody@example.com", "a wrong password of nobody");
    let seconds = delayed.expect_refused(429, "too_many")["seconds"].to_string();
    assert_eq!(delayed.header("retry-after"), seconds);
    refused(
        2,
        "429 for codes and passwords carry Retry-After (the countdown: end2end sign-in-code.spec.ts; polite, and not each second: ui/countdown)",
    )
}

/// KiB per request while its body is refused unread: 17 measured, half of it hyper's first buffer.
const REFUSED: u64 = 32;
/// KiB per request that waits for its hash: 65 measured, for three buffers of hyper and the futures
/// of its guards.
const WAITING: u64 = 80;
/// KiB for one-time allocations: connections to the database, their statements and pages.
const ONCE: u64 = 4 * 1024;

fn l12_many_large_and_many_normal_passwords(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let parallel = effort.of(40, 200);
    let each = parallel as u64;
    let (idle, start) = (
        memory(site.process(), Memory::Resident),
        memory(site.process(), Memory::Peak),
    );
    let large = json!({ "email": "ada@example.com", "password": "x".repeat(1_000_000) });
    for (_, answer) in at_once(vec![(site.browser(), "session/sign_in", large); parallel]) {
        assert_eq!(answer.status, 413, "{}", answer.text());
    }
    let (unread, bound) = (
        memory(site.process(), Memory::Peak),
        start + each * REFUSED + ONCE,
    );
    assert!(unread <= bound, "large: {unread} KiB, {bound} allowed");
    let calls = (0..parallel).map(|number| {
        let request = json!({ "email": format!("p{number}@example.com"), "password": PASSWORD });
        (site.browser(), "session/sign_in", request)
    });
    for (_, answer) in at_once(calls.collect()) {
        assert!([401, 503].contains(&answer.status), "{}", answer.text());
    }
    let permits = std::thread::available_parallelism().unwrap().get() as u64;
    let (peak, bound) = (
        memory(site.process(), Memory::Peak),
        idle + permits * 19 * 1024 + each * WAITING + ONCE,
    );
    assert!(peak <= bound, "{peak} KiB, {bound} allowed, {idle} idle");
    refused(
        2 * parallel,
        format!(
            "{parallel} sign-ins at once with 1 MB passwords: 413, {} KiB more than idle; {parallel} normal: {} MiB at the peak, {} MiB idle, {permits} hashes at a time",
            unread.saturating_sub(idle),
            peak / 1024,
            idle / 1024
        ),
    )
}
