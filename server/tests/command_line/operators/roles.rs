//! Roles without rights (S22) and databases of other encodings (S13), on a real server.

use std::{net::TcpStream, thread};

use rstest::rstest;

use super::{
    left_out,
    server::{OperatorDatabase, url_of, word},
};
use crate::support::program::{Done, Running};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// Expects that all commands refuse with the same words, which blame neither the key nor the disk.
#[track_caller]
fn refuse(server: &OperatorDatabase, role: &str, commands: &[&[&str]], words: &[&str]) {
    for args in commands {
        let done = server.done(role, args);
        let line = done.expect_refused(1);
        for word in words {
            assert!(line.contains(word), "{args:?}: {line}");
        }
        for other in ["key file", "disk", "damaged"] {
            assert!(!line.contains(other), "{args:?}: {line}");
        }
    }
}

#[test]
fn s22_a_role_that_may_make_no_tables_is_told_the_grant() {
    let test = "s22_a_role_that_may_make_no_tables_is_told_the_grant";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let role = server.name.clone();
    // Versions before 15 let every role create tables, so the test revokes the right.
    server.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let words = [
        format!("the role {role} may not create tables in the schema public"),
        format!("`GRANT CREATE ON SCHEMA public TO {role}`"),
    ];
    let words = words.each_ref().map(String::as_str);
    refuse(&server, &role, &[&["key", "new"], &["doctor"]], &words);
    server
        .done(server.superuser(), &["key", "new"])
        .expect_done();
    refuse(
        &server,
        &role,
        &[&["migrate"], &SERVE, &["doctor"], &["restored"]],
        &words,
    );
    server.run(&format!("GRANT CREATE ON SCHEMA public TO {role}"));
    server.done(&role, &["migrate"]).expect_done();
    server.done(&role, &["doctor"]).expect_done();
}

#[test]
fn s22_a_role_that_may_not_enter_the_schema_is_told_the_grant() {
    let test = "s22_a_role_that_may_not_enter_the_schema_is_told_the_grant";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let role = server.name.clone();
    server.run("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    let grant = format!("`GRANT USAGE, CREATE ON SCHEMA public TO {role}`");
    refuse(
        &server,
        &role,
        &[&["key", "new"], &["doctor"]],
        &["may use no schema", &grant],
    );
    server.run(&format!("GRANT USAGE, CREATE ON SCHEMA public TO {role}"));
    server.done(&role, &["key", "new"]).expect_done();
    server.done(&role, &["migrate"]).expect_done();
}

#[test]
fn s22_tables_of_another_role_are_told_with_their_owner() {
    let test = "s22_tables_of_another_role_are_told_with_their_owner";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let (role, owner) = (server.name.clone(), server.superuser().to_owned());
    server.done(&owner, &["key", "new"]).expect_done();
    server.done(&owner, &["migrate"]).expect_done();
    let words = [
        format!("the role {role} may not use the table "),
        format!("which belongs to the role {owner}"),
        format!("OWNER TO {role}`"),
    ];
    let words = words.each_ref().map(String::as_str);
    refuse(
        &server,
        &role,
        &[&["doctor"], &["restored"], &["migrate"], &SERVE],
        &words,
    );
    // Rights on each table suffice until the next migration.
    server.run(&format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    server.done(&role, &["doctor"]).expect_done();
    let (running, _) = Running::start(server.command(&role, &SERVE));
    running.terminate();
    assert_eq!(running.wait().0, 0);
    // The schema of an older version can be changed by its owner only.
    server.run("DELETE FROM _sqlx_migrations WHERE version > 40");
    server.run(&format!("GRANT CREATE ON SCHEMA public TO {role}"));
    let done = server.done(&role, &["doctor"]);
    let line = done.expect_refused(1);
    assert!(
        line.contains("only the role ") && line.contains(&owner),
        "{line}"
    );
}

#[test]
fn s22_a_table_without_rights_is_told_while_it_serves() {
    let test = "s22_a_table_without_rights_is_told_while_it_serves";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let role = server.name.clone();
    server.run(&format!("GRANT CREATE ON SCHEMA public TO {role}"));
    server.done(&role, &["key", "new"]).expect_done();
    // The tables do not exist yet, and the message does not blame the disk or the key file.
    let (found, line) = {
        let done = server.done(&role, &["doctor"]);
        let (found, line) = done.expect_failed(1);
        (found.to_owned(), line.to_owned())
    };
    assert!(
        found.contains("migrations  pending: run `twinlock migrate`"),
        "{found}"
    );
    assert!(
        !found.contains("disk") && !found.contains("TWINLOCK_KEY_FILE"),
        "{found}"
    );
    assert_eq!(line, "3 of 4 checks failed: database, migrations, key");
}

/// If the search path leads to another schema, the message does not suggest a grant on `public`.
#[test]
fn s22_a_search_path_that_leads_nowhere_is_told_with_what_mends_it() {
    let test = "s22_a_search_path_that_leads_nowhere_is_told_with_what_mends_it";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let role = server.name.clone();
    let database = &server.name;
    server.run(&format!("CREATE SCHEMA \"Of {role}\""));
    for (path, words) in [
        (
            "panel",
            format!(
                "no schema of the search path of the role {role} (panel) is there: run `CREATE SCHEMA panel AUTHORIZATION {role}` as the owner of the database {database}"
            ),
        ),
        (
            "''",
            format!(
                "the search path of the role {role} is empty: run `ALTER ROLE {role} SET search_path = public`"
            ),
        ),
        (
            &format!("nowhere, \"Of {role}\""),
            format!("run `GRANT USAGE, CREATE ON SCHEMA \"Of {role}\" TO {role}`"),
        ),
    ] {
        server.run(&format!("ALTER ROLE {role} SET search_path = {path}"));
        refuse(&server, &role, &[&["key", "new"], &["doctor"]], &[&words]);
    }
    server.run(&format!("CREATE SCHEMA panel AUTHORIZATION {role}"));
    server.run(&format!("ALTER ROLE {role} SET search_path = panel"));
    server.done(&role, &["key", "new"]).expect_done();
    server.done(&role, &["migrate"]).expect_done();
    server.done(&role, &["doctor"]).expect_done();
}

/// Each setting of a role or a database is reported as its own cause, without blame on the key or
/// the disk.
#[test]
fn s22_settings_of_the_role_are_told_as_the_cause() {
    let test = "s22_settings_of_the_role_are_told_as_the_cause";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let (role, database) = (server.name.clone(), server.name.clone());
    server.run(&format!("GRANT CREATE ON SCHEMA public TO {role}"));
    server.done(&role, &["key", "new"]).expect_done();
    server.done(&role, &["migrate"]).expect_done();
    let none_left = "the server has no connection left for this role: raise max_connections, or the limit of the role or database";
    for (set, back, words) in [
        (
            format!("ROLE {role} CONNECTION LIMIT 0"),
            format!("ROLE {role} CONNECTION LIMIT -1"),
            none_left,
        ),
        (
            format!("ROLE {role} CONNECTION LIMIT 1"),
            format!("ROLE {role} CONNECTION LIMIT -1"),
            none_left,
        ),
        (
            format!("DATABASE {database} CONNECTION LIMIT 0"),
            format!("DATABASE {database} CONNECTION LIMIT -1"),
            none_left,
        ),
        (
            format!("ROLE {role} SET default_transaction_read_only = on"),
            format!("ROLE {role} RESET default_transaction_read_only"),
            "`RESET default_transaction_read_only`",
        ),
        (
            format!("DATABASE {database} SET default_transaction_read_only = on"),
            format!("DATABASE {database} RESET default_transaction_read_only"),
            "is set to read only for this role or database",
        ),
        (
            format!("ROLE {role} NOLOGIN"),
            format!("ROLE {role} LOGIN"),
            "the server refuses this role",
        ),
    ] {
        server.run_as_superuser(&format!("ALTER {set}"));
        refuse(&server, &role, &[&["doctor"]], &[words]);
        server.run_as_superuser(&format!("ALTER {back}"));
        server.done(&role, &["doctor"]).expect_done();
    }
    let shut = format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false");
    server.run_as_superuser(&shut);
    refuse(
        &server,
        &role,
        &[&["doctor"]],
        &["`ALLOW_CONNECTIONS true`"],
    );
    server.run_as_superuser(&format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true"));
    server.run(&format!(
        "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC"
    ));
    refuse(
        &server,
        &role,
        &[&["doctor"]],
        &["the database's role lacks a right"],
    );
}

/// The URL has an IPv6 address.
#[test]
fn a_server_is_reached_by_an_ipv6_address() {
    let test = "a_server_is_reached_by_an_ipv6_address";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let port = server.port();
    if TcpStream::connect(("::1", port)).is_err() {
        left_out(test, "the PostgreSQL server does not listen on ::1");
        return;
    }
    let (owner, name) = (server.superuser(), &server.name);
    for host in ["[::1]", "[0:0:0:0:0:0:0:1]"] {
        let url = format!("postgres://{owner}@{host}:{port}/{name}");
        for args in [&["key", "new"][..], &["migrate"], &["doctor"]] {
            let done = Done::from(server.command_at(&url, args).output().unwrap());
            let is_again = done.err.contains("waits already");
            assert!(done.code == 0 || is_again, "{args:?}: {}", done.err);
        }
    }
}

#[rstest]
#[case::latin(
    "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    "its encoding is LATIN1"
)]
#[case::none(
    "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
    "its encoding is SQL_ASCII"
)]
fn s13_another_encoding_is_refused_in_words(#[case] options: &str, #[case] words: &str) {
    let test = "s13_another_encoding_is_refused_in_words";
    let Some(server) = OperatorDatabase::new(test, options) else {
        return;
    };
    let owner = server.superuser().to_owned();
    let url = url_of(&owner, server.port(), &server.name);
    let sqlite = [
        "migrate",
        "--database-url",
        "sqlite:old.db",
        "--key-file",
        "twinlock.key",
    ];
    Done::from(server.site.command(&sqlite).output().unwrap()).expect_done();
    let copy = ["copy", "--from", "sqlite:old.db", "--to", &url];
    for args in [&SERVE[..], &["migrate"], &["doctor"], &copy] {
        let done = server.done(&owner, args);
        let line = done.expect_refused(1);
        assert!(line.contains(words) && line.contains("UTF8"), "{line}");
    }
}

#[test]
fn a_database_or_server_that_is_not_there_is_told_apart() {
    let test = "a_database_or_server_that_is_not_there_is_told_apart";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let role = server.name.clone();
    let nowhere = url_of(&role, server.port(), "no_such_database");
    let nobody = url_of("no_such_role", server.port(), &server.name);
    let silent = url_of(&role, 1, &server.name);
    for (url, words) in [
        (nowhere, "the server has no such database: create it"),
        (nobody, "the server refuses this role"),
        (silent, "no server listens there"),
    ] {
        let done = Done::from(server.command_at(&url, &["doctor"]).output().unwrap());
        let line = done.expect_refused(1);
        assert!(line.contains(words), "{line}");
    }
}

/// The server sets its own time limits, so a role's shorter limits do not cancel a statement that
/// waits for a lock.
#[test]
fn s22_time_limits_of_the_role_change_nothing() {
    let test = "s22_time_limits_of_the_role_change_nothing";
    let Some(server) = OperatorDatabase::new(test, "") else {
        return;
    };
    let role = server.name.clone();
    server.run(&format!("GRANT CREATE ON SCHEMA public TO {role}"));
    server.done(&role, &["key", "new"]).expect_done();
    for limit in ["statement_timeout", "lock_timeout"] {
        server.run(&format!("ALTER ROLE {role} SET {limit} = 100"));
    }
    let locked = "SELECT count(*)::text FROM pg_locks \
        WHERE relation = 'pg_namespace'::regclass AND mode = 'AccessExclusiveLock' AND granted";
    let beside = url_of(server.superuser(), server.port(), "postgres");
    for args in [["migrate"], ["doctor"]] {
        thread::scope(|scope| {
            scope.spawn(|| {
                server.run(
                    "BEGIN; LOCK TABLE pg_catalog.pg_namespace IN ACCESS EXCLUSIVE MODE; \
                     SELECT pg_sleep(1); COMMIT",
                );
            });
            while word(&beside, locked) == "0" {
                thread::yield_now();
            }
            server.done(&role, &args).expect_done();
        });
    }
}
