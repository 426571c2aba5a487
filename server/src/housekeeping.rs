//! Housekeeping while the server runs: seals new security events, deletes expired events and other
//! expired rows, and reads the key file again when it has changed.

mod schedule;

use std::{sync::Arc, time::Duration};

use domain::{
    ports::{Clock, PortError},
    secrets::vault::Vault,
    time::Timestamp,
};
use storage::Store;
use tokio::{sync::oneshot, task::JoinHandle, time::MissedTickBehavior};

use schedule::Schedule;

use crate::{
    context::source_of,
    health,
    keys::presence::{LastRecord, Presence},
    system::utc::utc,
};

/// How often a turn begins, in which new events are sealed and the key file is checked: each event
/// is sealed within a second.
const SEAL_EVERY: Duration = Duration::from_millis(500);
/// How often old events are deleted.
const DELETE_EVERY: Duration = Duration::from_hours(1);
/// How often expired sessions, grants and counters are deleted.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How often the clock is compared with the newest time in the database.
const BEAT_EVERY: Duration = Duration::from_mins(1);
/// How often merged events of strangers beyond their budget are written.
const FLUSH_EVERY: Duration = Duration::from_mins(1);
/// How often the database is asked which key seals.
const PRESENCE_EVERY: Duration = Duration::from_secs(1);

const MERGED_FAIL: &str = "merged security events can't be written";
const SEALS_FAIL: &str = "security events can't be sealed";
const PRESENCE_FAILS: &str = "the keys of this server can't be compared with the database's";

/// Work that is done one batch per turn.
struct BatchTask {
    schedule: Schedule,
    /// Whether there may be more to delete.
    has_more: bool,
    fails: bool,
}

impl BatchTask {
    const fn every(interval: Duration) -> Self {
        Self {
            schedule: Schedule::every(interval),
            has_more: false,
            fails: false,
        }
    }

    /// Whether a batch is to be deleted in the turn at `now`.
    fn is_due(&mut self, now: Duration) -> bool {
        self.schedule.is_due(now) || self.has_more
    }
}

/// The state of the clock watch.
#[derive(Default)]
struct ClockState {
    /// The newest time that this process or the database has seen.
    newest: Timestamp,
    /// What was wrong with the clock at the last look.
    fault: Option<&'static str>,
}

/// The state of the housekeeping between turns.
struct HousekeepingState {
    /// Writing merged events.
    flush: Schedule,
    /// Whether writing merged events fails.
    merged_fail: bool,
    /// Sealing, and deleting old events.
    events: BatchTask,
    /// Deleting other expired rows.
    sweep: BatchTask,
    /// Asking the database for its newest time.
    beat: Schedule,
    clock: ClockState,
    /// Writing the presence record.
    presence: Schedule,
    /// The last presence record that this server has written.
    said: Option<LastRecord>,
    /// Whether writing the presence record fails.
    is_mute: bool,
}

impl HousekeepingState {
    /// Each task is due at the first turn.
    fn new() -> Self {
        Self {
            flush: Schedule::every(FLUSH_EVERY),
            merged_fail: false,
            events: BatchTask::every(DELETE_EVERY),
            sweep: BatchTask::every(SWEEP_EVERY),
            beat: Schedule::every(BEAT_EVERY),
            clock: ClockState::default(),
            presence: Schedule::every(PRESENCE_EVERY),
            said: None,
            is_mute: false,
        }
    }
}

/// What the housekeeping works with.
pub struct Housekeeping {
    /// The database.
    pub store: Arc<Store>,
    /// Its keys.
    pub vault: Arc<Vault>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// How long events are kept.
    pub retention: Duration,
    /// Writes which keys this server has.
    pub presence: Presence,
}

/// Running housekeeping.
pub struct RunningHousekeeping {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Housekeeping {
    /// Starts the housekeeping beside the server.
    #[must_use]
    pub fn start(self) -> RunningHousekeeping {
        let (stop, stopped) = oneshot::channel();
        RunningHousekeeping {
            stop,
            task: tokio::spawn(self.run(stopped)),
        }
    }

    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut ticks = tokio::time::interval(SEAL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut work = HousekeepingState::new();
        // The first tick comes at once.
        let start = ticks.tick().await;
        let mut now = start;
        loop {
            self.turn(&mut work, now - start).await;
            tokio::select! {
                _ = &mut stopped => break,
                tick = ticks.tick() => now = tick,
            }
        }
        report(&self.flush().await, &mut work.merged_fail, MERGED_FAIL);
        report(&self.seal().await, &mut work.events.fails, SEALS_FAIL);
        self.leave(&mut work).await;
    }

    /// Seals all new events, but deletes only one batch of expired rows per turn: there may be
    /// many, and neither the seals nor other users of the database should wait for all of them.
    async fn turn(&self, work: &mut HousekeepingState, now: Duration) {
        self.vault.refresh();
        if work.presence.is_due(now) {
            self.announce(work).await;
        }
        if work.beat.is_due(now) {
            self.ask_newest_time(&mut work.clock).await;
        }
        self.watch_clock(&mut work.clock);
        // Runs before the seals, so that the row is sealed in the same turn.
        if work.flush.is_due(now) {
            report(&self.flush().await, &mut work.merged_fail, MERGED_FAIL);
        }
        let mut done = self.seal().await;
        if done.is_ok() && work.events.is_due(now) {
            let deleted = self.delete_old().await;
            work.events.has_more = matches!(deleted, Ok(1..));
            done = deleted.map(drop);
        }
        report(&done, &mut work.events.fails, SEALS_FAIL);
        if work.sweep.is_due(now) {
            let (count, swept) = self.store.sweep(self.clock.now()).await;
            work.sweep.has_more = count > 0;
            let problem = "expired rows can't be deleted";
            report(&swept, &mut work.sweep.fails, problem);
        }
    }

    /// Writes which keys this server has.
    async fn announce(&self, work: &mut HousekeepingState) {
        let now = self.clock.now();
        let (store, vault) = (&self.store, &self.vault);
        let said = self.presence.say(store, vault, &mut work.said, now).await;
        report(&said, &mut work.is_mute, PRESENCE_FAILS);
    }

    /// Writes that this server stops.
    async fn leave(&self, work: &mut HousekeepingState) {
        let left = self.presence.leave(&self.store).await;
        report(&left, &mut work.is_mute, PRESENCE_FAILS);
    }

    /// Asks the database for its newest time, and lets it record this clock's.
    async fn ask_newest_time(&self, state: &mut ClockState) {
        if let Ok(newest) = self.store.beat(self.clock.now()).await {
            state.newest = state.newest.max(newest);
        }
    }

    /// Logs when the clock is behind what this process or the database has seen, and when it is
    /// right again.
    fn watch_clock(&self, state: &mut ClockState) {
        let now = self.clock.now();
        let fault = health::clock_fault(now, Some(state.newest));
        if fault != state.fault {
            if let Some(fault) = fault {
                tracing::error!(
                    clock = utc(now),
                    newest = utc(state.newest),
                    "the system's clock is {fault}: let it be set by NTP; codes and sessions \
                    depend on it, and /readyz is red until then"
                );
            } else {
                tracing::info!("the system's clock is right again");
            }
        }
        state.fault = fault;
        state.newest = state.newest.max(now);
    }

    /// Writes the merged events of strangers.
    async fn flush(&self) -> Result<(), PortError> {
        let now = self.clock.now();
        self.store.flush_strangers(now).await.map(drop)
    }

    async fn seal(&self) -> Result<(), PortError> {
        let chain = self.vault.event_chain();
        while self.store.seal_events(chain, self.clock.now()).await? > 0 {}
        Ok(())
    }

    async fn delete_old(&self) -> Result<u64, PortError> {
        let now = self.clock.now();
        let limit: Timestamp = now.minus(self.retention);
        let store = self.store.seen_from(domain::events::Origin::here(
            domain::events::Actor::System,
            now,
        ));
        store.delete_events(self.vault.event_chain(), limit).await
    }
}

impl RunningHousekeeping {
    /// Seals the remaining events and ends.
    pub async fn finish(self) {
        // The task waits for this message; it can only have ended before by a panic, which is
        // logged already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Logs once when the work begins to fail and once when it works again, not twice a second.
fn report<T>(done: &Result<T, PortError>, fails: &mut bool, problem: &str) {
    match done {
        Err(error) if !*fails => {
            tracing::error!(reason = source_of(error), "{problem}");
            *fails = true;
        }
        Ok(_) if *fails => {
            tracing::info!("it works again: {problem}");
            *fails = false;
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::secrets::vault::MasterKey;
    use sqlx::{Connection, Executor, SqliteConnection};

    use super::*;
    use crate::system::entropy::SystemEntropy;

    struct NoonClock;

    impl Clock for NoonClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(1_800_000_000_000)
        }
    }

    /// A clock that the test moves.
    struct MovedClock(AtomicI64);

    impl Clock for MovedClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    const NOON: i64 = 1_800_000_000_000;

    async fn housekeeping(clock: Arc<dyn Clock>) -> (tempfile::TempDir, Housekeeping) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        let housekeeping = Housekeeping {
            store: Arc::new(store),
            vault: Arc::new(Vault::new(&MasterKey::from_random([1; 4], [2; 32]))),
            clock,
            retention: Duration::from_hours(24),
            presence: Presence::of_this_process(folder.path(), &SystemEntropy).unwrap(),
        };
        (folder, housekeeping)
    }

    /// No client asks `/readyz` here, and most turns do not ask the database either.
    #[tokio::test]
    async fn s29_a_clock_that_goes_back_is_noticed_at_the_next_turn() {
        let clock = Arc::new(MovedClock(NOON.into()));
        let (_folder, housekeeping) = housekeeping(clock.clone()).await;
        let mut state = ClockState::default();
        for (at, asks, fault) in [
            (NOON, true, None),
            (NOON + 500, false, None),
            (
                NOON - 86_400_000,
                false,
                Some("behind what the database has seen"),
            ),
            (NOON + 1000, false, None),
        ] {
            clock.0.store(at, Ordering::Relaxed);
            if asks {
                housekeeping.ask_newest_time(&mut state).await;
            }
            housekeeping.watch_clock(&mut state);
            assert_eq!(state.fault, fault, "{at}");
        }
        // Another process starts with the newest time that the database has seen.
        clock.0.store(NOON - 86_400_000, Ordering::Relaxed);
        let mut state = ClockState::default();
        housekeeping.ask_newest_time(&mut state).await;
        housekeeping.watch_clock(&mut state);
        assert!(state.fault.is_some());
    }

    async fn count(raw: &mut SqliteConnection, rows: &'static str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {rows}"));
        sqlx::query_scalar(sql).fetch_one(raw).await.unwrap()
    }

    /// However many events are too old, new events are sealed and the rest is swept in the same
    /// turn.
    #[tokio::test]
    async fn a_turn_deletes_no_more_than_a_batch_of_old_events() {
        let (folder, housekeeping) = housekeeping(Arc::new(NoonClock)).await;
        let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
        let mut raw = SqliteConnection::connect(&url).await.unwrap();
        let old = "INSERT INTO security_events (at, actor, action, outcome, times, open_until)
                   WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 450)
                   SELECT 0, 'nobody', 'sign_in', 'failed', 1, 0 FROM n";
        raw.execute(old).await.unwrap();
        let new = "INSERT INTO security_events (at, actor, action, outcome, times, open_until)
                   VALUES (1800000000000, 'nobody', 'access', 'denied', 1, 0)";
        let over = "INSERT INTO password_attempts (email_index, failures, allowed_at) VALUES (x'01', 1, 0)";
        let mut work = HousekeepingState::new();
        for left in [250, 50, 0] {
            for sql in [new, over] {
                raw.execute(sql).await.unwrap();
            }
            housekeeping.turn(&mut work, Duration::ZERO).await;
            assert_eq!(count(&mut raw, "security_events WHERE at = 0").await, left);
            let waiting = "security_events WHERE action = 'access' AND seq IS NULL";
            assert_eq!(count(&mut raw, waiting).await, 0);
            assert_eq!(count(&mut raw, "password_attempts").await, 0);
        }
    }
}
