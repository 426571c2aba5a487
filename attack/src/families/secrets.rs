//! D: secrets in logs, database, memory and answers.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    thread,
    time::Duration,
};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    attack::{Attack, Effort, Held, Plan, as_wanted, attack, refused},
    harness::{Authenticator, PASSWORD, Secret, World, code_list, find},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(d1_the_log_at_its_most_talkative),
        attack!(d2_the_database_and_its_files),
        attack!(
            "D4",
            Plan::Elsewhere(
                "server/tests/command_line/keys.rs",
                "rotate_while_people_sign_in_and_drop_the_old_one",
                "300 rows with every run, 10,000 in the deep one; a start without the key refuses: a_key_that_rows_need_stops_the_start"
            )
        ),
        attack!(d5_errors_of_every_class),
        attack!(d6_the_memory_of_the_server),
        attack!(
            "D7",
            Plan::NotApplicable(
                "no metrics are exported yet; the only span is `request` with the request's id, which D1 searches"
            )
        ),
        attack!(
            "D8",
            Plan::Elsewhere(
                "server/tests/journeys/events.rs",
                "a_methods_life_is_told_step_by_step",
                "each event is compared with what happened; it is written in the transaction of its effect (storage/tests/contract/events.rs)"
            )
        ),
        attack!(d10_passwords_of_every_kind),
        attack!(d11_a_sign_in_that_stops_at_the_code),
    ]
}

/// Goes through everything that has a secret; answers them all.
fn journey(world: &mut World) -> Vec<Secret> {
    let mut secrets = vec![Secret::text("password", PASSWORD)];
    let link = world
        .cli(&["user", "set-password", "ada@example.com"])
        .expect_done()
        .rsplit_once('#')
        .unwrap()
        .1
        .to_owned();
    let chosen = "a password that she chose herself";
    world
        .browser()
        .call(
            "session/accept_invitation",
            json!({ "token": link, "password": chosen }),
        )
        .expect_ok();
    secrets.extend([
        Secret::text("link", &link),
        Secret::text("chosen password", chosen),
    ]);
    let mut browser = world.browser();
    let mut number = 0;
    let mut token = |browser: &crate::harness::Browser| {
        number += 1;
        Secret::text(&format!("token {number}"), &browser.token())
    };
    browser.sign_in_as("ada@example.com", chosen).expect_ok();
    secrets.push(token(&browser));
    let key = browser.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    secrets.extend([
        Secret::text("key", &key),
        Secret::bytes("key's bytes", app.key()),
        Secret::text("link of the authenticator", "otpauth:"),
    ]);
    world.clock.next_step();
    let sheet = browser
        .call(
            "mfa/confirm",
            json!({ "code": app.code(world.clock.now()) }),
        )
        .expect_ok();
    secrets.push(token(&browser));
    let codes = code_list(&sheet);
    secrets.extend(codes.iter().map(|code| Secret::text("backup code", code)));
    secrets.extend(
        codes
            .iter()
            .map(|code| Secret::text("backup code without dashes", &code.replace('-', ""))),
    );
    browser
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .expect_ok();
    for backup in [None, Some(&codes[0])] {
        browser.sign_in_as("ada@example.com", chosen).expect_ok();
        secrets.push(token(&browser));
        world.clock.next_step();
        match backup {
            None => browser.give_code(&app.code(world.clock.now())),
            Some(code) => browser.give_backup_code(code),
        }
        .expect_ok();
        secrets.push(token(&browser));
    }
    // Typed into the wrong field, and refused.
    world.browser().sign_in_as(chosen, chosen);
    world
        .browser()
        .sign_in_as("ada@example.com", "a wrong password of hers");
    secrets.push(Secret::text("wrong password", "a wrong password of hers"));
    let malformed = format!(r#"{{"request":{{"email":"x","password":["{chosen}"]}}}}"#);
    browser.request(
        "POST",
        "/api/session/sign_in",
        &[("Content-Type", "application/json")],
        malformed.as_bytes(),
    );
    browser.get(&format!("/invitation?{}", "x".repeat(10)));
    secrets
}

fn d1_the_log_at_its_most_talkative(_: Effort) -> Held {
    let mut world = World::with(&[("RUST_LOG", "trace")]);
    let secrets = journey(&mut world);
    world.stop();
    let log = world.log();
    assert!(
        log.contains("TRACE") && log.len() > 10_000,
        "it is talkative"
    );
    assert_eq!(find(world.folder(), &secrets), Vec::<String>::new());
    refused(
        secrets.len(),
        format!(
            "secrets of a journey searched in {} KB of log at `trace` as text, hex, base32, base64 (the journey in Chromium: end2end leaks.spec.ts)",
            log.len() / 1024
        ),
    )
}

fn d2_the_database_and_its_files(_: Effort) -> Held {
    let mut world = World::new();
    let secrets = journey(&mut world);
    let found = |world: &World| find(world.folder(), &secrets);
    assert_eq!(found(&world), Vec::<String>::new(), "while it runs");
    world.kill();
    assert_eq!(found(&world), Vec::<String>::new(), "after kill -9");
    world.stop();
    assert_eq!(found(&world), Vec::<String>::new(), "stopped");
    assert!(!find(world.folder(), &[Secret::text("proof", "ada@example.com")]).is_empty());
    refused(
        3 * secrets.len(),
        "the same secrets in database, -wal, -shm and key file: running, after kill -9, stopped",
    )
}

fn d5_errors_of_every_class(_: Effort) -> Held {
    let mut world = World::new();
    let ada = world.enrolled();
    let mut browser = ada.sign_in(&world);
    let typed = [("Content-Type", "application/json")];
    let mut answers = vec![
        browser.request("POST", "/api/mfa/test", &typed, b"{"),
        browser.request("POST", "/api/mfa/test", &typed, b"\xff\xfe"),
        browser.request("POST", "/api/nothing", &typed, b"{}"),
        browser.request("POST", "/api/mfa/test", &typed, &vec![b'x'; 100_000]),
        browser.call("mfa/test", json!({ "code": "' OR 1=1; --" })),
        browser.call("mfa/rename", json!({ "name": "\u{0}" })),
        world
            .browser()
            .sign_in_as("' UNION SELECT 1 --@example.com", "x"),
        browser.get("/api/mfa/test"),
    ];
    let forms = answers.len();
    // The database is overwritten under the server.
    for file in fs::read_dir(world.folder()).unwrap().filter_map(Result::ok) {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.contains(".db") && !name.ends_with(".key") && !name.ends_with("-shm") {
            let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
            fs::write(file.path(), vec![0x5a_u8; length]).unwrap();
        }
    }
    for function in [
        "profile/view",
        "session/whoami",
        "accounts/list",
        "mfa/set_up",
    ] {
        answers.push(browser.ask(function));
    }
    answers.push(world.browser().sign_in(&world.ada()));
    assert!(
        answers[forms..].iter().any(|answer| answer.status >= 500),
        "it was felt"
    );
    for answer in &answers {
        let text = answer.text().to_lowercase();
        for hidden in [
            "select ", "sqlite", "sqlx", "database", "panicked", "src/", ".rs", "/root", "/tmp",
            "0.1.0", "stack", "error:", "column",
        ] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(
            answer.status >= 400
                || answers[forms..]
                    .iter()
                    .any(|late| late.text() == answer.text()),
            "{text}"
        );
    }
    world.kill_only();
    refused(
        answers.len(),
        "malformed, unknown, too large, SQL in fields, a ruined database: no SQL, path, stack or version in an answer",
    )
}

/// What can be read of a process, searched: what was found on the heap and in data, and what on the threads' stacks.
fn in_memory(process: u32, secrets: &[(&str, Vec<u8>)]) -> [Vec<String>; 2] {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let (mut found, mut after_guard) = ([Vec::new(), Vec::new()], false);
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
        // A thread's stack stands above a page that nobody may touch.
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

/// Best effort, as the list says. What a thread's stack still holds of a frame that has returned is nobody's to wipe: it is told in the
/// row, and fails only for the password.
fn d6_the_memory_of_the_server(_: Effort) -> Held {
    let brand = "Blue Heron Panel";
    let world = World::with(&[("TWINLOCK_BRAND", brand)]);
    let password = "never seen before, blue heron 4711";
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-stdin",
    ];
    world.cli_with(&set, password).expect_done();
    let mut browser = world.browser();
    browser.sign_in_as("ada@example.com", password).expect_ok();
    let key = browser.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    world.clock.next_step();
    browser
        .call(
            "mfa/confirm",
            json!({ "code": app.code(world.clock.now()) }),
        )
        .expect_ok();
    browser.sign_in_as("ada@example.com", password).expect_ok();
    world.clock.next_step();
    browser.give_code(&app.code(world.clock.now())).expect_ok();
    // The attack comes five seconds of real time later: that long a secret may still be at work.
    thread::sleep(Duration::from_secs(5));
    let secrets = [
        ("password", password.as_bytes().to_vec()),
        ("key's bytes", app.key().to_vec()),
        ("key", key.into_bytes()),
    ];
    let [proof, _] = in_memory(world.process(), &[("proof", brand.as_bytes().to_vec())]);
    assert!(!proof.is_empty(), "the search finds what is there");
    let [kept, on_stacks] = in_memory(world.process(), &secrets);
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

fn d10_passwords_of_every_kind(_: Effort) -> Held {
    let world = World::new();
    let set = |password: &str| {
        world.cli_with(
            &[
                "user",
                "set-password",
                "ada@example.com",
                "--password-stdin",
            ],
            password,
        )
    };
    let opens = |password: &str| {
        world.clock.advance(61);
        world
            .browser()
            .sign_in_as("ada@example.com", password)
            .is_ok()
    };
    // No sequence and no repetition: those are refused as guessable.
    let long = |length: usize| {
        let letter =
            |number: usize| char::from(b'a' + u8::try_from(number * number * 7 % 26).unwrap());
        (0..length)
            .map(|number| letter(number + number / 26))
            .collect::<String>()
    };
    let mut tried = 0;
    for password in [
        long(64),
        long(128),
        long(256),
        " leading and trailing blanks ".to_owned(),
        "🔐🦀🔐🦀 emoji passphrase".to_owned(),
    ] {
        set(&password).expect_done();
        assert!(opens(&password), "{password}");
        tried += 1;
    }
    for at in [73, 100] {
        let password = long(200);
        set(&password).expect_done();
        let mut other = password.clone().into_bytes();
        other[at - 1] = b'#';
        assert!(
            !opens(std::str::from_utf8(&other).unwrap()),
            "a difference at character {at}"
        );
        assert!(!opens(&password[..at - 1]) && opens(&password));
        tried += 2;
    }
    let (nfc, nfd) = (
        "gr\u{fc}ne Tr\u{e4}ume im Sommer",
        "gru\u{308}ne Tra\u{308}ume im Sommer",
    );
    set(nfc).expect_done();
    assert!(opens(nfd), "NFD is NFC");
    set(nfd).expect_done();
    assert!(opens(nfc), "NFC is NFD");
    for (password, rule) in [
        (long(14), "15"),
        (long(257), "256"),
        (long(1_000), "256"),
        (String::new(), "15"),
    ] {
        let refusal = set(&password);
        assert!(
            refusal.code != 0 && refusal.err.contains(rule),
            "it says the rule: {}",
            refusal.err
        );
        tried += 1;
    }
    as_wanted(
        tried + 2,
        "64, 128 and 256 characters, blanks, emoji, NFC = NFD, differences at 73 and 100 noticed; 14, 257 and 1,000 refused with the rule (common ones: server/tests/journeys/change_password.rs)",
    )
}

fn d11_a_sign_in_that_stops_at_the_code(_: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    ada.half(&world);
    let sha = Sha256::digest(PASSWORD.as_bytes());
    let secrets = [
        Secret::text("password", PASSWORD),
        Secret::bytes("SHA-256 of the password", &sha),
        Secret::bytes("part of its SHA-256", &sha[..12]),
        Secret::text("email and password", &format!("ada@example.com:{PASSWORD}")),
    ];
    assert_eq!(find(world.folder(), &secrets), Vec::<String>::new());
    refused(
        secrets.len(),
        "a sign-in that stops at the code: nothing derived from the password is in the database but its Argon2id hash",
    )
}
