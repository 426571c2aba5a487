//! F19: little memory, few file descriptors.

use std::{fs, path::PathBuf, time::Duration};

use crate::{
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun},
    probe::{self, SOON},
    site::FaultSite,
    tally::Tally,
    watch::{self, Durations},
};

const BYTES: u64 = 256 * 1024 * 1024;
const AT_ONCE: usize = 200;

/// A control group with little memory (version 1 or 2), removed on drop.
struct ControlGroup(PathBuf);

impl ControlGroup {
    fn create() -> Result<Self, String> {
        let name = format!("twinlock-faults-{}", std::process::id());
        let roots = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
        let mut why = String::new();
        for (root, limit) in roots.iter().zip(["memory.limit_in_bytes", "memory.max"]) {
            let folder = PathBuf::from(root).join(&name);
            let create = fs::create_dir(&folder)
                .and_then(|()| fs::write(folder.join(limit), BYTES.to_string()));
            match create {
                Ok(()) => return Ok(Self(folder)),
                Err(error) => {
                    why = format!("a memory limit needs a control group of its own: {error}");
                }
            }
            let _ = fs::remove_dir(&folder);
        }
        Err(why)
    }

    fn take(&self, process: u32) {
        fs::write(self.0.join("cgroup.procs"), process.to_string()).unwrap();
    }

    fn most(&self) -> Option<u64> {
        let files = ["memory.max_usage_in_bytes", "memory.peak"];
        let read = files
            .iter()
            .find_map(|file| fs::read_to_string(self.0.join(file)).ok());
        read?.trim().parse().ok()
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

pub fn limit_resources(run: &FaultRun) -> FaultOutcome {
    let group = match ControlGroup::create() {
        Ok(group) => group,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "limits", None);
    site.start_behind(&["prlimit", "--nofile=128:128"]);
    site.start_timed();
    group.take(site.process());
    let rounds = run.of(1, 5);
    let (mut tally, mut again) = (Tally::default(), Durations::default());
    for _ in 0..rounds {
        tally.join(probe::knock_together(&site.address, AT_ONCE));
        again.add(probe::writes_again(&site.address, watch::now(), &mut tally));
        site.clock.past_the_pause();
    }
    let process = format!("/proc/{}", site.process());
    assert!(PathBuf::from(process).exists(), "it is gone");
    let unexpected: Vec<_> = tally
        .answers
        .iter()
        .filter(|(status, _)| ![401, 429, 503].contains(*status))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?} {:?}", tally.raw);
    assert_eq!(tally.unanswered + tally.unconnected, 0, "without an answer");
    assert_eq!(site.panics(), 0, "a panic in the log");
    assert!(again.worst() <= SOON, "again: {}", again.words());
    let most = group.most().map_or_else(String::new, |most| {
        format!(", at most {} MiB", most / 1024 / 1024)
    });
    let longest = Duration::max(tally.times.worst(), tally.refused_after.worst());
    let held = FaultOutcome {
        what: format!(
            "{AT_ONCE} sign-ins at once with 256 MiB of memory (control group) and 128 file descriptors"
        ),
        times: rounds,
        figures: format!(
            "answers {:?}, none missing, the last after {} ms{most}; again: {}",
            tally.answers,
            longest.as_millis(),
            again.words()
        ),
    };
    site.kill();
    held
}
