//! I: requests that nobody would send by accident.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    attack::{Attack, Effort, Held, Plan, as_wanted, attack, refused},
    harness::{Answer, Browser, Chance, Door, FUNCTIONS, Kept, Secret, World, find, well_formed},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(i1_mutated_requests),
        attack!(i2_large_and_slow_requests),
        attack!(i3_http2_is_not_served),
        attack!(i4_two_readings_of_one_request),
        attack!(
            "I5",
            Plan::Elsewhere(
                "server/tests/http/last_resort.rs",
                "panic!(\"hunter2\")",
                "a panic has to be put into a handler: 500 without its text, and the process lives"
            )
        ),
    ]
}

const NASTY: [&str; 22] = [
    "",
    " ",
    "\u{0}",
    "null",
    "-1",
    "1e999",
    "9223372036854775808",
    "' OR 1=1 --",
    "\u{202e}abc",
    "\u{feff}",
    "𝟙𝟚𝟛𝟜𝟝𝟞",
    "１２３４５６",
    "\u{1F980}",
    "ß",
    "İ",
    "../../etc/passwd",
    "%00",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "a@b",
    "\r\nSet-Cookie: twinlock=x",
    "ﷺ",
];

/// Any value.
fn any_value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => json!(chance.below(2) == 0),
        2 => json!(chance.next().cast_signed()),
        3 => json!(f64::from_bits(chance.next() & !(1 << 62))),
        4 => json!(chance.one(&NASTY)),
        5 => json!(chance.one(&NASTY).repeat(chance.below(400))),
        6 => (0..chance.below(5))
            .map(|_| any_value(chance, depth - 1))
            .collect(),
        7 => (0..chance.below(5))
            .map(|_| {
                (
                    (*chance.one(&NASTY)).to_owned(),
                    any_value(chance, depth - 1),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => (0..chance.below(300)).fold(Value::Null, |inner, _| json!([inner])),
    }
}

/// A well-formed body, damaged in one or several places.
fn mutated(chance: &mut Chance, body: &Value) -> Vec<u8> {
    let mut body = body.clone();
    if let Some(request) = body["request"].as_object_mut() {
        let fields: Vec<String> = request.keys().cloned().collect();
        for field in fields {
            if chance.below(3) == 0 {
                let value = any_value(chance, 3);
                request.insert(field, value);
            } else if chance.below(8) == 0 {
                request.remove(&field);
            }
        }
        if chance.below(4) == 0 {
            let value = any_value(chance, 2);
            request.insert(
                (*chance.one(&[
                    "id",
                    "user",
                    "role",
                    "is_admin",
                    "granted_at",
                    "verified",
                    "",
                ]))
                .to_owned(),
                value,
            );
        }
    }
    if chance.below(6) == 0 {
        body = any_value(chance, 5);
    }
    let mut bytes = body.to_string().into_bytes();
    for _ in 0..chance.below(3) {
        let place = chance.below(bytes.len().max(1));
        match chance.below(4) {
            0 if !bytes.is_empty() => bytes[place] = chance.next().to_le_bytes()[0],
            1 => bytes.truncate(place),
            2 => bytes.insert(place, chance.next().to_le_bytes()[0]),
            _ => bytes.extend(bytes.clone()),
        }
        if bytes.len() > 40_000 {
            bytes.truncate(40_000);
        }
    }
    bytes
}

/// Headers that are strange, but a request still.
fn strange_headers(chance: &mut Chance) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    let long = "x".repeat(chance.below(3_000));
    let strange: [(&str, &[&str]); 8] = [
        (
            "Content-Type",
            &[
                "",
                "application/json;;",
                "application/json; charset=utf-16",
                "text/html",
                "\u{e4}",
            ],
        ),
        (
            "Accept",
            &[
                "",
                "*/*;q=2",
                "text/html",
                "\u{ff}",
                "application/json, application/json",
            ],
        ),
        (
            "Cookie",
            &[
                "",
                "=",
                ";;;",
                "twinlock",
                "twinlock=;twinlock=\u{e4}",
                "twinlock=AAAA",
            ],
        ),
        ("Accept-Language", &["", "x-klingon", "*;q=1e9"]),
        (
            "X-Forwarded-For",
            &["", "a", "::1%eth0", "1.2.3.4, 5.6.7.8", "999.999.999.999"],
        ),
        ("Accept-Encoding", &["", "gzip;q=-1", "br, br, br"]),
        ("If-None-Match", &["", "W/", "\"\""]),
        ("Range", &["bytes=-1", "bytes=0-99999999999999999999"]),
    ];
    for _ in 0..chance.below(3) {
        let (name, values) = *chance.one(&strange);
        let value = if chance.below(5) == 0 {
            long.clone()
        } else {
            (*chance.one(values)).to_owned()
        };
        headers.push((name, value));
    }
    headers
}

/// What the database says of Ada, Max and the account, as far as an Owner can see.
fn state(world: &World, owner: &mut Browser, account: &Value) -> Vec<String> {
    let members = world.members(owner, account).expect_ok().to_string();
    let facts = [owner.ask("accounts/list"), owner.ask("profile/view")]
        .map(|answer| answer.expect_ok().to_string());
    [members].into_iter().chain(facts).collect()
}

fn i1_mutated_requests(effort: Effort) -> Held {
    let world = World::new();
    let ada = world.enrolled();
    world.enrol(&world.add("max@example.com", "Example Ltd", "member"));
    let mut browser = ada.sign_in(&world);
    let account = world.account(&mut browser, "Example Ltd");
    let max = world.member(&mut browser, &account, "max@example.com");
    // Functions that may be called as they are: what they do is wanted, whoever calls them so.
    let plain = [
        "session/sign_out",
        "session/sign_in",
        "mfa/rename",
        "accounts/require_mfa",
    ];
    let before = state(&world, &mut browser, &account);
    let count = effort.of(200, 10_000);
    let mut answers = Answers::new();
    for (number, (function, _)) in FUNCTIONS.iter().enumerate() {
        let body = well_formed(function, &account, &max);
        let damage = if plain.contains(function) {
            broken
        } else {
            mutated
        };
        let send = |worker: usize| {
            let chance = Chance::new(20_261_124 + (number * WORKERS + worker) as u64);
            storm(
                &browser,
                world.door(),
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
            !world.log().contains("panicked"),
            "{function}: {}",
            world.log()
        );
    }
    // The guesses among them count, as they should, and may have locked her out; nothing else changed.
    world
        .cli(&["user", "unlock", "ada@example.com"])
        .expect_done();
    world.clock.past_the_pause();
    let mut again = ada.half(&world);
    again.give_backup_code(&ada.codes[0]).expect_ok();
    let after = state(&world, &mut again, &account);
    assert_eq!(without_times(&after), without_times(&before));
    assert!(!find(world.folder(), &[Secret::text("proof", "ada@example.com")]).is_empty());
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

/// How often each status was answered; 0 where nothing was.
type Answers = BTreeMap<u16, usize>;

/// How many send at once, each over a connection that it keeps.
const WORKERS: usize = 4;

/// One worker's part of a function's requests.
fn storm(
    browser: &Browser,
    door: &Door,
    function: &str,
    count: usize,
    mut chance: Chance,
    damaged: impl Fn(&mut Chance) -> Vec<u8>,
) -> Answers {
    let (mut kept, mut answers) = (Kept::new(door), Answers::new());
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

/// Not JSON of ours for certain.
fn broken(chance: &mut Chance, body: &Value) -> Vec<u8> {
    let mut bytes = mutated(chance, body);
    bytes.extend(b"}\xff");
    bytes
}

/// What one more sign-in by a backup code, and the tries themselves, change.
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

#[expect(
    clippy::disallowed_methods,
    reason = "this measures the server from outside"
)]
fn i2_large_and_slow_requests(effort: Effort) -> Held {
    let world = World::new();
    let mut browser = world.browser();
    for size in [17 * 1024, 65 * 1024, 5_000_000] {
        assert_eq!(
            browser
                .request(
                    "POST",
                    "/api/session/sign_in",
                    &[("Content-Type", "application/json")],
                    &vec![b' '; size]
                )
                .status,
            413
        );
    }
    let count = effort.of(100, 500);
    let slow: Vec<TcpStream> = (0..count)
        .map(|number| {
            let mut stream = world.door().connect(Ipv4Addr::LOCALHOST);
            let head: &[u8] = if number % 2 == 0 { b"POST /api/session/sign_in HTTP/1.1\r\nHost: x\r\nX-Slow" } else { b"POST /api/session/sign_in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{" };
            stream.write_all(head).unwrap();
            stream
        })
        .collect();
    let start = Instant::now();
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            let one = Instant::now();
            assert!(browser.get("/livez").is_ok());
            one.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times[25];
    assert!(median <= Duration::from_millis(50), "{median:?}");
    for mut stream in slow {
        let mut rest = Vec::new();
        // The server closes it, with or without a word.
        let _ = stream.read_to_end(&mut rest);
    }
    let freed = start.elapsed();
    assert!(freed <= Duration::from_secs(15), "{freed:?}");
    refused(
        count + 3,
        format!(
            "bodies above 16 KB: 413; {count} slow connections: health in {median:.1?}, all closed after {:.0} s",
            freed.as_secs_f32()
        ),
    )
}

fn i3_http2_is_not_served(_: Effort) -> Held {
    let world = World::new();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    let said = world.door().send(Ipv4Addr::LOCALHOST, preface);
    assert!(
        Answer::parse(&said).is_none_or(|answer| answer.status == 400 || answer.status == 505),
        "{}",
        String::from_utf8_lossy(&said)
    );
    let upgrade = world.browser().request(
        "GET",
        "/livez",
        &[("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")],
        b"",
    );
    assert_eq!((upgrade.status, upgrade.header("upgrade")), (200, ""));
    refused(
        2,
        "HTTP/2 by its preface and by upgrade: not served, so its floods have no door",
    )
}

fn i4_two_readings_of_one_request(_: Effort) -> Held {
    let world = World::new();
    let inner = "POST /api/session/sign_out HTTP/1.1\r\nHost: x\r\n\r\n";
    let head = "POST /api/session/whoami HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n";
    let requests = [
        format!("{head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!(
            "{head}Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n0\r\n\r\n{inner}",
            5 + inner.len()
        ),
        format!(
            "{head}Content-Length: 2\r\nContent-Length: {}\r\n\r\n{{}}{inner}",
            2 + inner.len()
        ),
        format!(
            "{head}Content-Length: 2, {}\r\n\r\n{{}}{inner}",
            2 + inner.len()
        ),
        format!(
            "{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{inner}"
        ),
        format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("{head}X-Folded: a\r\n b: c\r\nContent-Length: 2\r\n\r\n{{}}"),
        format!("{head}Content-Length: +2\r\n\r\n{{}}{inner}"),
        format!("{head}Content-Length: 0x2\r\n\r\n{{}}{inner}"),
        format!("{head}Content-Length: -1\r\n\r\n{{}}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{{}}"),
        "GET /livez HTTP/1.1\nHost: x\n\n".to_owned(),
    ];
    for request in &requests {
        let mut stream = world.door().connect(Ipv4Addr::LOCALHOST);
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let _ = stream.write_all(request.as_bytes());
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said).into_owned();
        let statuses: Vec<&str> = said
            .split("HTTP/1.1 ")
            .skip(1)
            .filter_map(|part| part.get(..3))
            .collect();
        // One answer, or a refusal and the end: a second request that is answered as such would be smuggled.
        let smuggled = statuses.len() > 1
            && statuses[0] == "200"
            && statuses[1] != "400"
            && request.contains("Length")
            && request.contains("Transfer");
        assert!(
            !smuggled && statuses.len() <= 2,
            "{request:?}: {statuses:?}"
        );
        assert!(
            said.is_empty()
                || statuses.iter().all(|status| [
                    "200", "400", "403", "408", "411", "413", "415", "422", "501"
                ]
                .contains(status)),
            "{request:?}: {said}"
        );
    }
    thread::yield_now();
    assert_eq!(world.browser().standing(), "");
    as_wanted(
        requests.len(),
        "CL+TE, TE+CL, two lengths, two and odd encodings, folded headers, odd numbers: one reading, or 400",
    )
}
