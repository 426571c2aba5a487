//! F2: checks which syncs the kernel completed before the answer was sent. A kill can't show that,
//! because the page cache keeps what a killed process has written.

use std::{
    collections::HashSet,
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::json;
use testkit::people::Person;

use crate::{
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun},
    site::FaultSite,
    trace::{self, TraceStep},
    watch,
};

/// Commits for a correct code in `mfa/test`: one counts it, one takes it.
const COMMITS: usize = 2;

pub fn check_sync_order(run: &FaultRun) -> FaultOutcome {
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "order", None);
    site.start_timed();
    site.add_owner("ada@example.com", "Example Ltd");
    let mut ada = site.enrol(&Person::with_email("ada@example.com"));
    let file = site.data.join("trace");
    let mut tracer = match attach_strace(site.process(), &file.to_string_lossy()) {
        Ok(tracer) => tracer,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(10, 100);
    for _ in 0..times {
        site.clock.next_step();
        let code = json!({ "code": ada.code(&site) });
        let answer = ada.browser.try_call("mfa/test", &code).unwrap().unwrap();
        answer.expect_ok();
    }
    site.kill();
    tracer.wait().unwrap();
    let order = SyncOrder::read(&trace::read(&fs::read_to_string(file).unwrap()));
    assert_eq!(order.answers, times, "answers in the trace");
    assert_eq!(
        order.early, 0,
        "answers that left before their commits were on the disk"
    );
    FaultOutcome {
        what: "strace of acceptances of a code (mfa/test): each of its commits is an fsync or fdatasync of the -wal that returns before the answer leaves".to_owned(),
        times,
        figures: format!(
            "{} of {times} in order, {} syncs of the -wal in all; {} answers left while the sealing of events was under way",
            order.answers - order.early,
            order.syncs,
            order.beside_sealing,
        ),
    }
}

/// Attaches strace to a process; returns the reason if that fails.
fn attach_strace(process: u32, file: &str) -> Result<Child, String> {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-y", "-xx", "-q", "-s", "70000", "-e"])
        .arg(format!("trace={}", trace::CALLS))
        .args(["-o", file, "-p", &process.to_string()])
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("strace: {error}"))?;
    let began = watch::now();
    while began.elapsed() < Duration::from_secs(10) {
        let status = fs::read_to_string(format!("/proc/{process}/task/{process}/status"));
        if status.unwrap().lines().any(is_traced) {
            return Ok(child);
        }
        if child.try_wait().unwrap().is_some() {
            let said = child.wait_with_output().unwrap().stderr;
            return Err(String::from_utf8_lossy(&said).trim().to_owned());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err("strace did not attach within 10 s".to_owned())
}

fn is_traced(line: &str) -> bool {
    line.strip_prefix("TracerPid:")
        .is_some_and(|id| id.trim() != "0")
}

/// The order of writes, syncs and answers in a trace.
#[derive(Debug, Default)]
struct SyncOrder {
    answers: usize,
    early: usize,
    syncs: usize,
    beside_sealing: usize,
}

impl SyncOrder {
    fn read(steps: &[TraceStep]) -> Self {
        let mut order = Self::default();
        // The syncs since the last answer, and whether a write has not been synced.
        let (mut syncs, mut dirty) = (0, false);
        let mut syncing = HashSet::new();
        for step in steps {
            match step {
                TraceStep::Write { file, .. } if is_wal(file) => dirty = true,
                TraceStep::SyncBegins { file, thread } if is_wal(file) => {
                    syncing.insert(*thread);
                }
                TraceStep::SyncEnds { thread } if syncing.remove(thread) => {
                    (syncs, dirty) = (syncs + 1, false);
                }
                TraceStep::Sent(bytes) if bytes.starts_with(b"HTTP/1.1 200") => {
                    order.answers += 1;
                    order.syncs += syncs;
                    order.early += usize::from(syncs < COMMITS);
                    order.beside_sealing += usize::from(dirty);
                    syncs = 0;
                }
                _ => {}
            }
        }
        order
    }
}

fn is_wal(file: &str) -> bool {
    file.ends_with("-wal")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit() -> Vec<TraceStep> {
        let file = || "/d/t.db-wal".to_owned();
        let write = TraceStep::Write {
            file: file(),
            at: 0,
            bytes: vec![0; 24],
        };
        let begins = TraceStep::SyncBegins {
            file: file(),
            thread: 7,
        };
        vec![write, begins, TraceStep::SyncEnds { thread: 7 }]
    }

    #[test]
    fn an_answer_before_the_disk_is_seen() {
        let answer = vec![TraceStep::Sent(b"HTTP/1.1 200 OK\r\n".to_vec())];
        let good = SyncOrder::read(&[commit(), commit(), answer.clone()].concat());
        assert_eq!((good.answers, good.early, good.syncs), (1, 0, 2));
        let written = commit()[..1].to_vec();
        let normal = [written.clone(), written, answer.clone()].concat();
        assert_eq!(SyncOrder::read(&normal).early, 1);
        let under_way = [commit(), commit()[..2].to_vec(), answer.clone()].concat();
        assert_eq!(SyncOrder::read(&under_way).early, 1);
        let early = SyncOrder::read(&[commit(), answer, commit()].concat());
        assert_eq!(early.early, 1);
    }
}
