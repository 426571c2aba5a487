//! Describes the machine, and what it can do without any product.

use std::{fs, path::Path, process::Command, thread::available_parallelism, time::Duration};

use anyhow::Result;

use crate::{machine::limits, results::report::BenchReport};

/// How long each limit is measured.
const TIME: Duration = Duration::from_secs(2);

/// Reports the commit, the machine and its limits.
pub async fn describe(report: &mut BenchReport, disk: &Path, memory: &Path) -> Result<()> {
    let commit = Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .output()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let cpu = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "));
    report.line(&format!(
        "Commit {}, Linux {}, {}, {} cores for servers and load.",
        String::from_utf8_lossy(&commit.stdout).trim(),
        kernel.trim(),
        cpu.unwrap_or("an unknown processor").trim(),
        cores()?
    ));
    report.line(&format!(
        "Alone on it: {:.0} hashes a second on one thread, {:.0} commits a second on the disk, {:.0} in memory.",
        limits::hashes(TIME).await?,
        limits::commits(disk, TIME).await?,
        limits::commits(memory, TIME).await?,
    ));
    Ok(())
}

/// The number of cores. Reads the system's list, because a process bound to one core sees only that
/// one.
fn cores() -> Result<usize> {
    let online = fs::read_to_string("/proc/cpuinfo")?;
    let online = online
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    Ok(online.max(available_parallelism()?.get()))
}
