use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use domain::{
    ports::Clock,
    time::{TimeStep, Timestamp},
};

/// A clock that stands still until the test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// 2026-01-01 00:00:15 UTC: in the middle of a time step, so that only its own code is
    /// accepted.
    const START: i64 = 1_767_225_615_000;

    /// Moves the clock forwards.
    pub fn advance(&self, span: Duration) {
        self.set(self.now().plus(span));
    }

    /// Moves the clock to the middle of the next time step, so that the code used before is no
    /// longer the current one.
    pub fn next_step(&self) {
        let middle = Duration::from_secs(u64::from(TimeStep::SECONDS) / 2);
        self.set(TimeStep::at(self.now()).offset(1).start().plus(middle));
    }

    /// Sets the clock, backwards too.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }

    /// Returns the clock's time.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(Self::START))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        TestClock::now(self)
    }
}
