//! F3: power loss. The server runs under strace; from its writes and syncs a possible disk state is
//! built for a random instant. What `SQLite` recovers from it is compared with the answers sent
//! before that instant.

use std::{collections::HashMap, fs, path::Path, process::Command, thread, time::Duration};

use testkit::chance::Chance;

use crate::{
    clients::Clients,
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    simulated_disk::SimulatedDisk,
    site::FaultSite,
    trace::{self, TraceStep},
    watch,
};

const PEOPLE: usize = 8;
/// With `-D` strace is not the server's parent, so that signals reach the server's process.
const STRACE: [&str; 9] = [
    "strace",
    "-D",
    "-f",
    "-y",
    "-xx",
    "-q",
    "-s",
    "70000",
    "--seccomp-bpf",
];

/// F3: power loss.
pub fn lose_power(run: &FaultRun) -> FaultOutcome {
    if let Err(why) = can_trace() {
        return FaultOutcome::impossible(&why);
    }
    let points = run.of(40, 500);
    let data = tempfile::tempdir().unwrap();
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "power", Some(data.path()));
    site.start_timed();
    let mut clients = Clients::new(&site, PEOPLE, run.seed);
    let length = Duration::from_secs(if run.quick { 2 } else { 8 });
    clients.round(&site, || thread::sleep(length));
    clients.settle(&site);
    site.stop();

    let before = SimulatedDisk::of(data.path());
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("trace");
    let calls = format!("trace={}", trace::CALLS);
    let output = ["-e", &calls, "-o", file.to_str().unwrap()];
    site.start_behind(&[&STRACE[..], &output].concat());
    site.start_timed();
    let tally = clients.round(&site, || thread::sleep(length));
    let process = site.process();
    site.kill();
    let steps = trace::read(&whole(&file, process));
    let left = answers(&steps);
    let answers = clients.all.iter().flat_map(|client| &client.answers);
    let unseen = answers
        .filter(|answer| !left.contains_key(&answer.id))
        .count();
    assert_eq!(unseen, 0, "answers that are not in the trace");

    let losses = Losses::judge_disk(&clients, before.clone(), &steps, points, run.seed);
    must_hold(&losses.broken, run.seed);
    assert!(losses.under_way > 0, "no loss hit an act");
    let unsynced: Vec<TraceStep> = steps.iter().map(without_sync).collect();
    let planted = Losses::judge_disk(&clients, before, &unsynced, points / 10, run.seed);
    assert!(
        !planted.broken.is_empty(),
        "no loss is noticed without syncs"
    );
    FaultOutcome {
        what: format!(
            "the power goes at random instants under {PEOPLE} clients (strace): whatever was synced is there, and any sectors of what was only written"
        ),
        times: points,
        figures: format!(
            "{} steps of the disk, {} answers; something was not synced at {} instants, {} acts were under way; every answer that had left was kept, every file was whole; the same trace without the syncs of the -wal: {} promises broken at {} instants",
            steps.len(),
            tally.sent(),
            losses.behind,
            losses.under_way,
            planted.broken.len(),
            points / 10,
        ),
    }
}

/// The results of all simulated power losses.
#[derive(Default)]
struct Losses {
    broken: Vec<String>,
    /// Acts without an answer at that instant.
    under_way: usize,
    /// Instants at which a write had not been synced.
    behind: usize,
}

impl Losses {
    /// Replays the steps, and simulates `count` power losses at random instants after the first
    /// answer.
    fn judge_disk(
        clients: &Clients,
        mut disk: SimulatedDisk,
        steps: &[TraceStep],
        count: usize,
        seed: u64,
    ) -> Self {
        let left = answers(steps);
        let first = *left.values().min().expect("no answer in the trace");
        let mut chance = Chance::new(seed);
        let mut instant = || first + chance.below(steps.len() - first);
        let mut instants: Vec<usize> = (0..count).map(|_| instant()).collect();
        instants.sort_unstable();
        let (mut losses, mut next) = (Self::default(), 0);
        for instant in instants {
            for step in &steps[next..instant.max(next)] {
                disk.step(step);
            }
            next = instant;
            losses.behind += usize::from(disk.is_behind());
            let folder = tempfile::tempdir().unwrap();
            disk.leave(folder.path(), &mut chance);
            let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
            let has_left = |number: &str| left.get(number).is_some_and(|at| *at < instant);
            losses.under_way += clients.judge_then(&url, has_left, &mut losses.broken);
        }
        losses
    }
}

/// The step of a server that does not sync its journal.
fn without_sync(step: &TraceStep) -> TraceStep {
    match step {
        TraceStep::SyncBegins { file, thread } if file.ends_with("-wal") => TraceStep::SyncBegins {
            file: String::new(),
            thread: *thread,
        },
        step => step.clone(),
    }
}

/// The step of each answer, by request id.
fn answers(steps: &[TraceStep]) -> HashMap<String, usize> {
    let number = |step: &TraceStep| {
        let TraceStep::Sent(bytes) = step else {
            return None;
        };
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.strip_prefix("HTTP/1.1 ")?.lines();
        let number = lines.find_map(|line| line.strip_prefix("x-request-id: "));
        number.map(str::to_owned)
    };
    let numbered = steps.iter().enumerate();
    numbered
        .filter_map(|(at, step)| Some((number(step)?, at)))
        .collect()
}

/// The trace, once it is completely written.
fn whole(file: &Path, process: u32) -> String {
    let began = watch::now();
    while began.elapsed() < Duration::from_mins(1) {
        let trace = fs::read_to_string(file).unwrap_or_default();
        let mut last = trace.lines().rev().take(50);
        if last.any(|line| trace::ends(line, process)) {
            return trace;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("the trace does not end");
}

/// Whether this machine allows tracing.
fn can_trace() -> Result<(), String> {
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    let tried = tried.map_err(|error| format!("strace: {error}"))?;
    let said = String::from_utf8_lossy(&tried.stderr);
    tried
        .status
        .success()
        .then_some(())
        .ok_or_else(|| said.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_number() {
        let sent = |text: &str| TraceStep::Sent(text.as_bytes().to_vec());
        let steps = [
            sent("GET / HTTP/1.1\r\nx-request-id: C\r\n\r\n"),
            sent("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-request-id: A\r\n\r\n"),
        ];
        assert_eq!(answers(&steps), HashMap::from([("A".to_owned(), 1)]));
    }
}
