//! The tools a step needs: taken from PATH where the right version is there, installed once where it is not.

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

/// Tools found or installed, to be put first on PATH.
pub struct Toolbox {
    folders: Vec<PathBuf>,
}

impl Toolbox {
    /// What makes the pages small enough to be shipped.
    pub fn for_pages() -> Result<Self> {
        node::ensure()?;
        Self::of([catalog::wasm_opt(), catalog::esbuild()])
    }

    /// Trunk and the command that it calls.
    pub fn for_trunk() -> Result<Self> {
        Self::of([catalog::trunk(), catalog::wasm_bindgen()?])
    }

    /// The check of licences and advisories.
    pub fn for_dependency_check() -> Result<Self> {
        Self::of([catalog::cargo_deny()])
    }

    /// The list of what a build holds.
    pub fn for_bill_of_materials() -> Result<Self> {
        Self::of([catalog::cargo_cyclonedx()])
    }

    /// Fuzzing.
    pub fn for_fuzzing() -> Result<Self> {
        Self::of([catalog::cargo_fuzz()])
    }

    /// PATH with the tools in front.
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

/// The browser and the programs the browser tests call, and the compiler's target for the pages.
pub fn ensure_for_browser_tests() -> Result<()> {
    node::ensure()?;
    apt::ensure(packages::BROWSER)?;
    apt::ensure_or_go_on(packages::WINDOWLESS, "/usr/bin/chromium");
    Ok(())
}

/// The same for the journeys in three engines.
pub fn ensure_for_engines() -> Result<()> {
    ensure_for_browser_tests()?;
    apt::ensure(packages::ENGINES)
}

/// The folder with the programs of a `PostgreSQL` server.
pub fn ensure_postgres() -> Result<PathBuf> {
    apt::ensure(packages::POSTGRES)?;
    packages::postgres_programs().context("no folder with PostgreSQL's initdb was found")
}

/// The balancer before several instances.
pub fn ensure_nginx() -> Result<PathBuf> {
    apt::ensure(packages::BALANCER)?;
    packages::nginx().context("nginx was not found")
}

/// The proxies before the server; answers the packages that can't be had.
pub fn ensure_proxies() -> Vec<&'static str> {
    apt::ensure_or_name(packages::PROXIES)
}

/// The clock of the attack suite.
pub fn ensure_for_attack() -> Result<()> {
    apt::ensure(packages::ATTACK)
}

/// The clock, a look at system calls, and a disk that fails.
pub fn ensure_for_faults() -> Result<()> {
    apt::ensure(packages::FAULTS)
}

/// What the tests of operators' surroundings need; what can't be had is left out by the tests, by name.
pub fn ensure_for_operators() {
    if let Err(error) = apt::ensure(packages::OPERATORS) {
        eprintln!("{error:#}\nThe tests that need them say LEFT OUT.");
    }
}

/// Where PATH leads for a program.
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
