//! Several servers of one database start at once: the migrations run once, and all servers work.

use std::{fs, path::Path, thread};

use crate::support::program::ProgramSite;

/// The number of servers, as an operator may start behind one balancer.
const SERVERS: usize = 4;

fn all_start(site: &ProgramSite) {
    let servers = thread::scope(|scope| {
        let starts = [(); SERVERS].map(|()| scope.spawn(|| site.serve()));
        starts.map(|start| start.join().unwrap())
    });
    for mut server in servers {
        if server.line().starts_with("TWINLOCK_PUBLIC_URL is not set") {
            for _ in 0..4 {
                server.line();
            }
        }
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!(code, 0, "{log}");
    }
    site.run(&["account", "add", "Example Ltd"]).expect_done();
    site.run(&["key", "list"]).expect_done();
}

#[test]
fn on_an_empty_database() {
    let site = ProgramSite::new();
    site.make_key();
    all_start(&site);
}

/// Returns the statements that undo the newest migration.
fn undone() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../storage/migrations/sqlite");
    let files = fs::read_dir(folder).unwrap();
    let newest = files.map(|file| file.unwrap().path()).max().unwrap();
    let made = fs::read_to_string(newest).unwrap();
    // In reverse order, because an index is dropped before its column.
    made.lines().rev().filter_map(taking_back).collect()
}

/// Returns the statement that undoes one statement of a migration: a created table, index or
/// column.
fn taking_back(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["CREATE", kind, name, ..] => Some(format!("DROP {kind} {name}")),
        ["ALTER", "TABLE", table, "ADD", "COLUMN", column, ..] => {
            Some(format!("ALTER TABLE {table} DROP COLUMN {column}"))
        }
        _ => None,
    }
}

#[test]
fn on_a_database_of_the_version_before() {
    let site = ProgramSite::with_database();
    let forget =
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    site.change(forget);
    for sql in undone() {
        site.change(&sql);
    }
    site.run(&["account", "list"]).expect_refused(1);
    all_start(&site);
}
