//! F4 and F5: the disk is full, or fails at random.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use crate::{
    clients::{Clients, InFlight},
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    probe::{self, SOON},
    site::FaultSite,
    tally::Tally,
    watch::{self, Durations},
};

/// A small file system, unmounted on drop.
pub struct Small {
    pub folder: PathBuf,
    _place: tempfile::TempDir,
}

impl Small {
    /// Mounts the file system. Requires root.
    pub fn mount(size: &str) -> Result<Self, String> {
        let place = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(place.path())
            .output();
        let mount = mount.map_err(|error| format!("mount: {error}"))?;
        if !mount.status.success() {
            let said = String::from_utf8_lossy(&mount.stderr);
            return Err(format!("a small file system needs root: {}", said.trim()));
        }
        Ok(Self {
            folder: place.path().to_owned(),
            _place: place,
        })
    }

    /// Fills the file system to the last byte.
    pub fn fill(&self) {
        let mut file = fs::File::create(self.ballast()).unwrap();
        let block = [0_u8; 1024];
        while file.write_all(&block).is_ok() {}
    }

    /// Frees the space again.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Best effort, because a failed run may still hold files open.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(&self.folder)
            .status();
    }
}

/// F4: the disk is full.
pub fn fill_disk(run: &FaultRun) -> FaultOutcome {
    let small = match Small::mount("8m") {
        Ok(small) => small,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    let times = run.of(1, 20);
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "full", Some(&small.folder));
    site.start_timed();
    let process = site.process();
    let mut clients = Clients::new(&site, 6, run.seed);
    clients.settle(&site);
    let (mut tally, mut in_flight, mut again) =
        (Tally::default(), InFlight::default(), Durations::default());
    let mut closed = 0;
    for _ in 0..times {
        let mut knocks = Tally::default();
        let mut took = Duration::ZERO;
        let played = clients.round(&site, || {
            thread::sleep(Duration::from_millis(400));
            small.fill();
            for _ in 0..5 {
                thread::sleep(Duration::from_millis(100));
                closed += usize::from(probe::knock(&site.address, &mut knocks) == Some(503));
            }
            small.free();
            took = probe::writes_again(&site.address, watch::now(), &mut knocks);
        });
        again.add(took);
        tally.join(played);
        tally.join(knocks);
        in_flight.join(clients.settle(&site));
        clients.later(&site);
    }
    clients.verify_events(&site);
    assert_eq!(process, site.process(), "it was restarted");
    finish(&mut clients, &site, &tally, run);
    assert!(again.worst() <= SOON, "writes again: {}", again.words());
    assert!(closed > 0, "the disk was never full: {:?}", tally.answers);
    FaultOutcome {
        what: "the disk (tmpfs, 8 MB) is filled to the last byte under load, and freed".to_owned(),
        times,
        figures: format!(
            "{} answers 503, all with Retry-After, no 500; {} acts without effect known: {} left nothing, {} were counted only, {} were done; writes again without a restart: {}",
            tally.of(503),
            in_flight.all(),
            in_flight.left_nothing,
            in_flight.left_a_part,
            in_flight.done,
            again.words()
        ),
    }
}

fn finish(clients: &mut Clients, site: &FaultSite, tally: &Tally, run: &FaultRun) {
    clients
        .broken
        .extend((site.panics() > 0).then(|| "a panic in the log".to_owned()));
    let raw = tally.raw.iter().map(|raw| format!("raw {raw}"));
    clients.broken.extend(raw);
    let silent = tally.without_retry_after;
    clients
        .broken
        .extend((silent > 0).then(|| format!("{silent} answers 503 without Retry-After")));
    must_hold(&clients.broken, run.seed);
}

/// The failing calls, by libfiu's names.
const FAILING: [&str; 3] = [
    "posix/io/rw/pwrite",
    "posix/io/sync/fdatasync",
    "posix/io/sync/fsync",
];
/// EIO and ENOSPC, alternating.
const ERRORS: [u32; 2] = [5, 28];

/// F5: the disk fails at random.
pub fn fail_disk_writes(run: &FaultRun) -> FaultOutcome {
    let libraries = [
        "/usr/lib/fiu/fiu_run_preload.so",
        "/usr/lib/fiu/fiu_posix_preload.so",
    ];
    if let Some(missing) = libraries.iter().find(|file| !Path::new(file).exists()) {
        return FaultOutcome::impossible(&format!(
            "{missing} is missing (apt-get install fiu-utils)"
        ));
    }
    let times = run.of(2, 60);
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "failing", None);
    let clock = site.clock.environment();
    let (_, faketime) = clock
        .iter()
        .find(|(name, _)| *name == "LD_PRELOAD")
        .unwrap();
    site.set(
        "LD_PRELOAD",
        &format!("{} {}", faketime.display(), libraries.join(" ")),
    );
    let fifo = site.data.join("fiu");
    site.set("FIU_CTRL_FIFO", &fifo.to_string_lossy());
    site.start_timed();
    let mut clients = Clients::new(&site, 12, run.seed);
    let beginning = if run.quick { 500 } else { 4_000 };
    let (mut tally, mut in_flight) = (Tally::default(), InFlight::default());
    tally.join(clients.round(&site, || thread::sleep(Duration::from_millis(beginning))));
    clients.settle(&site);
    for number in 1..=times {
        fail(&site, Some(ERRORS[number % 2]));
        tally.join(clients.round(&site, || thread::sleep(Duration::from_secs(2))));
        fail(&site, None);
        if number % 5 == 0 {
            site.kill();
            site.start_timed();
        }
        in_flight.join(clients.settle(&site));
        tally.join(clients.try_again(&site));
        clients.settle(&site);
        clients.later(&site);
    }
    clients.verify_events(&site);
    finish(&mut clients, &site, &tally, run);
    if !run.quick {
        assert!(tally.of(503) > 0, "nothing ever failed");
    }
    FaultOutcome {
        what: "EIO, and in every other round ENOSPC, at random on 1 % of pwrite, fdatasync and fsync (libfiu), 2 s a round; every fifth round ends with SIGKILL".to_owned(),
        times,
        figures: format!(
            "{} acknowledged writes, {} answers 503, no 500, no panic; of {} acts refused so {} left nothing, {} were counted only, {} were done",
            tally.acknowledged,
            tally.of(503),
            in_flight.all(),
            in_flight.left_nothing,
            in_flight.left_a_part,
            in_flight.done
        ),
    }
}

/// Makes writes fail with `error` at random from now on; `None` ends that.
fn fail(site: &FaultSite, error: Option<u32>) {
    let mut command = Command::new("fiu-ctrl");
    command.arg("-f").arg(site.data.join("fiu"));
    for name in FAILING {
        command.arg("-c").arg(error.map_or_else(
            || format!("disable name={name}"),
            |error| format!("enable_random name={name},probability=0.01,failinfo={error}"),
        ));
    }
    let done = command.arg(site.process().to_string()).output().unwrap();
    assert!(
        done.status.success(),
        "fiu-ctrl: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
