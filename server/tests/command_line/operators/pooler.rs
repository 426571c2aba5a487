//! `PgBouncer` between the server and the database (S5).

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::chown, process::CommandExt},
    process::{Child, Command, Stdio},
    thread,
};

use rstest::rstest;
use testkit::process::free_port;

use super::{
    has,
    server::{OperatorDatabase, url_of, word},
};
use crate::support::{
    browser::get,
    program::{Done, Running},
};

/// The user that runs `PgBouncer`, because it refuses to run as root.
const NOBODY: u32 = 65534;
const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];
const LETS_IN: &str = "ignore_startup_parameters = extra_float_digits\n";

/// A pooler with a port of its own; it ends with the test.
struct Pooler {
    child: Child,
    url: String,
    port: u16,
}

impl Pooler {
    fn start(server: &OperatorDatabase, settings: &str) -> Self {
        loop {
            // If another program has taken the port meanwhile, try the next one.
            if let Some(pooler) = Self::start_at(free_port(), server, settings) {
                return pooler;
            }
        }
    }

    /// Returns `None` if the port is taken.
    fn start_at(port: u16, server: &OperatorDatabase, settings: &str) -> Option<Self> {
        let (name, role) = (&server.name, server.superuser());
        let folder = tempfile::tempdir_in("/tmp").unwrap().keep();
        let file = folder.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n{name} = host=127.0.0.1 port={} user={role}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = any\nunix_socket_dir =\nmax_client_conn = 200\n{settings}",
            server.port()
        );
        fs::write(&file, text).unwrap();
        let mut command = Command::new("/usr/sbin/pgbouncer");
        command
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if chown(&folder, Some(NOBODY), Some(NOBODY)).is_ok() {
            // That user may not be able to enter the current folder.
            command.uid(NOBODY).gid(NOBODY).current_dir("/");
        }
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        loop {
            let Some(line) = log.next() else {
                child.wait().unwrap();
                fs::remove_dir_all(&folder).unwrap();
                return None;
            };
            let line = line.unwrap();
            if line.contains("process up") {
                break;
            }
            let is_wrong = line.contains("FATAL") && !line.contains("listen");
            assert!(!is_wrong, "{line}");
        }
        // The log is read on, so that the pooler never blocks on a full pipe.
        thread::spawn(move || log.for_each(drop));
        fs::remove_dir_all(&folder).unwrap();
        let url = url_of(role, port, name);
        Some(Self { child, url, port })
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a database that is up to date.
fn with_tables(test: &str) -> Option<OperatorDatabase> {
    if !has(test, &["pgbouncer"]) {
        return None;
    }
    let server = OperatorDatabase::new(test, "")?;
    let owner = server.superuser().to_owned();
    server.done(&owner, &["key", "new"]).expect_done();
    server.done(&owner, &["migrate"]).expect_done();
    Some(server)
}

/// Expects that no setting of ours is left on the pooler's connections for other programs.
#[track_caller]
fn nothing_leaked(pooler: &Pooler) {
    for _ in 0..20 {
        for (setting, right) in [
            ("SHOW statement_timeout", "0"),
            ("SHOW lock_timeout", "0"),
            ("SHOW idle_in_transaction_session_timeout", "0"),
            ("SHOW synchronous_commit", "on"),
        ] {
            assert_eq!(word(&pooler.url, setting), right, "{setting}");
        }
    }
}

#[rstest]
#[case::s5("pool_mode = transaction\n")]
#[case::in_turn("pool_mode = transaction\nserver_round_robin = 1\n")]
#[case::one_connection("pool_mode = transaction\ndefault_pool_size = 1\n")]
#[case::several_from_the_start(
    "pool_mode = transaction\nserver_round_robin = 1\nmin_pool_size = 5\n"
)]
#[case::statements("pool_mode = statement\n")]
fn s5_a_pooler_that_shares_connections_is_refused_and_nothing_leaks(#[case] mode: &str) {
    let test = "s5_a_pooler_that_shares_connections_is_refused_and_nothing_leaks";
    let Some(server) = with_tables(test) else {
        return;
    };
    let pooler = Pooler::start(&server, &format!("{mode}{LETS_IN}"));
    for args in [&["doctor"][..], &SERVE, &["migrate"], &["user", "list"]] {
        let done = Done::from(server.command_at(&pooler.url, args).output().unwrap());
        let line = done.expect_refused(1);
        assert!(
            line.contains("a pooler in transaction mode is in front of the database: use a session pooler or a direct connection"),
            "{args:?}: {line}"
        );
    }
    if mode.contains("transaction") {
        nothing_leaked(&pooler);
    }
}

#[test]
fn s5_a_session_pooler_works_and_nothing_leaks() {
    let Some(server) = with_tables("s5_a_session_pooler_works_and_nothing_leaks") else {
        return;
    };
    let settings = format!("pool_mode = session\ndefault_pool_size = 40\n{LETS_IN}");
    let pooler = Pooler::start(&server, &settings);
    Done::from(
        server
            .command_at(&pooler.url, &["doctor"])
            .output()
            .unwrap(),
    )
    .expect_done();
    let (running, _) = Running::start(server.command_at(&pooler.url, &SERVE));
    running.terminate();
    assert_eq!(running.wait().0, 0);
    nothing_leaked(&pooler);
}

/// The pooler changes its mode, or is added, while the server runs: the server's connections are
/// new afterwards.
#[test]
fn s5_a_pooler_that_is_put_in_between_while_the_server_serves_is_noticed() {
    let test = "s5_a_pooler_that_is_put_in_between_while_the_server_serves_is_noticed";
    let Some(server) = with_tables(test) else {
        return;
    };
    let session = format!("pool_mode = session\ndefault_pool_size = 40\n{LETS_IN}");
    let before = Pooler::start(&server, &session);
    let (running, _) = Running::start(server.command_at(&before.url, &SERVE));
    assert_eq!(get(&running, "/readyz").0, 200);
    let port = before.port;
    drop(before);
    let shared = format!("pool_mode = transaction\nserver_round_robin = 1\n{LETS_IN}");
    let between = Pooler::start_at(port, &server, &shared).unwrap();
    while get(&running, "/readyz").0 == 200 {}
    assert_eq!(get(&running, "/readyz").0, 503);
    nothing_leaked(&between);
    drop(between);
    let after = Pooler::start_at(port, &server, &session).unwrap();
    while get(&running, "/readyz").0 != 200 {}
    running.terminate();
    let (code, log) = running.wait();
    let words = "a pooler in transaction mode is in front of the database: use a session pooler or a direct connection";
    let line = log.lines().find(|line| line.contains(words));
    assert!(line.is_some_and(|line| line.contains("ERROR")), "{log}");
    assert_eq!(code, 0);
    drop(after);
}

#[test]
fn s5_a_pooler_as_it_comes_is_told_what_to_ignore() {
    let Some(server) = with_tables("s5_a_pooler_as_it_comes_is_told_what_to_ignore") else {
        return;
    };
    let pooler = Pooler::start(&server, "pool_mode = session\n");
    let done = Done::from(
        server
            .command_at(&pooler.url, &["doctor"])
            .output()
            .unwrap(),
    );
    let line = done.expect_refused(1);
    assert!(
        line.contains("ignore_startup_parameters") && line.contains("extra_float_digits"),
        "{line}"
    );
}
