//! The suites that run on `PostgreSQL` too, and the tests that do not.

use std::{env, path::PathBuf};

use anyhow::Result;

use super::{Depth, HOST, PROXIES, at_once, in_memory, memory};
use crate::{
    postgres::{self, Cluster},
    process::Process,
};

/// The suites of the server that have a database.
const SERVER_SUITES: [&str; 4] = ["command_line", "http", "journeys", "model"];

/// Tests about the database file: copies, damage, locks, and rows with their own ids.
const ABOUT_THE_FILE: [&str; 17] = [
    "accounts::migrate_says_what_it_made",
    "backup::",
    "database::locks::",
    "events::are_deleted_when_they_are_old",
    "events::tell_an_older_database",
    "faults::",
    "health::a_held_lock",
    "health::a_newer_schema",
    "housekeeping::",
    "key_file::",
    "operators::disks::",
    "operators::key_places::",
    "operators::owners::",
    "operators::paths::",
    "operators::wrong_user::",
    "sqlite_backup::",
    "sqlite_file::",
];

/// Tests of the server, of single calls or commands that reach the store only through ports, whose
/// contract runs on both engines, and of what happens before the database is opened.
/// In the quick run, http and `command_line` own these rules on `SQLite`; the deep run has them on
/// the second engine too.
const NOT_ABOUT_THE_ENGINE: [&str; 18] = [
    "guards::access::",
    "guards::addresses::",
    "guards::between::",
    "guards::bodies::",
    "guards::csrf::",
    "guards::matrix::",
    "guards::table::",
    "operators::clock::",
    "operators::output::",
    "people::account_changes::",
    "people::members::",
    "people::spellings::",
    "people::user_changes::",
    "people::user_words::",
    "people::users::",
    "served::",
    "serving::log::",
    "serving::settings::",
];

/// Runs on the second engine the store's tests, the whole server as two instances that take turns
/// request by request, and a few sequences of the model. A server that can't be started is a
/// failure, not a reason to skip these tests.
pub fn run(depth: Depth) -> Result<()> {
    let parent = memory().map_or_else(env::temp_dir, PathBuf::from);
    let cluster = Cluster::start_in(&parent)?;
    let (single_calls, rounds): (&[&str], _) = match depth {
        Depth::Quick => (&NOT_ABOUT_THE_ENGINE, "12"),
        Depth::Deep => (&[], "50"),
    };
    // The lists name tests of one package each: the contract also has a folder `people`.
    let store = on(&cluster, rounds, &["contract"], &ABOUT_THE_FILE);
    let left_out: Vec<&str> = [&ABOUT_THE_FILE, single_calls, &[PROXIES]].concat();
    let server = on(&cluster, rounds, &SERVER_SUITES, &left_out);
    store.and(server)
}

/// Runs some suites on a cluster, each race in so many rounds, without the tests whose names hold a
/// word of `left_out`.
fn on(cluster: &Cluster, rounds: &str, suites: &[&str], left_out: &[&str]) -> Result<()> {
    at_once(in_memory(Process::cargo(["test", "--no-fail-fast"])))
        .args(HOST)
        .args(suites.iter().flat_map(|suite| ["--test", suite]))
        .args(["--"])
        .args(left_out.iter().flat_map(|name| ["--skip", name]))
        .env(postgres::URL, cluster.url())
        .env("TWINLOCK_CASES", "10")
        .env("TWINLOCK_ROUNDS", rounds)
        .remedy("the output above names the test; the line runs these suites alone beside a server of yours")
        .run()
}
