//! Proxies that Debian does not package, from Python wheels with the real programs.

use std::{path::PathBuf, process::Command, sync::LazyLock};

use super::recipe::root;

/// Installs the versions of `proxies.txt` below `target`, once; returns the folder of the programs,
/// or none if that failed.
pub fn folder() -> Option<PathBuf> {
    static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(install);
    FOLDER.clone()
}

fn install() -> Option<PathBuf> {
    let folder = root().canonicalize().ok()?.join("target/door-proxies");
    let programs = folder.join("bin");
    let list = root().join("suites/doors/proxies.txt");
    let is_done = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let has_python = programs.join("pip").exists()
        || is_done(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]);
    (has_python && is_done(pip.arg(list))).then_some(programs)
}
