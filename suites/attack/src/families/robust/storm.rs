//! Sends thousands of damaged requests to each function.

use std::{collections::BTreeMap, thread};

use serde_json::Value;

use super::damage::{broken, mutate, strange_headers};
use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{
        Chance, FUNCTIONS, HttpBrowser, OperatorCommands, PersistentConnection, Secret,
        ServerAddress, TestSite, find, well_formed,
    },
};

/// Returns the stored state of Ada, Max and the account, as far as an Owner can see it.
fn state(site: &TestSite, owner: &mut HttpBrowser, account: &Value) -> Vec<String> {
    let members = site.members(owner, account).expect_ok().to_string();
    let facts = [owner.ask("accounts/list"), owner.ask("profile/view")]
        .map(|answer| answer.expect_ok().to_string());
    [members].into_iter().chain(facts).collect()
}

pub(super) fn i1_mutated_requests(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    site.enrol(&site.add_user("max@example.com", "Example Ltd", "member"));
    let mut browser = ada.sign_in(&site);
    let account = site.account(&mut browser, "Example Ltd");
    let max = site.member(&mut browser, &account, "max@example.com");
    // A mutated request to these functions may still be valid and take effect, so they only get
    // broken ones.
    let plain = [
        "session/sign_out",
        "session/sign_in",
        "mfa/rename",
        "accounts/require_mfa",
    ];
    let before = state(&site, &mut browser, &account);
    let count = effort.of(200, 10_000);
    let mut answers = Answers::new();
    for (number, (function, _)) in FUNCTIONS.iter().enumerate() {
        let body = well_formed(function, &account, &max);
        let damage = if plain.contains(function) {
            broken
        } else {
            mutate
        };
        let send = |worker: usize| {
            let chance = Chance::new(20_261_124 + (number * WORKERS + worker) as u64);
            storm(
                &browser,
                &site.address,
                function,
                count / WORKERS,
                chance,
                |chance| damage(chance, &body),
            )
        };
        let seen: Vec<Answers> = thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS)
                .map(|worker| scope.spawn(move || send(worker)))
                .collect();
            workers.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for (status, times) in seen.into_iter().flatten() {
            *answers.entry(status).or_default() += times;
        }
        assert!(
            !site.log().contains("panicked"),
            "{function}: {}",
            site.log()
        );
    }
    // The code attempts among the requests count and may have locked Ada's authenticator; nothing
    // else changed.
    site.cli(&["user", "unlock", "ada@example.com"])
        .expect_done();
    site.clock.past_the_pause();
    let mut again = ada.half(&site);
    again.give_backup_code(&ada.codes[0]).expect_ok();
    let after = state(&site, &mut again, &account);
    assert_eq!(without_times(&after), without_times(&before));
    assert!(!find(site.folder(), &[Secret::text("proof", "ada@example.com")]).is_empty());
    let statuses: Vec<String> = answers
        .iter()
        .map(|(status, times)| format!("{status}×{times}"))
        .collect();
    refused(
        answers.values().sum(),
        format!(
            "mutated requests, {count} a function: no 5xx, no panic, no change ({})",
            statuses.join(" ")
        ),
    )
}

/// The number of answers by status; 0 for requests without an answer.
type Answers = BTreeMap<u16, usize>;

/// The number of concurrent senders, each with its own persistent connection.
const WORKERS: usize = 4;

/// Sends one worker's share of the requests to a function.
fn storm(
    browser: &HttpBrowser,
    address: &ServerAddress,
    function: &str,
    count: usize,
    mut chance: Chance,
    damaged: impl Fn(&mut Chance) -> Vec<u8>,
) -> Answers {
    let (mut kept, mut answers) = (PersistentConnection::new(address), Answers::new());
    for _ in 0..count {
        let bytes = damaged(&mut chance);
        let headers = strange_headers(&mut chance);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let path = format!("/api/{function}");
        let answer = browser.request_on(&mut kept, &path, &headers, &bytes);
        let status = answer.map_or(0, |answer| answer.status);
        assert!(
            status < 500 || status == 503,
            "{function}: {status} for {:?} with {headers:?}",
            String::from_utf8_lossy(&bytes)
        );
        *answers.entry(status).or_default() += 1;
    }
    answers
}

/// Removes the values that the tries and one more sign-in by a backup code may change.
fn without_times(state: &[String]) -> Vec<String> {
    let keys = ["used_at", "last_sign_in", "codes_left", "\"state\""];
    let drop = |text: &String| {
        text.split(',')
            .filter(|part| !keys.iter().any(|key| part.contains(key)))
            .collect::<Vec<_>>()
            .join(",")
    };
    state.iter().map(drop).collect()
}
