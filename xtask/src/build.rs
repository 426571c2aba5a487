//! `cargo xtask build`: one file that holds the server and the pages.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{
    bill_of_materials, frontend, gallery,
    process::Process,
    size::kilobytes,
    stopwatch::Stopwatch,
    workspace::{binary, dist},
};

/// What `build` takes.
#[derive(Args)]
pub struct BuildArguments {
    /// Also write what is in it.
    #[arg(
        long,
        help = "Also write what is in it, as CycloneDX: target/release/twinlock.cdx.json"
    )]
    sbom: bool,
}

/// Builds, and lists what is in it if that was asked for.
pub fn run(arguments: &BuildArguments) -> Result<()> {
    build()?;
    if arguments.sbom {
        bill_of_materials::write()?;
    }
    Ok(())
}

/// Builds what has changed and gives back the path of the binary.
pub fn build() -> Result<PathBuf> {
    let stopwatch = Stopwatch::start();
    frontend::build()?;
    gallery::ensure_left_out_of(&frontend::downloads()?)?;
    server()?;
    if !holds_frontend()? {
        // Cargo learns from the embedding macro which files to watch. A server compiled while `dist` was still
        // missing watches none, and would go on answering without pages.
        Process::cargo(["clean", "--quiet", "--release", "--package", "server"]).run()?;
        server()?;
        ensure!(
            holds_frontend()?,
            "{} does not contain the pages of {}",
            binary().display(),
            dist().display()
        );
    }
    let bytes = fs::metadata(binary())?.len();
    println!(
        "{} · {} · built in {}",
        binary().display(),
        kilobytes(bytes),
        stopwatch.words()
    );
    Ok(binary())
}

fn server() -> Result<()> {
    Process::cargo([
        "build",
        "--release",
        "--package",
        "server",
        // The tests and the documents name this path, whatever CARGO_TARGET_DIR says.
        "--target-dir",
        "target",
    ])
    .remedy("mend what the compiler says above, then repeat the command")
    .run()
}

/// The name of the WASM file holds a hash of its contents and is embedded beside it.
fn holds_frontend() -> Result<bool> {
    let name = frontend::wasm_file_name()?;
    let bytes = fs::read(binary()).with_context(|| format!("reading {}", binary().display()))?;
    Ok(contains(&bytes, name.as_bytes()))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_at_both_ends_and_only_if_there() {
        assert!(contains(b"abcdef", b"abc"));
        assert!(contains(b"abcdef", b"def"));
        assert!(!contains(b"abcdef", b"acd"));
    }
}
