//! Paths in the workspace.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::Result;

/// Returns the folder of the workspace, wherever the command was started.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Returns the folder of the pages, which the server embeds.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Returns the folder of the browser tests, with the project's Node packages.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// Returns the path of the shipped binary.
pub fn binary() -> PathBuf {
    root().join("target/release/twinlock")
}

/// Returns the path of the binary that `run` starts, which shares its build products with
/// `cargo test`.
pub fn quick_binary() -> PathBuf {
    root().join("target/debug/twinlock")
}

/// Returns the path of a program of this workspace that was built in the same folder as this tool.
pub fn program(name: &str) -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}
