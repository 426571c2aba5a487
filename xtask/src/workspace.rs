//! Where things stand.

use std::path::{Path, PathBuf};

/// The folder of the workspace, wherever the command was started.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// The pages, which the server embeds.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The browser tests, with the Node packages of the project.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// The one binary that is shipped, tested by the browser suite.
pub fn binary() -> PathBuf {
    root().join("target/release/twinlock")
}

/// The binary that `run` starts, with what `cargo test` compiles in it.
pub fn quick_binary() -> PathBuf {
    root().join("target/debug/twinlock")
}
