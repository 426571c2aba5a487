//! The parts of the toolchain that builds for the browser need in addition.

use std::path::Path;

use anyhow::{Result, bail};

use super::on_path;
use crate::process::Process;

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the browser target's libraries to the current toolchain, if they are missing.
pub fn ensure_target() -> Result<()> {
    let folder = Process::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    if has_core(Path::new(folder.trim())) {
        return Ok(());
    }
    add(
        ["target", "add", TARGET],
        &format!("target {TARGET}"),
        &format!(
            "`apt-get install libstd-rust-dev-wasm32`, Fedora: `dnf install rust-std-static-{TARGET}`"
        ),
    )
}

/// Adds the standard library's sources, if they are missing, because the pages use a standard
/// library compiled for size.
pub fn ensure_sources() -> Result<()> {
    let folder = Process::new("rustc")
        .args(["--print", "sysroot"])
        .output()?;
    if has_sources(Path::new(folder.trim())) {
        return Ok(());
    }
    add(
        ["component", "add", "rust-src"],
        "sources of the standard library (rust-src)",
        "`apt-get install rust-src`, Fedora: `dnf install rust-src`",
    )
}

fn add(command: [&str; 3], what: &str, elsewhere: &str) -> Result<()> {
    if on_path("rustup").is_none() {
        bail!(
            "the Rust toolchain lacks the {what}, and there is no rustup to add them\n\
             What to do: install Rust by rustup (https://rustup.rs), or the package of your system that holds them (Debian 13: {elsewhere})"
        );
    }
    eprintln!("Adding the {what} to the Rust toolchain (once, a few seconds) …");
    Process::new("rustup")
        .args(command)
        .remedy("rustup must reach static.rust-lang.org, or the mirror in RUSTUP_DIST_SERVER")
        .run()
}

fn has_core(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|mut files| {
        files.any(|file| {
            file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}

fn has_sources(sysroot: &Path) -> bool {
    sysroot
        .join("lib/rustlib/src/rust/library/std/Cargo.toml")
        .exists()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_target_is_there_once_its_core_library_is() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_core(&folder.path().join("missing")));
        assert!(!has_core(folder.path()));
        fs::write(folder.path().join("libcore-0f.rlib"), "").unwrap();
        assert!(has_core(folder.path()));
    }

    #[test]
    fn the_sources_are_there_once_those_of_std_are() {
        let sysroot = tempfile::tempdir().unwrap();
        assert!(!has_sources(sysroot.path()));
        let std = sysroot.path().join("lib/rustlib/src/rust/library/std");
        fs::create_dir_all(&std).unwrap();
        fs::write(std.join("Cargo.toml"), "").unwrap();
        assert!(has_sources(sysroot.path()));
    }
}
