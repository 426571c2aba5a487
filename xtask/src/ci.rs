//! `cargo xtask ci`: runs all checks that a change must pass, cheapest first.

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{
    advisories, attack, doors, frontend,
    process::Process,
    summary::Summary,
    test::{self, Depth, TestArguments},
    tools::{self, Toolbox},
    tree_proof,
    workspace::{end2end, root},
};

/// What `ci` takes.
#[derive(Args)]
pub struct CiArguments {
    /// Leave out the checks against published advisories, which ask GitHub and the registry of npm
    #[arg(long)]
    no_advisories: bool,

    /// Run every journey in the other engines too, every attack as often as the list says, the
    /// model test over 2,000 cases, and fuzzing (about an hour and a half more)
    #[arg(long, conflicts_with_all = ["fast", "playwright"])]
    deep: bool,

    /// Run no tests: formats, lints, documentation, dependencies, styles and types alone
    #[arg(long, conflicts_with_all = ["deep", "fast", "playwright"])]
    lints: bool,

    #[command(flatten)]
    test: TestArguments,
}

/// The crates that run on the host.
const HOST: &[&str] = &[
    "-p", "domain", "-p", "usecases", "-p", "storage", "-p", "server", "-p", "xtask", "-p",
    "attack", "-p", "doors", "-p", "faults", "-p", "bench", "-p", "testkit",
];

/// Each group is checked with all targets. `app`, `usecases` and `domain` are built once for each
/// side.
const CLIPPY: [(&str, &[&str]); 5] = [
    ("clippy, host", HOST),
    (
        "clippy, domain and use cases without secrets",
        &["-p", "domain", "-p", "usecases"],
    ),
    (
        "clippy, app server side",
        &["-p", "app", "--features", "ssr"],
    ),
    (
        "clippy, app browser side",
        &["-p", "app", "--features", "csr"],
    ),
    ("clippy, gallery", &["-p", "app", "--features", "gallery"]),
];

/// Runs all checks and prints one summary.
pub fn run(arguments: &CiArguments) -> Result<()> {
    let mut summary = Summary::default();
    summary.step("format", || {
        Process::cargo(["fmt", "--all", "--check"])
            .remedy("`cargo fmt --all`")
            .run()
    });
    summary.step("crates of the pages", tree_proof::check);
    for (name, options) in CLIPPY {
        summary.step(name, || clippy(options, &[]));
    }
    // Uses the same crates, so that cargo rechecks only those with the feature.
    summary.step("clippy, audited Argon2", || {
        clippy(HOST, &["--features", "server/audited-argon2"])
    });
    summary.step("clippy, pages", clippy_for_the_browser);
    summary.step("documentation", documentation);
    summary.step("fuzz targets compile", fuzz_targets);
    dependencies(&mut summary, arguments.no_advisories);
    summary.step("styles", || npm_script("lint"));
    summary.step("types", || npm_script("typecheck"));
    summary.step("scripts of the index page", frontend::check_boot_scripts);
    if arguments.lints {
        return summary.finish();
    }
    let depth = if arguments.deep {
        Depth::Deep
    } else {
        Depth::Quick
    };
    summary.step("bench, its figures", || {
        Process::cargo(["test", "--package", "bench"]).run()
    });
    test::steps(&mut summary, &arguments.test, depth);
    if depth == Depth::Deep {
        summary.step("attack, everything", attack::everything);
        summary.step("doors, every proxy", doors::everything);
        summary.step("model, 2,000 cases", attack::model);
        summary.step("fuzzing", attack::fuzz);
        summary.step("pages by Trunk", trunk);
    }
    summary.finish()
}

fn clippy(packages: &[&str], features: &[&str]) -> Result<()> {
    Process::cargo(["clippy", "--all-targets"])
        .args(packages)
        .args(features)
        .args(["--", "-D", "warnings"])
        .run()
}

fn clippy_for_the_browser() -> Result<()> {
    tools::ensure_target()?;
    Process::cargo(["clippy", "-p", "frontend"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["--", "-D", "warnings"])
        .run()
}

/// Checks that every link in the crates' documentation resolves. The documentation is for
/// developers, so private items are included and may be linked. `app` is built with the server's
/// side.
fn documentation() -> Result<()> {
    Process::cargo([
        "doc",
        "--no-deps",
        "--document-private-items",
        "--workspace",
        "--exclude",
        "frontend",
    ])
    .env(
        "RUSTDOCFLAGS",
        "-D warnings -A rustdoc::private_intra_doc_links",
    )
    .remedy("the output above names the comment and what is wrong with it")
    .run()
}

/// Checks the fuzz targets, which are a separate workspace that no other step covers.
fn fuzz_targets() -> Result<()> {
    Process::cargo(["check", "--manifest-path", "suites/fuzz/Cargo.toml"])
        .args(["--target-dir", "target/fuzz"])
        .run()
}

/// Checks Trunk.toml, which page developers still use: Trunk must build a page that starts the app,
/// in a separate folder.
fn trunk() -> Result<()> {
    let tools = Toolbox::for_trunk()?;
    let folder = root().join("target/trunk");
    Process::new("trunk")
        .args(["build", "--skip-version-check", "--cargo-profile", "dev", "--dist"])
        .args([&folder])
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_unshown("PATH", tools.path()?)
        // Trunk 0.21 accepts only `true` and `false` here and refuses the usual NO_COLOR=1.
        .env_remove("NO_COLOR")
        .remedy("fix what the compiler or Trunk reports above, then repeat the command")
        .run()?;
    let page =
        fs::read_to_string(folder.join("index.html")).context("reading target/trunk/index.html")?;
    ensure!(
        page.contains("module_or_path: '/frontend-") && !page.contains("data-trunk"),
        "target/trunk/index.html does not start the app"
    );
    Ok(())
}

fn dependencies(summary: &mut Summary, no_advisories: bool) {
    summary.step("crates, licences, sources", || {
        deny(&["bans", "licenses", "sources"])
    });
    for (name, check) in advisories::CHECKS {
        if no_advisories {
            summary.left_out(name, "--no-advisories");
        } else {
            summary.check(name, check);
        }
    }
}

fn deny(checks: &[&str]) -> Result<()> {
    let tools = Toolbox::for_dependency_check()?;
    Process::new("cargo-deny")
        .args(["--all-features", "check"])
        .args(checks)
        .env_unshown("PATH", tools.path()?)
        .remedy("deny.toml says what is allowed and why")
        .run()
}

fn npm_script(name: &str) -> Result<()> {
    tools::install_packages()?;
    Process::new("npm")
        .args(["run", name])
        .folder(&end2end())
        .run()
}
