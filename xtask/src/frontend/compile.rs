//! The pages' code, compiled for the browser.

use std::{env, path::PathBuf};

use anyhow::Result;

use super::edition::Edition;
use crate::{process::Process, tools, workspace::root};

/// Where the shipped pages are compiled: with another standard library, they share nothing with the rest.
const WASM_TARGET_DIR: &str = "target/wasm";

/// What cargo's builds for the browser are called after.
const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles them with these features of `frontend`; answers the WASM file.
pub fn compile(edition: Edition, features: &[&str]) -> Result<PathBuf> {
    let process = Process::cargo(["build", "--package", "frontend", "--bin", "frontend"])
        .args(["--target", TARGET])
        .args(features.iter().flat_map(|feature| ["--features", feature]));
    let (process, folder) = match edition {
        Edition::Shipped => {
            tools::ensure_sources()?;
            let process = with_own_std(process.args(["--profile", "wasm-release"]))
                .args(["--target-dir", WASM_TARGET_DIR])
                .env_unshown("CARGO_ENCODED_RUSTFLAGS", shipped_flags().join("\u{1f}"));
            (process, format!("{WASM_TARGET_DIR}/{TARGET}/wasm-release"))
        }
        Edition::Quick => {
            // In the folder of the server: what both need on the host, such as macros, is compiled once.
            let process = with_some_std(process)?
                .args(["--target-dir", "target"])
                // Line tables would make them ten times as large.
                .env("CARGO_PROFILE_DEV_DEBUG", "false")
                .env_unshown("CARGO_ENCODED_RUSTFLAGS", WITHOUT_TYPES);
            (process, format!("target/{TARGET}/debug"))
        }
    };
    process
        .remedy("mend what the compiler says above, then repeat the command; where it says that a crate can't be had, the registry of cargo must be reachable")
        .run()?;
    Ok(root().join(folder).join("frontend.wasm"))
}

/// On the standard library of the toolchain, or on one that is compiled where the toolchain has only its sources and can't get more.
fn with_some_std(process: Process) -> Result<Process> {
    let Err(missing) = tools::ensure_target() else {
        return Ok(process);
    };
    if tools::ensure_sources().is_err() {
        return Err(missing);
    }
    eprintln!(
        "{missing:#}\nGoing on with its sources, which takes about a minute and a half longer."
    );
    Ok(with_own_std(process))
}

/// Has cargo compile the standard library too, for size and with panics that end the app without composing words about it (ADR 21).
/// Cargo takes that on its nightly channel only, or where this variable is set.
fn with_own_std(process: Process) -> Process {
    process
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
}

/// Components without their types weigh less, and compile sooner.
const WITHOUT_TYPES: &str = "--cfg=erase_components";

/// No page shows what `{:?}` would write. What is left of panics names source files, but not where those lay on the machine that built
/// them (ASVS V13.4).
fn shipped_flags() -> Vec<String> {
    let hidden =
        |folder: PathBuf, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home =
        cargo_home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let mut flags = vec![
        WITHOUT_TYPES.to_owned(),
        "-Zunstable-options".to_owned(),
        "-Cpanic=immediate-abort".to_owned(),
        "-Zfmt-debug=none".to_owned(),
        hidden(root().to_owned(), "twinlock"),
    ];
    flags.extend(cargo_home.map(|folder| hidden(folder, "cargo")));
    flags
}
