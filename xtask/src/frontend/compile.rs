//! Compiles the pages' code for the browser.

use std::{env, path::PathBuf};

use anyhow::Result;

use super::edition::Edition;
use crate::{process::Process, tools, workspace::root};

/// The target folder of the shipped pages: they use another standard library, so they share no
/// build products with the rest.
const WASM_TARGET_DIR: &str = "target/wasm";

/// The target triple of builds for the browser.
const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles the pages with these features of `frontend`; returns the WASM file.
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
            // Shares the server's target folder, so that host crates such as macros are compiled
            // only once.
            let process = with_some_std(process)?
                .args(["--target-dir", "target"])
                // Line tables would make the pages ten times as large.
                .env("CARGO_PROFILE_DEV_DEBUG", "false")
                .env_unshown("CARGO_ENCODED_RUSTFLAGS", WITHOUT_TYPES);
            (process, format!("target/{TARGET}/debug"))
        }
    };
    process
        .remedy(
            "fix what the compiler reports above, then repeat the command; if it reports that \
        a crate can't be fetched, the registry of cargo must be reachable",
        )
        .run()?;
    Ok(root().join(folder).join("frontend.wasm"))
}

/// Uses the toolchain's standard library for the browser, or compiles it if only its sources are
/// present and it can't be downloaded.
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

/// Makes cargo compile the standard library too, for size, and with panics that end the app without
/// formatting a message (ADR 21). Cargo accepts that only on the nightly channel or with this
/// variable.
fn with_own_std(process: Process) -> Process {
    process
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
}

/// Components with erased types are smaller and compile faster.
const WITHOUT_TYPES: &str = "--cfg=erase_components";

/// Returns the flags of the shipped pages: no page shows `{:?}` output, and remaining panics name
/// source files without their path on the build machine (ASVS V13.4).
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
