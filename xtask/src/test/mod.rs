//! `cargo xtask test`: runs all tests.

mod second_engine;

use std::{env, num::NonZero, path::PathBuf, thread::available_parallelism};

use anyhow::Result;
use clap::Args;

use crate::{
    attack, build, doors, faults,
    frontend::{self, Edition},
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

    /// Run the browser tests alone, after building what has changed
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
const HOST: [&str; 20] = [
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
    "doors",
    "--package",
    "faults",
    "--package",
    "testkit",
    "--features",
    "app/csr",
];

/// How much of the slow tests runs, and which program the attacks, faults and browsers meet. The
/// pages in it are the shipped ones in both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The program is the one that was compiled with the tests: its code is the shipped one, with
    /// assertions and checks of overflow, and without the eight minutes of its optimisation.
    ///
    /// In the other engines: add, sign in with a code, with a backup code, mandatory MFA, and a
    /// passkey or why there is none. Each attack a few times. On `PostgreSQL`, what depends on the
    /// engine. Each page wide and narrow.
    Quick,
    /// The program is the shipped one. Every journey that an engine can run, every attack as often
    /// as the list says, the model test over 2,000 cases, fuzzing, single calls on `PostgreSQL`,
    /// each page in every look and width.
    Deep,
}

impl Depth {
    /// Returns the program that the attacks, faults and browsers meet.
    fn program(self) -> Result<PathBuf> {
        match self {
            Self::Quick => workspace::program("twinlock"),
            Self::Deep => Ok(binary()),
        }
    }
}

/// Runs the tests and prints the summary.
pub fn run(command: &TestCommand) -> Result<()> {
    let mut summary = Summary::default();
    if command.browser {
        build::pages()?;
        compile_programs()?;
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
    // The pages are built beside other work, because their last minutes use one core. They come
    // first, because compiling the tests' server puts them into it.
    let pages = (!arguments.fast).then(|| beside("pages", "pages"));
    summary.step("xtask", || suite(&["--package", "xtask"], &[], depth));
    compile_beside_the_pages();
    let has_pages = pages.is_some_and(|pages| summary.wait(pages));
    let shipped = (has_pages && depth == Depth::Deep).then(|| beside("build", "build"));
    let has_tests = summary.step("compiling for the host", || compile(has_pages));
    let has_program = has_pages && has_tests;
    summary.step(
        "domain, use cases, storage, server, app, attack, doors, faults",
        || suite(&HOST, &left_out, depth),
    );
    summary.step("storage and server, on PostgreSQL", || {
        second_engine::run(depth)
    });
    if depth == Depth::Deep {
        summary.step("keys, ten thousand rows", rotated);
    }
    let has_program = shipped.map_or(has_program, |build| summary.wait(build));
    if arguments.fast {
        summary.left_out("attack, quick", "--fast");
        summary.left_out("doors", "--fast");
        summary.left_out("faults, quick", "--fast");
        summary.left_out("browser", "--fast");
        summary.left_out("engines", "--fast");
    } else if has_program {
        summary.step("attack, quick", || attack::quick(&depth.program()?));
        // The deep run has the whole table later.
        if depth == Depth::Quick {
            summary.step("doors", || doors::quick(&depth.program()?));
        }
        summary.step("faults, quick", || faults::quick(&depth.program()?));
        summary.step("browser", || browser(&arguments.playwright, depth));
        if arguments.playwright.is_empty() {
            summary.step("engines", || engines(depth));
        } else {
            summary.left_out("engines", "the arguments are for the browser");
        }
    } else {
        for step in [
            "attack, quick",
            "doors",
            "faults, quick",
            "browser",
            "engines",
        ] {
            summary.blocked(step, "what builds the program");
        }
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
fn compile(has_pages: bool) -> Result<()> {
    let compile = || compile_targets(&["--tests", "--bins"]);
    compile()?;
    if has_pages {
        build::ensure_pages_in(&Depth::Quick.program()?, &[], compile)?;
    }
    Ok(())
}

/// Compiles the programs alone, of the same build as the tests.
fn compile_programs() -> Result<()> {
    let compile = || compile_targets(&["--bins"]);
    compile()?;
    build::ensure_pages_in(&Depth::Quick.program()?, &[], compile)
}

fn compile_targets(targets: &[&str]) -> Result<()> {
    Process::cargo(["build"])
        .args(targets)
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
        .env_unshown("TWINLOCK_BIN", depth.program()?);
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
