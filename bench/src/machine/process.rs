//! A server's process: started on a core of its own, and what it costs.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result};

/// Linux counts CPU time in hundredths of a second, whatever the kernel's own clock does.
const TICK: Duration = Duration::from_millis(10);

/// A running server. It is killed when it is dropped.
pub struct Process(pub Child);

impl Process {
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

    /// CPU time so far, of all threads.
    pub fn cpu(&self) -> Duration {
        cpu(self.0.id())
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Memory in use, in MiB.
    pub fn memory(&self) -> f64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or_default() / 1024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// CPU time so far of a process, of all its threads.
pub fn cpu(process: u32) -> Duration {
    stat(process).own
}

/// CPU time so far of a process, its children, and those of both that have ended.
pub fn family_cpu(root: u32) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    let children = numbers.map(stat).filter(|stat| stat.parent == root);
    let children: Duration = children.map(|child| child.own + child.ended).sum();
    let root = stat(root);
    root.own + root.ended + children
}

/// Whose child a process is.
pub fn parent(process: u32) -> u32 {
    stat(process).parent
}

/// What the kernel says of a process; nothing of one that has gone.
#[derive(Default)]
struct Stat {
    parent: u32,
    own: Duration,
    ended: Duration,
}

fn stat(process: u32) -> Stat {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold blanks. Behind it the 2nd field is the parent, and from the 12th on stand user and system time, its
    // own and that of children who have ended.
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
        let sleeping = Process::start(None, "sleep", |command| {
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
