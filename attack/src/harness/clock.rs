use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// A time step in milliseconds (RFC 6238).
pub const STEP: i64 = 30_000;
/// Where in a step a test stands unless it says otherwise: late enough that only the step's own code is accepted (the one before is for
/// ten seconds), early enough that a slow machine stays inside.
const PLACE: i64 = 11_000;

/// The wall clock of one server and of the commands beside it. It runs as ours does, moved by an offset that they read anew at each look
/// (libfaketime's timestamp file). Their monotonic clock is left alone, so time-outs go on as they are.
pub struct Clock {
    file: PathBuf,
    offset: AtomicI64,
}

impl Clock {
    /// A clock whose offset stands in a file of this folder.
    pub fn new(folder: &Path) -> Self {
        let clock = Self {
            file: folder.join("clock"),
            offset: AtomicI64::new(0),
        };
        clock.next_step();
        clock
    }

    /// What the server's clock shows, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        real() + self.offset.load(Ordering::SeqCst)
    }

    /// The running time step.
    pub fn step(&self) -> i64 {
        self.now().div_euclid(STEP)
    }

    /// Moves it; backwards too.
    pub fn advance(&self, seconds: i64) {
        self.set(self.now() + seconds * 1000);
    }

    /// Sets it.
    pub fn set(&self, now: i64) {
        let offset = now - real();
        self.offset.store(offset, Ordering::SeqCst);
        // By rename: the server may look while this is being written.
        let fresh = self.file.with_extension("new");
        let (sign, ms) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        fs::write(&fresh, format!("{sign}{}.{:03}s\n", ms / 1000, ms % 1000)).unwrap();
        fs::rename(&fresh, &self.file).unwrap();
    }

    /// Moves it into the next step, where only that step's own code is accepted.
    pub fn next_step(&self) {
        self.to_step(PLACE);
    }

    /// Moves it to a place (in milliseconds) of the next step.
    pub fn to_step(&self, place: i64) {
        self.set((self.now().div_euclid(STEP) + 1) * STEP + place);
    }

    /// Moves it past a pause of the guess budget, to a step's usual place.
    pub fn past_the_pause(&self) {
        self.advance(16 * 60);
        self.next_step();
    }

    /// What puts a process under this clock.
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

/// Debian keeps the library in a folder named after the machine's kind. Of its two builds this is the one for several threads: the other writes the
/// name of the clock's file into one buffer for all of them, and now and then a thread reads the real time.
fn library() -> PathBuf {
    let kinds = fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    kinds
        .map(|kind| kind.path().join("faketime/libfaketimeMT.so.1"))
        .find(|file| file.exists())
        .expect("libfaketime is missing: apt-get install faketime")
}
