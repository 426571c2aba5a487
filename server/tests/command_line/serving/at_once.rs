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

/// Brings an empty database back to the version before: drops its tables, and makes those that all
/// migrations but the newest make.
fn go_back(site: &ProgramSite) {
    let engine = if site.is_on_a_server() {
        "postgres"
    } else {
        "sqlite"
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../storage/migrations");
    let files = fs::read_dir(folder.join(engine)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let scripts: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let mut tables: Vec<&str> = Vec::new();
    for name in scripts.iter().flat_map(|script| created(script)) {
        tables.retain(|table| *table != name);
        tables.push(name);
    }
    // In reverse order, because a table is dropped after those that refer to it.
    for table in tables.iter().rev() {
        site.change(&format!("DROP TABLE IF EXISTS {table}"));
    }
    for script in &scripts[..scripts.len() - 1] {
        if site.is_on_a_server() {
            statements(script).for_each(|sql| site.change(&sql));
        } else {
            // As a whole, because SQLite keeps the comments of a table as a part of its schema.
            site.change(script);
        }
    }
    let forget =
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    site.change(forget);
}

/// Returns the statements of a script, because PostgreSQL takes one at a time.
fn statements(script: &str) -> impl Iterator<Item = String> {
    let lines = script
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let statements: Vec<_> = text.split(';').map(|sql| sql.trim().to_owned()).collect();
    statements.into_iter().filter(|sql| !sql.is_empty())
}

/// Returns the names of the tables that a script makes.
fn created(script: &str) -> impl Iterator<Item = &str> {
    script.lines().filter_map(|line| {
        let name = line.strip_prefix("CREATE TABLE ")?;
        name.split([' ', '(']).next()
    })
}

#[test]
fn on_a_database_of_the_version_before() {
    let site = ProgramSite::with_database();
    go_back(&site);
    site.run(&["account", "list"]).expect_refused(1);
    all_start(&site);
}
