//! A share of a core, enforced by the kernel (control groups of version 1 or 2).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// The period of the quota, in microseconds: short, so that no process is paused for long.
const PERIOD: u32 = 10_000;
/// The CPU controller of version 1.
const FIRST: &str = "/sys/fs/cgroup/cpu";
/// The control groups of version 2.
const SECOND: &str = "/sys/fs/cgroup";

/// A control group. Removed on drop, once its processes have ended.
pub struct CpuShare {
    folder: PathBuf,
    is_first: bool,
}

impl CpuShare {
    /// Creates a group without a limit.
    pub fn new(name: &str) -> Result<Self> {
        let is_first = Path::new(FIRST).join("cpu.cfs_quota_us").exists();
        let parent = Path::new(if is_first { FIRST } else { SECOND });
        let folder = parent.join(format!("twinlock-{}-{name}", std::process::id()));
        fs::create_dir(&folder).with_context(|| {
            format!(
                "a share of a core needs a control group, which this user may not make in {}",
                parent.display()
            )
        })?;
        let share = Self { folder, is_first };
        let limit = share.folder.join(share.limit());
        ensure!(
            limit.exists(),
            "{} has no limit of CPU time",
            parent.display()
        );
        Ok(share)
    }

    const fn limit(&self) -> &'static str {
        if self.is_first {
            "cpu.cfs_quota_us"
        } else {
            "cpu.max"
        }
    }

    /// Adds a process.
    pub fn hold(&self, process: u32) -> Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    /// Limits the group to a percentage of one core, or removes the limit.
    pub fn set(&self, percent: Option<u32>) -> Result<()> {
        let quota = percent.map(|percent| (PERIOD * percent / 100).to_string());
        if self.is_first {
            self.write("cpu.cfs_period_us", &PERIOD.to_string())?;
            return self.write(self.limit(), quota.as_deref().unwrap_or("-1"));
        }
        let quota = quota.as_deref().unwrap_or("max");
        self.write(self.limit(), &format!("{quota} {PERIOD}"))
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        let file = self.folder.join(file);
        fs::write(&file, text).with_context(|| format!("writing {text} into {}", file.display()))
    }
}

impl Drop for CpuShare {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir(&self.folder) {
            eprintln!("{} may be left over: {error}", self.folder.display());
        }
    }
}
