//! Node.js, npm and the packages in `end2end`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::on_path;
use crate::{
    process::Process,
    workspace::{end2end, root},
};

/// The oldest Node.js that the packages of `end2end` support (`engines` in its package.json says
/// the same).
const OLDEST: (u32, u32) = (20, 19);

/// The lock file of the last complete `npm ci`, which removes the folder that contains this stamp.
const STAMP: &str = "node_modules/.twinlock-lock";

/// Fails if Node.js is missing or too old.
pub fn ensure() -> Result<()> {
    let found = Process::new("node").args(["--version"]).probe();
    let (major, minor) = OLDEST;
    let remedy = format!(
        "What to do: install Node.js {major}.{minor} or newer with npm (Debian 13: `apt-get install nodejs npm`; \
         elsewhere https://nodejs.org/en/download)"
    );
    match found
        .as_deref()
        .map(|answer| (answer.trim(), parse(answer)))
    {
        None => {
            bail!("Node.js is missing: it runs wasm-opt, esbuild and the browser tests\n{remedy}")
        }
        Some((_, Some(version))) if version >= OLDEST => {}
        Some((answer, _)) => bail!("Node.js {answer} is too old\n{remedy}"),
    }
    if on_path("npm").is_none() {
        bail!("npm is missing: it installs wasm-opt, esbuild and the browser tests\n{remedy}");
    }
    Ok(())
}

/// Installs the packages of the browser tests.
pub fn install_packages() -> Result<()> {
    install(&end2end())
}

/// Installs Lighthouse in a separate folder, because nothing else needs its 185 MB.
pub fn install_lighthouse() -> Result<()> {
    install(&end2end().join("lighthouse"))
}

/// Installs the tools that shrink the README's pictures.
pub fn install_for_pictures() -> Result<()> {
    install(&end2end().join("pictures"))
}

/// Returns the folders with an npm lock file.
pub fn node_folders() -> [PathBuf; 3] {
    let tests = end2end();
    [
        tests.clone(),
        tests.join("lighthouse"),
        tests.join("pictures"),
    ]
}

/// Installs the packages of a folder if its lock file has changed since the last time.
fn install(folder: &Path) -> Result<()> {
    ensure()?;
    let shown = folder.strip_prefix(root()).unwrap_or(folder).display();
    let lock = fs::read_to_string(folder.join("package-lock.json"))
        .with_context(|| format!("reading {shown}/package-lock.json"))?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    eprintln!("Installing the Node packages of {shown} (once, about a minute) …");
    Process::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .folder(folder)
        // The tests use the system's browser.
        .env_unshown("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .remedy("the registry of npm must be reachable: check the network or `npm config get \
        registry`")
        .run()?;
    fs::write(stamp, lock).context("writing the stamp of the installed packages")
}

/// Parses `v20.19.2` into comparable numbers.
fn parse(answer: &str) -> Option<(u32, u32)> {
    let mut numbers = answer.trim().strip_prefix('v')?.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse("v20.19.2\n").unwrap() >= OLDEST);
        assert!(parse("v22.1.0").unwrap() >= OLDEST);
        assert!(parse("v20.9.0").unwrap() < OLDEST);
        assert!(parse("v18.20.4").unwrap() < OLDEST);
        assert_eq!(parse("nodejs"), None);
    }

    #[test]
    fn package_json_says_the_same() {
        let (major, minor) = OLDEST;
        for folder in ["", "lighthouse", "pictures"].map(|name| end2end().join(name)) {
            let manifest = fs::read_to_string(folder.join("package.json")).unwrap();
            assert!(manifest.contains(&format!("\"node\": \">={major}.{minor}\"")));
        }
    }
}
