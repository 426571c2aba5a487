//! The scripts of the index page: bundles of `frontend/boot/*.ts`.
//!
//! The bundles are in the repository, because pages are built without Node by `cargo xtask run`
//! (ADR 39). Only after a change of their sources does esbuild write them again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{fingerprint, has_ending};
use crate::{
    process::Process,
    tools::{Toolbox, versions},
    workspace::root,
};

/// The folder of the sources.
const SOURCES: &str = "frontend/boot";
/// The folder of the bundles.
const BUNDLES: &str = "frontend/boot/bundled";
/// Holds a hash of the sources from which the bundles were made.
const STAMP: &str = "frontend/boot/bundled/sources.sha256";
/// Each is one script of the page: sets the theme, sends the first requests, starts all else.
const ENTRIES: [&str; 3] = ["theme", "early-requests", "start"];

/// How a bundle is made. Browsers of 2020 must understand it, because it tells people with an older
/// browser what is wrong. No tsconfig is read, because a strict one adds "use strict".
const OPTIONS: [&str; 6] = [
    "--bundle",
    "--format=iife",
    "--target=es2020",
    "--minify-syntax",
    "--tsconfig-raw={}",
    "--log-level=warning",
];

/// Writes the bundles again if their sources have changed.
pub fn update() -> Result<()> {
    if is_current(root())? {
        return Ok(());
    }
    eprintln!("Bundling the scripts of the index page from {SOURCES} …");
    bundle_into(&root().join(BUNDLES))?;
    fs::write(root().join(STAMP), stamp(root())?).context("writing the stamp of the bundles")
}

/// Fails if the bundles in the repository are not what esbuild makes of their sources.
pub fn check() -> Result<()> {
    let folder = root().join("target/boot");
    bundle_into(&folder)?;
    for entry in ENTRIES {
        let name = format!("{entry}.js");
        let made = fs::read_to_string(folder.join(&name))?;
        let kept = fs::read_to_string(root().join(BUNDLES).join(&name)).unwrap_or_default();
        ensure!(
            made == kept && is_current(root())?,
            "{BUNDLES}/{name} is not the bundle of its sources\nWhat to do: remove {STAMP}, run \
             `cargo xtask run` or `build`, and commit {BUNDLES}"
        );
    }
    Ok(())
}

/// Returns the script that a link in the index page names, such as `boot/bundled/theme.js`.
pub fn read(href: &str) -> Result<String> {
    let file = root().join("frontend").join(href);
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}

fn bundle_into(folder: &Path) -> Result<()> {
    let tools = Toolbox::for_scripts()?;
    for entry in ENTRIES {
        let bundle = folder.join(format!("{entry}.js"));
        Process::new("esbuild")
            .args([format!("{SOURCES}/{entry}.ts")])
            .args(OPTIONS)
            .args([format!("--outfile={}", bundle.display())])
            .env_unshown("PATH", tools.path()?)
            .remedy("fix what esbuild reports above, then repeat the command")
            .run()?;
    }
    Ok(())
}

fn is_current(root: &Path) -> Result<bool> {
    let kept = fs::read_to_string(root.join(STAMP)).unwrap_or_default();
    Ok(kept == stamp(root)?)
}

/// Returns a hash of the sources' code, and what else decides what the bundles are.
fn stamp(root: &Path) -> Result<String> {
    let mut texts = Vec::new();
    for file in sources(root)? {
        let source = fs::read_to_string(&file)?;
        texts.push(code(&source));
    }
    let sources = fingerprint::of_texts(&texts);
    let options = OPTIONS.join(" ");
    Ok(format!(
        "{sources}\nesbuild {} {options}\n",
        versions::ESBUILD
    ))
}

/// Returns the lines that are no comments. The bundles have no comments, so they stay the same.
fn code(source: &str) -> String {
    let is_comment = |line: &str| ["//", "/*", "*"].iter().any(|sign| line.starts_with(sign));
    let lines = source.lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !is_comment(line));
    code.flat_map(|line| [line, "\n"]).collect()
}

fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(SOURCES)).context("reading frontend/boot")? {
        let file = entry?.path();
        if has_ending(&file, "ts") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundles_in_the_repository_are_those_of_the_sources() {
        assert!(
            is_current(root()).unwrap(),
            "`cargo xtask run` or `build` bundles them; commit {BUNDLES}"
        );
        let page = fs::read_to_string(root().join("frontend/index.html")).unwrap();
        for entry in ENTRIES {
            let href = format!("boot/bundled/{entry}.js");
            assert!(page.contains(&format!("href=\"{href}\"")), "{href}");
            assert!(
                read(&href).unwrap().contains(&format!("// {SOURCES}/")),
                "{href}"
            );
        }
    }

    #[test]
    fn a_changed_source_asks_for_new_bundles() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join(BUNDLES)).unwrap();
        fs::write(root.join(SOURCES).join("theme.ts"), "one();").unwrap();
        assert!(!is_current(root).unwrap());
        fs::write(root.join(STAMP), stamp(root).unwrap()).unwrap();
        assert!(is_current(root).unwrap());
        fs::write(root.join(SOURCES).join("theme.ts"), "// Why.\none();\n").unwrap();
        assert!(is_current(root).unwrap(), "a comment changes no bundle");
        fs::write(root.join(SOURCES).join("theme.ts"), "two();").unwrap();
        assert!(!is_current(root).unwrap());
    }
}
