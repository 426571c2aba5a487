//! Tests of the documents' statements about each other and about the sources: links, ids,
//! sections, decisions, paths and quoted sentences resolve.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

mod ids;
mod lengths;
mod links;
mod references;
mod sentences;

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

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns every file below a folder with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !NOT_OURS.contains(&&*name) {
                found.extend(files(&path, endings));
            }
        } else if endings.contains(&&*ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file of the workspace.
struct Source {
    /// The path from the root.
    path: String,
    text: String,
}

impl Source {
    fn is_document(&self) -> bool {
        Path::new(&self.path).extension() == Some("md".as_ref())
    }
}

/// Returns the documents, sources and configuration of the whole workspace.
fn tree() -> Vec<Source> {
    let endings = [
        "conf", "css", "html", "md", "mjs", "rs", "service", "sql", "toml", "ts",
    ];
    let found = files(&root(), &endings);
    let found = found.into_iter().map(|path| Source {
        path: path.strip_prefix(root()).unwrap().display().to_string(),
        text: read(&path),
    });
    let found: Vec<_> = found.collect();
    assert!(found.len() > 500, "{}", found.len());
    found
}

/// Returns what a line of a source says in its comment, or the whole line of a document.
fn prose<'line>(source: &Source, line: &'line str) -> Option<&'line str> {
    if source.is_document() {
        return Some(line);
    }
    let trimmed = line.trim_start();
    for start in ["//", "/*", "* ", "# ", "-- ", "<!--"] {
        if trimmed.starts_with(start) {
            return Some(trimmed);
        }
    }
    let (_, text) = line.split_once(" // ")?;
    Some(text)
}
