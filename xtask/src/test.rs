//! `cargo xtask test`: runs all tests.

use std::env;

use anyhow::Result;
use clap::Args;

use crate::{
    attack, build, faults,
    frontend::{self, Edition},
    postgres::{self, Cluster},
    process::Process,
    summary::Summary,
    tools,
    workspace::{binary, end2end},
};

/// What `test` takes.
#[derive(Args)]
pub struct TestArguments {
    /// Leave the browsers out
    #[arg(long)]
    pub fast: bool,

    /// Handed on to `playwright test`, after `--`
    #[arg(
        last = true,
        value_name = "PLAYWRIGHT ARGUMENTS",
        conflicts_with = "fast"
    )]
    pub playwright: Vec<String>,
}

/// A file system in memory, where commits do not wait for a disk: this reduces the time of cargo's
/// suites to a third. Real disk behaviour is tested by `faults`.
const MEMORY: &str = "/dev/shm";
/// The free space that is required, so that no test fails for lack of room: a container may have only 64 MB. The suites need a tenth of it.
const ROOM: u64 = 1 << 30;

/// The crates that run on the host, in one call: cargo recompiles shared crates for each set of
/// features, and a separate call for each crate would have its own set.
const HOST: [&str; 10] = [
    "--package",
    "domain",
    "--package",
    "usecases",
    "--package",
    "storage",
    "--package",
    "server",
    "--package",
    "app",
];

/// The suites that cargo runs. `app`, `usecases` and `domain` are built once per side, never in one call, because cargo would unite their features.
const SUITES: [(&str, &[&str]); 7] = [
    (
        "domain and use cases, as in the browser",
        &["--package", "domain", "--package", "usecases"],
    ),
    (
        "domain, use cases, storage, server, app's server side",
        &HOST,
    ),
    (
        "app, browser side",
        &["--package", "app", "--features", "csr"],
    ),
    ("xtask", &["--package", "xtask"]),
    ("testkit", &["--package", "testkit"]),
    ("attack, its list", &["--package", "attack"]),
    ("faults, its judge", &["--package", "faults"]),
];

/// How much of the slow tests runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// In the other engines: add, sign in with a code, with a backup code, mandatory MFA. Each attack a few times.
    Quick,
    /// Every journey that an engine can run, every attack as often as the list says, the model test over 2,000 cases, fuzzing.
    Deep,
}

/// Runs all tests and prints the summary.
pub fn run(arguments: &TestArguments) -> Result<()> {
    let mut summary = Summary::default();
    steps(&mut summary, arguments, Depth::Quick);
    summary.finish()
}

/// Adds the steps to a summary.
pub fn steps(summary: &mut Summary, arguments: &TestArguments, depth: Depth) {
    tools::ensure_for_operators();
    // These tests never use quickly built pages: without shipped pages, the server in the tests has none.
    summary.step("shipped pages chosen", || {
        frontend::choose(Edition::Shipped)
    });
    let behind: Vec<&str> = tools::ensure_proxies()
        .into_iter()
        .map(tests_behind)
        .collect();
    for tests in &behind {
        let name = format!("tests whose name holds `{tests}` (server behind a proxy)");
        summary.left_out(&name, "no package");
    }
    let left_out = behind.iter().flat_map(|tests| ["--skip", tests]);
    let left_out: Vec<&str> = left_out.collect();
    for (name, options) in SUITES {
        summary.step(name, || {
            in_memory(Process::cargo(["test", "--no-fail-fast"]))
                .args(options)
                .args(["--"])
                .args(left_out.iter().copied())
                .remedy("the output above names the test; the line, with one `--package`, runs a suite alone")
                .run()
        });
    }
    summary.step("storage and server, on PostgreSQL", on_postgres);
    if depth == Depth::Deep {
        summary.step("keys, ten thousand rows", rotated);
    }
    if arguments.fast {
        summary.left_out("build", "--fast");
        summary.left_out("attack, quick", "--fast");
        summary.left_out("faults, quick", "--fast");
        summary.left_out("browser", "--fast");
        summary.left_out("engines", "--fast");
    } else if summary.step("build", || build::build().map(|_| ())) {
        summary.step("attack, quick", attack::quick);
        summary.step("faults, quick", faults::quick);
        summary.step("browser", || browser(&arguments.playwright));
        if arguments.playwright.is_empty() {
            summary.step("engines", || engines(depth));
        } else {
            summary.left_out("engines", "the arguments are for the browser");
        }
    } else {
        summary.blocked("attack, quick", "build");
        summary.blocked("faults, quick", "build");
        summary.blocked("browser", "build");
        summary.blocked("engines", "build");
    }
}

/// Returns the name endings of the tests that need a package of `docs/proxies`.
fn tests_behind(package: &str) -> &'static str {
    match package {
        "nginx" => "_nginx",
        "caddy" => "_caddy",
        "haproxy" => "_haproxy",
        "apache2" => "_apache",
        _ => PROXIES,
    }
}

/// Tests of the proxies, which do not depend on the database.
const PROXIES: &str = "proxies::";

/// Tests about the database file: copies, damage, locks, and rows with their own ids.
const ABOUT_THE_FILE: [&str; 16] = [
    "accounts::migrate_says_what_it_made",
    "backup::",
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

/// Runs on the second engine the store's tests, the whole server as two instances that take turns request by request,
/// and a few sequences of the model. A server that can't be started is a failure, not a reason to skip these tests.
fn on_postgres() -> Result<()> {
    let cluster = Cluster::start()?;
    let skipped = ABOUT_THE_FILE.iter().flat_map(|name| ["--skip", name]);
    in_memory(Process::cargo(["test", "--no-fail-fast"]))
        .args(HOST)
        .args(["--test", "*", "--"])
        .args(skipped)
        .args(["--skip", PROXIES])
        .env(postgres::URL, cluster.url())
        .env("TWINLOCK_CASES", "10")
        .remedy("the output above names the test; the line runs these suites alone beside a server of yours")
        .run()
}

/// Keeps a suite's files in memory, if there is room and the user has not set another location.
fn in_memory(suite: Process) -> Process {
    let room = Process::new("df")
        .args(["--block-size=1", "--output=avail", MEMORY])
        .probe();
    let has_room = room.is_some_and(|told| is_enough(&told));
    let is_ours = Process::new("test").args(["-w", MEMORY]).probe().is_some();
    if has_room && is_ours && env::var_os("TMPDIR").is_none() {
        suite.env("TMPDIR", MEMORY)
    } else {
        suite
    }
}

/// Parses the output of `df`: a heading, then the free bytes.
fn is_enough(told: &str) -> bool {
    let free = told.lines().nth(1);
    free.and_then(|free| free.trim().parse().ok())
        .is_some_and(|free: u64| free >= ROOM)
}

/// Rotates a key under ten thousand rows while users sign in; the suite above does it with a few hundred.
fn rotated() -> Result<()> {
    Process::cargo(["test", "--package", "server", "--test", "command_line"])
        .args(["keys::rotate_while_people_sign_in"])
        .env("TWINLOCK_ROTATED_ROWS", "10000")
        .remedy("the output above names what failed; the line runs this alone")
        .run()
}

fn browser(arguments: &[String]) -> Result<()> {
    tools::ensure_for_browser_tests()?;
    playwright()?
        .args(arguments)
        .remedy("the report above names the test; `cargo xtask test -- tests/NAME.spec.ts` runs one file")
        .run()
}

/// Runs the same journeys in each engine, with a table at the end.
fn engines(depth: Depth) -> Result<()> {
    tools::ensure_for_engines()?;
    let playwright = playwright()?
        .args(["--config", "engines/playwright.config.ts"])
        .remedy(
            "the table above names engine and journey; docs/TESTING.md says how one is run alone",
        );
    match depth {
        Depth::Quick => playwright.run(),
        Depth::Deep => playwright.env("TWINLOCK_DEEP", "1").run(),
    }
}

fn playwright() -> Result<Process> {
    tools::install_packages()?;
    Ok(Process::new("npx")
        .args(["--no-install", "playwright", "test"])
        .folder(&end2end())
        .env_unshown("TWINLOCK_BIN", binary()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_if_there_is_room() {
        assert!(is_enough("      Avail\n25293266944\n"));
        assert!(!is_enough("     Avail\n  67108864\n"));
        assert!(!is_enough(""));
    }
}
