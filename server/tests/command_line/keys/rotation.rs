//! `twinlock key`: a rotation to a new master key while the server runs (security list, D4).

use std::{
    fs::{self, File},
    process::Child,
};

use data_encoding::BASE32_NOPAD;
use domain::{
    second_factor::totp::TotpKey,
    secrets::{
        keys::KeyRing,
        vault::{SealContext, Vault},
    },
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection};
use testkit::authenticator::Authenticator;

use super::frozen::freeze_between_writes;
use crate::support::{
    browser::{now, signed_in},
    people::PASSWORD,
    program::{Done, ProgramSite, Running},
};

/// The number of users with an authenticator; the deep run sets ten thousand.
fn people() -> u32 {
    let set = std::env::var("TWINLOCK_ROTATED_ROWS");
    set.map_or(300, |count| count.parse().unwrap())
}

pub const fn bytes(number: u32) -> [u8; 20] {
    let mut key = [7; 20];
    let [a, b, c, d] = number.to_be_bytes();
    (key[0], key[1], key[2], key[3]) = (a, b, c, d);
    key
}

pub fn email(number: u32) -> String {
    format!("user{number}@example.com")
}

pub fn key_file(site: &ProgramSite) -> String {
    fs::read_to_string(site.file("twinlock.db.key")).unwrap()
}

pub fn ids(site: &ProgramSite) -> Vec<String> {
    let ring: KeyRing = key_file(site).parse().ok().unwrap();
    ring.keys().map(|key| key.id().to_string()).collect()
}

/// Runs statements on the database past the program.
pub fn write(site: &ProgramSite, statements: &[(&'static str, Vec<Value>)]) {
    sqlx::any::install_default_drivers();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut raw = AnyConnection::connect(site.url()).await.unwrap();
        let mut transaction = raw.begin().await.unwrap();
        for (sql, values) in statements {
            let sql = values
                .iter()
                .fold(sqlx::query(*sql), |sql, value| match value {
                    Value::String(text) => sql.bind(text.clone()),
                    other => sql.bind(
                        BASE32_NOPAD
                            .decode(other["bytes"].as_str().unwrap().as_bytes())
                            .unwrap(),
                    ),
                });
            sql.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        raw.close().await.unwrap();
    });
}

/// Counts rows past the program; `rows` is a table, with an optional condition.
pub fn count(site: &ProgramSite, rows: &'static str) -> i64 {
    sqlx::any::install_default_drivers();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut raw = AnyConnection::connect(site.url()).await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {rows}"));
        let count = sqlx::query_scalar(sql).fetch_one(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        count
    })
}

/// Makes a database with Ada and `count` more users, each with a password and an authenticator of
/// their own.
pub fn with_people(count: u32) -> ProgramSite {
    let site = ProgramSite::with_owner();
    let ring: KeyRing = key_file(&site).parse().ok().unwrap();
    let vault = Vault::new(ring.current().unwrap());
    let mut statements = Vec::new();
    for number in 0..count {
        let (user, method) = (format!("{number:032x}"), format!("{number:032x}"));
        let (user_id, method_id) = (user.parse().unwrap(), method.parse().unwrap());
        let mut nonce = [0; 24];
        nonce[..20].copy_from_slice(&bytes(number));
        let sealed = vault
            .seal(
                &TotpKey::from_random(bytes(number)),
                SealContext::Method(&user_id, &method_id),
                nonce,
            )
            .unwrap();
        statements.push((
            "INSERT INTO users (id, email, name, name_folded, password_hash, created_at)
             SELECT $1, $2, 'Somebody', 'somebody', password_hash, 0 FROM users WHERE email = 'ada@example.com'",
            vec![json!(user), json!(email(number))],
        ));
        statements.push((
            "INSERT INTO memberships (user_id, account_id, role) SELECT $1, id, 'member' FROM accounts WHERE name = 'Example Ltd'",
            vec![json!(user)],
        ));
        statements.push((
            "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) VALUES ($1, $2, 'App', 0, 'application', 1)",
            vec![json!(method), json!(user)],
        ));
        statements.push((
            "INSERT INTO app_keys (method_id, key_id, sealed_key, last_step) VALUES ($1, $2, $3, 0)",
            vec![
                json!(method),
                json!(sealed.key_id.as_str()),
                json!({ "bytes": BASE32_NOPAD.encode(&sealed.bytes) }),
            ],
        ));
    }
    write(&site, &statements);
    site
}

/// Signs in with both factors and returns the status of the second.
fn sign_in(server: &Running, number: u32) -> u16 {
    let mut browser = signed_in(server, &email(number), PASSWORD);
    let app = Authenticator::new(&BASE32_NOPAD.encode(&bytes(number)));
    browser.give_code(&app.code(now())).status
}

/// Signs in users one after the other until the command has ended.
fn sign_in_meanwhile(server: &Running, mut child: Child, next: &mut u32) -> Done {
    while child.try_wait().unwrap().is_none() {
        assert_eq!(sign_in(server, *next), 200, "while it rotates");
        *next += 1;
    }
    child.wait_with_output().unwrap().into()
}

#[test]
fn rotate_while_people_sign_in_and_drop_the_old_one() {
    let count = people();
    let site = with_people(count);
    let server = site.serve();
    let backup = key_file(&site);
    let mut next = 0;

    site.run(&["key", "new"]).expect_done();
    let [old, new] = &ids(&site)[..] else {
        panic!("two keys")
    };
    let again = site.run(&["key", "new"]);
    assert!(
        again
            .expect_refused(1)
            .starts_with("a new key waits already")
    );
    let needed = site.run(&["key", "drop", old]);
    assert!(needed.expect_refused(1).contains("is needed by"));

    let child = site.command(&["key", "rotate"]).spawn().unwrap();
    let done = sign_in_meanwhile(&server, child, &mut next);
    let lines: Vec<&str> = done.expect_done().lines().collect();
    assert!(next > 0 && lines.len() > 1, "{lines:?}");
    // Each line has a larger count than the one before, and the last one is the result.
    let counts = lines.iter().map(|line| line.split_once(' ').unwrap().0);
    let counts: Vec<u32> = counts.map(|count| count.parse().unwrap()).collect();
    assert!(counts.is_sorted_by(|one, next| one < next), "{lines:?}");
    let free = format!("`twinlock key drop {old}` takes it away.");
    assert!(lines.last().unwrap().ends_with(&free), "{lines:?}");
    let said = site.run(&["key", "list"]);
    let seals = format!("{new}: seals, {} rows sealed by it\n", count + 4);
    assert!(said.expect_done().starts_with(&seals));
    let listed = site.run(&["key", "list", "--json"]).expect_json();
    // The count includes four rows of the database itself.
    assert_eq!(
        listed[0],
        json!({ "id": new, "state": "current", "rows": count + 4 })
    );
    assert_eq!(listed[1], json!({ "id": old, "state": "old", "rows": 0 }));

    site.run(&["key", "drop", old]).expect_done();
    assert_eq!(ids(&site), [new.as_str()]);
    let nothing = site.run(&["key", "rotate"]);
    assert!(
        nothing
            .expect_refused(1)
            .starts_with("there is no other key")
    );
    assert_eq!(sign_in(&server, next), 200, "after the old key is gone");
    // A set-up in the running server is sealed with the new key.
    let mut ada = signed_in(&server, "ada@example.com", PASSWORD);
    let backup_code = &ada.set_up_mfa(now()).codes[0];
    server.terminate();
    assert_eq!(server.wait().0, 0);

    let server = site.serve();
    assert_eq!(sign_in(&server, next + 1), 200, "after a restart");
    let mut ada = signed_in(&server, "ada@example.com", PASSWORD);
    ada.give_backup_code(backup_code).expect_ok();
    server.terminate();
    server.wait();
    site.run(&["events", "--verify"]).expect_done();
    let told = site.run(&["events", "--export"]);
    assert_eq!(told.expect_done().matches("\"key_rotate\"").count(), 1);

    // The key file from before the rotation is refused.
    fs::write(site.file("twinlock.db.key"), backup).unwrap();
    let done = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    let line = done.expect_refused(1);
    assert!(line.contains("does not belong to the database"), "{line}");
}

/// A server may be stopped, swapped out or slow during a rotation, for longer than the rotation
/// waits.
#[test]
fn s20_a_server_that_slept_through_a_rotation_knows_the_new_key() {
    let count = 12;
    let site = with_people(count);
    let server = site.serve();
    let browsers = (0..count).map(|number| {
        (
            number,
            signed_in(&server, &email(number), PASSWORD),
            Authenticator::new(&BASE32_NOPAD.encode(&bytes(number))),
        )
    });
    let browsers: Vec<_> = browsers.collect();
    freeze_between_writes(&site, &server);
    site.run(&["key", "new"]).expect_done();
    let [old, _] = &ids(&site)[..] else {
        panic!("two keys")
    };
    assert_eq!(site.run(&["key", "rotate"]).code, 0);
    site.run(&["key", "drop", old]).expect_done();
    // All codes are sent before the server goes on, and long before it next reads the file by
    // itself.
    std::thread::scope(|scope| {
        let calls: Vec<_> = browsers
            .into_iter()
            .map(|(number, mut browser, app)| {
                let code = app.code(now());
                scope.spawn(move || (number, browser.give_code(&code)))
            })
            .collect();
        std::thread::yield_now();
        server.thaw();
        for call in calls {
            let (number, answer) = call.join().unwrap();
            assert_eq!(answer.status, 200, "{number}: {answer}");
        }
    });
    // What the server seals from now on opens after a restart.
    signed_in(&server, "ada@example.com", PASSWORD).set_up_mfa(now());
    server.terminate();
    assert_eq!(server.wait().0, 0);
    let server = site.serve();
    server.terminate();
    server.wait();
}

/// If two commands read the same file, the later one would remove the other's new key.
#[test]
fn one_command_at_a_time_changes_the_key_file() {
    let site = ProgramSite::with_account();
    let before = key_file(&site);
    let lock = File::create(site.file("twinlock.db.key.lock")).unwrap();
    lock.lock().unwrap();
    for command in [
        &["key", "new"][..],
        &["key", "rotate"],
        &["key", "drop", "x"],
    ] {
        let done = site.run(command);
        let line = done.expect_refused(1);
        assert!(line.starts_with("another `twinlock key` command"), "{line}");
    }
    site.run(&["key", "list"]).expect_done();
    assert_eq!(key_file(&site), before);
    drop(lock);
    site.run(&["key", "new"]).expect_done();
    assert_eq!(ids(&site).len(), 2);
}

#[test]
fn keys_that_the_database_holds_stop_the_start_when_they_were_changed() {
    let site = with_people(0);
    write(
        &site,
        &[(
            "UPDATE data_keys SET sealed_key = (SELECT value FROM key_check)",
            vec![],
        )],
    );
    let done = site.run(&["user", "list"]);
    let line = done.expect_refused(1);
    assert!(
        line.contains("holds do not open with the key file twinlock.db.key"),
        "{line}"
    );
}

/// A swapped or damaged ciphertext is refused, recorded as an event, and reported by a rotation.
#[test]
fn swapped_ciphertexts_fail_closed() {
    let site = with_people(3);
    let (one, two) = (format!("{:032x}", 1), format!("{:032x}", 2));
    let copy = "CREATE TEMP TABLE before AS SELECT method_id, sealed_key FROM app_keys";
    let swap = "UPDATE app_keys SET sealed_key = (SELECT b.sealed_key FROM before b WHERE b.method_id IN ($1, $2) AND b.method_id <> app_keys.method_id)
                WHERE method_id IN ($1, $2)";
    let both = vec![json!(one), json!(two)];
    write(&site, &[(copy, vec![]), (swap, both)]);
    let server = site.serve();
    assert_eq!(sign_in(&server, 0), 200);
    for number in [1, 2] {
        assert_eq!(sign_in(&server, number), 500);
        // The other user's code is refused as well.
        let mut browser = signed_in(&server, &email(number), PASSWORD);
        let app = Authenticator::new(&BASE32_NOPAD.encode(&bytes(3 - number)));
        assert_eq!(browser.give_code(&app.code(now())).status, 500);
    }
    assert_eq!(damaged_codes(&site), 4);
    site.run(&["key", "new"]).expect_done();
    let old = ids(&site)[0].clone();
    let rotated = site.run(&["key", "rotate", "--json"]);
    let (json, line) = rotated.expect_failed(1);
    assert_eq!(
        line,
        "2 rows could not be resealed and stay as they are: reset those people with `twinlock user reset-mfa`"
    );
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        (&json["damaged"], &json["needed"]),
        (&json!(2), &json!([old]))
    );
    let needed = site.run(&["key", "drop", &old]);
    assert!(needed.expect_refused(1).contains("is needed by 2 rows"));
}

/// Sums `times`, because repeated events are one row a minute with a count.
pub fn damaged_codes(site: &ProgramSite) -> u64 {
    let told = site.run(&["events", "--export"]);
    let events = told.expect_done().lines();
    let events = events.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let damaged = events.filter(|event| event["result"] == "damaged");
    damaged
        .map(|event| event["times"].as_u64().unwrap_or(1))
        .sum()
}
