//! Installs the Debian packages that the tests use.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::{Result, bail};

use super::{on_path, packages::Package};
use crate::{process::Process, stopwatch::Stopwatch};

/// The age limit of package lists: older lists name versions that the mirrors no longer have, or
/// that are too old for the tests.
const FRESH: Duration = Duration::from_hours(7 * 24);

/// Installs missing packages if that is allowed, otherwise names the command that does.
pub fn ensure(packages: &[Package]) -> Result<()> {
    let missing: Vec<&Package> = packages.iter().filter(|one| !(one.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let listed: Vec<String> = missing
        .iter()
        .map(|package| format!("{} ({})", package.name, package.purpose))
        .collect();
    let listed = listed.join(", ");
    let Some(apt) = Apt::allowed() else {
        bail!("{}", by_hand(&listed, &names, on_path("apt-get").is_some()));
    };
    eprintln!("Installing {listed} with apt-get (once, about a minute) …");
    let stopwatch = Stopwatch::start();
    if !has_fresh_lists(Path::new("/var/lib/apt/lists"), now()) {
        apt.run(&["update"])?;
    }
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&names);
    if apt.run(&install).is_err() {
        // Old lists may name files that the mirrors no longer have.
        apt.run(&["update"])?;
        apt.run(&install)?;
    }
    for server in [
        "postgresql",
        "nginx",
        "pgbouncer",
        "caddy",
        "haproxy",
        "apache2",
    ] {
        if names.contains(&server) {
            // Debian starts a system server after the installation, which is not needed.
            Process::new("service").args([server, "stop"]).probe();
        }
    }
    eprintln!("Installed in {}.", stopwatch.words());
    Ok(())
}

/// Installs optional packages that make the tests faster.
pub fn ensure_or_go_on(packages: &[Package], with: &str) {
    if let Err(error) = ensure(packages) {
        eprintln!("{error:#}\nGoing on with {with}, which takes longer.");
    }
}

/// Installs the available packages; returns the names of the others.
pub fn ensure_or_name(packages: &[Package]) -> Vec<&'static str> {
    if let Err(error) = ensure(packages) {
        eprintln!("{error:#}\nGoing on without the tests that need them.");
    }
    let missing = packages.iter().filter(|package| !(package.is_there)());
    missing.map(|package| package.name).collect()
}

/// `apt-get` with the permission to install.
struct Apt {
    through_sudo: bool,
}

impl Apt {
    fn allowed() -> Option<Self> {
        on_path("apt-get")?;
        let user = Process::new("id").args(["-u"]).probe()?;
        if user.trim() == "0" {
            return Some(Self {
                through_sudo: false,
            });
        }
        // `-n` never asks for a password.
        Process::new("sudo").args(["-n", "true"]).probe()?;
        Some(Self { through_sudo: true })
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let process = if self.through_sudo {
            Process::new("sudo").args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        } else {
            Process::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive")
        };
        process
            .args(["--quiet"])
            .args(arguments)
            .remedy("the package sources of the system must be reachable; repeat the line above by hand to see more")
            .run()
    }
}

fn by_hand(listed: &str, names: &[&str], has_apt: bool) -> String {
    let remedy = if has_apt {
        format!(
            "sudo apt-get update && sudo apt-get install --yes {}",
            names.join(" ")
        )
    } else {
        "install their like with the package manager of your system (Chromium is looked for at /usr/bin/chromium, or where CHROMIUM says; Firefox at /usr/bin/firefox-esr, or where FIREFOX says)".to_owned()
    };
    format!("the tests need {listed}\nWhat to do: {remedy}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock to ask is the product's; this is a tool"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Returns whether any package list is recent. The archive's own lists change only with a release,
/// those of its updates daily.
fn has_fresh_lists(folder: &Path, now: SystemTime) -> bool {
    let lists = folder.read_dir().into_iter().flatten().flatten();
    lists
        .filter(|file| file.file_name().to_string_lossy().contains("_Packages"))
        .filter_map(|file| file.metadata().and_then(|facts| facts.modified()).ok())
        // A list with a future date counts as recent too.
        .any(|changed| now.duration_since(changed).is_ok_and(|age| age < FRESH) || changed > now)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_command_that_mends_it_is_named() {
        let text = by_hand(
            "oathtool (codes), zbar-tools (QR)",
            &["oathtool", "zbar-tools"],
            true,
        );
        assert!(
            text.ends_with("sudo apt-get update && sudo apt-get install --yes oathtool zbar-tools")
        );
        assert!(
            by_hand("chromium (the browser)", &["chromium"], false).contains("/usr/bin/chromium")
        );
    }

    #[test]
    fn package_lists_are_recognised() {
        let folder = tempfile::tempdir().unwrap();
        let now = now();
        assert!(!has_fresh_lists(folder.path(), now));
        fs::write(folder.path().join("mirror_main_Packages.lz4"), "").unwrap();
        assert!(has_fresh_lists(folder.path(), now));
        assert!(!has_fresh_lists(folder.path(), now + 2 * FRESH));
        assert!(has_fresh_lists(folder.path(), now - FRESH));
    }
}
