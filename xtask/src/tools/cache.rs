//! The folder in which tools are installed once, for all clones of this workspace.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::catalog::{Source, Tool};
use crate::{process::Process, stopwatch::Stopwatch};

/// Returns the folder with the program, or none if PATH contains the right version already.
pub fn find_or_install(tool: &Tool) -> Result<Option<PathBuf>> {
    let reports = Process::new(tool.program).args(["--version"]).probe();
    if reports.is_some_and(|answer| tool.is_reported_by(&answer)) {
        return Ok(None);
    }
    let cache = folder(|name| env::var_os(name))?;
    let home = cache.join(tool.folder());
    if !home.exists() {
        install_once(tool, &cache, &home)?;
    }
    let bin = home.join(tool.bin());
    ensure!(
        bin.join(tool.program).exists(),
        "{} is not in {}\nWhat to do: remove the folder {} and repeat the command",
        tool.program,
        bin.display(),
        home.display()
    );
    Ok(Some(bin))
}

/// Installs into a temporary sibling folder that is renamed when it is complete. Concurrent callers
/// wait for each other; the next call continues an interrupted installation.
fn install_once(tool: &Tool, cache: &Path, home: &Path) -> Result<()> {
    fs::create_dir_all(cache).with_context(|| format!("creating {}", cache.display()))?;
    let lock = File::create(cache.join(format!("{}.lock", tool.folder())))?;
    lock.lock()
        .with_context(|| format!("waiting for another installation of {}", tool.label))?;
    if home.exists() {
        return Ok(());
    }
    eprintln!(
        "Installing {} {}: {} (once, about {} on two cores) …",
        tool.label, tool.version, tool.purpose, tool.duration
    );
    let stopwatch = Stopwatch::start();
    let partial = cache.join(format!("{}.partial", tool.folder()));
    fs::create_dir_all(&partial)?;
    match &tool.source {
        Source::Cargo {
            package,
            options,
            opt_level,
        } => with_cargo(package, &tool.version, options, opt_level, &partial)?,
        Source::Npm { package } => with_npm(package, &tool.version, &partial)?,
    }
    fs::rename(&partial, home).with_context(|| format!("completing {}", home.display()))?;
    eprintln!(
        "Installed {} {} into {} in {}.",
        tool.label,
        tool.version,
        home.display(),
        stopwatch.words()
    );
    Ok(())
}

/// Prefers fast compilation over a fast program.
fn with_cargo(
    package: &str,
    version: &str,
    options: &[&str],
    opt_level: &str,
    into: &Path,
) -> Result<()> {
    let objects = into.join("target");
    Process::cargo(["install", package, "--version", version, "--debug"])
        .args(options)
        .args([OsString::from("--root"), into.as_os_str().to_owned()])
        // Not in the workspace, because the workspace's cargo settings do not apply to the tool.
        .folder(into)
        .env_unshown("CARGO_TARGET_DIR", &objects)
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", opt_level)
        .env_unshown("CARGO_PROFILE_DEV_INCREMENTAL", "false")
        .remedy("the registry of cargo must be reachable and a C compiler present (`apt-get install build-essential`); repeating the command continues the installation")
        .run()?;
    fs::remove_dir_all(&objects).with_context(|| format!("removing {}", objects.display()))
}

fn with_npm(package: &str, version: &str, into: &Path) -> Result<()> {
    Process::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--no-save"])
        .args([OsString::from("--prefix"), into.as_os_str().to_owned()])
        .args([format!("{package}@{version}")])
        .folder(into)
        .remedy(
            "the registry of npm must be reachable: check the network or `npm config get \
        registry`",
        )
        .run()
}

/// Returns `TWINLOCK_TOOLS`, or a folder in the user's cache.
fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(tools) = set("TWINLOCK_TOOLS") {
        return Ok(std::path::absolute(tools)?);
    }
    let cache = set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")));
    Ok(cache
        .context("neither TWINLOCK_TOOLS nor HOME is set\nWhat to do: set TWINLOCK_TOOLS to a folder for the build tools")?
        .join("twinlock/tools"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<PathBuf> {
        folder(|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_own_variable_counts_first_then_the_cache_then_home() {
        let all = [
            ("TWINLOCK_TOOLS", "/t"),
            ("XDG_CACHE_HOME", "/c"),
            ("HOME", "/h"),
        ];
        assert_eq!(from(&all).unwrap(), Path::new("/t"));
        assert_eq!(from(&all[1..]).unwrap(), Path::new("/c/twinlock/tools"));
        assert_eq!(
            from(&all[2..]).unwrap(),
            Path::new("/h/.cache/twinlock/tools")
        );
    }

    #[test]
    fn an_empty_variable_counts_as_none_and_none_at_all_is_explained() {
        let empty = [("TWINLOCK_TOOLS", ""), ("HOME", "/h")];
        assert_eq!(from(&empty).unwrap(), Path::new("/h/.cache/twinlock/tools"));
        let error = from(&[]).unwrap_err().to_string();
        assert!(error.contains("set TWINLOCK_TOOLS"));
    }
}
