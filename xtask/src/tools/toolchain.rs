//! The compiler's libraries for the browser.

use std::path::Path;

use anyhow::{Result, bail};

use super::on_path;
use crate::process::Process;

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target to the toolchain in use, where it is missing.
pub fn ensure() -> Result<()> {
    if is_there()? {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        bail!(
            "the Rust toolchain has no {TARGET}, and there is no rustup to add it\n\
             What to do: install Rust by rustup (https://rustup.rs), or the package of your system that holds the target \
             (Debian 13: `apt-get install libstd-rust-dev-wasm32`, Fedora: `dnf install rust-std-static-{TARGET}`)"
        );
    }
    eprintln!("Adding the target {TARGET} to the Rust toolchain (once, a few seconds) …");
    Process::new("rustup")
        .args(["target", "add", TARGET])
        .remedy("rustup must reach static.rust-lang.org, or the mirror in RUSTUP_DIST_SERVER")
        .run()
}

fn is_there() -> Result<bool> {
    let folder = Process::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    Ok(has_core(Path::new(folder.trim())))
}

fn has_core(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|mut files| {
        files.any(|file| {
            file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_there_once_its_core_library_is() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_core(&folder.path().join("missing")));
        assert!(!has_core(folder.path()));
        std::fs::write(folder.path().join("libcore-0f.rlib"), "").unwrap();
        assert!(has_core(folder.path()));
    }
}
