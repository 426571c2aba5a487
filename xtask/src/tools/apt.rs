//! Installs the packages of Debian that the tests use.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::{Result, bail};

use super::{on_path, packages::Package};
use crate::{process::Process, stopwatch::Stopwatch};

/// Older lists name versions that are gone from the mirrors, or too old for the tests.
const FRESH: Duration = Duration::from_hours(7 * 24);

/// Installs what is missing, where that is allowed; else says which command does.
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
        // Lists of last month name files that the mirrors no longer hold.
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
            // Debian starts a server of the system's own, which nobody asked for.
            Process::new("service").args([server, "stop"]).probe();
        }
    }
    eprintln!("Installed in {}.", stopwatch.words());
    Ok(())
}

/// Installs what makes it quicker and can be done without.
pub fn ensure_or_go_on(packages: &[Package], with: &str) {
    if let Err(error) = ensure(packages) {
        eprintln!("{error:#}\nGoing on with {with}, which takes longer.");
    }
}

/// Installs what can be had; answers the names of the packages that can't.
pub fn ensure_or_name(packages: &[Package]) -> Vec<&'static str> {
    if let Err(error) = ensure(packages) {
        eprintln!("{error:#}\nGoing on without the tests that need them.");
    }
    let missing = packages.iter().filter(|package| !(package.is_there)());
    missing.map(|package| package.name).collect()
}

/// `apt-get` with the rights to install.
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

/// Whether any list of packages is of these days. Those of the archive itself change with a release only, those of its updates daily.
fn has_fresh_lists(folder: &Path, now: SystemTime) -> bool {
    let lists = folder.read_dir().into_iter().flatten().flatten();
    lists
        .filter(|file| file.file_name().to_string_lossy().contains("_Packages"))
        .filter_map(|file| file.metadata().and_then(|facts| facts.modified()).ok())
        // A list of the future is fresh as well.
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
