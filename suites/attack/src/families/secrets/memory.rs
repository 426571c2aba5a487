//! Secrets in the memory of the server.

use std::{fs, fs::File, io::Read, io::Seek, io::SeekFrom, thread, time::Duration};

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{Authenticator, TestSite},
};

/// Searches the readable memory of a process; returns what was found on the heap and in data, and
/// on the threads' stacks.
fn in_memory(process: u32, secrets: &[(&str, Vec<u8>)]) -> [Vec<String>; 2] {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let (mut found, mut after_guard) = ([Vec::new(), Vec::new()], false);
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
        // A thread's stack is above a guard page without access rights.
        let is_stack = after_guard && to - from <= 2 << 20 || line.ends_with("[stack]");
        after_guard = rest.starts_with("---p") && to - from == 4096;
        if !rest.starts_with("rw") || line.contains("[v") {
            continue;
        }
        let mut part = vec![0; usize::try_from(to - from).unwrap()];
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut part).is_err() {
            continue;
        }
        for (name, secret) in secrets {
            if part.windows(secret.len()).any(|window| window == secret) {
                found[usize::from(is_stack)].push((*name).to_owned());
            }
        }
    }
    found
}

/// Best effort, as the list says. Stack frames are wiped only after a password hash: other remains
/// are reported in the row, and only the password makes the attack fail.
pub(super) fn d6_the_memory_of_the_server(_: Effort) -> AttackOutcome {
    let brand = "Blue Heron Panel";
    let site = TestSite::with_settings(&[("TWINLOCK_BRAND", brand)]);
    let password = "never seen before, blue heron 4711";
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-stdin",
    ];
    site.cli_with(&set, password).expect_done();
    let mut browser = site.browser();
    browser.sign_in_as("ada@example.com", password).expect_ok();
    let key = browser.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    site.clock.next_step();
    browser
        .call("mfa/confirm", json!({ "code": app.code(site.clock.now()) }))
        .expect_ok();
    browser.sign_in_as("ada@example.com", password).expect_ok();
    site.clock.next_step();
    browser.give_code(&app.code(site.clock.now())).expect_ok();
    // The attack waits five seconds of real time, because a secret may still be in use that long.
    thread::sleep(Duration::from_secs(5));
    let secrets = [
        ("password", password.as_bytes().to_vec()),
        ("key's bytes", app.key().to_vec()),
        ("key", key.into_bytes()),
    ];
    let [proof, _] = in_memory(site.process(), &[("proof", brand.as_bytes().to_vec())]);
    assert!(!proof.is_empty(), "the search finds what is there");
    let [kept, on_stacks] = in_memory(site.process(), &secrets);
    assert!(kept.is_empty(), "5 s later in memory: {kept:?}");
    assert!(
        !on_stacks.iter().any(|name| name == "password"),
        "on a stack: {on_stacks:?}"
    );
    refused(
        3,
        format!(
            "password and key, 5 s after the verification, in the server's heap and data: none (on idle stacks, best effort: {on_stacks:?})"
        ),
    )
}
