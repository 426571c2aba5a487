//! The tools of a step: taken from PATH if the right version is there, otherwise installed once.

mod apt;
mod cache;
mod catalog;
mod node;
mod packages;
mod toolchain;
pub mod versions;

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use catalog::Tool;
pub use node::{install_for_pictures, install_lighthouse, install_packages, node_folders};
pub use toolchain::{ensure_sources, ensure_target};

/// Folders of tools that were found or installed, to be put first on PATH.
pub struct Toolbox {
    folders: Vec<PathBuf>,
}

impl Toolbox {
    /// Tools that make the pages small enough to be shipped.
    pub fn for_pages() -> Result<Self> {
        node::ensure()?;
        Self::of([catalog::wasm_opt(), catalog::esbuild()])
    }

    /// The tool that bundles the scripts of the index page.
    pub fn for_scripts() -> Result<Self> {
        node::ensure()?;
        Self::of([catalog::esbuild()])
    }

    /// Trunk and the command that it calls.
    pub fn for_trunk() -> Result<Self> {
        Self::of([catalog::trunk(), catalog::wasm_bindgen()?])
    }

    /// The tool that checks licences and advisories.
    pub fn for_dependency_check() -> Result<Self> {
        Self::of([catalog::cargo_deny()])
    }

    /// The tool that writes the bill of materials.
    pub fn for_bill_of_materials() -> Result<Self> {
        Self::of([catalog::cargo_cyclonedx()])
    }

    /// The fuzzer.
    pub fn for_fuzzing() -> Result<Self> {
        Self::of([catalog::cargo_fuzz()])
    }

    /// Returns PATH with the tools' folders first.
    pub fn path(&self) -> Result<OsString> {
        let present = env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned();
        Ok(env::join_paths(folders.chain(env::split_paths(&present)))?)
    }

    fn of(tools: impl IntoIterator<Item = Tool>) -> Result<Self> {
        let mut folders = Vec::new();
        for tool in tools {
            folders.extend(cache::find_or_install(&tool)?);
        }
        Ok(Self { folders })
    }
}

/// Installs the browser and the other programs of the browser tests.
pub fn ensure_for_browser_tests() -> Result<()> {
    node::ensure()?;
    apt::ensure(packages::BROWSER)?;
    apt::ensure_or_go_on(packages::WINDOWLESS, "/usr/bin/chromium");
    Ok(())
}

/// Installs the programs for the journeys in three engines.
pub fn ensure_for_engines() -> Result<()> {
    ensure_for_browser_tests()?;
    apt::ensure(packages::ENGINES)
}

/// Returns the folder with the programs of a `PostgreSQL` server.
pub fn ensure_postgres() -> Result<PathBuf> {
    apt::ensure(packages::POSTGRES)?;
    packages::postgres_programs().context("no folder with PostgreSQL's initdb was found")
}

/// Returns the load balancer for several instances.
pub fn ensure_nginx() -> Result<PathBuf> {
    apt::ensure(packages::BALANCER)?;
    packages::nginx().context("nginx was not found")
}

/// Installs the proxies; returns the packages that are not available.
pub fn ensure_proxies() -> Vec<&'static str> {
    apt::ensure_or_name(packages::PROXIES)
}

/// Installs the attack suite's tool for changing the clock.
pub fn ensure_for_attack() -> Result<()> {
    apt::ensure(packages::ATTACK)
}

/// Installs the doors suite's tools. Proxies that are not available are named.
pub fn ensure_for_doors() -> Result<()> {
    ensure_proxies();
    apt::ensure(packages::DOORS)
}

/// Installs the fault suite's tools: for the clock, for system calls, and for disk errors.
pub fn ensure_for_faults() -> Result<()> {
    apt::ensure(packages::FAULTS)
}

/// Installs the tools of the tests of operators' environments. Tests without their tool are skipped
/// and named.
pub fn ensure_for_operators() {
    if let Err(error) = apt::ensure(packages::OPERATORS) {
        eprintln!("{error:#}\nThe tests that need them say LEFT OUT.");
    }
}

/// Returns the path of a program on PATH.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_and_plain_files_are_not_programs() {
        assert!(on_path("sh").is_some());
        assert!(on_path("no-such-program-here").is_none());
        assert!(!is_executable(&crate::workspace::root().join("Cargo.toml")));
    }

    #[test]
    fn the_tools_stand_before_the_rest_of_path() {
        let tools = Toolbox {
            folders: vec!["/a/bin".into(), "/b/bin".into()],
        };
        let path = tools.path().unwrap().into_string().unwrap();
        assert!(path.starts_with("/a/bin:/b/bin:"));
    }
}
