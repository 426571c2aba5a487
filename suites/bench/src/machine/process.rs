//! A server process: started on a core of its own, with its CPU time and memory.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result};
use testkit::process::{Memory, memory};

/// Linux reports CPU time in hundredths of a second, whatever the kernel's own clock rate is.
const TICK: Duration = Duration::from_millis(10);

/// A running server. Dropping it kills the process.
pub struct MeasuredProcess(pub Child);

impl MeasuredProcess {
    /// Starts a command on one core, or on any.
    pub fn start(
        core: Option<usize>,
        program: &str,
        set: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        let mut command = match core {
            Some(core) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["--cpu-list", &core.to_string(), program]);
                pinned
            }
            None => Command::new(program),
        };
        command.stdin(Stdio::null());
        set(&mut command);
        let child = command.spawn();
        Ok(Self(child.with_context(|| format!("starting {program}"))?))
    }

    /// Total CPU time of all threads.
    pub fn cpu(&self) -> Duration {
        cpu(self.0.id())
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Resident memory in MiB.
    pub fn memory(&self) -> f64 {
        let kib = u32::try_from(memory(self.id(), Memory::Resident));
        f64::from(kib.unwrap_or(u32::MAX)) / 1024.0
    }
}

impl Drop for MeasuredProcess {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Total CPU time of all threads of a process.
pub fn cpu(process: u32) -> Duration {
    stat(process).own
}

/// Total CPU time of a process and its children, including those that have ended.
pub fn family_cpu(root: u32) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    let children = numbers.map(stat).filter(|stat| stat.parent == root);
    let children: Duration = children.map(|child| child.own + child.ended).sum();
    let root = stat(root);
    root.own + root.ended + children
}

/// The parent of a process.
pub fn parent(process: u32) -> u32 {
    stat(process).parent
}

/// A process in the kernel's statistics; zeros if it has ended.
#[derive(Default)]
struct Stat {
    parent: u32,
    own: Duration,
    ended: Duration,
}

fn stat(process: u32) -> Stat {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may contain spaces. After it, the 2nd field is the parent; the fields
    // from the 12th on are user and system time, first of the process, then of its ended children.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let fields: Vec<u32> = fields
        .split_whitespace()
        .map(|field| field.parse().unwrap_or_default())
        .collect();
    let [_, parent, ..] = fields[..] else {
        return Stat::default();
    };
    let sum = |from: usize| fields.iter().skip(from).take(2).sum::<u32>();
    Stat {
        parent,
        own: TICK * sum(11),
        ended: TICK * sum(13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_parent_and_what_both_have_cost() {
        let sleeping = MeasuredProcess::start(None, "sleep", |command| {
            command.arg("60");
        });
        let sleeping = sleeping.unwrap();
        assert_eq!(parent(sleeping.id()), std::process::id());
        let mut work = 0_u64;
        while cpu(std::process::id()) < TICK * 2 {
            work = std::hint::black_box(work + 1);
        }
        assert!(family_cpu(std::process::id()) >= TICK * 2);
    }
}
