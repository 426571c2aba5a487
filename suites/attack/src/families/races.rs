//! R: races, each started from a barrier. `PostgreSQL` with two instances comes with its own issue.

use serde_json::json;

use crate::{
    attack::{Attack, AttackOutcome, AttackPlan, Effort, as_wanted, attack, refused},
    harness::{HttpAnswer, HttpBrowser, OperatorCommands, TestSite, accepted, at_once},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(r1_one_code_in_many_sign_ins),
        attack!(r2_one_code_in_many_tabs),
        attack!(r3_one_backup_code_in_many_sign_ins),
        attack!(r4_two_backup_codes_at_once),
        attack!(r6_wrong_codes_from_many_places),
        attack!(r7_wrong_passwords_at_once),
        attack!(r9_an_old_code_beside_finish),
        attack!(r11_one_grant_many_actions),
        attack!(r12_the_rule_beside_sign_ins),
        attack!(
            "R13",
            AttackPlan::Elsewhere(
                "storage/tests/contract/races/mod.rs",
                "of_two_hundred_guesses_at_once_five_are_judged",
                "R1, R3 and R6 over two programs on one PostgreSQL; R11 over two routers on one: server/tests/journeys/races/step_up.rs, where TWINLOCK_TEST_POSTGRES names a server"
            )
        ),
        attack!(r14_two_commands_remove_each_others_last_owner),
    ]
}

/// Checks that exactly one browser was let in, and that the refused ones are still outside.
fn expect_one_inside(answers: Vec<(HttpBrowser, HttpAnswer)>) {
    assert_eq!(accepted(&answers), 1);
    for (mut browser, answer) in answers {
        assert_eq!(browser.is_in(), answer.is_ok());
    }
}

fn r1_one_code_in_many_sign_ins(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let (rounds, parallel) = (effort.of(1, 10), effort.of(16, 32));
    for _ in 0..rounds {
        site.clock.past_the_pause();
        let halves = ada.halves(&site, parallel);
        site.clock.next_step();
        let code = json!({ "code": ada.code(&site) });
        let calls = halves
            .into_iter()
            .map(|half| (half, "session/verify_code", code.clone()));
        expect_one_inside(at_once(calls.collect()));
    }
    as_wanted(
        rounds,
        format!("{parallel} half signed in sessions, one code at once: one comes in"),
    )
}

fn r2_one_code_in_many_tabs(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let rounds = effort.of(2, 20);
    for _ in 0..rounds {
        site.clock.past_the_pause();
        let half = ada.half(&site);
        site.clock.next_step();
        let code = json!({ "code": ada.code(&site) });
        expect_one_inside(at_once(vec![(half, "session/verify_code", code); 32]));
    }
    as_wanted(
        rounds,
        "one half signed in cookie, one code 32 times at once: one session",
    )
}

fn r3_one_backup_code_in_many_sign_ins(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let (rounds, parallel) = (effort.of(1, 10), effort.of(16, 32));
    for code in &ada.codes[..rounds] {
        site.clock.past_the_pause();
        let halves = ada.halves(&site, parallel);
        let code = json!({ "code": code });
        let calls = halves
            .into_iter()
            .map(|half| (half, "session/verify_backup_code", code.clone()));
        expect_one_inside(at_once(calls.collect()));
    }
    site.clock.past_the_pause();
    let profile = ada.sign_in(&site).ask("profile/view").expect_ok();
    assert_eq!(profile["codes_left"], 10 - rounds);
    as_wanted(
        rounds,
        format!("{parallel} sessions, one backup code at once: one comes in, one code is spent"),
    )
}

fn r4_two_backup_codes_at_once(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let rounds = effort.of(2, 5);
    for round in 0..rounds {
        let halves = ada.halves(&site, 2);
        let codes = &ada.codes[2 * round..];
        let calls = halves
            .into_iter()
            .zip(codes)
            .map(|(half, code)| (half, "session/verify_backup_code", json!({ "code": code })));
        assert_eq!(accepted(&at_once(calls.collect())), 2);
        let profile = ada.sign_in(&site).ask("profile/view").expect_ok();
        assert_eq!(profile["codes_left"], 8 - 2 * round);
    }
    as_wanted(
        rounds,
        "two different backup codes at once: both come in, both are spent",
    )
}

fn r6_wrong_codes_from_many_places(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    // A user has at most this many half sessions.
    let (guesses, sessions) = (effort.of(60, 200), 5);
    let halves = ada.halves(&site, sessions);
    site.clock.next_step();
    let wrong = ada.app.wrong_codes(site.clock.now());
    let calls = wrong.take(guesses).zip(0_u8..).map(|(code, number)| {
        let half = &halves[usize::from(number) % sessions];
        (
            half.clone().at(1 + number % 20),
            "session/verify_code",
            json!({ "code": code }),
        )
    });
    let answers = at_once(calls.collect());
    let judged = answers
        .iter()
        .filter(|(_, answer)| answer.kind() != "paused")
        .count();
    assert!(judged <= 5, "{judged} codes were judged");
    assert_eq!(accepted(&answers), 0);
    let (mut late, code) = (halves[0].clone(), ada.code(&site));
    late.give_code(&code).expect_refused(429, "paused");
    refused(
        guesses,
        format!(
            "wrong codes at once over {sessions} sessions and 20 addresses: {judged} judged, then the right one is refused too"
        ),
    )
}

fn r7_wrong_passwords_at_once(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let guesses = effort.of(60, 200);
    let calls = (0..guesses).map(|number| {
        let request = json!({ "email": "ada@example.com", "password": format!("wrong password number {number}") });
        (site.browser().at(1 + u8::try_from(number % 20).unwrap()), "session/sign_in", request)
    });
    let answers = at_once(calls.collect());
    let judged = answers
        .iter()
        .filter(|(_, answer)| answer.status == 401)
        .count();
    let delayed = answers
        .iter()
        .filter(|(_, answer)| answer.status == 429)
        .count();
    // Five attempts, and then one from each network.
    assert!(judged <= 5 + 20, "{judged} passwords were judged");
    assert_eq!(accepted(&answers), 0);
    assert!(
        delayed > 0
            && answers
                .iter()
                .all(|(_, answer)| [401, 429, 503].contains(&answer.status))
    );
    refused(
        guesses,
        format!(
            "wrong passwords at once from 20 addresses: {judged} judged, {delayed} told to wait"
        ),
    )
}

fn r9_an_old_code_beside_finish(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = site.enrolled_ada();
    let rounds = effort.of(1, 10);
    for _ in 0..rounds {
        site.clock.past_the_pause();
        let mut browser = ada.sign_in(&site);
        ada.step_up(&site, &mut browser, &json!({ "action": "generate" }));
        let sheet = browser.ask("mfa/generate").expect_ok();
        let (half, mut late) = (ada.half(&site), ada.half(&site));
        let answers = at_once(vec![
            (browser, "mfa/finish", json!({ "set": sheet["set"] })),
            (
                half,
                "session/verify_backup_code",
                json!({ "code": ada.codes[0] }),
            ),
        ]);
        answers[0].1.expect_ok();
        let beside = &answers[1].1;
        assert!(
            beside.is_ok() || ["wrong_code", "backup_code_used"].contains(&beside.kind().as_str()),
            "{}",
            beside.text()
        );
        late.give_backup_code(&ada.codes[1])
            .expect_refused(401, "wrong_code");
        ada.codes = crate::harness::code_list(&sheet);
    }
    as_wanted(
        rounds,
        "an old backup code beside `Finish`: before it, or refused; none once it was acknowledged",
    )
}

fn r11_one_grant_many_actions(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let rounds = effort.of(1, 10);
    let mut browser = ada.sign_in(&site);
    for _ in 0..rounds {
        ada.step_up(&site, &mut browser, &json!({ "action": "generate" }));
        let answers = at_once(vec![(browser.clone(), "mfa/generate", json!({})); 16]);
        assert_eq!(accepted(&answers), 1);
        let others = answers.iter().filter(|(_, answer)| !answer.is_ok());
        for (_, answer) in others {
            assert!([403, 503].contains(&answer.status), "{}", answer.text());
        }
    }
    as_wanted(rounds, "one grant, 16 actions at once: one effect")
}

fn r12_the_rule_beside_sign_ins(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let (rounds, parallel) = (effort.of(1, 5), effort.of(12, 50));
    for _ in 0..rounds {
        // At most thirty sign-ins a minute are allowed.
        site.clock.advance(61);
        let mut owner = ada.sign_in(&site);
        let account = site.account(&mut owner, "Example Ltd");
        let sign_in = json!({ "email": max.email, "password": max.password });
        let mut calls = vec![(owner, "accounts/require_mfa", json!({ "account": account }))];
        calls.extend((0..parallel).map(|_| (site.browser(), "session/sign_in", sign_in.clone())));
        let mut answers = at_once(calls);
        answers[0].1.expect_ok();
        let inside: Vec<&mut (HttpBrowser, HttpAnswer)> = answers[1..]
            .iter_mut()
            .filter(|(_, answer)| answer.is_ok())
            .collect();
        assert!(!inside.is_empty());
        for (browser, _) in inside {
            browser
                .ask("profile/view")
                .expect_refused(403, "set_up_required");
        }
        site.lift_rule("Example Ltd");
    }
    refused(
        rounds,
        format!(
            "the rule goes on beside {parallel} sign-ins without MFA: none reaches a function afterwards"
        ),
    )
}

fn r14_two_commands_remove_each_others_last_owner(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let rounds = effort.of(2, 20);
    for _ in 0..rounds {
        site.cli(&["user", "remove", "olga@example.com"]);
        site.add_user("olga@example.com", "Example Ltd", "owner");
        let remove = |email: &'static str| {
            let site = &site;
            move || {
                site.cli(&["member", "role", email, "Example Ltd", "--role", "member"])
                    .code
            }
        };
        let codes = std::thread::scope(|scope| {
            let both =
                ["ada@example.com", "olga@example.com"].map(|email| scope.spawn(remove(email)));
            both.map(|one| one.join().unwrap())
        });
        assert_eq!(
            codes.iter().filter(|code| **code == 0).count(),
            1,
            "{codes:?}"
        );
        site.cli(&[
            "member",
            "role",
            "ada@example.com",
            "Example Ltd",
            "--role",
            "owner",
        ])
        .expect_done();
    }
    as_wanted(
        rounds,
        "two commands take the role of the other's Owner at once: one is refused, an Owner stays",
    )
}
