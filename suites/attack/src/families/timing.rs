//! U: answers and their timing must not reveal which users exist.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    attack::{Attack, AttackOutcome, Effort, attack, refused},
    harness::{HttpAnswer, OperatorCommands, PASSWORD, TestSite, at_once},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(u1_known_and_unknown_addresses),
        attack!(u2_links_tell_nothing),
        attack!(u4_disabled_locked_unknown),
        attack!(deep u5_first_and_last_digit),
        attack!(u7_ids),
        attack!(u8_bursts_for_imported_people),
    ]
}

/// Returns an answer without the parts that always differ.
fn shape(answer: &HttpAnswer) -> (u16, Vec<String>, String) {
    let is_own = |name: &str| ["x-request-id", "date"].contains(&name);
    let headers = answer.headers.iter().filter(|(name, _)| !is_own(name));
    (
        answer.status,
        headers
            .map(|(name, value)| format!("{name}: {value}"))
            .collect(),
        answer.text().to_owned(),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "this measures the server from outside"
)]
fn time_call(call: impl FnOnce() -> HttpAnswer) -> (Duration, HttpAnswer) {
    let start = Instant::now();
    let answer = call();
    (start.elapsed(), answer)
}

fn median(mut samples: Vec<Duration>) -> Duration {
    samples.sort_unstable();
    samples[samples.len() / 2]
}

fn u1_known_and_unknown_addresses(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let samples = effort.of(10, 500);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..samples {
        // Advances past the delay after wrong passwords, which affects both addresses.
        site.clock.advance(61);
        // The same unknown address each time, because an address with earlier attempts takes some
        // milliseconds longer, known or not.
        let stranger = "stranger@example.com";
        let guess = |email: &str| {
            let wrong = || site.browser().sign_in_as(email, "a wrong password of hers");
            time_call(wrong)
        };
        // The order alternates, because the first request finds the server's caches colder.
        let [first, second] = if number % 2 == 0 {
            ["ada@example.com", stranger]
        } else {
            [stranger, "ada@example.com"]
        };
        let mut pair = [guess(first), guess(second)];
        if number % 2 == 1 {
            pair.reverse();
        }
        let [(known_time, right), (unknown_time, wrong)] = pair;
        known.push(known_time);
        unknown.push(unknown_time);
        assert_eq!(right.status, 401);
        assert_eq!(shape(&right), shape(&wrong));
    }
    let (known, unknown) = (median(known), median(unknown));
    let apart = known.abs_diff(unknown);
    // A few samples say nothing about timing.
    assert!(
        effort == Effort::Quick || apart <= Duration::from_millis(2),
        "{apart:?} apart: {known:?} for an address that is known, {unknown:?} for one that is not"
    );
    refused(
        2 * samples,
        format!(
            "unknown address against known one with a wrong password: one answer to the byte; medians {apart:.1?} apart (at most 2 ms, judged in the deep run)"
        ),
    )
}

fn u2_links_tell_nothing(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
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
    let token = |line: &str| line.rsplit_once('#').unwrap().1.to_owned();
    let replaced = token(site.cli(&add).expect_done());
    let late = token(
        site.cli(&["user", "set-password", "max@example.com"])
            .expect_done(),
    );
    site.clock.advance(7 * 24 * 3600 + 1);
    let check = |token: &str| {
        shape(
            &site
                .browser()
                .call("session/check_invitation", json!({ "token": token })),
        )
    };
    let late = check(&late);
    let used = token(
        site.cli(&["user", "set-password", "max@example.com"])
            .expect_done(),
    );
    let accept = json!({ "token": used, "password": PASSWORD });
    site.browser()
        .call("session/accept_invitation", accept)
        .expect_ok();
    let answers = [late, check(&replaced), check(&used), check(&"A".repeat(43))];
    assert!(
        answers.iter().all(|answer| *answer == answers[3]),
        "{answers:?}"
    );
    refused(
        4,
        "invitations: used, replaced, late, invented: one answer (there is no sign-up and no reset by mail)",
    )
}

fn u4_disabled_locked_unknown(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let disabled = site.add_user("disabled@example.com", "Example Ltd", "member");
    site.cli(&["user", "disable", "disabled@example.com"])
        .expect_done();
    let locked = site.enrol(&site.add_user("locked@example.com", "Example Ltd", "member"));
    for _ in 0..10 {
        site.clock.advance(4 * 60);
        let wrong = locked.app.wrong_code(site.clock.now());
        locked
            .half(&site)
            .give_code(&wrong)
            .expect_refused(401, "wrong_code");
    }
    let invited = [
        "user",
        "add",
        "invited@example.com",
        "--name",
        "I",
        "--account",
        "Example Ltd",
        "--role",
        "member",
    ];
    site.cli(&invited).expect_done();
    let wrong = "a wrong password of theirs";
    let sign_in = |email: &str, password: &str| shape(&site.browser().sign_in_as(email, password));
    let answers = [
        sign_in("unknown@example.com", wrong),
        sign_in(&disabled.email, PASSWORD),
        sign_in(&disabled.email, wrong),
        sign_in(&locked.person.email, wrong),
        sign_in("invited@example.com", wrong),
        sign_in("no address at all", wrong),
    ];
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    refused(
        6,
        "unknown, disabled (with the right password too), locked, invited, no address: one answer",
    )
}

fn u5_first_and_last_digit(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let rounds = effort.of(5, 500);
    let mut times = [Vec::new(), Vec::new()];
    let other = |digit: u8| if digit == b'9' { b'0' } else { digit + 1 };
    for _ in 0..rounds {
        site.clock.past_the_pause();
        let mut half = ada.half(&site);
        let code = ada.code(&site);
        for guess in 0..4 {
            let mut wrong = code.clone().into_bytes();
            let place = if guess % 2 == 0 { 0 } else { 5 };
            wrong[place] = other(wrong[place]);
            let (time, answer) = time_call(|| half.give_code(std::str::from_utf8(&wrong).unwrap()));
            assert_ne!(answer.status, 429);
            times[guess % 2].push(time);
        }
        // A complete sign-in resets the budget.
        half.give_code(&code);
    }
    let [first, last] = times.map(median);
    let apart = first.abs_diff(last);
    assert!(apart <= Duration::from_micros(500), "{apart:?} apart");
    refused(
        4 * rounds,
        format!("codes wrong in the first or the last digit: medians {apart:.1?} apart"),
    )
}

fn u7_ids(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let count = effort.of(5, 40);
    let ada = site.enrolled_ada();
    let mut owner = ada.sign_in(&site);
    let mut ids = std::collections::BTreeSet::new();
    for number in 0..count {
        let name = format!("Account {number}");
        site.add_account(&name);
        site.cli(&["member", "add", "ada@example.com", &name, "--role", "owner"])
            .expect_done();
        let id = site.account(&mut owner, &name).as_str().unwrap().to_owned();
        assert!(
            id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()),
            "{id}"
        );
        ids.insert(id);
    }
    assert_eq!(ids.len(), count);
    let prefixes: std::collections::BTreeSet<&str> = ids.iter().map(|id| &id[..6]).collect();
    assert!(prefixes.len() + 1 >= count, "they do not count up");
    site.add_account("Foreign Ltd");
    let mut theirs = site.signed_in(&site.add_user("olga@example.com", "Foreign Ltd", "owner"));
    let foreign = site.account(&mut theirs, "Foreign Ltd");
    let mut ask = |id: serde_json::Value| {
        let request = json!({ "account": id, "search": "", "state": null, "page": 0 });
        shape(&owner.call("accounts/members", request))
    };
    assert_eq!(
        ask(foreign),
        ask(json!("0".repeat(32))),
        "somebody else's and nobody's"
    );
    refused(
        count + 2,
        "ids of 128 random bits; a foreign id and an invented one are answered alike, to the byte",
    )
}

/// bcrypt of cost 10, which takes several times as long as a hash of our own.
const SLOW_HASH: &str = "$2b$10$v59bWc3aTfAoeIP/oTYGR.2Fka6ZOT7VGymjtMuoblxiTLKPMsJWu";
/// How far the sums of processor time of two kinds of bursts may be apart, as 1/n of one. When the
/// checks of unknown addresses slept until the floor, they took a third of the others' time.
const BURSTS_APART: u32 = 10;

/// A few wrong passwords at once delay each other, and all other requests, by the work of the hash.
/// The processor's time of the server shows that at any load of this machine.
fn u8_bursts_for_imported_people(effort: Effort) -> AttackOutcome {
    const AT_ONCE: usize = 4;
    let site = TestSite::with_owner();
    let rounds = effort.of(5, 30);
    let slow = |round: usize| format!("slow{round}@example.com");
    let person = |round| {
        let (email, account, hash) = (slow(round), "Example Ltd", SLOW_HASH);
        json!({ "email": email, "name": "S", "account": account, "password_hash": hash })
    };
    let people: Vec<_> = (0..rounds).map(|round| person(round).to_string()).collect();
    let people = people.join("\n") + "\n";
    site.cli_with(&["user", "import", "-"], &people)
        .expect_done();
    let burst = |email: &str| {
        let guess = json!({ "email": email, "password": "a wrong password" });
        let calls = (0..AT_ONCE).map(|_| (site.browser(), "session/sign_in", guess.clone()));
        let calls = calls.collect();
        let before = site.cpu_time();
        let answers = at_once(calls);
        assert!(answers.iter().all(|(_, answer)| answer.status == 401));
        site.cpu_time().saturating_sub(before)
    };
    let (mut imported, mut unknown) = (Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        let nobody = format!("nobody{round}@example.com");
        if round % 2 == 0 {
            imported += burst(&slow(round));
            unknown += burst(&nobody);
        } else {
            unknown += burst(&nobody);
            imported += burst(&slow(round));
        }
        site.clock.advance(61);
    }
    let apart = imported.abs_diff(unknown);
    assert!(
        apart <= imported / BURSTS_APART,
        "{apart:?} apart: {imported:?} of the processor for imported people, {unknown:?} for unknown addresses"
    );
    refused(
        2 * rounds * AT_ONCE,
        format!(
            "four wrong passwords at once, {rounds} times: {imported:.1?} of the processor for imported people with bcrypt, {unknown:.1?} for unknown addresses"
        ),
    )
}
