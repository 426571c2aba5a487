//! `cargo xtask build`: builds one file that contains the server and the pages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use memchr::memmem;

use crate::{
    bill_of_materials,
    frontend::{self, Edition},
    gallery,
    process::Process,
    size::kilobytes,
    stopwatch::Stopwatch,
    workspace,
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

/// Builds, and writes the bill of materials if requested.
pub fn run(arguments: &BuildArguments) -> Result<()> {
    build()?;
    if arguments.sbom {
        bill_of_materials::write()?;
    }
    Ok(())
}

/// Builds the shipped binary as far as its inputs have changed, and returns its path.
pub fn build() -> Result<PathBuf> {
    let stopwatch = Stopwatch::start();
    pages()?;
    let binary = server(Edition::Shipped)?;
    let bytes = fs::metadata(&binary)?.len();
    println!(
        "{} · {} · built in {}",
        binary.display(),
        kilobytes(bytes),
        stopwatch.words()
    );
    Ok(binary)
}

/// Builds the shipped pages as far as their inputs have changed.
pub fn pages() -> Result<()> {
    frontend::build(Edition::Shipped)?;
    gallery::ensure_left_out_of(&frontend::downloads()?)
}

/// Compiles the server with the pages in `dist`; returns the binary's path.
pub fn server(edition: Edition) -> Result<PathBuf> {
    let (profile, binary) = match edition {
        Edition::Shipped => (&["--release"][..], workspace::binary()),
        Edition::Quick => (&[][..], workspace::quick_binary()),
    };
    // The documents use this path, whatever CARGO_TARGET_DIR says.
    let place = [profile, &["--target-dir", "target"]].concat();
    let compile = || {
        Process::cargo(["build", "--package", "server"])
            .args(&place)
            .remedy("fix what the compiler reports above, then repeat the command")
            .run()
    };
    compile()?;
    ensure_pages_in(&binary, &place, compile)?;
    Ok(binary)
}

/// Compiles the server again if its binary does not contain the current pages.
///
/// Cargo learns from the embedding macro which files to watch. A server that was compiled while
/// `dist` was missing watches none, and would keep answering without pages.
///
/// `place` are cargo's options that lead to the binary's build products.
pub fn ensure_pages_in(
    binary: &Path,
    place: &[&str],
    compile: impl FnOnce() -> Result<()>,
) -> Result<()> {
    if holds_frontend(binary)? {
        return Ok(());
    }
    Process::cargo(["clean", "--quiet", "--package", "server"])
        .args(place)
        .run()?;
    compile()?;
    ensure!(
        holds_frontend(binary)?,
        "{} does not contain the pages of {}",
        binary.display(),
        workspace::dist().display()
    );
    Ok(())
}

/// Returns whether the binary contains the current pages: the WASM file's name contains its hash
/// and is embedded with the file.
fn holds_frontend(binary: &Path) -> Result<bool> {
    let name = frontend::wasm_file_name()?;
    let bytes = fs::read(binary).with_context(|| format!("reading {}", binary.display()))?;
    Ok(memmem::find(&bytes, name.as_bytes()).is_some())
}
