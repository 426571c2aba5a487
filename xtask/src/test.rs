//! `cargo xtask test`: runs all tests.

use std::{env, num::NonZero, path::PathBuf, thread::available_parallelism};

use anyhow::Result;
use clap::Args;

use crate::{
    attack, faults,
    frontend::{self, Edition},
    postgres::{self, Cluster},
    process::Process,
    summary::{Beside, Summary},
    tools,
    workspace::{self, binary, end2end},
};

/// What `test` and `ci` take.
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

/// What `test` takes.
#[derive(Args)]
pub struct TestCommand {
    #[command(flatten)]
    steps: TestArguments,

    /// Run the browser tests alone, with target/release/twinlock as it is
    #[arg(long, conflicts_with = "fast")]
    browser: bool,
}

/// A file system in memory, where commits do not wait for a disk: this reduces the time of cargo's
/// suites to a third. Real disk behaviour is tested by `faults`.
const MEMORY: &str = "/dev/shm";
/// The free space that is required, so that no test fails for lack of room: a container may have
/// only 64 MB. The suites need a tenth of it.
const ROOM: u64 = 1 << 30;

/// The crates that run on the host, in one call: cargo recompiles shared crates for each set of
/// features, and a separate call for each crate would have its own set. For the same reason `app`
/// has the pages' feature beside the server's: a build of its own for the pages' unit tests took
/// four minutes.
const HOST: [&str; 18] = [
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
    "--package",
    "attack",
    "--package",
    "faults",
    "--package",
    "testkit",
    "--features",
    "app/csr",
];

/// How much of the slow tests runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// In the other engines: add, sign in with a code, with a backup code, mandatory MFA, and a
    /// passkey or why there is none. Each attack a few times. On `PostgreSQL`, what depends on the
    /// engine. Each page wide and narrow.
    Quick,
    /// Every journey that an engine can run, every attack as often as the list says, the model test
    /// over 2,000 cases, fuzzing, single calls on `PostgreSQL`, each page in every look and width.
    Deep,
}

/// Runs the tests and prints the summary.
pub fn run(command: &TestCommand) -> Result<()> {
    let mut summary = Summary::default();
    if command.browser {
        summary.step("browser", || {
            browser(&command.steps.playwright, Depth::Quick)
        });
    } else {
        steps(&mut summary, &command.steps, Depth::Quick);
    }
    summary.finish()
}

/// Adds the steps to a summary.
pub fn steps(summary: &mut Summary, arguments: &TestArguments, depth: Depth) {
    tools::ensure_for_operators();
    // These tests never use quickly built pages: without shipped pages, the server in the tests has
    // none.
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
    // The pages and the shipped program are built beside suites that wait for disks, sockets and
    // each other. The pages come first, because compiling the tests' server puts them into it.
    let pages = (!arguments.fast).then(|| beside("pages", "pages"));
    summary.step("xtask", || suite(&["--package", "xtask"], &[], depth));
    compile_beside_the_pages();
    let has_pages = pages.is_some_and(|pages| summary.wait(pages));
    let build = has_pages.then(|| beside("build", "build"));
    if build.is_none() && !arguments.fast {
        summary.blocked("build", "pages");
    }
    summary.step("compiling for the host", compile);
    summary.step(
        "domain, use cases, storage, server, app, attack, faults",
        || suite(&HOST, &left_out, depth),
    );
    summary.step("storage and server, on PostgreSQL", || on_postgres(depth));
    if depth == Depth::Deep {
        summary.step("keys, ten thousand rows", rotated);
    }
    if arguments.fast {
        summary.left_out("build", "--fast");
        summary.left_out("attack, quick", "--fast");
        summary.left_out("faults, quick", "--fast");
        summary.left_out("browser", "--fast");
        summary.left_out("engines", "--fast");
    } else if build.is_some_and(|build| summary.wait(build)) {
        summary.step("attack, quick", attack::quick);
        summary.step("faults, quick", faults::quick);
        summary.step("browser", || browser(&arguments.playwright, depth));
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

/// Starts a command of this tool beside the next steps.
fn beside(step: &'static str, command: &str) -> Beside {
    let tool = workspace::program("xtask").unwrap_or_else(|_| "xtask".into());
    Beside::start(step, Process::new(tool).args([command]))
}

/// Runs the tests of some packages, without those whose names hold a word of `left_out`.
fn suite(packages: &[&str], left_out: &[&str], depth: Depth) -> Result<()> {
    let suite = at_once(in_memory(Process::cargo(["test", "--no-fail-fast"])));
    let suite = match depth {
        Depth::Quick => suite,
        Depth::Deep => suite.env("TWINLOCK_ROUNDS", "200"),
    };
    suite
        .args(packages)
        .args(["--"])
        .args(left_out)
        .remedy(
            "the output above names the test; the line, with one `--package`, runs a suite alone",
        )
        .run()
}

/// Compiles the libraries of the host's crates while the pages are built, which takes one core for
/// minutes. The result is not judged here: the pages may change under the server's library, and
/// [`compile`] compiles again what is missing.
fn compile_beside_the_pages() {
    let _ = Process::cargo(["build", "--lib"]).args(HOST).run();
}

/// Compiles the tests and the programs of the host's crates in one call, so that the programs of
/// the attack and fault suites use the same build of the shared crates as the tests.
fn compile() -> Result<()> {
    Process::cargo(["build", "--tests", "--bins"])
        .args(HOST)
        .remedy("fix what the compiler reports above, then repeat the command")
        .run()
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
fn on_postgres(depth: Depth) -> Result<()> {
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

/// Lets a suite run two tests a core, because many of them wait: for a program, a clock or the
/// database.
fn at_once(suite: Process) -> Process {
    let cores = available_parallelism().map_or(2, NonZero::get);
    suite.env("RUST_TEST_THREADS", (2 * cores).to_string())
}

/// Keeps a suite's files in memory, if there is room and the user has not set another location.
fn in_memory(suite: Process) -> Process {
    match memory() {
        Some(folder) => suite.env("TMPDIR", folder),
        None => suite,
    }
}

/// The file system in memory, if there is room and the user has not set another location.
fn memory() -> Option<&'static str> {
    let room = Process::new("df")
        .args(["--block-size=1", "--output=avail", MEMORY])
        .probe();
    let has_room = room.is_some_and(|told| is_enough(&told));
    let is_ours = Process::new("test").args(["-w", MEMORY]).probe().is_some();
    (has_room && is_ours && env::var_os("TMPDIR").is_none()).then_some(MEMORY)
}

/// Parses the output of `df`: a heading, then the free bytes.
fn is_enough(told: &str) -> bool {
    let free = told.lines().nth(1);
    free.and_then(|free| free.trim().parse().ok())
        .is_some_and(|free: u64| free >= ROOM)
}

/// Rotates a key under ten thousand rows while users sign in; the suite above does it with a few
/// hundred.
fn rotated() -> Result<()> {
    Process::cargo(["test", "--package", "server", "--test", "command_line"])
        .args(["keys::rotate_while_people_sign_in"])
        .env("TWINLOCK_ROTATED_ROWS", "10000")
        .remedy("the output above names what failed; the line runs this alone")
        .run()
}

fn browser(arguments: &[String], depth: Depth) -> Result<()> {
    tools::ensure_for_browser_tests()?;
    playwright(depth)?
        .args(arguments)
        .remedy("the report above names the test; `cargo xtask test --browser -- tests/NAME.spec.ts` runs one file")
        .run()
}

/// Runs the same journeys in each engine, with a table at the end.
fn engines(depth: Depth) -> Result<()> {
    tools::ensure_for_engines()?;
    playwright(depth)?
        .args(["--config", "engines/playwright.config.ts"])
        .remedy(
            "the table above names engine and journey; docs/TESTING.md says how one is run alone",
        )
        .run()
}

/// Databases and profiles of the browsers are kept in memory too.
fn playwright(depth: Depth) -> Result<Process> {
    tools::install_packages()?;
    let playwright = in_memory(Process::new("npx"))
        .args(["--no-install", "playwright", "test"])
        .folder(&end2end())
        .env_unshown("TWINLOCK_BIN", binary());
    Ok(match depth {
        Depth::Quick => playwright,
        Depth::Deep => playwright.env("TWINLOCK_DEEP", "1"),
    })
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
