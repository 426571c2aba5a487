//! Tests of the sources: no import circle between folders, no overlong file, no overfull folder, no
//! sentence outside of `words`, no refused word, and one list of names for scripts and app.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

mod circles;
mod protocol;
mod sentences;
mod sizes;
mod widths;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Third-party folders, and the output of builds and tests.
const NOT_OURS: [&str; 6] = [
    ".git",
    "dist",
    "node_modules",
    "playwright-report",
    "target",
    "test-results",
];

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the sources below a folder with one of these endings, by their path from the root.
fn sources_below(folder: &str, endings: &[&str]) -> Vec<String> {
    let folder = folder.trim_end_matches('/');
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{folder}/{name}")
            .trim_start_matches('/')
            .to_owned();
        let ending = Path::new(&name).extension().unwrap_or_default();
        if entry.file_type().unwrap().is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                found.extend(sources_below(&path, endings));
            }
        } else if endings.contains(&&*ending.to_string_lossy()) {
            found.push(path);
        }
    }
    found.sort();
    found
}
