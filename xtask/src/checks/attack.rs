//! The attack suite, the model test and fuzzing.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{
    process::Process,
    tools::{self, Toolbox},
    workspace::{binary, program, root},
};

/// How long each fuzz target runs.
const SECONDS: u32 = 60;

/// Runs each attack a few times against a binary: about two minutes.
pub fn quick(binary: &Path) -> Result<()> {
    tools::ensure_for_attack()?;
    suite()?
        .env("TWINLOCK_BIN", binary)
        .remedy("the table above names the id; `cargo run --package attack -- r1_` tries one")
        .run()
}

/// Runs each attack as often as the list says, against the shipped binary: 9 minutes of processor
/// time.
pub fn everything() -> Result<()> {
    tools::ensure_for_attack()?;
    suite()?
        .args(["--deep"])
        .env("TWINLOCK_BIN", binary())
        .remedy(
            "the table above names the id; `cargo run --package attack -- --deep r1_` tries one",
        )
        .run()
}

/// Runs two attacks at a time, because some measure response times. `cargo xtask test` has compiled
/// the suite.
fn suite() -> Result<Process> {
    Ok(Process::new(program("attack")?).args(["--test-threads", "2"]))
}

/// Runs the model test over 2,000 sequences of actions, in a profile whose longer build pays off
/// only here.
pub fn model() -> Result<()> {
    Process::cargo(["test", "--profile", "deep"])
        .args(["--package", "server", "--test", "model"])
        .env("TWINLOCK_CASES", "2000")
        .run()
}

/// What `fuzz` takes.
#[derive(Args)]
pub struct FuzzArguments {
    /// One target alone, such as `email`
    target: Option<String>,

    /// How long each runs
    #[arg(long, default_value_t = SECONDS)]
    seconds: u32,
}

/// Runs every fuzz target for a minute.
pub fn fuzz() -> Result<()> {
    fuzz_some(&FuzzArguments {
        target: None,
        seconds: SECONDS,
    })
}

/// Runs the requested targets.
pub fn fuzz_some(arguments: &FuzzArguments) -> Result<()> {
    let tools = Toolbox::for_fuzzing()?;
    let mut targets = targets()?;
    if let Some(one) = &arguments.target {
        targets.retain(|target| target == one);
    }
    ensure!(
        !targets.is_empty(),
        "there is no such target in suites/fuzz/fuzz_targets"
    );
    for target in targets {
        fuzz_one(&target, arguments.seconds, &tools)?;
    }
    Ok(())
}

/// Runs one target. The fuzz targets are a separate workspace, because they are built with other
/// flags.
fn fuzz_one(target: &str, seconds: u32, tools: &Toolbox) -> Result<()> {
    let corpus = root().join("suites/fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("creating {}", corpus.display()))?;
    Process::new("cargo-fuzz")
        .args(["fuzz", "run", "--fuzz-dir", "suites/fuzz", target])
        .args(["corpus", "seeds"].map(|inputs| format!("suites/fuzz/{inputs}/{target}")))
        .args(["--", &format!("-max_total_time={seconds}"), "-print_final_stats=1", "-verbosity=0"])
        .env_unshown("PATH", tools.path()?)
        // Coverage needs flags that only nightly accepts; this variable makes the stable compiler
        // accept them.
        .env("RUSTC_BOOTSTRAP", "1")
        .remedy(
            "the input that breaks it is in suites/fuzz/artifacts; put it into suites/fuzz/seeds \
             when the bug is fixed",
        )
        .run()
}

/// Returns the targets by their file names.
fn targets() -> Result<Vec<String>> {
    let folder = root().join("suites/fuzz/fuzz_targets");
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let name = file?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}
