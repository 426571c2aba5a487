//! Takes a backup while users sign in, and restores the database from it.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
};

use rstest::rstest;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, SqliteConnection};
use testkit::http::{ConfirmedSetUp, HttpAnswer, HttpBrowser};

use crate::support::{
    browser::{now, signed_in},
    people::PASSWORD,
    program::{ProgramSite, Running},
};

const ADA: &str = "ada@example.com";

fn sign_in_by_backup_code(server: &Running, code: &str) -> HttpAnswer {
    signed_in(server, ADA, PASSWORD).give_backup_code(code)
}

fn stop(server: Running) {
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0, "{log}");
}

fn files(site: &ProgramSite) -> Vec<String> {
    let names = fs::read_dir(site.file("")).unwrap();
    let mut names: Vec<String> = names
        .map(|name| name.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn under_load_brings_everybody_back_and_no_used_code() {
    let site = ProgramSite::with_owner();
    let server = site.serve();
    let mut before = signed_in(&server, ADA, PASSWORD);
    let ConfirmedSetUp {
        authenticator,
        codes,
        ..
    } = before.set_up_mfa(now());
    sign_in_by_backup_code(&server, &codes[0]).expect_ok();
    let stopped = AtomicBool::new(false);
    // Sign-ins are limited to thirty a minute per user, and the test needs some of them below.
    let left = AtomicI64::new(20);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let mut browser = HttpBrowser::new(&server);
                    let answer = if left.fetch_sub(1, Ordering::Relaxed) > 0 {
                        browser.sign_in_as(ADA, PASSWORD)
                    } else {
                        browser.ask("session/whoami")
                    };
                    // No sign-in waits for a backup.
                    answer.expect_ok();
                }
            });
        }
        for name in ["one", "two", "three"] {
            site.run(&["backup", name]).expect_done();
        }
        stopped.store(true, Ordering::Relaxed);
    });
    let mode = fs::metadata(site.file("three"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    // This code is used after the backup, so the backup still holds it as unused.
    sign_in_by_backup_code(&server, &codes[1]).expect_ok();
    // Each refusal names the next step that the restore requires, in order.
    let held = site.run(&["restore", "three"]);
    let line = held.expect_refused(1);
    assert!(
        line.contains("stop the server first, then repeat this with `--overwrite`"),
        "{line}"
    );
    let held = site.run(&["restore", "three", "--overwrite"]);
    let line = held.expect_refused(1);
    assert!(line.contains("stop the server first"), "{line}");
    stop(server);
    let there = site.run(&["restore", "three"]);
    let line = there.expect_refused(1);
    assert!(line.contains("`--overwrite` puts it aside"), "{line}");
    let restored = site.run(&["restore", "three", "--overwrite", "--json"]);
    let restored = restored.expect_json();
    assert_eq!(
        (
            &restored["backup_codes_voided"],
            &restored["backup_codes_left"],
            &restored["warning"]
        ),
        (&json!(1), &json!(8), &Value::Null)
    );
    assert!(restored["sessions"].as_u64().unwrap() > 2, "{restored}");

    let server = site.serve();
    before.use_server(&server);
    assert_eq!(before.standing(), "", "its session has ended");
    for code in &codes[..2] {
        assert_eq!(
            sign_in_by_backup_code(&server, code).refusal(),
            (409, "backup_code_used".to_owned())
        );
    }
    let mut browser = signed_in(&server, ADA, PASSWORD);
    let answer = browser.give_code(&authenticator.code(now()));
    // A code whose step began after the restore is accepted; this case is rare.
    assert!(
        answer.is_ok() || answer.kind() == "already_used",
        "{answer}"
    );
    sign_in_by_backup_code(&server, &codes[2]).expect_ok();
    stop(server);
    site.run(&["events", "--verify"]).expect_done();
    let events = site.run(&["events", "--export"]);
    assert!(events.expect_done().contains("\"database_restore\""));
}

#[test]
fn without_the_newest_database_it_says_what_is_not_known() {
    let site = ProgramSite::with_owner();
    let server = site.serve();
    let codes = signed_in(&server, ADA, PASSWORD).set_up_mfa(now()).codes;
    stop(server);
    site.run(&["backup", "copy"]).expect_done();
    fs::remove_file(site.file("twinlock.db")).unwrap();

    let restored = site.run(&["restore", "copy"]);
    let said = restored.expect_done();
    assert!(
        said.contains("is not known: the 10 that it holds as unused work"),
        "{said}"
    );
    assert_eq!(files(&site), ["copy", "twinlock.db", "twinlock.db.key"]);
    let voided = site.run(&["restored", "--void-backup-codes"]);
    let said = voided.expect_done();
    assert!(said.contains("10 backup codes were voided"), "{said}");
    let server = site.serve();
    assert_eq!(
        sign_in_by_backup_code(&server, &codes[3]).refusal(),
        (409, "backup_code_used".to_owned())
    );
}

/// A restore ends open links. The users of those links have no other way to choose a password.
#[test]
fn whose_links_ended_is_said_with_what_makes_new_ones() {
    let site = ProgramSite::with_owner();
    let invite = |number: u32| {
        let email = format!("{number:02}@example.com");
        let add = ["user", "add", &email, "--name", "Somebody"];
        let role = ["--account", "Acme", "--role", "member"];
        site.run(&[&add[..], &role].concat()).expect_done();
    };
    let restored = |copy: &str| {
        site.run(&["backup", copy]).expect_done();
        let done = site.run(&["restore", copy, "--overwrite"]);
        let lines = done.expect_done().lines().map(str::to_owned);
        let mut lines = lines.filter(|line| line.contains("set-password"));
        (lines.next(), lines.next())
    };
    assert_eq!(restored("none"), (None, None));
    (1..=2).for_each(invite);
    let said = "`twinlock user set-password EMAIL` prints a new link; those that ended were of";
    let two = format!("{said} 01@example.com and 02@example.com.");
    assert_eq!(restored("two"), (Some(two), None));
    (3..=13).for_each(invite);
    let many = format!(
        "{said} 11 people; `twinlock user list` shows those who have no password yet as `invited`."
    );
    assert_eq!(restored("many"), (Some(many), None));
    invite(14);
    site.run(&["backup", "last"]).expect_done();
    let json = site.run(&["restore", "last", "--overwrite", "--json"]);
    assert_eq!(json.expect_json()["invited"], json!(["14@example.com"]));
}

#[test]
fn another_key_file_is_warned_of() {
    let (site, other) = (ProgramSite::with_owner(), ProgramSite::with_owner());
    site.run(&["backup", "copy"]).expect_done();
    fs::copy(site.file("copy"), other.file("copy")).unwrap();
    let restored = other.run(&["restore", "copy", "--overwrite"]);
    let said = restored.expect_done();
    assert!(
        said.contains(
            "WARNING: the key file twinlock.db.key does not belong to the database twinlock.db"
        ),
        "{said}"
    );
    fs::remove_file(other.file("twinlock.db.key")).unwrap();
    let restored = other.run(&["restore", "copy", "--overwrite"]);
    let said = restored.expect_done();
    assert!(
        said.contains("WARNING: the database twinlock.db is there, but its key file twinlock.db.key is not: copy the key file back"),
        "{said}"
    );
    fs::copy(site.file("twinlock.db.key"), other.file("twinlock.db.key")).unwrap();
    stop(other.serve());
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    let again = site.run(&["backup", "copy"]);
    assert!(again.expect_refused(1).contains("copy is there already"));
    let whole = fs::read(site.file("copy")).unwrap();
    let database = fs::read(site.file("twinlock.db")).unwrap();
    let (before, notes) = (files(&site), b"notes".repeat(2000));
    for bytes in [&[][..], &whole[..whole.len() / 2], &notes[..]] {
        fs::write(site.file("copy"), bytes).unwrap();
        site.run(&["restore", "copy", "--overwrite"])
            .expect_refused(1);
    }
    assert_eq!(files(&site), before);
    assert_eq!(fs::read(site.file("twinlock.db")).unwrap(), database);
    site.run(&["restore", "missing"]).expect_refused(1);
}

/// If a restore took the database itself as the backup, it would move the database aside before the
/// copy and lose the data.
#[test]
fn s7_a_database_is_not_restored_from_itself_however_it_is_named() {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    symlink("twinlock.db", site.file("link")).unwrap();
    fs::hard_link(site.file("twinlock.db"), site.file("second")).unwrap();
    fs::create_dir(site.file("folder")).unwrap();
    symlink(site.file(""), site.file("folder/here")).unwrap();
    let (before, database) = (files(&site), fs::read(site.file("twinlock.db")).unwrap());
    let whole = site.file("twinlock.db");
    for name in [
        "twinlock.db",
        "./folder/../twinlock.db",
        "folder/here/twinlock.db",
        "link",
        "second",
        whole.to_str().unwrap(),
    ] {
        for more in [&[][..], &["--overwrite"], &["--void-backup-codes"]] {
            let done = site.run(&[&["restore", name], more].concat());
            let line = done.expect_refused(1);
            assert!(
                line.starts_with(&format!("{name} is the database "))
                    && line.contains(" itself: name the file that `twinlock backup` wrote"),
                "{line}"
            );
        }
        let line = site.run(&["backup", name]);
        let line = line.expect_refused(1);
        assert!(
            line.ends_with(
                "is the file of the database twinlock.db: name another file for the backup"
            ),
            "{line}"
        );
    }
    // A link to the database names the same database.
    let by_link = [
        "restore",
        "twinlock.db",
        "--overwrite",
        "--database-url",
        "sqlite:link",
    ];
    site.run(&by_link).expect_refused(1);
    assert_eq!(files(&site), before);
    assert_eq!(fs::read(site.file("twinlock.db")).unwrap(), database);
}

/// A backup under a name that `SQLite` or a restore uses beside the database would be mistaken for
/// their file and removed.
#[test]
fn s7_a_backup_has_no_name_that_the_database_uses() {
    let site = ProgramSite::in_a_file();
    site.run(&["migrate"]).expect_done();
    for end in ["-journal", "-wal", "-shm"] {
        let name = format!("./twinlock.db{end}");
        let done = site.run(&["backup", &name]);
        let line = done.expect_refused(1);
        assert!(
            line.ends_with(
                "is a journal of the database twinlock.db: name another file for the backup"
            ),
            "{line}"
        );
    }
    let done = site.run(&["backup", "twinlock.db.lock"]);
    let line = done.expect_refused(1);
    assert!(
        line.contains("is the lock of the database twinlock.db"),
        "{line}"
    );
    site.run(&["backup", "twinlock.db.restoring"]).expect_done();
    let done = site.run(&["restore", "twinlock.db.restoring", "--overwrite"]);
    let line = done.expect_refused(1);
    assert!(
        line.contains("has the name under which `twinlock restore` writes"),
        "{line}"
    );
    // A restore of another backup does not remove this one either.
    site.run(&["backup", "other"]).expect_done();
    let done = site.run(&["restore", "other", "--overwrite"]);
    let line = done.expect_refused(1);
    assert!(
        line.ends_with("twinlock.db.restoring has a name that this command needs, and no interrupted command left it: move it away, then repeat this"),
        "{line}"
    );
    fs::rename(site.file("twinlock.db.restoring"), site.file("copy")).unwrap();
    site.run(&["restore", "copy", "--overwrite"]).expect_done();
}

/// RC4: such a trigger sets the second factor of every new session, so a password alone would be
/// enough.
#[rstest]
#[case::trigger(
    "CREATE TRIGGER spare AFTER INSERT ON sessions BEGIN UPDATE sessions SET second_factor_at = NEW.opened_at WHERE id = NEW.id; END",
    "the trigger `spare` of `sessions` is foreign"
)]
#[case::column(
    "ALTER TABLE users ADD COLUMN spare BIGINT DEFAULT 1",
    "the table `users` has `spare BIGINT DEFAULT 1` where"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_with_a_foreign_schema_changes_nothing(
    #[case] sql: &'static str,
    #[case] words: &str,
) {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    let url = format!("sqlite://{}", site.file("copy").display());
    let mut raw = SqliteConnection::connect(&url).await.unwrap();
    raw.execute(sql).await.unwrap();
    raw.close().await.unwrap();
    site.add_person("max@example.com", "member");
    let before = files(&site);
    let done = site.run(&["restore", "copy", "--overwrite"]);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with(
            "the database copy can't be opened: its schema is not as this program makes it: "
        ) && line.contains(words),
        "{line}"
    );
    assert_eq!(files(&site), before);
    // A user added after the backup is still there.
    assert!(
        site.user_line("max@example.com")
            .starts_with("max@example.com")
    );
}

/// Regression: of two restores within one second, the second overwrote what the first had put
/// aside.
#[test]
fn whatever_is_put_aside_stays() {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    for _ in 0..3 {
        site.run(&["restore", "copy", "--overwrite"]).expect_done();
    }
    let aside = files(&site);
    let aside = aside.iter().filter(|name| name.contains(".replaced-"));
    assert_eq!(aside.count(), 3);
}

#[test]
fn a_damaged_database_is_put_aside_with_its_journal() {
    let site = ProgramSite::with_owner();
    site.run(&["backup", "copy"]).expect_done();
    for name in ["twinlock.db", "twinlock.db-wal"] {
        fs::write(site.file(name), b"notes".repeat(2000)).unwrap();
    }
    site.run(&["restore", "copy", "--overwrite"]).expect_done();
    let aside = files(&site);
    let aside = aside.iter().filter(|name| name.contains(".replaced-"));
    assert_eq!(aside.count(), 2);
    assert!(site.user_line(ADA).starts_with(ADA));
}
