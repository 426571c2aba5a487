//! A share of a core, kept by the kernel (a control group of either version).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// How often the share is dealt out, in microseconds: short, so that nobody is held for long.
const PERIOD: u32 = 10_000;
/// Where the first version has the controller for CPU time.
const FIRST: &str = "/sys/fs/cgroup/cpu";
/// Where the second version has all of them.
const SECOND: &str = "/sys/fs/cgroup";

/// A control group. It is removed when it is dropped, once its processes have ended.
pub struct Share {
    folder: PathBuf,
    is_first: bool,
}

impl Share {
    /// A group without a limit.
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

    /// Puts a process in.
    pub fn hold(&self, process: u32) -> Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    /// Limits what is in it to so many percent of a core, or to nothing.
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

impl Drop for Share {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir(&self.folder) {
            eprintln!("{} may be left over: {error}", self.folder.display());
        }
    }
}
