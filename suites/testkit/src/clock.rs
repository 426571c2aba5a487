//! A clock that a test moves while the program runs.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::authenticator::STEP;

/// The default place in a step: late enough that only the step's own code is accepted (the previous
/// one is valid for ten seconds), early enough that a slow machine stays within the step.
const PLACE: i64 = 11_000;

/// The wall clock of one server and of its commands: real time plus an offset that they read at
/// every call (libfaketime's timestamp file). Their monotonic clock is unchanged, so time-outs work
/// as usual.
pub struct Clock {
    file: PathBuf,
    offset: AtomicI64,
}

impl Clock {
    /// Creates a clock whose offset is in a file of this folder.
    pub fn new(folder: &Path) -> Self {
        let clock = Self {
            file: folder.join("clock"),
            offset: AtomicI64::new(0),
        };
        clock.next_step();
        clock
    }

    /// Returns the server's time, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        real() + self.offset.load(Ordering::SeqCst)
    }

    /// Returns the current time step.
    pub fn step(&self) -> i64 {
        self.now().div_euclid(STEP)
    }

    /// Moves the clock; negative values move it back.
    pub fn advance(&self, seconds: i64) {
        self.set(self.now() + seconds * 1000);
    }

    /// Sets the clock.
    pub fn set(&self, now: i64) {
        let offset = now - real();
        self.offset.store(offset, Ordering::SeqCst);
        // Replaced by rename, because the server may read the file meanwhile.
        let fresh = self.file.with_extension("new");
        let (sign, ms) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        fs::write(&fresh, format!("{sign}{}.{:03}s\n", ms / 1000, ms % 1000)).unwrap();
        fs::rename(&fresh, &self.file).unwrap();
    }

    /// Moves the clock into the next step, to a place where only that step's own code is accepted.
    pub fn next_step(&self) {
        self.to_step(PLACE);
    }

    /// Moves the clock to a place (in milliseconds) of the next step.
    pub fn to_step(&self, place: i64) {
        self.set((self.now().div_euclid(STEP) + 1) * STEP + place);
    }

    /// Moves the clock past a pause of the code attempts, to a step's default place.
    pub fn past_the_pause(&self) {
        self.advance(16 * 60);
        self.next_step();
    }

    /// Returns the variables that put a process under this clock.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", library()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.clone()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("NO_FAKE_STAT", "1".into()),
            ("TZ", "UTC".into()),
        ]
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the outside world, whose clock really runs"
)]
fn real() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Returns the library's path, in a folder that Debian names after the architecture. This is the
/// multi-threaded build: the other one shares one buffer for the clock file's name, so a thread
/// sometimes reads the real time.
fn library() -> PathBuf {
    let kinds = fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    kinds
        .map(|kind| kind.path().join("faketime/libfaketimeMT.so.1"))
        .find(|file| file.exists())
        .expect("libfaketime is missing: apt-get install faketime")
}
